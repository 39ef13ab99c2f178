"""A reporting round: eight cities are asked, Oulu answers with a colleague and the mayor's office, its answers are published,
and the network's report on them is read by Oulu, made and downloaded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from people import Person
from pypdf import PdfWriter

from icportal.core.clock import today
from icportal.reporting.demonstration import slugs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CITIES = ("Oulu", "Vienna", "Genoa", "Ghent", "Nuremberg", "Riga", "Leipzig", "Nantes")
OULU = "/en/work/reporting/round-7/oulu"
ROUND = "/en/work/reporting/rounds/round-7"
REPORT = "/en/work/reporting/reports/report-round-7"
STILL_TRUE = {"city": ("office", "contact", "migrant_definition"), "c01": ("c01_grade", "c01_explanation")}
HOUSING = "The housing company has opened a house with sixty flats; two in three go to families who had waited longest."


def words(page: Any) -> str:
    return str(page.get_by_role("main").inner_text())


def press(page: Any, button: Any) -> None:
    """Press a button that sends the page away, and wait for what comes."""
    with page.expect_navigation():
        button.click()


def named(page: Any, name: str) -> Any:
    return page.get_by_role("main").get_by_role("button", name=name).first


def then(page: Any, verb: str) -> None:
    """Press a button of a section, by what it does."""
    press(page, page.locator(f"button[name=then][value='{verb}']").first)


def plan_and_open(coordinator: Person) -> None:
    """Plan round 7 after round 5, invite eight cities and open it."""
    page = coordinator.open("/en/work/reporting/rounds/new")
    assert page.locator("input[name=number]").input_value() == "7"
    page.locator("select[name=questionnaire_version_id]").select_option(label="Integrating Cities survey, edition 5, version 1")
    page.locator("select[name=previous_id]").select_option(label="Reporting round 5")
    days = {"period_from": "2024-07-01", "period_to": "2026-06-30", "opens_on": today().isoformat()}
    days["deadline"] = (today() + timedelta(days=120)).isoformat()
    for name, day in days.items():
        page.locator(f"input[name={name}]").fill(day)
    press(coordinator.page, named(coordinator.page, "Save"))
    page.locator("input[name=cities]").evaluate_all("boxes => boxes.forEach(box => { box.checked = false; })")
    for city in slugs():
        page.locator(f"#city-{city}").check()
    press(coordinator.page, named(coordinator.page, "Save"))
    press(coordinator.page, named(coordinator.page, "Open the round"))
    board = coordinator.open(f"{ROUND}/board")
    assert all(city in words(board) for city in CITIES)


def give_housing_away(officer: Person, coordinator: Person) -> str:
    """The officer gives the housing section to a colleague; the link as the mail has it."""
    page = officer.open(f"{OULU}/sections/housing/people")
    page.get_by_label("Name").fill("Helmi Koskinen")
    page.get_by_label("Mail address").fill("helmi@oulu.example")
    press(officer.page, named(officer.page, "Send the mail"))
    assert "Helmi Koskinen" in words(page)
    mails = coordinator.open("/en/mails?to=helmi@oulu.example")
    press(mails, mails.get_by_role("link", name=re.compile("Please answer for Oulu")).first)
    found = re.search(r"(/en/reporting/link/[\w.-]+)", words(mails))
    assert found, words(mails)
    return found.group(1)


def answer_by_link(new_page: Callable[..., Any], link: str, axe: Callable[[Any], list[str]]) -> None:
    """The colleague answers this one section, in one browser, and nothing else."""
    colleague = new_page()
    colleague.goto(link)
    press(colleague, colleague.get_by_role("button", name="Open the section"))
    assert "Last time" in words(colleague)
    assert axe(colleague) == []
    colleague.locator("[id='a.housing_access']").fill(HOUSING)
    colleague.locator("[id='a.housing_places']").fill("many")
    then(colleague, "complete")
    assert "Everything else is saved" in words(colleague)
    colleague.locator("[id='a.housing_places']").fill("61")
    then(colleague, "complete")
    assert colleague.get_by_role("button", name="I am not done yet").count() == 1
    colleague.goto(f"{OULU}/sections/c01")
    assert "sign-in" in colleague.url, "the link opens one section and nothing else"
    stranger = new_page()
    answer = stranger.goto(link)
    assert answer.status == 403
    assert "opened in another browser already" in words(stranger)
    assert HOUSING not in stranger.content()


def answer_the_rest(officer: Person, axe: Callable[[Any], list[str]]) -> None:
    """Four answers are still true, one cannot be; new evidence, a practice and an action."""
    for section, questions in STILL_TRUE.items():
        page = officer.open(f"{OULU}/sections/{section}")
        for question in questions:
            then(page, f"still:{question}")
            assert page.locator(f"button[name=then][value='unstill:{question}']").count() == 1
    page = officer.open(f"{OULU}/sections/c06")
    assert "It cannot be called still true: its evidence has expired." in words(page)
    assert page.locator("button[name=then][value='still:c06_grade']").count() == 0
    page.locator("input[name='a.c06_grade'][value=partly]").check()
    page.locator("[id='a.c06_explanation']").fill("Trainees are found at evenings in schools, and forty have come.")
    page.locator("details:has(button[value='add:c06_grade']) summary").click()
    page.locator("input[name='new-c06_grade-title']").fill("Report on trainees")
    page.locator("input[name='new-c06_grade-file']").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.locator("input[name='new-c06_grade-effective_on']").fill((today() - timedelta(days=40)).isoformat())
    page.locator("select[name='new-c06_grade-visibility']").select_option("public")
    then(page, "add:c06_grade")
    assert "Report on trainees" in words(page)
    assert axe(page) == []
    hand_on(page, "c06_grade", "action", "A second evening for trainees")
    hand_on(page, "c06_explanation", "practice", "Evenings for trainees")
    then(page, "complete")


def hand_on(page: Any, question: str, key: str, title: str) -> None:
    """An answer becomes a practice or an action."""
    button = page.locator(f"button[name=then][value='make-{key}:{question}']")
    page.locator(f"details:has(button[value='make-{key}:{question}']) summary").first.click()
    page.locator(f"details:has(button[value='make-{key}:{question}']) input[type=text]").fill(title)
    press(page, button)
    made = {"action": "The action made of this answer", "practice": "The practice made of this answer"}
    assert made[key] in words(page), words(page)


def pdf() -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def send_to_the_mayor(officer: Person) -> None:
    """Check the answers and send them on."""
    page = officer.open(f"{OULU}/check")
    assert "Nothing stands in the way." in words(page)
    press(officer.page, named(officer.page, "Send to the mayor"))
    assert "Waiting for sign-off" in words(page)


def decide(person: Person, page_name: str, step: str, **typed: str) -> Any:
    """Read a response and take a step over it; ``typed`` are fields by their names."""
    page = person.open(f"{OULU}/{page_name}")
    for name, text in typed.items():
        box = page.locator(f"[id='{name}']")
        page.locator(f"details:has([id='{name}'])").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
        box.fill(text)
    if step == "sign_off":
        page.locator("input[name=may_sign]").check()
    press(page, page.locator(f"#decision button[name=transition][value={step}]"))
    return page


def sign_off_and_publish(
    new_page: Callable[..., Any], officer: Person, coordinator: Person, axe: Callable[[Any], list[str]]
) -> None:
    """The mayor's office sends one section back, then signs; one coordinator accepts, the other publishes."""
    mayor = Person(new_page, "mayor.oulu@demo.example")
    assert axe(mayor.open(f"{OULU}/sign-off")) == []
    decide(mayor, "sign-off", "send_back", **{"section-c06": "Name the school."})
    page = officer.open(f"{OULU}/sections/c06")
    assert "Name the school." in words(page)
    page.locator("[id='a.c06_explanation']").fill(
        "Trainees are found at evenings in the school at the market, and forty have come."
    )
    then(page, "next")
    officer.open(f"{OULU}/check")
    press(officer.page, named(officer.page, "Send to the mayor"))
    page = decide(mayor, "sign-off", "sign_off", name="Minna Saari", function="Mayor")
    assert "In review" in words(page)
    decide(coordinator, "review", "accept")
    second = Person(new_page, "coordinator2@demo.example")
    page = decide(second, "review", "publish")
    assert "Published" in words(page)


