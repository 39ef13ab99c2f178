"""axe finds nothing on any page, in any language, narrow or wide, and no page scrolls sideways at 320 px."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from people import Person

from icportal.i18n.locales import LANGUAGES

pytestmark = pytest.mark.browser

PUBLIC = (
    "", "cities", "cities/oulu", "charter", "charter/commitments/4", "charter/versions", "signatories", "signatories/toronto",
    "signatories?as_of=2031-01-01", "practices", "practices?commitment=4&q=zzzz", "practices/report-1-1", "verify",
    "verify/AAAA-BBBB-CC", "accessibility", "privacy", "open-data", "sign-in", "forgot-password", "no-such-page",
    "indicators", "indicators/pop01", "indicators/pop01?view=lines", "indicators/empl05", "cities/nuremberg/indicators", "data",
    "results/round-5", "cities/oulu/answers/round-5", "cities/dublin/plan",
)  # fmt: skip

WORK = {
    "mayor.vienna@demo.example": ("work", "cities/vienna/signature", "cities/vienna/edit", "cities/vienna/contacts", "signatures", "people", "work/indicators"),
    "officer.oulu@demo.example": ("work", "work/practices/new", "cities/oulu/contacts", "profile", "profile/password"),
    "translator@demo.example": ("work", "work/practices/translation"),
    "coordinator@demo.example": (
        "work", "signatures", "work/practices/languages", "work/practices/review", "people", "people/invite", "audit", "cities/new",
        "cities/oulu", "mails",
        "work/indicators/nuremberg/2014/review",
        *(f"work/indicators{page}" for page in ("", "/catalogue", "/catalogue/1", "/catalogue/1/facts", "/network", "/network/upload", "/releases")),
    ),
    "officer.nuremberg@demo.example": (
        "work/indicators", *(f"work/indicators/nuremberg{page}" for page in ("/departments", "/definitions")),
        *(f"work/indicators/nuremberg/2014{page}" for page in ("", "/type-in", "/review", "/upload", "/merge", "/values/pop03")),
    ),
    "administrator@demo.example": ("people", "people/1", "audit", "mails"),
}  # fmt: skip

#: Pages of the reporting round: in a language of long words, and from right to left.
REPORTING = {
    "officer.oulu@demo.example": (
        *(f"work/reporting/round-6/oulu{page}" for page in ("", "/sections/c04", "/sections/trends", "/check", "/workbook")),
        *(f"work/reporting/round-5/oulu{page}" for page in ("/review", "/briefing")),
        "work/reporting/evidence/oulu", *(f"work/plans/oulu{page}" for page in ("", "/review", "/about", "/versions", "/progress")),
    ),
    "translator@demo.example": tuple(f"work/reporting/questionnaires/3{page}" for page in ("", "/structure")),
    "coordinator@demo.example": (
        *(f"work/reporting{page}" for page in ("", "/round-5/results/questions/office", "/reports", "/rounds/round-6/board")),
        *(f"work/reporting{page}" for page in ("/rounds/round-6/cities/oulu/deadline", "/questionnaires", "/questionnaires/3/questions/office")),
        "results", "results/round-5/commitments/6", "results/round-5/themes", "reports",
    ),
}  # fmt: skip

PROGRAMME = "mentoring/implementoring-a-second-time"
#: Pages of the mentoring programme, of toolkits and of plans: likewise.
MENTORING = {
    "officer.genoa@demo.example": (
        "mentoring", PROGRAMME, "toolkits", "toolkits/public-perception", "work/mentoring",
        *(f"work/{PROGRAMME}{page}" for page in ("", "/applications/genoa", "/grants")),
    ),
    "officer.nuremberg@demo.example": (
        "work/plans", *(f"work/plans/nuremberg{page}" for page in ("", "/new", "/board", "/gantt", "/calendar", "/workbook", "/objectives", "/values", "/alike")),
    ),
    "coordinator@demo.example": (
        "work/mentoring", "work/mentoring/new", "work/toolkits", "work/toolkits/new",
        *(f"work/plans/dublin{page}" for page in ("", "/board", "/gantt", "/review", "/versions", "/versions/1", "/progress")),
        *(f"work/{PROGRAMME}{page}" for page in ("", "/edit", "/matching", "/matching/settings", "/applications/milan", "/schemes/public-perception")),
    ),
}  # fmt: skip

#: What axe finds does not depend on the words, but on their length and direction: narrow pages are looked for in every language.
LOOKED_AT = ("en", "en-xa", "ar-xb")
#: Pages at work are read and looked at in a language of long words and from right to left.
AT_WORK = ("de", "ar-xb")


def narrow(page: Any) -> list[str]:
    """Whether the page is wider than its window, which makes people scroll both ways."""
    page.set_viewport_size({"width": 320, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{page.url} is {wide} px too wide at 320 px"] if wide > 0 else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages(new_page: Callable[..., Any], axe: Callable[[Any], list[str]], language: str) -> None:
    page, found = new_page(), []
    for path in PUBLIC:
        page.goto(f"/{language}/{path}")
        assert page.locator("html").get_attribute("dir") == LANGUAGES[language].direction
        found += (axe(page) if language in LOOKED_AT else []) + narrow(page)
    assert found == []


@pytest.mark.parametrize("address", WORK)
def test_pages_of_each_role(new_page: Callable[..., Any], axe: Callable[[Any], list[str]], address: str) -> None:
    person, found = Person(new_page, address), []
    for language in AT_WORK:
        for path in WORK[address]:
            page = person.open(f"/{language}/{path}")
            found += axe(page) + narrow(page)
    assert found == []


@pytest.mark.parametrize("address", REPORTING)
def test_pages_of_the_reporting_round(new_page: Callable[..., Any], axe: Callable[[Any], list[str]], address: str) -> None:
    person, found = Person(new_page, address), []
    for language in AT_WORK:
        for path in REPORTING[address]:
            page = person.open(f"/{language}/{path}")
            found += axe(page) + narrow(page)
    assert found == []


@pytest.mark.parametrize("address", MENTORING)
def test_pages_of_mentoring_and_plans(new_page: Callable[..., Any], axe: Callable[[Any], list[str]], address: str) -> None:
    person, found = Person(new_page, address), []
    for language in AT_WORK:
        for path in MENTORING[address]:
            page = person.open(f"/{language}/{path}")
            found += axe(page) + narrow(page)
    assert found == []


def test_pages_of_a_report(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    """Of one that is begun here: the desk, a chapter with its blocks, and how it would be read."""
    person, found = Person(new_page, "coordinator@demo.example"), []
    page = person.open("/en/work/reporting/reports")
    page.locator("select[name=round_id]").select_option(label="Reporting round 2")
    with page.expect_navigation():
        person.press("Begin and draft it")
    chapter = page.get_by_role("main").locator("a[href*='/chapters/']").nth(3).get_attribute("href").removeprefix("/en/")
    desk = "work/reporting/reports/report-round-2"
    for path in (desk, f"{desk}/preview", chapter, f"{chapter}/edit"):
        page = person.open(f"/ar-xb/{path}")
        found += axe(page) + narrow(page)
    assert found == []


def test_dark_pages(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    page, found = new_page(color_scheme="dark"), []
    for path in ("", "cities/oulu", "signatories", "practices", "charter/versions"):
        page.goto(f"/en/{path}")
        found += axe(page)
    assert found == []


def test_the_registry_and_the_library_work_by_keyboard_alone_and_without_scripts(new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/en/practices")
    page.get_by_label("Words").focus()
    page.keyboard.type("housing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/practices?q=housing*")
    assert page.get_by_role("main").get_by_role("listitem").count() > 0
    page.goto("/en/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
