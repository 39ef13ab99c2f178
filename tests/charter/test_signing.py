"""A city signs, as its people and the coordinator do it in the browser."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from charter_world import PDF, pdf, some_day
from sqlalchemy import func, select

from icportal.charter import wording
from icportal.charter.models import Signature
from icportal.cities.models import TimelineEntry
from icportal.core import audit
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.files import StoredFile
from icportal.core.outbox import Mail
from icportal.core.tokens import read_receipt_code
from icportal.workflow import engine

CITY = "/en/cities/vienna/signature"


def start(client):
    answer = client.post(CITY)
    assert answer.status_code in {303, 409}
    return client


def fill(client, signature, *, decided=None, version=None):
    """Take the two steps that have to come before the signature."""
    base = f"/en/signatures/{signature.id}"
    decided = decided or some_day()
    answer = client.post(
        f"{base}/council-decision",
        data={
            "version": version or signature.version,
            "decided_on": decided.isoformat(),
            "reference": "GR 12/26",
            "upload": pdf(),
        },
    )
    assert answer.status_code == 303, answer.text
    answer = client.post(
        f"{base}/mandate",
        data={
            "version": current_version(client, base + "/mandate"),
            "name": "Ada Beispiel",
            "office": "Mayor",
            "mandate": "City statute § 61",
        },
    )
    assert answer.status_code == 303, answer.text


def current_version(client, path):
    return hidden(client.get(path), "version")


def hidden(page, name):
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.text)
    assert found, f"{name} is not on the page"
    return found[1]


def sign_on_screen(client, signature, language="de"):
    page = client.get(f"/en/signatures/{signature.id}/sign?language={language}")
    data = {name: hidden(page, name) for name in ("version", "language", "seen_sha256")}
    return client.post(f"/en/signatures/{signature.id}/sign", data={**data, "confirmed": "y"})


def step(client, signature, name, reason="", **changes):
    page = client.get(f"/en/signatures/{signature.id}")
    seen = re.search(r'name="seen_hash" value="([^"]*)"', page.text)
    version = re.search(r'name="version" value="([^"]*)"', page.text)
    data = {"transition": name, "version": version[1] if version else 0, "seen_hash": seen[1] if seen else "", "reason": reason}
    return client.post(f"/en/signatures/{signature.id}/steps", data={**data, **changes})


@pytest.fixture
def mayor(as_person):
    return start(as_person("mayor"))


@pytest.fixture
def in_review(mayor, newest):
    """A signature the coordinator has to check."""
    fill(mayor, newest())
    assert sign_on_screen(mayor, newest()).status_code == 303
    assert step(mayor, newest(), "submit").status_code == 303
    return newest()


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def test_the_whole_way_with_a_detour(app, mayor, as_person, newest):
    page = mayor.get(f"/en/signatures/{newest().id}/sign")
    assert "The council decision comes first" in page.text
    assert "<button disabled" in page.text
    fill(mayor, newest())
    answer = sign_on_screen(mayor, newest())
    assert answer.location.endswith("/receipt")
    receipt = mayor.get(answer.location)
    signed = newest()
    assert signed.receipt_code in receipt.text
    assert read_receipt_code(signed.receipt_code) == signed.receipt_code
    assert signed.text_sha256 == wording.text_sha256("adopted-2010", "de") in receipt.text
    assert (signed.signed_latest, signed.text_language, signed.method) == (today(), "de", "screen")
    assert step(mayor, signed, "submit").status_code == 303
    coordinator = as_person("coordinator")
    page = coordinator.get(f"/en/signatures/{signed.id}")
    assert "GR 12/26" in page.text
    assert "decision.pdf" in page.text
    refused = step(coordinator, signed, "request_changes", "")
    assert refused.status_code == 409
    assert "Say why" in refused.text
    assert step(coordinator, signed, "request_changes", "The last page is missing.").status_code == 303
    page = mayor.get(CITY)
    assert "The last page is missing." in page.text
    answer = mayor.post(
        f"/en/signatures/{signed.id}/council-decision",
        data={
            "version": newest().version,
            "decided_on": some_day().isoformat(),
            "reference": "GR 12/26 complete",
            "upload": pdf("all.pdf"),
        },
    )
    assert answer.status_code == 303
    assert step(mayor, signed, "submit").status_code == 303
    assert step(coordinator, signed, "publish").status_code == 303
    published = newest()
    assert published.state == "published"
    assert published.writers == []
    assert "Published in the registry" in coordinator.get(f"/en/signatures/{signed.id}/history").text
    assert "The last page is missing." in coordinator.get(f"/en/signatures/{signed.id}/history").text
    with app.app_context():
        entry = db.session.scalars(select(TimelineEntry).where(TimelineEntry.city_id == published.city_id)).one()
        assert (entry.key, entry.latest) == ("charter_signed", today())
        assert list(engine.tampered()) == []
        assert list(audit.tampered()) == []


def test_mails_come_in_the_language_of_who_reads_them(app, in_review, as_person):
    assert step(as_person("coordinator"), in_review, "publish").status_code == 303
    with app.app_context():
        mails = {(mail.address, mail.language): mail for mail in db.session.scalars(select(Mail))}
    assert ("mayor@example.eu", "de") in mails
    assert ("officer@example.eu", "fr") in mails
    assert "Wien" in mails["mayor@example.eu", "de"].subject
    assert "Vienne" in mails["officer@example.eu", "fr"].subject
    assert "/fr/signatures/" in mails["officer@example.eu", "fr"].text


def test_the_signed_deed_is_sent_instead(mayor, newest):
    fill(mayor, newest())
    deed = mayor.get(f"/it/signatures/{newest().id}/deed")
    assert wording.text_of("adopted-2010", "it").opening in deed.text
    assert "Ada Beispiel" in deed.text
    path = f"/en/signatures/{newest().id}/signed-deed"
    early = (some_day() - timedelta(days=1)).isoformat()
    answer = mayor.post(path, data={"version": newest().version, "language": "it", "signed_on": early, "upload": pdf("deed.pdf")})
    assert answer.status_code == 422
    assert "The council decided later than this" in answer.text
    assert early in answer.text
    day = some_day(3)
    answer = mayor.post(
        path, data={"version": newest().version, "language": "it", "signed_on": day.isoformat(), "upload": pdf("deed.pdf")}
    )
    assert answer.status_code == 303
    assert (newest().signed_latest, newest().text_language, newest().method, newest().state) == (day, "it", "deed", "signed")


def test_a_signature_can_be_undone_and_given_again(mayor, newest):
    fill(mayor, newest())
    sign_on_screen(mayor, newest())
    first = newest().receipt_code
    answer = mayor.post(
        f"/en/signatures/{newest().id}/mandate",
        data={"version": newest().version, "name": "Somebody Else", "office": "Mayor", "mandate": "Statute"},
    )
    assert answer.status_code == 409
    assert "has signed already" in answer.text
    assert "Somebody Else" in answer.text
    assert step(mayor, newest(), "reopen").status_code == 303
    undone = newest()
    assert (undone.state, undone.signed_at, undone.receipt_code, undone.signer_name) == ("draft", None, None, "Ada Beispiel")
    sign_on_screen(mayor, newest())
    assert newest().receipt_code not in {first, None}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"MZ\x90\x00 this is a program", "PDF"),
        (PDF + b" " * (50 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["empty", "no pdf", "50 MB"],
)
def test_a_file_that_does_not_do_is_refused_at_its_field(app, mayor, newest, content, sentence):
    before, files = newest(), count(app, StoredFile)
    answer = mayor.post(
        f"/en/signatures/{before.id}/council-decision",
        data={
            "version": before.version,
            "decided_on": some_day().isoformat(),
            "reference": "Kept words",
            "upload": pdf("decision.pdf", content),
        },
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert answer.text.count("data-error-summary") == 1
    assert re.search(r'id="upload-error"', answer.text)
    assert "Kept words" in answer.text
    assert some_day().isoformat() in answer.text
    assert newest().version == before.version
    assert count(app, StoredFile) == files


def test_a_zip_bomb_is_refused(app, mayor, newest):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (40 * 1024 * 1024))
    signature = newest()
    answer = mayor.post(
        f"/en/signatures/{signature.id}/council-decision",
        data={"version": signature.version, "decided_on": some_day().isoformat(), "upload": pdf("bomb.pdf", bomb.getvalue())},
    )
    assert answer.status_code == 422
    assert newest().council_file_id is None
    assert count(app, StoredFile) == 0


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ((today() + timedelta(days=400)).isoformat(), "lies in the future"),
        ("0026-05-31", "too long ago"),
        ("31.02.2026", "not a day of the calendar"),
        ("", "Give the day on which the council decided"),
    ],
)
def test_a_day_that_does_not_do_is_refused_and_kept(mayor, newest, day, sentence):
    before = newest()
    answer = mayor.post(
        f"/en/signatures/{before.id}/council-decision",
        data={"version": before.version, "decided_on": day, "reference": "Kept words", "upload": pdf()},
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert answer.text.count(sentence) == 2, "in the summary and at the field"
    assert f'value="{day}"' in answer.text
    assert "Kept words" in answer.text
    assert newest().council_decided_on is None


def test_text_that_is_too_long_or_wrongly_encoded(mayor, newest):
    before = newest()
    path = f"/en/signatures/{before.id}/mandate"
    answer = mayor.post(path, data={"version": before.version, "name": "x" * 201, "office": "Mayor", "mandate": "y" * 2001})
    assert answer.status_code == 422
    assert "at most 200 characters" in answer.text
    assert "at most 2000 characters" in answer.text
    assert "x" * 201 in answer.text
    body = f"version={before.version}&name=M%FCnchen%00&office=Mayor&mandate=Statute"
    answer = mayor.post(path, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {303, 422}
    assert "\x00" not in newest().signer_name


def test_a_stale_form_shows_both_versions_and_keeps_what_was_typed(mayor, as_person, newest):
    signature = newest()
    path = f"/en/signatures/{signature.id}/mandate"
    answer = as_person("officer").post(
        path, data={"version": signature.version, "name": "Theirs", "office": "Mayor", "mandate": "Statute"}
    )
    assert answer.status_code == 303
    mine = {"version": signature.version, "name": "Mine", "office": "Mayor", "mandate": "Statute"}
    answer = mayor.post(path, data=mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    assert newest().signer_name == "Theirs"
    assert mayor.post(path, data={**mine, "version": hidden(answer, "version")}).status_code == 303
    assert newest().signer_name == "Mine"


def test_a_second_signature_is_refused_with_the_way_to_the_first(app, mayor, as_person, in_review):
    answer = mayor.post(CITY)
    assert answer.status_code == 409
    assert "already under way" in answer.text
    assert f"/en/signatures/{in_review.id}" in answer.text
    step(as_person("coordinator"), in_review, "publish")
    answer = mayor.post(CITY)
    assert answer.status_code == 409
    assert "in force" in answer.text
    assert count(app, Signature) == 1


def test_the_check_holds_for_what_was_read(in_review, as_person):
    answer = step(as_person("coordinator"), in_review, "publish", seen_hash="0" * 64)
    assert answer.status_code == 409
    assert "has changed since you read it" in answer.text


def test_nobody_checks_what_they_wrote(as_person, newest):
    own = start(as_person("everything"))
    fill(own, newest())
    sign_on_screen(own, newest())
    assert step(own, newest(), "submit").status_code == 303
    page = own.get(f"/en/signatures/{newest().id}")
    assert "a second person has to approve it" in page.text
    answer = step(own, newest(), "publish", seen_hash="")
    assert answer.status_code in {403, 409}
    seen = re.search(
        r'name="seen_hash" value="([0-9a-f]{64})"', as_person("coordinator").get(f"/en/signatures/{newest().id}").text
    )[1]
    answer = own.post(
        f"/en/signatures/{newest().id}/steps", data={"transition": "publish", "version": newest().version, "seen_hash": seen}
    )
    assert answer.status_code == 403
    assert newest().state == "review"
    assert step(as_person("coordinator"), newest(), "publish").status_code == 303


def test_withdrawing_what_was_public(app, in_review, as_person, newest):
    step(as_person("coordinator"), in_review, "publish")
    mayor = as_person("mayor")
    assert step(mayor, in_review, "withdraw", "").status_code == 409
    assert step(mayor, in_review, "withdraw", "The council decided so.").status_code == 303
    assert (newest().state, newest().withdrawn_on) == ("withdrawn", today())
    with app.app_context():
        assert "charter_withdrawn" in set(db.session.scalars(select(TimelineEntry.key)))


def test_files_go_to_who_may_see_them_only(in_review, as_person):
    path = f"/en/signatures/{in_review.id}/files/council-decision"
    answer = as_person("coordinator").get(path)
    assert answer.status_code == 200
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert as_person("mayor_elsewhere").get(path).status_code == 404
    assert as_person("nobody").get(path).status_code == 404


@pytest.mark.parametrize("language", ["en", "de", "ar-xb"])
def test_every_page_stands_in_every_language(mayor, as_person, newest, language):
    fill(mayor, newest())
    sign_on_screen(mayor, newest())
    base = f"/{language}/signatures/{newest().id}"
    pages = [
        "",
        "/history",
        "/council-decision",
        "/notification",
        "/ceremony",
        "/mandate",
        "/sign",
        "/deed",
        "/signed-deed",
        "/receipt",
    ]
    for path in [base + page for page in pages] + [f"/{language}/signatures", f"/{language}/cities/vienna/signature"]:
        assert mayor.get(path).status_code == 200, path
    assert mayor.get(f"/{language}/cities/vienna/signature/renewal").status_code == 200
    assert mayor.get(f"/{language}/cities/vienna/signature/delay").status_code == 200
    assert mayor.get(f"/{language}/work").status_code == 200


def test_a_deed_signed_this_morning_is_not_signed_in_the_future(as_person, newest):
    with time_machine.travel(datetime(2030, 3, 4, 7, 30, tzinfo=UTC), tick=False):
        mayor = start(as_person("mayor"))
        fill(mayor, newest(), decided=today())
        data = {"version": newest().version, "language": "en", "signed_on": "2030-03-04", "upload": pdf("deed.pdf")}
        assert mayor.post(f"/en/signatures/{newest().id}/signed-deed", data=data).status_code == 303
        assert newest().signed_at == datetime(2030, 3, 4, 7, 30, tzinfo=UTC)
