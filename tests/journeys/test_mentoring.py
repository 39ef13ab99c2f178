"""A mentoring programme, from the call to a pair at work: needs and offers come filled from answers, both results are compared, Milan
is left over and is placed once it has named a language, Genoa and Riga accept, sign, fall silent and are asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import settings_for
from flask import Flask
from people import Person

from icportal.app import create_app
from icportal.core.clock import today
from icportal.core.db import db
from icportal.mentoring.services.pairings import ask_quiet_pairs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROGRAMME = "/en/work/mentoring/implementoring-a-second-time"
MATCHING = f"{PROGRAMME}/matching"
CITIES = (
    "Athens", "Copenhagen", "Dublin", "Genoa", "Ghent", "Malmö", "Manchester", "Milan", "Oslo", "Riga", "Rotterdam", "Tampere",
)  # fmt: skip
THEMES = (
    "Public perception",
    "Diversity in administration",
    "Participation in diverse neighbourhoods",
    "Political participation",
)
SIX_WEEKS = timedelta(weeks=6)


@pytest.fixture
def portal(live_server: str, live_environment: dict[str, str]) -> Iterator[Flask]:
    """The portal behind the live server, for what its worker does some other day."""
    app = create_app(settings_for(Path(live_environment["ICPORTAL_INSTANCE"]), live_environment["DATABASE_URL"]))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def words(page: Any) -> str:
    return str(page.get_by_role("main").inner_text())


def told(page: Any) -> str:
    """What the portal says of the step just taken, above the page."""
    return str(page.locator("body").inner_text())


def press(page: Any, button: Any) -> None:
    """Press a button that sends the page away, and wait for what comes."""
    with page.expect_navigation():
        button.click()


def named(page: Any, name: str) -> Any:
    return page.get_by_role("main").get_by_role("button", name=name, exact=True).first


def take_step(page: Any, step: str, reason: str = "") -> None:
    form = page.locator(f"form:has(input[name=transition][value={step}])")
    page.locator(f"details:has(input[name=transition][value={step}])").evaluate_all(
        "all => all.forEach(each => { each.open = true; })"
    )
    if reason:
        form.locator("textarea[name=reason]").fill(reason)
    press(page, form.locator("button").first)


def section(page: Any, heading: str) -> Any:
    return page.get_by_role("main").locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True))


def open_the_call_again(coordinator: Person, axe: Callable[[Any], list[str]]) -> None:
    """The coordinator looks at the programme: four themes, twelve cities; and lets late cities in."""
    page = coordinator.open(PROGRAMME)
    shown = words(page)
    assert all(city in shown for city in CITIES)
    assert all(theme in shown for theme in THEMES)
    assert "made up for the demonstration" in shown
    assert axe(page) == []
    take_step(page, "reopen_call", "Two cities asked for another week.")
    assert "Open for applications" in words(page)


def begin_from_answers(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    """An officer who has never been here finds needs and offers filled in, with what they are taken from."""
    officer = Person(new_page, "officer.oulu@demo.example")
    page = officer.open(PROGRAMME)
    press(page, page.get_by_role("main").get_by_role("link", name="Apply for Oulu"))
    assert page.locator("input[name$='-needs']:checked").count() >= 1
    assert page.locator("input[name$='-offers']:checked").count() >= 1
    texts = [box.input_value() for box in page.locator("textarea[name$='-need_text']").all()]
    assert any("hardly any kitchens and workshops" in text for text in texts), texts
    page.locator("details:has-text('What this is taken from') > summary").first.click()
    evidence = page.locator("details[open]:has-text('What this is taken from')").first.inner_text()
    assert re.search(r"partly|not at all", evidence, re.IGNORECASE), evidence
    assert "Reporting round 5" in evidence
    assert page.locator("[name='skills-0-language']").input_value() == "fi"
    assert axe(page) == []


def close_the_call(coordinator: Person) -> None:
    page = coordinator.open(PROGRAMME)
    take_step(page, "close_call")
    assert "Matching" in words(page)


def lock_genoa_and_riga(coordinator: Person) -> None:
    page = coordinator.open(MATCHING)
    page.get_by_text("Lock or ban a pair").click()
    page.locator("select[name=scheme_id]").select_option(label="Public perception of migration and diversity")
    page.locator("select[name=mentor_id]").select_option(label="Genoa")
    page.locator("select[name=mentee_id]").select_option(label="Riga")
    press(page, named(page, "Fix it"))
    assert "people concerned read your reason" in words(page), "a lock needs its reason"
    page.locator("textarea[name=reason]").fill("Their officers have met, and both councils know of it.")
    press(page, named(page, "Fix it"))
    assert "both councils know of it" in words(page)


def compare_and_send(coordinator: Person, axe: Callable[[Any], list[str]]) -> None:
    """Both results side by side, who is left over and why; one is chosen with a reason."""
    page = coordinator.open(MATCHING)
    press(page, named(page, "Compute the matching"))
    shown = words(page)
    assert "Both results side by side" in shown
    assert "6 of 7" in shown, "the locked pair is counted apart"
    assert "not among the wishes" in shown, "the stable result is harder on somebody"
    assert "Rotterdam" in section(page, "Both results side by side").inner_text(), "and the best one has a blocking pair"
    assert "Genoa mentors Riga" in section(page, "Pairs that stand already").inner_text()
    left = page.locator("details:has-text('Milan')").first
    left.evaluate("fold => { fold.open = true; }")
    assert "They share no language at the level needed" in left.inner_text()
    assert "English" in left.inner_text()
    assert axe(page) == []
    press(page, named(page, "Compute it again and compare"))
    assert "the result and its checksum are the same" in told(page)
    page.locator("input[name=aim][value=best]").check()
    press(page, named(page, "Send the proposals"))
    assert "people concerned read your reason" in words(page), "a choice needs its reason"
    page.locator("textarea[name=why]").fill("Nobody gets a mentor it did not wish for.")
    press(page, named(page, "Send the proposals"))
    assert "7 proposals are on their way" in told(page)


def add_a_language(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    """Milan reads why it was left over and what would help, and does it."""
    officer = Person(new_page, "officer.milan@demo.example")
    page = officer.open(f"{PROGRAMME}/applications/milan")
    shown = words(page)
    assert "No mentor was found in “Political participation and consultative bodies”" in shown
    assert "Name somebody who speaks English" in shown
    assert axe(page) == []
    take_step(page, "change")
    page.locator("[name='skills-2-person']").fill("Ufficio relazioni internazionali")
    page.locator("[name='skills-2-language']").select_option("en")
    page.locator("[name='skills-2-level']").select_option("c1")
    press(page, named(page, "Save"))
    take_step(page, "submit")
    assert "Ufficio relazioni internazionali" in words(page)


def place_who_was_left_over(coordinator: Person) -> None:
    """Computed anew, Milan has a mentor, and what stood stands."""
    page = coordinator.open(MATCHING)
    press(page, named(page, "Compute the matching"))
    standing = section(page, "Pairs that stand already").inner_text()
    assert standing.count(" mentors ") == 7
    assert "Genoa mentors Riga" in standing
    assert "1 of 1" in words(page)
    page.locator("input[name=aim][value=stable]").check()
    page.locator("textarea[name=why]").fill("Milan is placed.")
    press(page, named(page, "Send the proposals"))
    assert "1 proposal is on its way" in told(page)
    page = coordinator.open(PROGRAMME)
    assert "Oslo mentors Milan" in words(page)
    assert words(page).count("Proposed") == 8


def open_pairing(person: Person) -> Any:
    page = person.open(PROGRAMME)
    press(page, page.get_by_role("main").get_by_role("link", name="Genoa mentors Riga"))
    return page


def accept_and_agree(people: dict[str, Person], axe: Callable[[Any], list[str]]) -> None:
    """Both accept; Riga writes the agreement down, and both mayors’ offices sign what was written."""
    page = open_pairing(people["riga"])
    assert "Why the two of you" in words(page)
    assert axe(page) == []
    press(page, named(page, "Accept for Riga"))
    page = open_pairing(people["genoa"])
    assert page.get_by_role("button", name="Accept for Riga").count() == 0
    press(page, named(page, "Accept for Genoa"))
    page = open_pairing(people["riga"])
    press(page, page.get_by_role("link", name="Write the agreement"))
    page.locator("textarea[name=goal]").fill("Riga speaks first, and with one voice, when migration is in the news.")
    page.locator("textarea[name=visits]").fill("Riga comes to Genoa in spring, Genoa to Riga in autumn.")
    assert page.locator("input[name=languages][value=en]").is_checked(), "their common language is proposed"
    page.locator("input[name=languages][value=en]").uncheck()
    press(page, named(page, "Save"))
    assert "Choose at least one working language." in words(page)
    assert "with one voice" in page.locator("textarea[name=goal]").input_value()
    page.locator("input[name=languages][value=en]").check()
    assert axe(page) == []
    press(page, named(page, "Save"))
    assert "Before it can be signed" in words(page)
    assert page.get_by_role("button", name="Sign for Riga").count() == 0
    assert axe(page) == []
    press(page, page.get_by_role("link", name="Say who pays for what."))
    page.locator("textarea[name=costs]").fill("Each city pays for its own travel and nights.")
    page.locator("textarea[name=exit]").fill("A letter of the mayor’s office, a month before.")
    press(page, named(page, "Save"))
    for city in ("Riga", "Genoa"):
        page = open_pairing(people[f"mayor of {city.lower()}"])
        press(page, named(page, f"Sign for {city}"))
    assert "Active" in words(page)


def fall_silent(portal: Flask, people: dict[str, Person], axe: Callable[[Any], list[str]]) -> None:
    """Six weeks later nobody has noted anything: both are asked, and one click is enough."""
    with portal.app_context():
        assert ask_quiet_pairs(today() + SIX_WEEKS - timedelta(days=1)) == (0, 0)
        assert ask_quiet_pairs(today() + SIX_WEEKS) == (1, 0)
        db.session.commit()
    riga = people["riga"]
    worklist = riga.open("/en/work")
    assert "Genoa" in words(worklist)
    page = open_pairing(riga)
    assert "Still fine?" in words(page)
    assert axe(page) == []
    press(page, named(page, "All is well"))
    assert "Still fine?" not in words(page)
    assert "Still fine?" not in words(open_pairing(people["genoa"])), "one answer is enough"


def test_from_the_call_to_a_pair_at_work(new_page: Callable[..., Any], axe: Callable[[Any], list[str]], portal: Flask) -> None:
    coordinator = Person(new_page, "coordinator@demo.example")
    open_the_call_again(coordinator, axe)
    begin_from_answers(new_page, axe)
    close_the_call(coordinator)
    lock_genoa_and_riga(coordinator)
    compare_and_send(coordinator, axe)
    add_a_language(new_page, axe)
    place_who_was_left_over(coordinator)
    people = {
        "genoa": Person(new_page, "officer.genoa@demo.example"),
        "riga": Person(new_page, "officer.riga@demo.example"),
        "mayor of genoa": Person(new_page, "mayor.genoa@demo.example"),
        "mayor of riga": Person(new_page, "mayor.riga@demo.example"),
    }
    accept_and_agree(people, axe)
    fall_silent(portal, people, axe)
