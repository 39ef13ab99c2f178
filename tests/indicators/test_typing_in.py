"""Values typed in on a page: saved, refused with everything kept, overtaken by somebody else, pasted from a spreadsheet."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from delivery_world import HERE, YEAR, apart, opened, state
from flask import Flask
from harness import PortalClient
from indicator_world import city, delivery, entry, key, officer, publish, put, submit
from people import Person

from icportal.core.db import db
from icportal.indicators import services
from icportal.indicators.entries import Entry
from icportal.indicators.enums import Bound, Confidentiality, Geography, Missing

SignIn = Callable[..., PortalClient]
PAGE = f"{HERE}/type-in?family=demography"
ROW = "POP01||2024"


@pytest.fixture
def world(seeded_app: Flask) -> Iterator[Flask]:
    yield from opened(seeded_app)


@pytest.fixture
def client(world: Flask) -> PortalClient:
    return apart(world)


@pytest.fixture
def typist(world: Flask, client: PortalClient, sign_in: SignIn) -> PortalClient:
    """Vienna's officer before a delivery that was begun."""
    services.begin(city("vienna"), YEAR, actor=officer("vienna"))
    db.session.commit()
    return sign_in("officer.vienna@demo.example")


def fields_of(text: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    form = text[text.index("data-paste-table") : text.index("</main>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        found[html.unescape(given["name"])] = html.unescape(given.get("value", ""))
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        found[html.unescape(name)] = html.unescape(inner)
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner) or re.search(r'<option value="([^"]*)"', inner)
        found[html.unescape(name)] = html.unescape(chosen[1]) if chosen else ""
    return found


def now(code: str = "POP01", breakdown: str = "", period: str = str(YEAR)) -> Entry | None:
    db.session.rollback()
    where = key("vienna", code, breakdown, period)
    value = services.current_of([where]).get(where)
    return value.entry if value else None


def send(client: PortalClient, page: str = PAGE, **typed: str) -> Any:
    """Open the page, type into the fields of the first row, save."""
    data = fields_of(client.get(page).text)
    data |= {f"{name}:{ROW}": text for name, text in typed.items()}
    return client.post(page, data=data)


def test_a_value_is_typed_with_everything_that_belongs_to_it(typist: PortalClient) -> None:
    answer = send(
        typist, value="35.2", status="e p", conf="C", bound="rounded", geography="region", source_kind="register",
        source="City register", note="Counted at the end of the year",
    )  # fmt: skip
    assert answer.status_code == 303
    said = now()
    assert said is not None
    assert (said.amount, said.statuses, said.confidentiality) == (Decimal("35.2"), "ep", Confidentiality.CONFIDENTIAL)
    assert (said.bound, said.geography, said.source) == (Bound.ROUNDED, Geography.REGION, "City register")
    assert said.note == "Counted at the end of the year"
    assert now("POP02") is None, "a row nobody touched writes nothing"
    assert services.versions_of(key("vienna", "POP01", "", str(YEAR)))[0].how == "typed"


@pytest.mark.parametrize(
    ("written", "way", "amount"),
    [("12.5", "en", "12.5"), ("12,5", "de", "12.5"), ("٣٥", "en", "35"), ("> 30", "en", "30"), ("35 e", "en", "35")],
)
def test_numbers_are_read_the_way_they_are_written(typist: PortalClient, written: str, way: str, amount: str) -> None:
    assert send(typist, f"{PAGE}&reads_as={way}", value=written).status_code == 303
    said = now()
    assert said is not None
    assert said.amount == Decimal(amount)


def test_what_is_not_available_and_what_is_taken_back(typist: PortalClient) -> None:
    send(typist, value=":")
    said = now()
    assert said is not None
    assert said.missing == Missing.NOT_AVAILABLE
    send(typist, value="not collected")
    said = now()
    assert said is not None
    assert said.missing == Missing.NOT_COLLECTED
    send(typist, value="")
    said = now()
    assert said is not None
    assert said.is_removed


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"value": "many"}, "value-1"),
        ({"value": "12", "status": "y"}, "status-1"),
        ({"value": "12", "period": "2019"}, "period-1"),
        ({"value": "12", "definition": "999999"}, "definition-1"),
        ({"value": "12", "geography": "moon"}, "geography-1"),
        ({"note": "There is none"}, "value-1"),
        ({"value": "12", "source": "x" * 2001}, "source-1"),
    ],
)
def test_a_refused_page_keeps_everything_and_leads_to_the_field(typist: PortalClient, typed: dict[str, str], field: str) -> None:
    data = fields_of(typist.get(PAGE).text)
    data |= {f"{name}:{ROW}": text for name, text in typed.items()}
    data["value:POP02||2024"] = "77.7"
    refused = typist.post(PAGE, data=data)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    again = fields_of(refused.text)
    assert again["value:POP02||2024"] == "77.7"
    for name, text in typed.items():
        assert again[f"{name}:{ROW}"] == text
    assert now() is None
    assert now("POP02") is None, "all or nothing"