def read_the_results(new_page: Callable[..., Any], officer: Person, axe: Callable[[Any], list[str]]) -> None:
    """Everybody reads what is public; the city compares itself."""
    visitor = new_page()
    page = until(visitor, "/en/results/round-7", "1 of 8 invited cities")
    assert axe(page) == []
    page.goto("/en/cities/oulu/answers/round-7")
    assert "the school at the market" in words(page)
    assert "61" in words(page)
    assert "integration@oulu.example" not in page.content(), "the contact is for the network's coordinator"
    page.goto("/en/results/round-7/commitments/6")
    assert "Oulu" in words(page)
    assert officer.open(f"{OULU}/comparison")
    assert axe(officer.open("/en/work/reporting/round-5/oulu/comparison")) == []


def until(page: Any, path: str, text: str) -> Any:
    """The page as soon as the worker has done what it waits for."""
    said = ""
    for _attempt in range(80):
        said = page.request.get(path).text()
        if text in said:
            page.goto(path)
            return page
        page.wait_for_timeout(250)
    raise AssertionError(f"{path} does not say “{text}”: {said}")


def draft_the_report(coordinator: Person) -> None:
    """Begin the report and keep one of its chapters, so that this test stays short."""
    page = coordinator.open("/en/work/reporting/reports")
    page.locator("select[name=round_id]").select_option(label="Reporting round 7")
    page.locator("select[name=language]").select_option("en")
    press(coordinator.page, named(coordinator.page, "Begin and draft it"))
    for form in page.locator("form[action$='/out']").evaluate_all("forms => forms.map(form => form.action)"):
        if not form.endswith("/c06/out"):
            token = page.locator("input[name=csrf_token]").first.input_value()
            page.request.post(form, form={"csrf_token": token}, max_redirects=0)


