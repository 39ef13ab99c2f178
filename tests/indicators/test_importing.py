"""A workbook comes in: what it would change is shown, and only that is ever written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import import_world as w
import pytest
from flask import Flask
from import_world import book, row
from sqlalchemy import func, select

from icportal.core import queue
from icportal.core.audit import AuditEntry
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.core.queue import Job, JobState
from icportal.indicators import imports, services
from icportal.indicators.enums import BatchState, DeliveryState, How, Missing
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.findings import Finding
from icportal.indicators.models import Delivery, ImportBatch, ImportCell, Observation
from icportal.indicators.services import importing, opening


@pytest.fixture
def world(seeded_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    yield from w.opened_by_hand(seeded_app, monkeypatch)


def outcomes(batch: ImportBatch) -> dict[str, str]:
    return {cell.cell: cell.outcome for cell in db.session.scalars(select(ImportCell).where(ImportCell.batch_id == batch.id))}


def codes(batch: ImportBatch, cell: str, which: str) -> list[str]:
    found = db.session.scalars(select(ImportCell).where(ImportCell.batch_id == batch.id, ImportCell.cell == cell)).one()
    return [each["code"] for each in getattr(found, which)]


@pytest.mark.databases
def test_every_cell_gets_its_outcome_and_nothing_is_written_before_it_is_accepted(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    w.type_in(world, "8", breakdown="origin=eu_born")
    batch = w.upload(
        world,
        book(
            world,
            row("I3", 21, seen=1),
            row("I4", 8, breakdown="origin=eu_born", seen=1),
            row("I5", 13, breakdown="origin=non_eu_born"),
            row("I6", "twelve", breakdown="sex=f", problem="cell.not_number"),
            row("I7", None, breakdown="sex=m"),
        ),
    )
    assert outcomes(batch) == {"I3": "changed", "I4": "unchanged", "I5": "new", "I6": "refused"}
    assert {name: batch.counts.get(name, 0) for name in ("new", "changed", "unchanged", "refused")} == {
        "new": 1, "changed": 1, "unchanged": 1, "refused": 1,
    }  # fmt: skip
    assert batch.state == BatchState.CHECKED
    assert w.values(world) == {("POP01", ""): "20", ("POP01", "origin=eu_born"): "8"}


@pytest.mark.databases
def test_accepting_writes_new_versions_that_name_the_import(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    batch = w.taken_over(world, row("I3", 21, seen=1), row("I4", 8, breakdown="origin=eu_born"))
    assert w.values(world) == {("POP01", ""): "21", ("POP01", "origin=eu_born"): "8"}
    newest, before = w.versions(world)
    assert (newest.number, newest.how, newest.batch_id, newest.author_id) == (2, How.IMPORTED, batch.id, world.people["paula"])
    assert (before.number, before.current) == (1, False)
    assert batch.state == BatchState.ACCEPTED
    assert batch.result["written"] == 2
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"indicators.import:receive", "indicators.import:accept"} <= actions


def test_an_empty_cell_changes_nothing_and_delete_takes_a_value_back(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    w.type_in(world, "8", breakdown="origin=eu_born")
    w.taken_over(world, row("I3", None, seen=1), row("I4", "delete", breakdown="origin=eu_born", seen=1))
    assert w.values(world) == {("POP01", ""): "20", ("POP01", "origin=eu_born"): Missing.REMOVED}
    assert outcomes(w.upload(world, book(world, row("I4", "delete", breakdown="sex=f")))) == {"I4": "unchanged"}


def test_a_refused_cell_blocks_the_whole_until_it_is_left_out_by_choice(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 21), row("I4", "x", breakdown="sex=f", problem="cell.not_number")))
    with pytest.raises(DomainError, match="One cell is refused"):
        w.accept(world, batch)
    db.session.rollback()
    assert w.values(world) == {}
    w.accept(world, batch, only_good=True)
    assert w.values(world) == {("POP01", ""): "21"}
    assert (batch.result["written"], batch.result["left_out"]) == (1, 1)


def test_the_same_file_again_changes_nothing_and_says_so(world: SimpleNamespace) -> None:
    data = book(world, row("I3", 21), row("I4", 8, breakdown="origin=eu_born"))
    w.accept(world, w.upload(world, data))
    number = db.session.scalar(select(func.count(Observation.id)))
    again = w.upload(world, data)
    assert set(outcomes(again).values()) == {"unchanged"}
    (sentence,) = imports.sentences_of(again)
    assert "already imported" in sentence
    assert "Paula" in sentence
    with pytest.raises(DomainError, match="nothing to take over"):
        w.accept(world, again)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Observation.id))) == number


def test_the_same_file_after_an_edit_does_not_claim_that_nothing_would_change(world: SimpleNamespace) -> None:
    data = book(world, row("I3", 21))
    w.accept(world, w.upload(world, data))
    w.type_in(world, "22")
    again = w.upload(world, data)
    assert outcomes(again) == {"I3": "conflict"}
    assert [each["code"] for each in again.problems] == ["plan.already_changed"]


def test_a_value_changed_since_the_workbook_was_made_has_to_be_chosen(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    data = book(world, row("I3", 21, seen=1))
    w.type_in(world, "22")
    batch = w.upload(world, data)
    assert outcomes(batch) == {"I3": "conflict"}
    (shown,) = imports.conflicts(batch)
    assert (shown.before.text, shown.after.text, shown.who) == ("22%", "21%", "Piet")  # type: ignore[union-attr]
    with pytest.raises(DomainError, match="Choose for every value"):
        w.accept(world, batch)
    db.session.rollback()
    w.accept(world, batch, choices={shown.id: importing.THEIRS})
    assert w.values(world) == {("POP01", ""): "22"}
    other = w.upload(world, book(world, row("I3", 21, seen=1)))
    w.accept(world, other, choices={imports.conflicts(other)[0].id: importing.MINE})
    assert w.values(world) == {("POP01", ""): "21"}


def test_a_cell_nobody_touched_does_not_set_back_what_was_changed_since(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    data = book(world, row("I3", 20, seen=1))
    w.type_in(world, "22")
    batch = w.upload(world, data)
    assert outcomes(batch) == {"I3": "unchanged"}
    assert codes(batch, "I3", "notes") == ["plan.older"]


def test_a_value_changed_and_changed_back_is_no_conflict(world: SimpleNamespace) -> None:
    for amount in ("20", "22", "20"):
        w.type_in(world, amount)
    assert outcomes(w.upload(world, book(world, row("I3", 21, seen=1)))) == {"I3": "changed"}


def test_mending_ones_own_earlier_file_is_no_conflict(world: SimpleNamespace) -> None:
    w.taken_over(world, row("I3", 21))
    batch = w.upload(world, book(world, row("I3", 23)))
    assert outcomes(batch) == {"I3": "changed"}
    assert codes(batch, "I3", "notes") == ["plan.own"]
    assert outcomes(w.upload(world, book(world, row("I3", 23)), "piet")) == {"I3": "conflict"}


def test_without_the_hidden_column_nothing_is_known_of_versions(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    assert outcomes(w.upload(world, book(world, row("I3", 21, seen=None)))) == {"I3": "changed"}


def test_the_same_value_twice_in_a_file(world: SimpleNamespace) -> None:
    same = w.upload(world, book(world, row("I3", 21), row("I9", 21)))
    assert outcomes(same) == {"I3": "new", "I9": "unchanged"}
    other = w.upload(world, book(world, row("I3", 21), row("I9", 22)), "piet")
    assert outcomes(other) == {"I3": "refused", "I9": "refused"}
    assert codes(other, "I3", "problems") == ["plan.twice"]
    w.accept(world, same)
    assert w.values(world) == {("POP01", ""): "21"}


@pytest.mark.databases
def test_what_is_accepted_is_what_was_shown(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 21), row("I4", 8, breakdown="origin=eu_born")))
    seen = batch.plan_digest
    w.type_in(world, "30")
    with pytest.raises(Stale):
        w.accept(world, batch, seen_digest=seen)
    db.session.rollback()
    assert w.values(world) == {("POP01", ""): "30"}
    services.check_import_again(batch, actor=w.actor(world, "paula"))
    db.session.commit()
    assert batch.plan_digest != seen
    assert outcomes(batch) == {"I3": "conflict", "I4": "new"}


def test_accepting_twice_is_accepting_once(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 21)))
    w.accept(world, batch)
    w.accept(world, batch)
    assert len(w.versions(world)) == 1
    with pytest.raises(InvalidTransition):
        services.discard_import(batch, actor=w.actor(world, "paula"))


@pytest.mark.databases
def test_an_acceptance_that_fails_half_way_changes_nothing(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = w.upload(world, book(world, row("I3", 21), row("I4", 8, breakdown="origin=eu_born")))

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(importing, "close_accepted", fail)
    with pytest.raises(RuntimeError):
        w.accept(world, batch)
    db.session.rollback()
    assert w.values(world) == {}
    assert db.session.get_one(ImportBatch, batch.id, populate_existing=True).state == BatchState.CHECKED


def test_giving_up_writes_nothing_and_can_be_said_twice(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 21)))
    for _again in range(2):
        services.discard_import(batch, actor=w.actor(world, "paula"))
        db.session.commit()
    assert batch.state == BatchState.DISCARDED
    with pytest.raises(InvalidTransition):
        w.accept(world, batch)
    assert w.values(world) == {}


# --- undoing ------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_undoing_restores_what_stood_before_and_keeps_later_edits(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    batch = w.taken_over(
        world,
        row("I3", 21, seen=1),
        row("I4", 8, breakdown="origin=eu_born"),
        row("I5", 13, breakdown="origin=non_eu_born"),
    )
    w.type_in(world, "14", breakdown="origin=non_eu_born")
    services.undo_import(batch, actor=w.actor(world, "paula"))
    db.session.commit()
    assert w.values(world) == {
        ("POP01", ""): "20",
        ("POP01", "origin=eu_born"): Missing.REMOVED,
        ("POP01", "origin=non_eu_born"): "14",
    }
    assert [each.how for each in w.versions(world)] == [How.UNDONE, How.IMPORTED, How.TYPED]
    assert batch.result["undo"]["restored"] == 2
    (kept,) = imports.kept_of(batch)
    assert (kept.breakdown, kept.who) == ("born outside the EU", "Piet")
    assert batch.state == BatchState.UNDONE
    number = db.session.scalar(select(func.count(Observation.id)))
    services.undo_import(batch, actor=w.actor(world, "paula"))
    assert db.session.scalar(select(func.count(Observation.id))) == number


def test_what_was_undone_can_be_imported_once_more(world: SimpleNamespace) -> None:
    data = book(world, row("I3", 21))
    batch = w.upload(world, data)
    w.accept(world, batch)
    services.undo_import(batch, actor=w.actor(world, "paula"))
    db.session.commit()
    again = w.upload(world, data)
    assert outcomes(again) == {"I3": "new"}
    assert again.problems == []
    w.accept(world, again)
    assert w.values(world) == {("POP01", ""): "21"}


def test_only_an_accepted_import_can_be_undone(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 21)))
    with pytest.raises(InvalidTransition):
        services.undo_import(batch, actor=w.actor(world, "paula"))


# --- the delivery -------------------------------------------------------------------------------------------


def publish(world: SimpleNamespace) -> Delivery:
    delivery = services.delivery_of(world.cities[w.CITY], w.YEAR)
    for name, who in (("submit", "paula"), ("publish", "coordinator")):
        services.move(delivery, name, actor=w.actor(world, who), seen=delivery.version, seen_hash=services.digest(delivery))
        db.session.commit()
    return delivery


def test_importing_into_a_published_delivery_makes_it_a_draft_and_says_so(world: SimpleNamespace) -> None:
    first = w.taken_over(world, row("I3", 21))
    assert first.result["reopened"] is False
    delivery = publish(world)
    batch = w.upload(world, book(world, row("I3", 22, seen=1)))
    assert delivery.state == DeliveryState.PUBLISHED
    w.accept(world, batch)
    assert delivery.state == DeliveryState.DRAFT
    assert batch.result["reopened"] is True


def test_while_the_delivery_is_in_review_nothing_comes_in(world: SimpleNamespace) -> None:
    batch = w.taken_over(world, row("I3", 21))
    other = w.upload(world, book(world, row("I4", 8, breakdown="origin=eu_born")))
    delivery = services.delivery_of(world.cities[w.CITY], w.YEAR)
    services.move(delivery, "submit", actor=w.actor(world, "paula"), seen=delivery.version)
    db.session.commit()
    for act in (
        lambda: w.upload(world, book(world, row("I3", 30))),
        lambda: w.accept(world, other),
        lambda: services.undo_import(batch, actor=w.actor(world, "paula")),
    ):
        with pytest.raises(InvalidTransition, match="in review"):
            act()
        db.session.rollback()
    assert w.values(world) == {("POP01", ""): "21"}


def test_only_the_citys_officers_and_coordinators_import(world: SimpleNamespace) -> None:
    data = book(world, row("I3", 21))
    for name in ("vera", "mayor", "administrator"):
        with pytest.raises((NotAllowed, NotFound)):
            w.upload(world, data, name)
        db.session.rollback()
    batch = w.upload(world, data, "coordinator")
    with pytest.raises(NotFound):
        services.import_for(batch.id, actor=w.actor(world, "vera"))
    for act in (services.discard_import, services.undo_import):
        with pytest.raises(NotAllowed):
            act(batch, actor=w.actor(world, "mayor"))
        db.session.rollback()
    with pytest.raises(NotAllowed):
        w.accept(world, batch, "mayor")


# --- large files --------------------------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, so that a job reads it; the worker is told by the test."""
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    monkeypatch.setattr(queue, "wake", lambda: None)


