"""Vienna registers and signs; the coordinator sends it back once and then publishes it; the registry counts one more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from charter_world import PDF
from people import Person

from icportal.core.clock import today

pytestmark = pytest.mark.browser


def total(page: Any, as_of: str = "") -> int:
    """How many cities the registry counts, as its open data says."""
    answer = page.request.get("/en/signatories.json" + (f"?as_of={as_of}" if as_of else ""))
    return int(answer.json()["total"])


def test_viennas_signature_from_the_mayors_office_to_the_registry(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    visitor = new_page()
    last_year = (today() - timedelta(days=365)).isoformat()
    visitor.goto("/en/signatories")
    before, before_last_year = total(visitor), total(visitor, last_year)

    mayor = Person(new_page, "mayor.vienna@demo.example")
    page = mayor.open("/en/cities/vienna/signature")
    mayor.press("Open the signature")

    mayor.follow("Council decision")
    page.get_by_label("Date of the decision").fill((today() + timedelta(days=3)).isoformat())
    page.get_by_label("Reference").fill("Gemeinderat 2026/117")
    page.get_by_label("Text of the decision").set_input_files(
        {"name": "beschluss.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"}
    )
    mayor.press("Save")
    summary = page.locator("[data-error-summary]")
    assert summary.get_by_role("link").count() >= 1
    assert page.get_by_label("Reference").input_value() == "Gemeinderat 2026/117"
    assert axe(page) == []
    page.get_by_label("Date of the decision").fill((today() - timedelta(days=20)).isoformat())
    page.get_by_label("Text of the decision").set_input_files(
        {"name": "beschluss.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    mayor.press("Save")

    page = mayor.open("/en/cities/vienna/signature")
    mayor.follow("Who signs")
    page.get_by_label("Name", exact=False).first.fill("Eva Bauer")
    page.get_by_label("Office").fill("Mayor of Vienna")
    page.locator("textarea[name=mandate]").fill("Elected by the city council, empowered by its decision.")
    mayor.press("Save")

    mayor.open("/en/cities/vienna/signature")
    mayor.follow("Sign on screen")
    assert "SHA-256" in page.get_by_role("main").inner_text()
    page.get_by_label("I have read this text and sign it for the city.").check()
    mayor.press("Sign")
    receipt = re.search(r"[0-9A-Z]{2,}(?:-[0-9A-Z]{2,})+", page.get_by_role("main").inner_text())
    assert receipt, "the receipt shows its code"
    mayor.open("/en/cities/vienna/signature")
    mayor.follow("Look it over and send it")
    mayor.press("Send to the network")

    coordinator = Person(new_page, "coordinator@demo.example")
    desk = coordinator.open("/en/work")
    desk.get_by_role("main").get_by_role("link", name="Vienna").first.click()
    assert axe(desk) == []
    desk.get_by_text("Send back", exact=False).first.click()
    desk.locator("form:has(input[name=transition][value=request_changes]) textarea[name=reason]").fill(
        "Please name the session of the council."
    )
    desk.locator("form:has(input[name=transition][value=request_changes]) button").click()

    mayor.open("/en/cities/vienna/signature")
    assert "Please name the session of the council." in page.get_by_role("main").inner_text()
    mayor.follow("Council decision")
    page.get_by_label("Reference").fill("Gemeinderat, session of 3 November 2026, 2026/117")
    mayor.press("Save")
    mayor.open("/en/cities/vienna/signature")
    mayor.follow("Look it over and send it")
    mayor.press("Send to the network")

    desk = coordinator.open("/en/work")
    desk.get_by_role("main").get_by_role("link", name="Vienna").first.click()
    desk.locator("form:has(input[name=transition][value=publish]) button").first.click()

    visitor.goto("/en/signatories")
    assert "Vienna" in visitor.get_by_role("main").inner_text()
    assert total(visitor) == before + 1
    assert total(visitor, last_year) == before_last_year
    visitor.goto("/en/verify")
    visitor.get_by_role("main").get_by_role("textbox").first.fill(receipt.group(0))
    visitor.get_by_role("main").get_by_role("button").first.click()
    assert "Eva Bauer" in visitor.get_by_role("main").inner_text()
    assert axe(visitor) == []
