"""The catalogue desk in a browser: nothing for axe to find, nothing too wide, and the facts are said by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from people import Person

pytestmark = pytest.mark.browser

PAGES = (
    "catalogue",
    "catalogue?language=fr&waiting=translation",
    "catalogue/new",
    "catalogue/1",
    "catalogue/1/facts",
    "catalogue/1/en",
)


def narrow(page: Any) -> list[str]:
    page.set_viewport_size({"width": 320, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{page.url} is {wide} px too wide at 320 px"] if wide > 0 else []


def test_every_page_for_everybody(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    coordinator, found = Person(new_page, "coordinator@demo.example"), []
    for language in ("en", "ar-xb"):
        for path in PAGES:
            page = coordinator.open(f"/{language}/work/indicators/{path}")
            found += axe(page) + narrow(page)
    assert found == []


def test_counting_before_saving(new_page: Callable[..., Any]) -> None:
    page = Person(new_page, "coordinator@demo.example").open("/en/work/indicators/catalogue/1/facts")
    before = page.locator("#facts").inner_text()
    page.get_by_label("women").uncheck()
    page.get_by_role("button", name="Count the values anew").press("Enter")
    page.get_by_text("nothing is saved yet").wait_for()
    assert page.locator("#facts").inner_text() != before
    assert page.get_by_text("born outside the EU").first.is_visible()
    assert not page.get_by_label("women").is_checked()
