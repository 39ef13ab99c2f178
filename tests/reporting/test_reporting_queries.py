"""A list of five rounds, questionnaires, reports or plans asks the database as often as a list of one."""

from __future__ import annotations

from flask import Flask
from harness import PortalClient, statements
from reporting_world import World, attach, fill, invite, make_city, make_round, make_version, person, set_state
from results_world import say

from icportal.accounts.models import RoleGrant, User
from icportal.core.actors import Role
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.plans.services import actions as plans
from icportal.plans.services.actions import Draft
from icportal.reporting.models import ReportEdition, ReportPage
from icportal.reporting.services import reports
from icportal.reporting.services.computing import compute_results

LISTS = (
    "/en/results", "/en/reports", "/en/cities/oulu", "/en/work", "/en/work/reporting", "/en/work/reporting/questionnaires",
    "/en/work/reporting/reports", "/en/work/reporting/evidence/oulu", "/en/work/plans", "/en/work/plans/oulu",
)  # fmt: skip


def add(number: int) -> None:
    """A questionnaire, its round with a city that waits and one that is published, evidence, a report, a plan."""
    version = make_version(code=f"edition-{number}")
    world = World(make_round(version, number=number).id)
    waiting = invite(world, f"city-{chr(96 + number)}")
    response = invite(world, "oulu")
    fill(response, {"c01_grade": "partly"})
    attach(response, "c01_grade", title=f"Evidence {number}", expires_on=today())
    say(world, "oulu", {"c01_grade": "partly"})
    set_state(waiting, "ask_sign_off", "sign_off")
    compute_results(None, round_id=world.round_id)
    report = reports.create_report(world.round, language="en", actor=person(Role.COORDINATOR))
    edition = ReportEdition(report_id=report.id, number=1, sources={"en": []}, created_by=None, frozen_at=now())
    db.session.add(edition)
    db.session.flush()
    db.session.add(
        ReportPage(
            edition_id=edition.id, language="en", position=0, topic="cover", title="Report", html="<p>x</p>", sha256="0" * 64
        )
    )
    for slug in ("oulu", f"city-{chr(96 + number)}"):
        draft = Draft(f"Action {number}", due_on=today(), commitments=(1,))
        plans.create_action(world.city(slug), draft, actor=world.officer(slug))
    db.session.add(RoleGrant(user_id=somebody().id, role=Role.CITY_OFFICER, city_id=waiting.city_id))
    db.session.commit()


def somebody() -> User:
    """Who is everything: coordinator, translator, reviewer, and officer of every city here."""
    actor = person(Role.COORDINATOR, name="All")
    return db.session.get_one(User, actor.id)


def counts(app: Flask, client: PortalClient) -> dict[str, list[str]]:
    found = {}
    for path in LISTS:
        client.get(path, lint=False)
        with statements(app) as sent:
            answer = client.get(path, lint=False)
        assert answer.status_code == 200, path
        found[path] = sent
    return found


def test_five_of_everything_cost_what_one_costs(app: Flask, client: PortalClient) -> None:
    with app.test_request_context("/en/"):
        who = somebody()
        for code in ("en", "fr"):
            db.session.add_all([RoleGrant(user_id=who.id, role=role, language=code) for role in (Role.TRANSLATOR, Role.REVIEWER)])
        add(1)
        db.session.add(RoleGrant(user_id=who.id, role=Role.CITY_OFFICER, city_id=make_city("oulu").id))
        db.session.commit()
        number = who.id
    client.sign_in(number)
    before = counts(app, client)
    with app.test_request_context("/en/"):
        for place in range(2, 6):
            add(place)
    after = counts(app, client)
    grown = {path: f"{len(before[path])} → {len(after[path])}" for path in LISTS if len(after[path]) > len(before[path])}
    extra = {
        path: sorted({query for query in after[path] if after[path].count(query) > before[path].count(query)})[:3]
        for path in grown
    }
    assert not grown, f"{grown}\n{extra}"
