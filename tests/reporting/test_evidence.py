"""Evidence of a city: what it has to say, who keeps it, where it is used, and the warning before it expires."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import ApartClient, PortalClient
from reporting_world import World, attach, fill, make_world
from sqlalchemy import select

from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.reporting import evidence, responses
from icportal.reporting.enums import EvidenceKind, Visibility
from icportal.reporting.models import Evidence
from icportal.reporting.services import evidence as services
from icportal.reporting.services.evidence import EvidenceFacts, Upload

HERE = "/en/work/reporting/evidence/oulu"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield make_world()
        db.session.rollback()


def facts(**more: Any) -> EvidenceFacts:
    return EvidenceFacts(**{"kind": EvidenceKind.LINK, "title": "Decision", "url": "https://oulu.example/decision", **more})


def add(world: World, **more: Any) -> Evidence:
    upload = more.pop("upload", None)
    made = services.add_evidence(world.city("oulu"), facts(**more), actor=world.officer("oulu"), upload=upload)
    db.session.commit()
    return made


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": " "}, "title"),
    ({"url": "javascript:alert(1)"}, "url"),
    ({"kind": EvidenceKind.STATEMENT, "text": ""}, "text"),
    ({"kind": EvidenceKind.FILE}, "file"),
    ({"kind": "rumour"}, "kind"),
    ({"visibility": "everyone"}, "visibility"),
    ({"period_from": today(), "period_to": today() - timedelta(days=1)}, "period_to"),
    ({"effective_on": today(), "expires_on": today()}, "expires_on"),
]


def test_what_does_not_hold_together_is_refused_at_its_field(world: World) -> None:
    for more, field in WRONG:
        with pytest.raises(FieldErrors) as refused:
            add(world, **more)
        assert field in dict(refused.value.problems)


def test_a_file_is_what_its_bytes_are(world: World) -> None:
    with pytest.raises(DomainError) as refused:
        add(world, kind=EvidenceKind.FILE, upload=Upload(io.BytesIO(b"MZ\x90 a program"), "decision.pdf"))
    assert refused.value.field == "file"


def test_only_the_city_keeps_its_evidence(world: World) -> None:
    made = add(world)
    for actor in (world.officer("vienna"), world.coordinator):
        with pytest.raises(NotAllowed):
            services.add_evidence(world.city("oulu"), facts(), actor=actor)
        with pytest.raises(NotAllowed):
            services.edit_evidence(made, facts(), actor=actor, seen=made.version)
    with pytest.raises(NotFound):
        evidence.get_evidence(world.cities["oulu"], made.id, actor=world.officer("vienna"))
    with pytest.raises(NotFound):
        services.attach_evidence(world.response("vienna"), "c01_grade", made.id, actor=world.officer("vienna"))


def test_two_people_see_both_versions(world: World) -> None:
    made = add(world)
    services.edit_evidence(made, facts(title="Theirs"), actor=world.officer("oulu"), seen=made.version)
    db.session.commit()
    with pytest.raises(Stale) as refused:
        services.edit_evidence(made, facts(title="Mine"), actor=world.officer("oulu"), seen=1)
    assert ("title", "Mine", "Theirs") in refused.value.differences


def test_what_is_attached_replaces_the_word_that_there_is_none(world: World) -> None:
    response, made = world.response("oulu"), add(world)
    fill(response, {"c01_grade": "fully"})
    for _twice in range(2):
        services.attach_evidence(response, "c01_grade", made.id, actor=world.officer("oulu"))
    db.session.commit()
    assert [each.id for each in responses.evidence_of(response)["c01_grade"]] == [made.id]
    assert not responses.answers_of(response)["c01_grade"].no_evidence


def test_the_list_knows_where_each_is_used_and_only_the_unused_is_removed(world: World) -> None:
    used = attach(world.response("oulu"), "c01_grade", title="Used")
    unused = add(world, title="Unused")
    items = {item.evidence.title: item for item in evidence.bank(world.cities["oulu"])}
    assert [use.question for use in items["Used"].uses] == ["c01_grade"]
    assert items["Unused"].uses == ()
    with pytest.raises(DomainError):
        services.remove_evidence(used, actor=world.officer("oulu"))
    services.remove_evidence(unused, actor=world.officer("oulu"))
    assert [item.evidence.title for item in evidence.bank(world.cities["oulu"])] == ["Used"]


@pytest.mark.databases
def test_officers_are_warned_a_week_and_a_day_before_once_each(world: World) -> None:
    assert world.officer("oulu").id
    day = today()
    made = add(world, expires_on=day + timedelta(days=30))
    warned = [offset for offset in range(32) if services.warn_of_expiry(day + timedelta(days=offset))]
    assert warned == [23, 29]
    assert services.warn_of_expiry(day + timedelta(days=29)) == 0
    # A worker that slept through the week warns once when it wakes, not twice.
    services.edit_evidence(made, facts(expires_on=day + timedelta(days=60)), actor=world.officer("oulu"), seen=made.version)
    assert services.warn_of_expiry(day + timedelta(days=59)) == 1
    assert services.warn_of_expiry(day + timedelta(days=59)) == 0
    mail = db.session.scalars(select(Mail)).first()
    assert mail is not None
    assert "Decision" in mail.text
    assert f"/work/reporting/evidence/oulu/{made.id}" in mail.text


def test_the_pages_add_show_and_correct_it(app: Flask, world: World) -> None:
    app.test_client_class = ApartClient
    officer: PortalClient = app.test_client()
    officer.sign_in(world.officer("oulu").id or 0)
    assert "No evidence yet" in officer.get(HERE).get_data(as_text=True)
    form = {"title": "Decision", "url": "https://oulu.example", "visibility": "public", "language": "fi", "text": "", "owner": ""}
    refused = officer.post(f"{HERE}/new", data={**form, "title": ""})
    assert refused.status_code == 422
    assert 'href="#title"' in refused.get_data(as_text=True)
    soon = today() + timedelta(days=20)
    assert officer.post(f"{HERE}/new", data={**form, "expires_on": soon.isoformat()}).status_code == 303
    page = officer.get(HERE).get_data(as_text=True)
    assert "expires on" in page
    made = db.session.scalars(select(Evidence)).one()
    assert (made.kind, made.language, made.visibility, made.expires_on) == (EvidenceKind.LINK, "fi", Visibility.PUBLIC, soon)
    assert officer.post(f"{HERE}/{made.id}", data={**form, "title": "Better", "version": made.version}).status_code == 303
    overtaken = officer.post(f"{HERE}/{made.id}", data={**form, "title": "Second tab", "version": 1})
    assert overtaken.status_code == 409
    assert "Better" in overtaken.get_data(as_text=True)
    assert 'value="Second tab"' in overtaken.get_data(as_text=True)
    assert officer.get(f"{HERE}/{made.id}/file").status_code == 404
    other: PortalClient = app.test_client()
    other.sign_in(world.officer("vienna").id or 0)
    assert {other.get(HERE).status_code, other.get(f"{HERE}/{made.id}").status_code} == {404}