@pytest.mark.databases
@pytest.mark.usefixtures("large")
def test_a_large_file_is_read_by_a_job_that_tells_when_it_is_done(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 21)))
    assert batch.state == BatchState.RECEIVED
    number, progress = batch.id, imports.progress_of(batch)
    assert progress is not None
    assert progress.running
    assert queue.run_due("test:1:a") == 1
    batch = db.session.get_one(ImportBatch, number)
    assert batch.state == BatchState.CHECKED
    assert outcomes(batch) == {"I3": "new"}
    assert imports.progress_of(batch) is None
    mail = db.session.scalars(select(Mail)).one()
    assert "values.xlsx" in mail.subject
    w.accept(world, batch)
    assert w.values(world) == {("POP01", ""): "21"}


@pytest.mark.usefixtures("large")
def test_a_worker_that_died_while_reading_costs_nothing(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = w.upload(world, book(world, row("I3", 21)))
    number = batch.id
    real = importing._keep_preview

    class Killed(BaseException):
        """Not caught by anything, as a kill is not."""

    def die(*args: Any, **more: Any) -> None:
        real(*args, **more)
        raise Killed

    monkeypatch.setattr(importing, "_keep_preview", die)
    with pytest.raises(Killed):
        queue.run_due("gone:1:a")
    db.session.rollback()
    db.session.expunge_all()
    assert db.session.get_one(ImportBatch, number).state == BatchState.RECEIVED
    job = db.session.scalars(select(Job).where(Job.name == importing.CHECK)).one()
    assert job.state == JobState.RUNNING
    monkeypatch.setattr(importing, "_keep_preview", real)
    job.lease_until = job.created_at
    db.session.commit()
    assert queue.run_due("other:2:b") == 1
    batch = db.session.get_one(ImportBatch, number)
    assert batch.state == BatchState.CHECKED
    assert outcomes(batch) == {"I3": "new"}


@pytest.mark.usefixtures("large")
def test_the_job_run_twice_finds_the_same(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = w.upload(world, book(world, row("I3", 21)))
    job = db.session.get_one(Job, batch.job_id)
    monkeypatch.setattr(queue, "progress", lambda *_: None)
    first = importing.check(job, batch.id)
    assert importing.check(job, batch.id) == first
    assert len(outcomes(batch)) == 1


@pytest.mark.usefixtures("large")
def test_a_large_file_that_cannot_be_read_says_why(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unreadable(Finding("plan.unknown"))

    number = w.upload(world, book(world)).id
    monkeypatch.setattr(opening, "read", refuse)
    queue.run_due("test:1:a")
    batch = db.session.get_one(ImportBatch, number)
    assert batch.state == BatchState.REFUSED
    assert imports.sentences_of(batch) == ("The catalogue does not ask for this value. Take a new workbook from the portal.",)


def test_a_small_file_that_cannot_be_read_leaves_nothing(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unreadable(Finding("plan.unknown"))

    monkeypatch.setattr(opening, "read", refuse)
    with pytest.raises(DomainError) as caught:
        w.upload(world, book(world))
    assert caught.value.field == "upload"
    db.session.rollback()
    assert db.session.scalar(select(func.count(ImportBatch.id))) == 0


@pytest.mark.parametrize(("data", "sentence"), [(b"", "empty"), (b"x" * (importing.LIMIT + 1), "larger than 20 MB")])
def test_a_file_of_no_use_is_refused_at_its_field(world: SimpleNamespace, data: bytes, sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence) as caught:
        services.receive_import(
            io.BytesIO(data), "x.xlsx", actor=w.actor(world, "paula"), city=w.city(world), year=w.YEAR, reads_as="en"
        )
    assert caught.value.field == "upload"


# --- questions ----------------------------------------------------------------------------------------------


def test_questions_stand_beside_the_cells_and_refuse_nothing(world: SimpleNamespace) -> None:
    batch = w.upload(world, book(world, row("I3", 20), row("I4", 30, breakdown="origin=eu_born")))
    assert codes(batch, "I4", "warnings") == ["check.part"]
    assert batch.counts["warnings"] == 1
    w.accept(world, batch)
    assert w.values(world)["POP01", "origin=eu_born"] == "30"


# --- several departments ------------------------------------------------------------------------------------


@pytest.mark.databases
def test_files_of_two_departments_are_merged_value_by_value(world: SimpleNamespace) -> None:
    statistics, schools = w.department(world, "Statistics", "POP01"), w.department(world, "Schools", "POP01", "CIT04")
    one = w.upload(world, book(world, row("I3", 21), row("I4", 8, breakdown="origin=eu_born"), department=statistics.id), "paula")
    two = w.upload(world, book(world, row("I3", 22), row("I9", 5, code="CIT04"), department=schools.id), "piet")
    assert (one.department_name, two.department_name) == ("Statistics", "Schools")
    merge = services.merge_of(world.cities[w.CITY], w.YEAR)
    assert len(merge.values) == 3
    (conflict,) = merge.conflicts
    assert [str(each.incoming.entry.amount) for each in conflict.offers if each.incoming.entry] == ["21", "22"]

    def together(**choices: str) -> None:
        services.accept_merge(
            world.cities[w.CITY], w.YEAR, actor=w.actor(world, "paula"), seen_digest=merge.digest, choices=choices
        )
        db.session.commit()

    with pytest.raises(DomainError, match="which one is right"):
        together()
    db.session.rollback()
    assert w.values(world) == {}
    together(**{conflict.name: str(conflict.offers[1].incoming.cell_id)})
    assert w.values(world) == {("POP01", ""): "22", ("POP01", "origin=eu_born"): "8", ("CIT04", ""): "5"}
    assert {each.batch_id for each in services.current_values(world.cities[w.CITY], w.YEAR).values()} == {one.id, two.id}
    assert {one.state, two.state} == {BatchState.ACCEPTED}
    services.undo_import(two, actor=w.actor(world, "paula"))
    assert w.values(world)["POP01", "origin=eu_born"] == "8"
    assert w.values(world)["CIT04", ""] == Missing.REMOVED


def test_one_after_the_other_the_second_file_shows_the_conflict(world: SimpleNamespace) -> None:
    statistics, schools = w.department(world, "Statistics", "POP01"), w.department(world, "Schools", "POP01")
    w.accept(world, w.upload(world, book(world, row("I3", 21), department=statistics.id)))
    batch = w.upload(world, book(world, row("I3", 22), department=schools.id))
    assert outcomes(batch) == {"I3": "conflict"}


def test_merging_leaves_the_portals_value_where_it_is_chosen(world: SimpleNamespace) -> None:
    w.type_in(world, "20")
    data = book(world, row("I3", 21, seen=1))
    w.type_in(world, "25")
    w.upload(world, data)
    merge = services.merge_of(world.cities[w.CITY], w.YEAR)
    (open_value,) = merge.conflicts
    services.accept_merge(
        world.cities[w.CITY], w.YEAR, actor=w.actor(world, "paula"), seen_digest=merge.digest, choices={open_value.name: "portal"}
    )
    assert w.values(world) == {("POP01", ""): "25"}


def test_a_merge_that_was_overtaken_is_refused(world: SimpleNamespace) -> None:
    w.upload(world, book(world, row("I3", 21)))
    merge = services.merge_of(world.cities[w.CITY], w.YEAR)
    w.upload(world, book(world, row("I4", 8, breakdown="origin=eu_born")), "piet")
    with pytest.raises(Stale):
        services.accept_merge(world.cities[w.CITY], w.YEAR, actor=w.actor(world, "paula"), seen_digest=merge.digest, choices={})
    with pytest.raises(NotAllowed):
        services.accept_merge(world.cities[w.CITY], w.YEAR, actor=w.actor(world, "vera"), seen_digest="", choices={})
