"""Whatever is changed behind the portal's back is named by ``icportal verify``, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from content.conftest import Place, officer, published, reviewer, submit_and_approve, written
from sqlalchemy import text

from icportal.cli.verify import findings
from icportal.content import services
from icportal.core.db import db

pytestmark = pytest.mark.databases


@pytest.fixture
def history(place: Place) -> Iterator[dict[str, int]]:
    """A text with several revisions, moves and log entries, and a second one beside it. All is well with them."""
    version = published(place, "Honest")
    services.save_source(version, {"title": "Honest still"}, actor=officer(place), seen=version.version)
    services.save_source(version, {"title": "Honest to the end"}, actor=officer(place), seen=version.version)
    submit_and_approve(version, officer(place), reviewer())
    services.save_source(version, {"title": "Next"}, actor=officer(place), seen=version.version)
    other = written(place, "Another")
    db.session.commit()
    assert findings() == []
    yield {"version": version.id, "other": other.id, "item": version.item_id, "city": place.own}
    db.session.rollback()


def run(*statements: str) -> list[str]:
    """Change the database by hand, foreign keys and all, and ask what ``verify`` says. Nothing is kept."""
    db.session.rollback()
    connection = db.session.connection()
    for statement in statements:
        changed = connection.execute(text(statement)).rowcount
        assert changed, f"nothing was changed by {statement}"
    db.session.expire_all()
    found = findings()
    db.session.rollback()
    return found


def columns(table: str, *without: str) -> str:
    return ", ".join(column.name for column in db.metadata.tables[table].columns if column.name not in without)


NEWEST_EVENT = "id = (SELECT max(id) FROM workflow_event WHERE subject_id = {version})"
NEWEST_ENTRY = "position = (SELECT max(position) FROM audit_entry WHERE chain = {city}) AND chain = {city}"

CASES = {
    "audit: an entry edited": ("audit", ["UPDATE audit_entry SET actor_id = 99 WHERE chain = {city} AND position = 3"]),
    "audit: what it says edited": ("audit", ["UPDATE audit_entry SET after = '{{}}' WHERE chain = {city} AND position = 2"]),
    "audit: an entry removed": ("audit", ["DELETE FROM audit_entry WHERE chain = {city} AND position = 3"]),
    "audit: the first removed": ("audit", ["DELETE FROM audit_entry WHERE chain = {city} AND position = 1"]),
    "audit: the newest removed": ("audit", ["DELETE FROM audit_entry WHERE {newest_entry}"]),
    "audit: all removed": ("audit", ["DELETE FROM audit_entry WHERE chain = {city}"]),
    "audit: the newest removed and the count mended": (
        "audit|revision",
        [
            "DELETE FROM audit_entry WHERE {newest_entry}",
            "UPDATE audit_chain SET length = length - 1, head = (SELECT hash FROM audit_entry WHERE {newest_entry}) WHERE chain = {city}",
        ],
    ),
    "audit: an entry put in": (
        "audit",
        ["INSERT INTO audit_entry ({entry}, position) SELECT {entry}, position + 100 FROM audit_entry WHERE {newest_entry}"],
    ),
    "audit: two entries exchanged": (
        "audit",
        [
            "UPDATE audit_entry SET position = 1000 WHERE chain = {city} AND position = 2",
            "UPDATE audit_entry SET position = 2 WHERE chain = {city} AND position = 3",
            "UPDATE audit_entry SET position = 3 WHERE chain = {city} AND position = 1000",
        ],
    ),
    "event: edited": ("workflow event", ["UPDATE workflow_event SET actor_id = 99 WHERE {newest_event}"]),
    "event: moved in time": ("workflow event", ["UPDATE workflow_event SET at = '2001-01-01 00:00:00' WHERE {newest_event}"]),
    "event: removed": ("workflow", ["DELETE FROM workflow_event WHERE subject_id = {version} AND position = 2"]),
    "event: the newest removed": ("{version}", ["DELETE FROM workflow_event WHERE {newest_event}"]),
    "event: the newest removed and the state with it": (
        "{version}",
        [
            "DELETE FROM workflow_event WHERE {newest_event}",
            "UPDATE content_language_version SET state = 'published' WHERE id = {version}",
        ],
    ),
    "event: all removed and the state with them": (
        "{version}",
        [
            "DELETE FROM workflow_event WHERE subject_id = {version}",
            "UPDATE content_language_version SET state = 'draft' WHERE id = {version}",
        ],
    ),
    "event: put in": (
        "workflow",
        ["INSERT INTO workflow_event ({event}, position) SELECT {event}, position + 1 FROM workflow_event WHERE {newest_event}"],
    ),
    "event: given to another text": ("workflow event", ["UPDATE workflow_event SET subject_id = {other} WHERE {newest_event}"]),
    "event: two exchanged": (
        "workflow event",
        [
            "UPDATE workflow_event SET position = 1000 WHERE subject_id = {version} AND position = 1",
            "UPDATE workflow_event SET position = 1 WHERE subject_id = {version} AND position = 2",
            "UPDATE workflow_event SET position = 2 WHERE subject_id = {version} AND position = 1000",
        ],
    ),
    "revision: its text edited": (
        "revision",
        ["UPDATE content_revision SET body = '{{\"title\": \"Forged\"}}' WHERE language_version_id = {version} AND number = 1"],
    ),
    "revision: its author edited": (
        "revision",
        ["UPDATE content_revision SET author_id = 99 WHERE language_version_id = {version} AND number = 4"],
    ),
    "revision: the newest removed": (
        "revision",
        [
            "UPDATE content_language_version SET head_id = published_id WHERE id = {version}",
            "DELETE FROM content_revision WHERE language_version_id = {version} AND number = 4",
        ],
    ),
    "revision: one put in": (
        "revision",
        [
            (
                "INSERT INTO content_revision ({revision}, number) SELECT {revision}, 5 FROM content_revision"
                " WHERE language_version_id = {version} AND number = 4"
            )
        ],
    ),
    "revision: two exchanged": (
        "revision",
        [
            "UPDATE content_revision SET number = 1000 WHERE language_version_id = {version} AND number = 1",
            "UPDATE content_revision SET number = 1 WHERE language_version_id = {version} AND number = 2",
            "UPDATE content_revision SET number = 2 WHERE language_version_id = {version} AND number = 1000",
        ],
    ),
    "state: edited": ("content_language_version {version}", ["UPDATE content_language_version SET state = 'published' WHERE id = {version}"]),
    "state: of a text without history": (
        "content_language_version {other}",
        ["UPDATE content_language_version SET state = 'published' WHERE id = {other}"],
    ),
    "published: another revision than the approved": (
        "content_language_version {version}",
        ["UPDATE content_language_version SET published_id = head_id WHERE id = {version}"],
    ),
    "published: a text nobody approved": (
        "content_language_version {other}",
        ["UPDATE content_language_version SET published_id = head_id WHERE id = {other}"],
    ),
    "published: the author's words counted as approved": (
        "content_language_version {version}",
        ["UPDATE content_language_version SET approved_number = 4 WHERE id = {version}"],
    ),
    "published: what readers see": (
        "content_language_version {version}",
        ["UPDATE content_projection SET title = 'Forged' WHERE language_version_id = {version}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_named(history: dict[str, int], case: str) -> None:
    named, statements = CASES[case]
    words = {
        **history,
        "entry": columns("audit_entry", "id", "position"),
        "event": columns("workflow_event", "id", "position"),
        "revision": columns("content_revision", "id", "number"),
        "newest_event": NEWEST_EVENT.format(**history),
        "newest_entry": NEWEST_ENTRY.format(**history),
    }
    found = run(*(statement.format(**words) for statement in statements))
    assert any(name in line for line in found for name in named.format(**history).split("|")), found
