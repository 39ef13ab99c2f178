"""The text of the charter, its commitments and its versions."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from icportal.charter.models import CharterVersion
from icportal.core.db import db
from icportal.i18n.locales import LANGUAGES

pytestmark = pytest.mark.usefixtures("seeded_app")


def test_charter_says_that_the_words_are_ours_and_where_the_official_ones_stand(client):
    text = client.get("/en/charter").text

    assert "the portal’s own summary" in text
    assert 'href="https://integratingcities.eu/charter"' in text
    assert all(f'href="/en/charter/commitments/{number}"' in text for number in range(1, 12))


def test_scope_rule_stands_with_commitments_4_and_5(client):
    pages = {number: client.get(f"/en/charter/commitments/{number}").text for number in range(1, 12)}

    assert [number for number, text in pages.items() if "Where the city is not the provider" in text] == [4, 5]


def test_there_are_eleven_commitments(client):
    assert [client.get(f"/en/charter/commitments/{number}").status_code for number in (0, 1, 11, 12)] == [404, 200, 200, 404]


def test_commitment_shows_the_practices_under_it(client):
    text = client.get("/en/charter/commitments/4").text

    assert "What cities do about it" in text
    assert 'href="/en/practices?commitment=4"' in text


def test_versions_show_each_term_and_the_words_that_changed(client):
    text = client.get("/en/charter/versions").text

    assert text.count('role="rowheader"') == 10
    assert '<del lang="en" dir="ltr">immigrant communities</del>' in text
    assert '<ins lang="en" dir="ltr">migrant communities</ins>' in text
    assert "[removed:" in text


def test_plain_text_has_the_hash_that_is_fixed(client, seeded_app):
    with seeded_app.app_context():
        fixed = db.session.scalars(select(CharterVersion).where(CharterVersion.is_current)).one().hashes

    for language in ("en", "fr", "de", "es", "it", "nl"):
        response = client.get(f"/en/charter/versions/adopted-2010/{language}.txt")
        assert hashlib.sha256(response.data).hexdigest() == fixed[language]


def test_no_such_version(client):
    assert client.get("/en/charter/versions/adopted-2011/en.txt").status_code == 404
    assert client.get("/en/charter/versions/adopted-2010/en-xa.txt").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_sound_in_every_language(client, language):
    opening = f'lang="{language}" dir="{LANGUAGES[language].direction}"'
    for path in (
        "", "charter", "charter/commitments/1", "charter/commitments/5", "charter/versions", "accessibility", "privacy", "open-data",
    ):  # fmt: skip
        response = client.get(f"/{language}/{path}")
        assert response.status_code == 200, path
        assert opening in response.text, path
