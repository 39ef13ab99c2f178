"""Two people at once: of two visits that need the same city one is planned, and a decision makes one action, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from mentoring_world import pair
from sqlalchemy import func, select
from visit_world import PAST, confirm, make_pair, minute, plan, study

from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.mentoring.models import Pairing, Visit
from icportal.mentoring.services import decisions, visits
from icportal.plans.models import Action
from icportal.web.cycle import commit

pytestmark = pytest.mark.databases


def race(app: Flask, acts: list[Callable[[], Any]]) -> list[str]:
    """Let each act happen in a thread of its own; what became of each. An act reads first, and gives what writes."""
    barrier, outcomes = Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                write = act()
                barrier.wait(10)
                write()
                commit()
                outcomes[place] = "kept"
            except DomainError as error:
                db.session.rollback()
                outcomes[place] = type(error).__name__
            except Exception as error:  # noqa: BLE001  what a person would meet as a failure of the portal
                db.session.rollback()
                outcomes[place] = f"{type(error).__name__}: {error}"[:200]
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return sorted(outcomes)


def test_of_two_visits_of_one_city_at_one_time_one_is_planned(app: Flask) -> None:
    with app.app_context():
        world, pairing = make_pair()
        other = pair(world, "vienna", "nuremberg")
        ids, actor = (pairing.id, other.id), world.officer("vienna")

        def act(number: int) -> Callable[[], Any]:
            def reads() -> Callable[[], Any]:
                found = db.session.get_one(Pairing, number)
                return lambda: visits.plan_visit(found, study(found), actor=actor)

            return reads

        assert race(app, [act(number) for number in ids]) == ["FieldErrors", "kept"]
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 1


def test_two_clicks_on_one_decision_make_one_action(app: Flask) -> None:
    with app.app_context():
        world, pairing = make_pair()
        visit = confirm(world, minute(world, plan(world, pairing, study(pairing, PAST)), "Open a desk"))
        assert visit.minutes is not None
        actor, visit_id, number = world.officer("oulu"), visit.id, visit.minutes.decisions[0].id
        db.session.commit()

        def reads() -> Callable[[], Any]:
            found = db.session.get_one(Visit, visit_id)
            return lambda: decisions.make_actions(found, [number], actor=actor)

        outcome = race(app, [reads, reads])
        assert outcome == ["InvalidTransition", "kept"]
        assert db.session.scalar(select(func.count()).select_from(Action)) == 1
