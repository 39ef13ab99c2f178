"""What does a plan cost to look at: with forty actions and with two thousand, as a table, a board, a Gantt, a calendar?"""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta
from typing import Any

from benchmarks.queries import counting
from benchmarks.stage import Stage
from icportal.config import ROOT

SMALL, LARGE = 40, 2_000
MILESTONES = 3
VIEWS = {
    "table": "",
    "filtered": "?state=in_progress&commitment=6",
    "board": "/board",
    "gantt": "/gantt",
    "calendar": "/calendar",
}
#: Seconds of a page of two thousand actions.
GOAL = 2.0


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print statements and times; whether the statements are as many and the pages quick."""
    plans = {actions: _filled(stage, kind, actions) for actions in (SMALL, LARGE)}
    print(
        f"\nA plan of {SMALL:,} and of {LARGE:,} actions with {MILESTONES} milestones each, {kind}: as many statements, < {GOAL} s"
    )
    reached = True
    for name, tail in VIEWS.items():
        (few, quick, _), (many, slow, size) = (_looked_at(*plan, tail, rounds) for plan in plans.values())
        good = few == many and slow <= GOAL
        reached = reached and good
        print(
            f"  {name:<10} {few} and {many} statements, {quick * 1000:5.0f} → {slow * 1000:5.0f} ms, time × {slow / quick:4.1f}, "
            f"{size / 1e6:.1f} MB{'' if good else '  missed'}",
            flush=True,
        )
    return reached


def _looked_at(app: Any, client: Any, tail: str, rounds: int) -> tuple[int, float, int]:
    """(statements, median seconds, bytes) of a page that was shown before."""
    address = f"/en/work/plans/oulu{tail}"
    answer = client.get(address)
    assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    with counting(app) as sent:
        client.open(address, lint=False)
    took = []
    for _round in range(rounds):
        began = time.perf_counter()
        answer = client.open(address, lint=False)
        took.append(time.perf_counter() - began)
    return len(sent), statistics.median(took), len(answer.get_data())


def _filled(stage: Stage, kind: str, actions: int) -> tuple[Any, Any]:
    """The portal with a plan of so many actions, and a client that is signed in as the city's officer."""
    from flask_migrate import upgrade
    from sqlalchemy import select

    from icportal.cities.loading import load_cities
    from icportal.cities.models import City
    from icportal.core.db import db
    from icportal.web.page_cache import PublicStamp
    from tests.harness import PortalClient

    print(f"Filling {kind} with a plan of {actions:,} actions ...", flush=True)
    app = stage.portal(stage._create(kind, f"plans_{actions}"))  # noqa: SLF001  the stage's own way to a database
    app.test_client_class = PortalClient
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        load_cities()
        db.session.merge(PublicStamp(id=1, value=1))
        city = db.session.scalars(select(City).where(City.slug == "oulu")).one()
        officer = _officer(city.id)
        fill(city.id, actions)
        db.session.commit()
        db.session.remove()
    client = app.test_client()
    client.sign_in(officer)
    return app, client


def _officer(city_id: int) -> int:
    from icportal.accounts.models import RoleGrant, User
    from icportal.core.actors import Role
    from icportal.core.db import db

    address = "officer@city.example"
    person = User(email=address, email_key=address, name="Officer")
    db.session.add(person)
    db.session.flush()
    db.session.add(RoleGrant(user_id=person.id, role=Role.CITY_OFFICER, city_id=city_id))
    db.session.flush()
    return int(person.id)


def fill(city_id: int, actions: int) -> None:
    """A plan of so many actions under twenty objectives, with milestones, an indicator and a link to the one before."""
    from sqlalchemy import insert

    from icportal.core.db import db
    from icportal.plans.models import Action, ActionIndicator, ActionPlan, Dependency, Milestone, Objective

    plan = ActionPlan(city_id=city_id)
    db.session.add(plan)
    db.session.flush()
    objectives = [Objective(plan_id=plan.id, city_id=city_id, title=f"Objective {n}", position=n) for n in range(20)]
    db.session.add_all(objectives)
    db.session.flush()
    begin = date.today() - timedelta(days=300)  # noqa: DTZ011  any day will do
    states = ("planned", "in_progress", "blocked", "done", "draft")
    rows = [
        Action(
            plan_id=plan.id, city_id=city_id, objective_id=objectives[n % 20].id, title=f"Action {n} of the plan, to be done in time",
            owner_body=f"Office {n % 12}", starts_on=begin + timedelta(days=n % 600), due_on=begin + timedelta(days=n % 600 + 90),
            state=states[n % 5], commitments=[n % 11 + 1], cost=n * 100,
        )
        for n in range(actions)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    keys = [row.id for row in rows]
    steps = [
        {"action_id": key, "title": f"Milestone {m}", "due_on": begin + timedelta(days=n % 600 + 30 * m)}
        for n, key in enumerate(keys)
        for m in range(MILESTONES)
    ]
    db.session.execute(insert(Milestone), steps)
    db.session.execute(insert(ActionIndicator), [{"action_id": key, "label": "People reached", "target": 100} for key in keys])
    links = [{"action_id": keys[n], "after_id": keys[n - 20]} for n in range(20, actions)]
    if links:
        db.session.execute(insert(Dependency), links)