def write_the_report(new_page: Callable[..., Any], coordinator: Person) -> None:
    """Every chapter is read by a second person, put into French, and read again."""
    reviewer, translator = Person(new_page, "reviewer@demo.example"), Person(new_page, "translator@demo.example")
    page = coordinator.open(REPORT)
    chapters = page.locator("main table tr:not(:has-text('left out of the report')) th[scope=row] a[href*='/chapters/']")
    places = [str(link.get_attribute("href")) for link in chapters.all()]
    assert len(places) == 2, places
    for place in places:
        take_step(coordinator, place, "submit")
        take_step(reviewer, f"{place}/en", "approve")
        page = translator.open(place)
        page.locator("select[name=language]").select_option("fr")
        press(translator.page, named(translator.page, "Start the translation"))
        for piece in page.locator("#pieces section.piece").all():
            box, source = piece.locator("[name^='t.']"), piece.locator(".diff").first.inner_text()
            if not box.input_value():
                box.fill(source if source.startswith("#") else f"{source} (fr)")
        press(translator.page, named(translator.page, "Save and go on to review"))
        press(page, page.locator("form:has(input[name=transition][value=submit]) button").first)
        take_step(reviewer, f"{place}/fr", "approve")


def take_step(person: Person, address: str, step: str) -> None:
    page = person.open(address)
    press(page, page.locator(f"form:has(input[name=transition][value={step}]) button").first)


def publish_the_report(officer: Person, coordinator: Person, axe: Callable[[Any], list[str]]) -> None:
    """Oulu reads and approves what the report says of it; the worker makes the edition."""
    page = coordinator.open(REPORT)
    page.locator("#step-ask_cities input[name=until]").fill((today() + timedelta(days=20)).isoformat())
    press(page, page.locator("#step-ask_cities button"))
    assert "Oulu has not answered yet" in words(page)
    page = officer.open(f"{REPORT}/mentions/oulu")
    assert axe(page) == []
    press(page, page.get_by_role("button", name=re.compile("^Approve (all|the one)")))
    page = coordinator.open(REPORT)
    assert "The edition will be in: English and French." in words(page)
    press(page, page.locator("#step-release button"))


