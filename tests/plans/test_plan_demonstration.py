"""The action plan of a demonstration: it is whole and public, marked on every page, and no other portal has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from harness import PortalClient
from sqlalchemy import func, select

from icportal.cities import timeline
from icportal.cities.queries import get_city
from icportal.cli.verify import findings
from icportal.config import Mode
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.outbox import Mail
from icportal.plans import demonstration, measured, versions
from icportal.plans.loaded import load_plan
from icportal.plans.services.demonstration import load_demonstration_plan

MADE_UP = "This plan is made up"


@pytest.mark.databases
def test_a_whole_plan_is_public_and_nobody_got_a_mail(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        found = versions.published_plan("dublin")
        said = demonstration.read()
        assert found.plan.is_demonstration
        assert len(found.version.content["actions"]) == len(said["actions"])
        states = {each["title"]: each["state"] for each in found.version.content["actions"]}
        assert set(states.values()) == {"done", "in_progress", "planned", "blocked"}
        plan = load_plan(get_city("dublin"))
        assert measured.waiting(plan) == []
        assert sum(bool(each.values) for action in plan.actions for each in action.indicators) == 2
        assert db.session.scalar(select(func.count()).select_from(Mail).where(Mail.subject.contains("plan"))) == 0
        assert [each for each in timeline.of_city(get_city("dublin")) if each.key.startswith("plan_")] == []
        assert [each for each in findings() if "plan" in each] == []
        assert load_demonstration_plan() == 0


def test_it_is_marked_wherever_it_is_read(seeded_app: Flask, client: PortalClient, sign_in: Callable[..., PortalClient]) -> None:
    for page in ("/en/cities/dublin/plan", "/en/cities/dublin"):
        assert MADE_UP in client.get(page).get_data(as_text=True)
    assert client.get("/en/cities/dublin/plan.json").get_json()["demonstration"] is True
    sign_in("coordinator@demo.example")
    assert "a made-up plan" in client.get("/en/work/plans/dublin").get_data(as_text=True)


def test_no_other_portal_has_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mode=Mode.PRODUCTION))
    with app.app_context(), pytest.raises(NotAllowed):
        load_demonstration_plan()