def test_a_warning_stands_beside_the_value_and_not_in_the_way(typist: PortalClient) -> None:
    assert send(typist, value="135").status_code == 303
    assert "more than the whole" in typist.get(PAGE).text
    assert "with a warning" in typist.get(HERE).text


@pytest.mark.databases
def test_two_people_type_at_once_and_the_second_sees_both(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "30", "POP02": "10"}, actor=officer("vienna"))
    sign_in("officer.vienna@demo.example")
    data = fields_of(client.get(PAGE).text)
    put("vienna", YEAR, {"POP01": "31.1", "POP02": "11.1"}, actor=officer("vienna"))
    data[f"value:{ROW}"] = "32.2"
    conflict = client.post(PAGE, data=data)
    assert conflict.status_code == 409
    assert "31.1%" in conflict.text
    assert "32.2%" in conflict.text
    assert now() == entry("31.1", code="POP01"), "nothing was saved"
    again = fields_of(conflict.text)
    assert again[f"value:{ROW}"] == "32.2"
    assert client.post(PAGE, data=again).status_code == 303, "saving again is a choice"
    mine, untouched = now(), now("POP02")
    assert mine is not None
    assert untouched is not None
    assert mine.amount == Decimal("32.2")
    assert untouched.amount == Decimal("11.1"), "a row I did not touch stays as the other one left it"


def test_a_value_moves_to_another_period(typist: PortalClient) -> None:
    send(typist, value="35")
    assert send(typist, period="2024-06").status_code == 303
    old, new = now(), now(period="2024-06")
    assert old is not None
    assert new is not None
    assert old.is_removed
    assert new.amount == Decimal(35)
    assert "value:POP01||2024-06" in fields_of(typist.get(PAGE).text)


def test_a_period_is_changed_and_changed_back_again_and_again(typist: PortalClient) -> None:
    send(typist, value="35")
    for here, there in (("2024", "2024-06"), ("2024-06", "2024"), ("2024", "2024-06")):
        data = fields_of(typist.get(PAGE).text) | {f"period:POP01||{here}": there}
        assert typist.post(PAGE, data=data).status_code == 303, there
        old, new = now(period=here), now(period=there)
        assert old is not None
        assert old.is_removed
        assert new is not None
        assert new.amount == Decimal(35)


def test_a_value_that_moves_and_becomes_confidential_leaves_the_public(world: Flask, typist: PortalClient) -> None:
    reader = apart(world)
    put("vienna", YEAR, {"POP01": "35.7"}, actor=officer("vienna"))
    publish("vienna", YEAR)
    public = f"/en/indicators/pop01/figure.csv?year={YEAR}"
    assert "35.7" in reader.get(public).text
    assert send(typist, period="2024-06", conf="C").status_code == 303
    assert "35.7" not in reader.get(public).text


def test_a_moved_value_somebody_else_has_changed_shows_both(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "30"}, actor=officer("vienna"))
    sign_in("officer.vienna@demo.example")
    data = fields_of(client.get(PAGE).text) | {f"period:{ROW}": "2024-06", f"value:{ROW}": "32.2"}
    put("vienna", YEAR, {"POP01": "31.1"}, actor=officer("vienna"))
    conflict = client.post(PAGE, data=data)
    assert conflict.status_code == 409
    assert "<dd>32.2%" in conflict.text
    assert "<dd>31.1%" in conflict.text
    assert now(period="2024-06") is None
    again = fields_of(conflict.text)
    assert again[f"period:{ROW}"] == "2024-06"
    assert client.post(PAGE, data=again).status_code == 303
    mine = now(period="2024-06")
    assert mine is not None
    assert mine.amount == Decimal("32.2")


def test_two_values_are_not_moved_onto_one_another(typist: PortalClient) -> None:
    months = {("POP01", "", "2024-05"): "10", ("POP01", "", "2024-06"): "20"}
    put("vienna", YEAR, months, actor=officer("vienna"))
    data = fields_of(typist.get(PAGE).text) | {"period:POP01||2024-05": "2024", "period:POP01||2024-06": "2024"}
    refused = typist.post(PAGE, data=data)
    assert refused.status_code == 422
    assert "already" in refused.text
    assert now() is None


