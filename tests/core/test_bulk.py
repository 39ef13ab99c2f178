"""Rows written in bulk are read back as they were given, on both databases."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from icportal.core.bulk import insert_rows, parts
from icportal.core.db import db
from icportal.core.queue import Job

HARD = ["plain", "it's", 'say "so"', "tab\there", "line\nbreak", "back\\slash", "\\N", "ünïcödé – €", "", "\r"]


@pytest.mark.databases
def test_no_text_is_changed_on_its_way(app: Flask) -> None:
    fixed = {"arguments": "{}", "state": "done", "attempts": 0, "worker": "o'clock", "progress_done": 0, "version": 1}
    moments = dict.fromkeys(("created_at", "updated_at", "run_after"), "2026-01-01 00:00:00")
    with app.app_context():
        insert_rows(Job, ("name", "error", "created_by"), [("n", text, None) for text in HARD], {**fixed, **moments})
        db.session.commit()
        jobs = db.session.scalars(select(Job).where(Job.name == "n").order_by(Job.id)).all()
        assert [job.error for job in jobs] == HARD
        assert {(job.worker, job.created_by, job.attempts) for job in jobs} == {("o'clock", None, 0)}


@pytest.mark.databases
def test_nothing_stays_when_the_transaction_is_given_up(app: Flask) -> None:
    with app.app_context():
        fixed = {"arguments": "{}", "state": "done", "attempts": 0, "worker": "", "progress_done": 0, "version": 1, "error": ""}
        moments = dict.fromkeys(("created_at", "updated_at", "run_after"), "2026-01-01 00:00:00")
        insert_rows(Job, ("name",), [("gone",)], {**fixed, **moments})
        db.session.rollback()
        assert db.session.scalar(select(Job.id).where(Job.name == "gone")) is None


def test_parts_have_all_items_in_their_order() -> None:
    assert list(parts(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(parts([])) == []
