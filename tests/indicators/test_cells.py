"""Tables of what people write into cells, and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask

from icportal.i18n import catalogues
from icportal.indicators.exchange import columns, sheets
from icportal.indicators.exchange.cells import Seen, read_cell, read_value


@pytest.fixture(scope="module", autouse=True)
def words() -> Iterator[None]:
    bare = Flask("words")
    catalogues.init_app(bare)
    with bare.app_context():
        yield


NUMBERS = [
    ("12.3", "en", "12.3", ""),
    ("12,3", "de", "12.3", ""),
    ("12,3", "fr", "12.3", ""),
    ("12.3", "de", "12.3", "cell.other_marks"),
    ("1.234", "de", "1234", "cell.ambiguous"),
    ("1,234", "de", "1.234", "cell.ambiguous"),
    ("1.234", "en", "1.234", "cell.ambiguous"),
    ("1,234", "en", "1234", "cell.ambiguous"),
    ("0.123", "de", "0.123", "cell.other_marks"),
    ("1.234.567", "de", "1234567", ""),
    ("1.234,5", "en", "1234.5", "cell.other_marks"),
    ("1 234 567", "fr", "1234567", ""),
    ("1\u202f234,5", "fr", "1234.5", ""),
    ("1\u00a0234,5", "fr", "1234.5", ""),
    ("1’234’567", "de", "1234567", ""),
    ("−5", "en", "-5", ""),
    ("+7", "en", "7", ""),
    ("١٢٫٣", "en", "12.3", ""),
    ("٣٬٤٥٦", "en", "3456", ""),
    ("１２.３", "en", "12.3", ""),
    ("\u200e12.3\u200f", "en", "12.3", ""),
]


@pytest.mark.parametrize(("text", "language", "amount", "note"), NUMBERS)
def test_numbers_as_people_write_them(text: str, language: str, amount: str, note: str) -> None:
    reading = read_value(text, reads_as=language, unit="percent")
    assert reading.amount == Decimal(amount)
    assert [each.code for each in reading.notes] == ([note] if note else [])


MARKED = [
    ("12.3 b", "12.3", "exact", "b", "F"),
    ("12.3b", "12.3", "exact", "b", "F"),
    ("12.3 (b, e)", "12.3", "exact", "be", "F"),
    ("(12.3)", "12.3", "exact", "u", "F"),
    ("12.3 c", "12.3", "exact", "", "C"),
    ("12.3 s", "12.3", "exact", "i", "F"),
    ("12.3 z", "12.3", "exact", "m", "F"),
    ("0n", "0", "under_half", "", "F"),
    (">6000", "6000", "at_least", "", "F"),
    ("≥ 6000", "6000", "at_least", "", "F"),
    ("über 90", "90", "at_least", "", "F"),
    ("90+", "90", "at_least", "", "F"),
    ("<5", "5", "at_most", "", "F"),
    ("just under 90", "90", "at_most", "", "F"),
    ("ca. 90", "90", "about", "", "F"),
    ("~90", "90", "about", "", "F"),
    ("environ 90", "90", "about", "", "F"),
    ("12.3 %", "12.3", "exact", "", "F"),
]


@pytest.mark.parametrize(("text", "amount", "bound", "statuses", "confidentiality"), MARKED)
def test_marks_beside_a_number(text: str, amount: str, bound: str, statuses: str, confidentiality: str) -> None:
    reading = read_value(text, reads_as="en", unit="percent")
    assert reading.amount == Decimal(amount)
    assert (reading.bound, reading.statuses, reading.confidentiality) == (bound, statuses, confidentiality)


@pytest.mark.parametrize(
    "text", [":", "-", "–", "n/a", "k.A.", "k. A.".replace(" ", ""), "keine Angabe", "n.d.", "sin datos", "غير متوفر"]
)
def test_words_for_no_figure(text: str) -> None:
    assert read_value(text, reads_as="en").missing == "not_available"


@pytest.mark.parametrize("text", ["k. A.", "n. a.", "N. D."])
def test_words_for_no_figure_with_spaces(text: str) -> None:
    assert read_value(text, reads_as="de").missing == "not_available"


def test_no_figure_and_a_secret() -> None:
    reading = read_value(": c", reads_as="en")
    assert (reading.missing, reading.confidentiality) == ("not_available", "C")


@pytest.mark.parametrize("text", ["delete", "DELETE", "löschen", "supprimer", "borrar", "cancella", "verwijderen"])
def test_words_that_take_back(text: str) -> None:
    assert read_value(text, reads_as="en").missing == "removed"


@pytest.mark.parametrize("text", ["yes", "ja", "oui", "sí", "sì", "Ja", "1"])
def test_yes_in_six_languages(text: str) -> None:
    assert read_value(text, reads_as="en", unit="yes_no").amount == 1


@pytest.mark.parametrize("text", ["no", "nein", "non", "nee", "0"])
def test_no_in_six_languages(text: str) -> None:
    assert read_value(text, reads_as="en", unit="yes_no").amount == 0


REFUSED = [
    ("abc", "percent", "cell.not_number"),
    ("12.3.4", "percent", "cell.not_number"),
    ("12.3²", "percent", "cell.not_number"),
    ("1e5", "persons", "cell.not_number"),
    ("12 x", "percent", "cell.not_number"),
    ("1,23,456", "persons", "cell.not_number"),
    ("1.2345678", "percent", "cell.too_exact"),
    ("1234567890123", "persons", "cell.too_large"),
    ("12 %", "persons", "cell.percent_unit"),
    ("3", "yes_no", "cell.yes_no"),
    ("x" * 5000, "percent", "cell.not_number"),
]


@pytest.mark.parametrize(("text", "unit", "code"), REFUSED)
def test_what_is_refused(text: str, unit: str, code: str) -> None:
    reading = read_value(text, reads_as="en", unit=unit)
    assert reading.amount is None
    assert [each.code for each in reading.problems] == [code]


CELLS = [
    (sheets.NUMBER, "12.300000000000001", "percent", "12.3", ""),
    (sheets.NUMBER, "3.3333333333333335", "percent", "3.333333", "cell.rounded"),
    (sheets.NUMBER, "1.2E5", "persons", "120000", ""),
    (sheets.PERCENT, "0.123", "percent", "12.3", "cell.percent_format"),
    (sheets.PERCENT, "0.123", "persons", None, "cell.percent_unit"),
    (sheets.TEXT, "12.3", "percent", "12.3", "cell.text_number"),
    (sheets.BOOLEAN, "1", "yes_no", "1", ""),
    (sheets.BOOLEAN, "1", "percent", None, "cell.boolean"),
    (sheets.SERIAL, "45323", "percent", None, "cell.date"),
    (sheets.DAY, "2024-02-01", "percent", None, "cell.date"),
    (sheets.ERROR, "#N/A", "percent", None, "cell.error"),
    (sheets.NO_VALUE, "", "percent", None, "cell.no_value"),
    (sheets.NUMBER, "1e300", "percent", None, "cell.too_large"),
]


@pytest.mark.parametrize(("kind", "text", "unit", "amount", "code"), CELLS)
def test_verdicts_on_cells(kind: str, text: str, unit: str, amount: str | None, code: str) -> None:
    reading = read_cell(Seen(3, 9, kind, text), reads_as="en", unit=unit)
    assert reading.amount == (Decimal(amount) if amount else None)
    assert [each.code for each in (*reading.notes, *reading.problems)] == ([code] if code else [])


PERIODS = [
    ("2014", "2014"),
    ("٢٠١٤", "2014"),
    ("2014-06", "2014-06"),
    ("06/2014", "2014-06"),
    ("6.2014", "2014-06"),
    ("2014/2015", "2014/2015"),
    ("2014/15", "2014/2015"),
    ("2014/2017", ""),
    ("2014-13", ""),
    ("14", ""),
    ("3014", ""),
]


@pytest.mark.parametrize(("text", "period"), PERIODS)
def test_periods(text: str, period: str) -> None:
    assert columns.read_period(text) == period


def beside(**texts: str) -> columns.Beside:
    found = {column: Seen(3, 10, sheets.TEXT, text) for column, text in texts.items()}
    return columns.read(found, period="2024", definitions={"12": 12, "born abroad": 12})


def test_columns_beside_the_value() -> None:
    found = beside(
        status="b – break in the series, e",
        conf="c",
        bound="about",
        geography="Region",
        definition="12 – born abroad",
        source=" a ",
    )
    assert not found.problems
    assert (found.statuses, found.confidentiality, found.bound, found.geography) == ("be", "C", "about", "region")
    assert (found.definition_id, found.source, found.period) == (12, "a", "2024")


def test_an_old_letter_c_is_not_undone_by_a_free_column() -> None:
    assert beside(status="c", conf="F").confidentiality == "C"
    assert beside(conf="F", status="c").confidentiality == "C"


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("status", "q", "cell.unknown_flag"),
        ("geography", "moon", "cell.unknown_choice"),
        ("conf", "perhaps", "cell.unknown_choice"),
        ("definition", "somebody", "cell.unknown_definition"),
        ("period", "last year", "cell.period"),
        ("note", "x" * 2001, "cell.too_long"),
    ],
)
def test_what_is_refused_beside(column: str, text: str, code: str) -> None:
    assert [each.code for each in beside(**{column: text}).problems] == [code]


def test_dates_a_spreadsheet_made_of_periods() -> None:
    for text, period in (("41791", "2014-06"), ("2014", "2014")):
        found = columns.read({"period": Seen(3, 10, sheets.SERIAL, text)}, period="2024", definitions={})
        assert found.period == period


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0.0%", "%"),
        ('0.0"%"', "n"),
        ("dd.mm.yyyy", "d"),
        ("General", "n"),
        ("#,##0.00 [$€-407]", "n"),
        ("[h]:mm", "d"),
        ("@", "n"),
    ],
)
def test_number_formats(code: str, kind: str) -> None:
    assert sheets.kind_of_format(code) == kind
