"""Oulu writes in Finnish, a second person approves, the translator brings it into English and French; one sentence of the
Finnish changes and only that piece turns stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from people import Person

pytestmark = pytest.mark.browser

TITLE = "Kotoutumiskahvila kirjastossa"
FINNISH = {
    "summary": "Kaupunki avasi kirjastoon kahvilan, jossa uudet asukkaat tapaavat neuvojan.",
    "issue_and_goals": "Uudet asukkaat eivät löytäneet palveluja.\n\nTavoite oli yksi ovi kaikkeen neuvontaan.",
    "how_it_works": "Neuvoja on paikalla joka arki-iltapäivä.",
    "results": "Ensimmäisenä vuonna kävi 1 200 ihmistä.",
    "not_again": "Aloitimme ilman tulkkeja, mikä oli virhe.",
    "transfer": "Tarvitaan tila, kaksi neuvojaa ja yhteistyö kirjaston kanssa.",
}
CHANGED = "Ensimmäisenä vuonna kävi 1 450 ihmistä."


def decide(person: Person, title: str, step: str) -> None:
    """Open a text from the person's own list and take a step on it."""
    page = person.open("/en/work")
    page.get_by_role("main").get_by_role("link", name=title).first.click()
    if page.locator(f"form:has(input[name=transition][value={step}])").count() == 0:
        page.get_by_role("main").get_by_role("link", name="Read and decide").first.click()
    page.locator(f"form:has(input[name=transition][value={step}]) button").first.click()


def translate(person: Person, work: str, language: str, prefix: str, axe: Callable[[Any], list[str]]) -> None:
    """Translate every piece into a language and send it to review."""
    page = person.open(work)
    page.get_by_label("Translate into").select_option(language)
    person.press("Start the translation")
    for place, box in enumerate(page.locator("#pieces [name^='t.']").all()):
        box.fill(f"{prefix} {place}")
    assert axe(page) == []
    person.press("Save and go on to review")
    page.locator("form:has(input[name=transition][value=submit]) button").first.click()


def test_a_practice_from_finnish_to_english_and_french(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    author = Person(new_page, "officer.oulu@demo.example")
    page = author.open("/en/work/practices/new")
    page.get_by_label("Language you write in").select_option("fi")
    page.get_by_label("Title").fill(TITLE)
    author.press("Start writing")
    for name, text in FINNISH.items():
        page.locator(f"textarea[name={name}]").fill(text)
    assert axe(page) == []
    author.press("Save")
    work = page.url.split("/work/")[1].split("/edit")[0]
    work = f"/en/work/{work}"
    author.open(f"{work}/facts")
    page.locator("input[name=commitments][value='4']").check()
    page.locator("input[name=themes][value=information]").check()
    page.get_by_label("Contact person").fill("Outi Laine")
    page.locator("input[name=contact_email]").fill("outi.laine@oulu.example")
    assert axe(page) == []
    author.press("Save")
    author.open(work)
    page.locator("form:has(input[name=transition][value=submit]) button").first.click()
    author.open(f"{work}/fi")
    assert page.locator("form:has(input[name=transition][value=approve])").count() == 0

    second = Person(new_page, "officer2.oulu@demo.example")
    decide(second, TITLE, "approve")

    visitor = new_page()
    visitor.goto("/en/practices?q=Kotoutumiskahvila")
    visitor.get_by_role("link", name=TITLE).click()
    notice = visitor.get_by_role("note").filter(has_text="Finnish")
    assert notice.count() >= 1, "the reader is told that the text is in Finnish"
    assert visitor.get_by_role("heading", level=1).get_attribute("lang") == "fi"

    translator = Person(new_page, "translator@demo.example")
    translate(translator, work, "en", "English piece", axe)
    translate(translator, work, "fr", "Morceau", axe)
    reviewer = Person(new_page, "reviewer@demo.example")
    for code in ("en", "fr"):
        read = reviewer.open(f"{work}/{code}")
        read.locator("form:has(input[name=transition][value=approve]) button").first.click()

    visitor.goto("/en/practices?q=English+piece")
    visitor.get_by_role("link", name="English piece 0").click()
    assert visitor.get_by_role("heading", level=1).get_attribute("lang") is None
    assert axe(visitor) == []
    visitor.goto(visitor.url.replace("/en/", "/fr/"))
    assert visitor.get_by_role("heading", level=1).inner_text() == "Morceau 0"
    public = visitor.url

    author.open(f"{work}/edit")
    page.locator("textarea[name=results]").fill(CHANGED)
    author.press("Save")
    visitor.goto(public)
    assert "Morceau 0" in visitor.get_by_role("main").inner_text(), "the public reads on while a new draft is written"
    author.open(work)
    page.locator("form:has(input[name=transition][value=submit]) button").first.click()
    decide(second, TITLE, "approve")

    for code in ("en", "fr"):
        desk = translator.open(f"{work}/{code}/translate?only=open")
        boxes = desk.locator("#pieces [name^='t.']")
        assert boxes.count() == 1, "only the changed piece waits"
        assert "1 450" in desk.locator("#pieces ins").inner_text() or "450" in desk.locator("#pieces ins").inner_text()
    desk = translator.open(f"{work}/fr/translate")
    assert desk.get_by_text("Changed", exact=False).count() >= 1
    assert axe(desk) == []
