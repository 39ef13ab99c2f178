"""The shipped facts come in once and never come back over what people changed."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import func, select

from icportal.charter import wording
from icportal.charter.flow import SIGNATURE
from icportal.charter.models import CharterVersion, Signature
from icportal.cities.models import City, TimelineEntry
from icportal.cli.data import load_all
from icportal.core.db import db
from icportal.workflow import engine


@pytest.fixture
def loaded(seeded_app):
    with seeded_app.app_context():
        yield


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.usefixtures("loaded")
def test_everything_shipped_is_there():
    assert (count(City), count(Signature), count(CharterVersion)) == (52, 44, 2)


@pytest.mark.usefixtures("loaded")
def test_second_load_adds_nothing_changes_nothing_and_takes_no_time():
    city = db.session.scalars(select(City).where(City.key == "vienna")).one()
    city.mayor, city.names = "Somebody Else", {"de": "Wien an der Donau"}
    entry = db.session.scalars(select(TimelineEntry).where(TimelineEntry.city_id == city.id)).first()
    entry.source = "corrected by hand"
    db.session.commit()
    numbers = (count(City), count(Signature), count(TimelineEntry))

    begun = time.perf_counter()
    added = load_all()
    taken = time.perf_counter() - begun
    db.session.commit()
    db.session.expire_all()

    assert set(added.values()) == {0}
    assert taken < 0.3
    assert (count(City), count(Signature), count(TimelineEntry)) == numbers
    assert (city.mayor, city.names, entry.source) == ("Somebody Else", {"de": "Wien an der Donau"}, "corrected by hand")


@pytest.mark.usefixtures("loaded")
def test_a_withdrawn_historic_signature_does_not_come_back():
    signature = db.session.scalars(select(Signature).limit(1)).one()
    city_id = signature.city_id
    signature.source = "looked at again"
    db.session.commit()

    load_all()

    assert [s.source for s in db.session.scalars(select(Signature).where(Signature.city_id == city_id))] == ["looked at again"]


@pytest.mark.usefixtures("loaded")
def test_historic_signatures_went_through_the_workflow():
    signatures = list(db.session.scalars(select(Signature)))
    for signature in signatures:
        assert [event.transition for event in engine.history(SIGNATURE, signature.id)] == ["adopt"]
        assert signature.state == "published"
    assert list(engine.tampered()) == []


@pytest.mark.usefixtures("loaded")
def test_versions_fix_the_text_of_every_language():
    for version in db.session.scalars(select(CharterVersion)):
        assert version.hashes == wording.hashes(version.key)
        assert sorted(version.hashes) == ["de", "en", "es", "fr", "it", "nl"]
        assert len(set(version.hashes.values())) == 6
