"""Genoa mentors Riga: both rate the key factors, meet, decide, and Riga plans; the council endorses, everybody reads the plan; in the end
the pairing becomes a practice and a certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import settings_for
from flask import Flask
from mentoring_world import make_programme, pair
from people import Person

from icportal.app import create_app
from icportal.core.clock import today
from icportal.core.db import db
from icportal.mentoring.enums import Phase

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLAN = "/en/work/plans/riga"
DECISION = "Riga names one spokesperson for migration and trains a deputy."


@dataclass(frozen=True)
class Cast:
    """Who takes part, each in a browser of their own, and where the pairing is."""

    pairing: str
    riga: Person
    genoa: Person
    mayor: Person
    coordinator: Person


@pytest.fixture
def cast(new_page: Callable[..., Any], live_server: str, live_environment: dict[str, str]) -> Cast:
    """An active pairing of Genoa and Riga in a programme of its own, agreed on elsewhere."""
    app: Flask = create_app(settings_for(Path(live_environment["ICPORTAL_INSTANCE"]), live_environment["DATABASE_URL"]))
    with app.app_context():
        world = make_programme(phase=Phase.VISITS, slug="at-work")
        agreed = {
            "goal": "Riga speaks with one voice when migration is in the news.",
            "visits": "One each way.",
            "costs": "",
            "exit": "",
        }
        pairing = pair(world, "genoa", "riga", agreement=agreed, languages=["en"])
        address = f"/en/work/mentoring/pairings/{pairing.id}"
        db.session.remove()
        db.engine.dispose()
    people = (f"{who}@demo.example" for who in ("officer.riga", "officer.genoa", "mayor.riga", "coordinator"))
    return Cast(address, *(Person(new_page, who) for who in people))


def words(page: Any) -> str:
    return str(page.get_by_role("main").inner_text())


def press(page: Any, button: Any) -> None:
    """Press a button that sends the page away, and wait for what comes."""
    with page.expect_navigation():
        button.click()


def named(page: Any, name: str, role: Any = "button") -> Any:
    return page.get_by_role("main").get_by_role(role, name=name, exact=True).first


def take_step(page: Any, step: str, reason: str = "") -> None:
    form = page.locator(f"form:has(input[name=transition][value={step}])")
    page.locator(f"details:has(input[name=transition][value={step}])").evaluate_all(
        "all => all.forEach(each => { each.open = true; })"
    )
    if reason:
        form.locator("textarea[name=reason]").fill(reason)
    press(page, form.locator("button").first)


def day(number: int) -> str:
    return (today() + timedelta(days=number)).isoformat()


def meet(cast: Cast, axe: Callable[[Any], list[str]]) -> str:
    """Riga plans two days in Genoa, first with an end before its beginning; Genoa finds them in its work. Gives the visit’s address."""
    page = cast.riga.open(cast.pairing)
    press(page, named(page, "Plan a visit", "link"))
    page.locator("select[name=host_id]").select_option(label="Genoa")
    page.locator("input[name=title]").fill("How Genoa speaks to its newspapers")
    page.locator("input[name=first_on]").fill(day(0))
    page.locator("input[name=last_on]").fill(day(-3))
    page.locator("input[name=languages][value=en]").check()
    page.locator("[name='agenda-0-title']").fill("A morning in the press office")
    page.locator("[name='people-0-name']").fill("Anna Ozola")
    press(page, named(page, "Plan it"))
    assert page.locator("[data-error-summary]").count() == 1
    assert page.locator("[name='agenda-0-title']").input_value() == "A morning in the press office"
    page.locator("input[name=last_on]").fill(day(1))
    assert axe(page) == []
    press(page, named(page, "Plan it"))
    assert "A morning in the press office" in words(page)
    address = str(page.url).replace(page.url.split("/en/")[0], "")
    with page.expect_download() as waiting:
        named(page, "File for your calendar (.ics)", "link").click()
    assert b":How Genoa speaks" in Path(waiting.value.path()).read_bytes()
    assert "How Genoa speaks to its newspapers" in words(cast.genoa.open(cast.pairing))
    return address


def decide(cast: Cast, visit: str, axe: Callable[[Any], list[str]]) -> None:
    """Genoa writes the minutes, Riga confirms them, and makes the decision an action with one click, once."""
    page = cast.genoa.open(visit)
    press(page, named(page, "Write the minutes", "link"))
    page.locator("textarea[name=text]").fill("Genoa showed how one desk answers every newspaper within a day.")
    page.locator("[name='decisions-0-text']").fill(DECISION)
    page.locator("[name='decisions-0-city_id']").select_option(label="Riga")
    page.locator("[name='decisions-0-owner_body']").fill("Press office")
    page.locator("[name='decisions-0-owner_person']").fill("Anna Ozola")
    page.locator("[name='decisions-0-due_on']").fill(day(120))
    assert axe(page) == []
    press(page, named(page, "Save the minutes"))
    assert page.get_by_role("button", name="Make it an action").count() == 0, "Riga’s plan is Riga’s"
    assert "to confirm" in words(cast.riga.open("/en/work")).lower()
    page = cast.riga.open(visit)
    press(page, named(page, "Confirm for Riga"))
    press(page, named(page, "Make it an action"))
    page = cast.riga.open(visit)
    assert page.get_by_role("button", name="Make it an action").count() == 0
    assert axe(page) == []
    press(page, named(page, "The action in the plan", "link"))
    assert "Genoa" in words(page), "the action knows where it came from"


def plan(cast: Cast, axe: Callable[[Any], list[str]]) -> None:
    """The action gets what it lacks; the plan is sent, remarked on by the mentor, agreed to, endorsed by the council, and published."""
    page = cast.riga.page
    press(page, page.get_by_role("main").get_by_role("link", name="Change", exact=False).first)
    page.locator("textarea[name=body]").fill(
        "One person of the press office speaks for the city whenever migration is in the news; a deputy learns to."
    )
    page.locator("textarea[name=outcome]").fill("Every question of a newspaper is answered the same day.")
    page.locator("input[name=starts_on]").fill(day(1))
    page.locator("input[name=commitments][value='1']").check()
    page.locator("[name='milestones-0-title']").fill("The deputy is trained")
    page.locator("[name='milestones-0-due_on']").fill(day(90))
    page.locator("[name='indicators-0-label']").fill("Questions answered the same day")
    page.locator("[name='indicators-0-unit']").fill("percent")
    page.locator("[name='indicators-0-baseline']").fill("40")
    page.locator("[name='indicators-0-baseline_on']").fill(day(-10))
    page.locator("[name='indicators-0-target']").fill("95")
    page.locator("[name='indicators-0-deadline']").fill(day(110))
    press(page, named(page, "Save"))
    assert "What is missing keeps it a draft" not in words(page), words(page)

    page = cast.riga.open(f"{PLAN}/review")
    assert axe(page) == []
    take_step(page, "submit")
    page = cast.genoa.open(f"{PLAN}/review")
    page.get_by_text("Add a remark").first.click()
    page.locator("textarea[name=text]").fill("Name the deputy early; ours started too late.")
    press(page, named(page, "Add the remark"))
    assert "ours started too late" in words(cast.riga.open(f"{PLAN}/review"))
    page = cast.coordinator.open(f"{PLAN}/review")
    assert axe(page) == []
    take_step(page, "agree")
    endorse(cast, axe)


def endorse(cast: Cast, axe: Callable[[Any], list[str]]) -> None:
    """The mayor’s office records what the council decided; a day to come is refused, and nothing typed is lost."""
    page = cast.mayor.open(f"{PLAN}/endorse")
    page.locator("input[name=body]").fill("City council of Riga")
    page.locator("input[name=decided_on]").fill(day(9))
    page.locator("input[name=reference]").fill("No. 118")
    press(page, named(page, "Record the decision"))
    assert page.locator("[data-error-summary]").count() == 1
    assert page.locator("input[name=body]").input_value() == "City council of Riga"
    page.locator("input[name=decided_on]").fill(day(0))
    assert axe(page) == []
    press(page, named(page, "Record the decision"))
    page = cast.riga.open(f"{PLAN}/review")
    take_step(page, "publish")


def read(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    """Anybody reads the plan from the city’s page, on a phone as well, and what was remarked in private is not there."""
    page = new_page(viewport={"width": 360, "height": 740})
    page.goto("/en/cities/riga")
    press(page, page.get_by_role("main").get_by_role("link", name="plan", exact=False).first)
    shown = words(page)
    assert "City council of Riga" in shown
    assert DECISION in shown
    assert "ours started too late" not in shown
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert axe(page) == []


def rate(cast: Cast, moment: str, level: str, axe: Callable[[Any], list[str]]) -> None:
    """Both rate every key factor; one that is left open is asked for, and what was written stays."""
    for person, city in ((cast.riga, "Riga"), (cast.genoa, "Genoa")):
        page = person.open(f"{cast.pairing}/ratings/{moment}/edit")
        fields = page.locator("fieldset fieldset")
        for number in range(1, fields.count()):
            fields.nth(number).locator(f"input[value='{level}']").check()
        page.locator("[name='factors-0-text']").fill(f"{city} says so.")
        if moment == "after":
            page.locator("input[name=again][value=yes]").check()
        press(page, named(page, "Save and hand in"))
        assert "before you hand it in" in words(page)
        assert page.locator("[name='factors-0-text']").input_value() == f"{city} says so."
        page.locator("fieldset fieldset").first.locator(f"input[value='{level}']").check()
        assert axe(page) == []
        press(page, named(page, "Save and hand in"))
        assert "Genoa says so." not in words(page) or city == "Genoa"
    page = cast.riga.open(f"{cast.pairing}/ratings")
    page.get_by_role("main").locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    assert "Genoa says so." in words(page)
    assert axe(page) == []


def spend(cast: Cast, axe: Callable[[Any], list[str]]) -> None:
    page = cast.genoa.open(f"{cast.pairing}/ledger")
    page.locator("input[name=on_date]").fill(day(0))
    page.locator("input[name=hours]").fill("12.5")
    press(page, named(page, "Note it"))
    assert "12.5 h" in words(page)
    assert axe(page) == []


def hand_on(cast: Cast, new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    """Completed: Riga makes it a practice with one click, Genoa gets its certificate, which anybody can check."""
    page = cast.riga.open(cast.pairing)
    take_step(page, "complete")
    assert "Completed" in words(page)
    rate(cast, "after", "3", axe)
    page = cast.riga.open(cast.pairing)
    page.locator("input[name=title]").fill("One voice when migration is in the news")
    assert axe(page) == []
    press(page, named(page, "Make a practice draft"))
    assert "One voice when migration is in the news" in words(page)
    assert named(cast.riga.open(cast.pairing), "The practice made of this mentoring", "link").count() == 1
    page = cast.coordinator.open(cast.pairing)
    press(page, named(page, "Give Genoa its certificate"))
    certificate = page.url
    anybody = new_page()
    anybody.goto(certificate)
    assert "Genoa has mentored Riga." in words(anybody)
    assert "12.5" in words(anybody)
    assert axe(anybody) == []
    page = cast.coordinator.open("/en/work/mentoring/at-work/evaluation")
    assert "too few pairs" in words(page)
    assert axe(page) == []
    page = cast.genoa.open("/en/work/mentoring/ledger/genoa")
    assert "12.5 h" in words(page)
    assert axe(page) == []


def test_from_a_visit_to_a_plan_and_a_practice(cast: Cast, new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    rate(cast, "before", "1", axe)
    visit = meet(cast, axe)
    decide(cast, visit, axe)
    plan(cast, axe)
    read(new_page, axe)
    spend(cast, axe)
    hand_on(cast, new_page, axe)