@pytest.mark.parametrize(
    "line",
    ["POP01\t35.2", "pop01;35.2", "Foreign-born share\t35.2", "POP01|\t35.2\te\tC", "POP01\tall\t35.2",
     "POP01\tForeign-born share\tall\tper cent\t30\t35.2\t2024\t\t"],
)  # fmt: skip
def test_pasted_rows_fill_the_fields_and_save_nothing(typist: PortalClient, line: str) -> None:
    data = fields_of(typist.get(PAGE).text) | {"pasted": line, "then": "paste"}
    filled = typist.post(PAGE, data=data)
    assert filled.status_code == 200
    assert fields_of(filled.text)[f"value:{ROW}"] == "35.2"
    assert now() is None
    assert typist.post(PAGE, data=fields_of(filled.text)).status_code == 303
    said = now()
    assert said is not None
    assert said.amount == Decimal("35.2")


def test_a_line_that_is_not_understood_is_named(typist: PortalClient) -> None:
    data = fields_of(typist.get(PAGE).text) | {"pasted": "POP01\t35.2\nZZZ01\t3\nnonsense", "then": "paste"}
    answer = typist.post(PAGE, data=data)
    assert answer.status_code == 422
    for text in ("Line 2", "Line 3"):
        assert text in answer.text
    assert fields_of(answer.text)[f"value:{ROW}"] == "35.2"


def test_rows_of_other_pages_are_told_once(typist: PortalClient) -> None:
    pasted = "POP01\t35.2\nEMP01\t3\nEMP01|sex=f\t4\nemp02\tall\t5\nEDU01\t6"
    answer = typist.post(PAGE, data=fields_of(typist.get(PAGE).text) | {"pasted": pasted, "then": "paste"})
    assert answer.status_code == 422
    assert "3 rows belong to “Employment”" in answer.text
    assert "1 row belongs to “Education”" in answer.text
    assert "is not a row of this page" not in answer.text
    filled = fields_of(answer.text)
    assert filled[f"value:{ROW}"] == "35.2"
    assert "EMP01" in filled["pasted"], "what was pasted can be taken along"


def test_nothing_is_typed_into_a_delivery_in_review(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "30"}, actor=officer("vienna"))
    submit("vienna", YEAR)
    sign_in("officer.vienna@demo.example")
    refused = send(client, value="31")
    assert refused.status_code == 409
    assert "take it back first" in refused.text
    assert fields_of(refused.text)[f"value:{ROW}"] == "31"


def test_typing_into_what_is_published_begins_a_draft(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", YEAR, {"POP01": "30"}, actor=officer("vienna"))
    publish("vienna", YEAR)
    sign_in("officer.vienna@demo.example")
    assert send(client).status_code == 303
    assert state() == "published", "a page that was not touched changes nothing"
    assert send(client, value="31").status_code == 303
    assert state() == "draft"
    assert delivery("vienna", YEAR).published_at is not None


def test_the_sources_of_last_time_are_filled_in_on_request(typist: PortalClient) -> None:
    put("vienna", YEAR - 1, {"POP01": "30"}, actor=officer("vienna"), source="Register of residents", source_kind="register")
    assert fields_of(typist.get(PAGE).text)[f"source:{ROW}"] == ""
    data = fields_of(typist.get(f"{PAGE}&sources=last").text)
    assert data[f"source:{ROW}"] == "Register of residents"
    assert typist.post(PAGE, data=data).status_code == 303
    assert now() is None, "sources alone are no value"
    assert "30%" in typist.get(PAGE).text, "last time's value stands beside the field"


def test_every_family_has_its_page(typist: PortalClient) -> None:
    families = set(re.findall(r"type-in\?family=(\w+)", typist.get(HERE).text))
    assert len(families) == 10
    for family in sorted(families):
        assert typist.get(f"{HERE}/type-in?family={family}").status_code == 200
    assert typist.get(f"{HERE.replace('/en/', '/ar-xb/')}/type-in").status_code == 200


@pytest.mark.browser
def test_a_block_is_pasted_right_and_down(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    person = Person(new_page, "officer.vienna@demo.example")
    page = person.open("/en/work/indicators")
    page.get_by_label("Year the values").fill("2023")
    person.press("Begin year")
    person.open("/en/work/indicators/vienna/2023/type-in?family=demography")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "12,5\\te\\tc\\n13\\t\\tF\\n");
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.getElementById("value-1").dispatchEvent(event);
        }"""
    )
    names = ("value-1", "status-1", "conf-1", "value-2", "status-2", "conf-2")
    got = [page.locator(f"#{name}").input_value() for name in names]
    assert got == ["12,5", "e", "C", "13", "", "F"]
    assert "6" in (page.locator("[data-paste-status]").text_content() or "")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "at 360 px nothing sticks out"
    assert axe(page) == []
