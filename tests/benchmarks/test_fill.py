from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import delete, select, update

from benchmarks import fill, queries
from icportal.cities.loading import load_cities
from icportal.cities.models import City
from icportal.content import services as content
from icportal.content.models import ContentItem, LanguageVersion, Posting, Projection, Revision, Shelf
from icportal.content.queries import answers as answers_of
from icportal.core.actors import Actor, Grant, Role
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.practices import services as practices
from icportal.practices.models import Practice
from icportal.web.cycle import commit

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def actor(number, *grants):
    return Actor(id=number, name="Ada Example", email="ada@example.org", grants=frozenset(grants))


def by_services(sample):
    """The same practice written, translated, approved and published by people."""
    city = db.session.get(City, sample.city)
    author = actor(fill.AUTHOR, Grant(Role.CITY_OFFICER, city_id=city.id), Grant(Role.TRANSLATOR))
    reviewer = actor(2, Grant(Role.COORDINATOR))
    bodies = dict(sample.bodies)
    practice = practices.create_practice(actor=author, city=city, language=sample.source, title=bodies[sample.source]["title"])
    practice.commitments, practice.themes = list(sample.commitments), list(sample.themes)
    version = practice.item.source
    content.save_source(version, bodies[sample.source], actor=author, seen=version.version)
    publish(version, author, reviewer)
    for language, body in list(bodies.items())[1:]:
        version = content.start_translation(practice.item, language, actor=author)
        segments = fill._segments(bodies[sample.source], body)
        answers = answers_of(version)
        targets = {
            f"{place}.{answer.source_hash}": segment["text"]
            for place, (answer, segment) in enumerate(zip(answers, segments, strict=True))
        }
        content.save_translation(version, targets, actor=author, seen=version.version)
        publish(version, author, reviewer)
    commit()


def publish(version, author, reviewer):
    content.submit(version, actor=author)
    content.approve(version, actor=reviewer, seen_hash=version.head.sha256)


def rows(model, keys):
    """All rows of a table, with keys replaced by the order in which they were given and what counts changes left out."""
    found = []
    for row in db.session.execute(select(*model.__table__.columns)).mappings():
        values = {name: value for name, value in row.items() if name != "version"}
        found.append(
            {name: keys.get((name, value), value) if isinstance(value, int) else value for name, value in values.items()}
        )
    return sorted(found, key=repr)


def everything():
    """What the tables hold, with rows named by what they are instead of by number."""
    keys = {}
    for item in db.session.execute(select(ContentItem.id, ContentItem.slug)):
        keys |= {("item_id", item.id): item.slug}
    versions = {row.id: row.language for row in db.session.execute(select(LanguageVersion.id, LanguageVersion.language))}
    revisions = db.session.execute(select(Revision.id, Revision.language_version_id, Revision.number))
    named = {row.id: f"{versions[row.language_version_id]} {row.number}" for row in revisions}
    for number, language in versions.items():
        keys[("language_version_id", number)] = language
    for number, name in named.items():
        keys |= {
            (column, number): name for column in ("head_id", "published_id", "parent_id", "revision_id", "source_revision_id")
        }
    found = {}
    for model in (ContentItem, LanguageVersion, Revision, Practice, Projection, Shelf, Posting):
        listed = rows(model, keys)
        for row in listed:
            # A revision's hash covers the key of its parent, which differs between two databases.
            row.pop("id", None)
            row.pop("sha256", None)
        found[model.__tablename__] = sorted(listed, key=repr)
    return found


@pytest.mark.databases
@time_machine.travel(MOMENT, tick=False)
def test_a_bulk_made_practice_is_what_the_services_write(app):
    with app.app_context():
        load_cities()
        commit()
        city = db.session.scalars(select(City.id).order_by(City.id).limit(1)).one()
        sample = fill.invent(0, [city], ["health", "housing"], MOMENT)
        by_services(sample)
        expected = everything()
        db.session.execute(update(LanguageVersion).values(head_id=None, published_id=None, updated_at=MOMENT))
        for model in (Posting, Shelf, Projection, Practice, Revision, LanguageVersion, ContentItem):
            db.session.execute(delete(model))
        commit()
        fill.fill_with([sample])
        assert everything() == expected
        hashes = [revision.sha256 == sha256(revision.content()) for revision in db.session.scalars(select(Revision))]
        assert len(hashes) == 4
        assert all(hashes)


@pytest.mark.databases
def test_a_page_of_twenty_rows_asks_no_more_than_a_page_of_one(app, tmp_path):
    pages = ["/en/practices", "/en/practices?commitment={commitment}", f"/en/practices?q={fill.COMMON}", "/en/practices/{slug}"]
    with app.app_context():
        load_cities()
        commit()
        fill.fill(1)
        row = db.session.execute(select(Projection.slug, Projection.facts)).first()
    values = {"slug": row.slug, "commitment": row.facts["commitments"][0]}
    app.extensions["page_cache"].pages.clear()
    one = [queries.asked(app, page.format(**values)) for page in pages]
    with app.app_context():
        cities = list(db.session.scalars(select(City.id).order_by(City.id)))
        fill.fill_with([fill.invent(number, cities, ["health", "housing"], MOMENT) for number in range(1, 60)])
    many = [queries.asked(app, page.format(**values)) for page in pages]
    assert one == many
    assert max(many) <= 2


def test_the_same_number_makes_the_same_practice():
    assert fill.invent(7, [1, 2], ["a", "b"], MOMENT) == fill.invent(7, [1, 2], ["a", "b"], MOMENT)
    assert fill.invent(7, [1, 2], ["a", "b"], MOMENT) != fill.invent(8, [1, 2], ["a", "b"], MOMENT)