def read_the_report(new_page: Callable[..., Any], coordinator: Person, axe: Callable[[Any], list[str]]) -> None:
    """The edition in two languages with its files, and the draft in the right-to-left test language."""
    visitor = new_page()
    page = until(visitor, "/en/reports/report-round-7", "Contents")
    assert axe(page) == []
    for language in ("en", "fr"):
        page.goto(f"/{language}/reports/report-round-7/c06")
        assert "Oulu" in words(page)
        page.goto(f"/{language}/reports/report-round-7")
        with page.expect_download() as waiting:
            page.locator(f"a[href*='/editions/1/'][href$='-{language}.pdf']").click()
        assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-"), language
    page = coordinator.open(f"{REPORT}/preview?language=ar-xb")
    assert page.locator(".report-preview[dir=rtl]").count() == 1
    press(coordinator.page, named(coordinator.page, "Make the PDF"))
    link = until(page, f"{REPORT}/preview?language=ar-xb", "PDF of").get_by_role("link", name=re.compile("^PDF of"))
    with page.expect_download() as waiting:
        link.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")


def test_a_round_from_its_opening_to_the_report(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]], live_worker: None
) -> None:
    coordinator = Person(new_page, "coordinator@demo.example")
    page = coordinator.open("/en/work/reporting/questionnaires")
    edition = page.get_by_role("row").filter(has_text="edition 5").inner_text()
    assert re.search(r"English\s+Published", edition), edition
    assert re.search(r"French\s+Published", edition), edition
    plan_and_open(coordinator)
    officer = Person(new_page, "officer.oulu@demo.example")
    answer_by_link(new_page, give_housing_away(officer, coordinator), axe)
    answer_the_rest(officer, axe)
    send_to_the_mayor(officer)
    sign_off_and_publish(new_page, officer, coordinator, axe)
    read_the_results(new_page, officer, axe)
    draft_the_report(coordinator)
    write_the_report(new_page, coordinator)
    publish_the_report(officer, coordinator, axe)
    read_the_report(new_page, coordinator, axe)


def test_a_section_is_answered_without_scripts(new_page: Callable[..., Any]) -> None:
    officer = Person(new_page, "officer.oulu@demo.example", java_script_enabled=False)
    section = "/en/work/reporting/round-6/oulu/sections/organisation"
    page = officer.open(section)
    page.locator("input[name='a.consultative_council'][value=yes]").check()
    then(page, "next")
    assert "Your answers have opened further questions" in page.locator("body").inner_text()
    page.locator("[id='a.council_name']").fill("The council of fourteen.")
    page.locator("[id='a.departments']").fill("Education and housing.")
    then(page, "complete")
    assert "1 of 18 sections are complete" in words(page)
    page = officer.open(section)
    assert page.locator("[id='a.council_name']").input_value() == "The council of fourteen."
    assert page.locator("[id='a.departments']").input_value() == "Education and housing."


def test_two_tabs_that_change_the_same_answer_are_shown_both(new_page: Callable[..., Any]) -> None:
    officer = Person(new_page, "officer.oulu@demo.example")
    section = "/en/work/reporting/round-6/oulu/sections/c02"
    first = officer.open(section)
    second = first.context.new_page()
    second.goto(section)
    first.locator("[id='a.c02_plans']").fill("A plan of the first tab.")
    then(first, "next")
    second.locator("[id='a.c02_plans']").fill("A plan of the second tab.")
    then(second, "next")
    shown = words(second)
    assert "Yours, not saved" in shown
    assert "A plan of the first tab." in shown
    assert second.locator("[id='a.c02_plans']").input_value() == "A plan of the second tab."
    then(second, "next")
    first.goto(section)
    assert first.locator("[id='a.c02_plans']").input_value() == "A plan of the second tab."
