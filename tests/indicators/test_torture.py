"""Every file people may send by mistake or on purpose is refused or read right, with the sentence that says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
import workbooks
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import FOREIGN, PERSONS, READ, REFUSED, SHARE

from icportal.config import ROOT
from icportal.i18n import catalogues
from icportal.indicators import findings
from icportal.indicators.exchange import child, gate, inspection, layout, reading
from icportal.indicators.exchange.layout import ReadRow, ReadWorkbook, Unreadable
from icportal.indicators.exchange.reading import read_workbook

MB = 1024 * 1024
MOST_SECONDS, MOST_MEMORY = 10, 300 * MB


def processor_time() -> float:
    """Seconds of the processor that this process and the children it has waited for have used: other programs do not count."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


@pytest.fixture(scope="module", autouse=True)
def words() -> Iterator[None]:
    """The words of all languages; nothing else of the portal is needed."""
    bare = Flask("words")
    catalogues.init_app(bare)
    with bare.app_context():
        yield


def row_of(book: ReadWorkbook, key: str = SHARE) -> ReadRow:
    return next(row for row in book.rows if layout.row_key(row.code, row.breakdown) == key)


def codes(row: ReadRow) -> set[str]:
    return {finding.code for finding in (*row.notes, *row.problems)}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_its_sentence(name: str) -> None:
    make, code = REFUSED[name]
    data = make()
    began = processor_time()
    with pytest.raises(Unreadable) as refused:
        read_workbook(data, workbooks.context())
    assert refused.value.finding.code == code
    assert processor_time() - began < 2
    sentence = str(refused.value.finding)
    assert sentence.endswith(".")
    assert "%(" not in sentence


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_right(name: str) -> None:
    make, value, code = READ[name]
    data = make()
    began = processor_time()
    book = read_workbook(data, workbooks.context())
    assert processor_time() - began < MOST_SECONDS
    row = row_of(book)
    assert (row.entry.amount if row.entry else None) == (Decimal(value) if value else None)
    assert not code or code in codes(row) | {note.code for note in book.notes}
    assert bool(row.problems) == (value is None)
    for finding in (*row.notes, *row.problems, *book.notes):
        assert "%(" not in str(finding)


def test_what_the_gate_alone_refuses() -> None:
    """The gate is asked before a file is kept, so it says the same without a child process."""
    for name, (make, code) in REFUSED.items():
        if code in {"file.too_demanding", "file.not_ours"} or code.startswith("file.other_") or "columns without" in name:
            continue
        if name in {"damaged", "of a network", "expanding and lying", "lying sizes"}:
            continue
        with pytest.raises(Unreadable) as refused:
            gate.gate(make())
        assert refused.value.finding.code == code, name


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(
    "name", ["a million styled empty rows", "one text in very many cells", "300 MB expanding", "a cell at XFD1048576"]
)
def test_memory_stays_small(name: str, tmp_path: object) -> None:
    """Of the child and of the process that asked it, each in a process of its own so that nothing else counts."""
    make = READ[name][0] if name in READ else REFUSED[name][0]
    path = os.path.join(str(tmp_path), "book.xlsx")  # noqa: PTH118  handed to another process
    with open(path, "wb") as file:  # noqa: PTH123  the same
        file.write(make())
    script = f"""
import resource, sys
sys.path.insert(0, "tests")
import workbooks
from flask import Flask
from icportal.i18n import catalogues
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.exchange.reading import read_workbook
bare = Flask("words")
catalogues.init_app(bare)
with bare.app_context(), open({path!r}, "rb") as file:
    try:
        read_workbook(file.read(), workbooks.context())
    except Unreadable as refused:
        pass
# Its own peak since it was started; the other figure would be that of the process of the tests.
own = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    parent, opened = (int(number) * 1024 for number in out.stdout.split())
    print(name, parent // MB, opened // MB)
    assert parent < MOST_MEMORY
    assert opened < MOST_MEMORY


def test_the_child_loads_neither_flask_nor_the_database() -> None:
    script = "import sys, icportal.indicators.exchange.child, icportal.indicators.exchange.sheets; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"flask", "flask_babel", "sqlalchemy", "babel", "openpyxl"} & set(out.stdout.split())


def test_a_child_that_dies_or_hangs_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbooks.typed(12.3)
    for script, most in (("import os; os.abort()", 30.0), ("import time; time.sleep(60)", 0.5), ("print('x' * 100)", 30.0)):
        monkeypatch.setattr(reading, "TIMEOUT", most)
        monkeypatch.setattr(reading, "MOST_ANSWER", 90)
        monkeypatch.setattr(reading, "COMMAND", [sys.executable, "-c", script])
        began = time.monotonic()
        with pytest.raises(Unreadable) as refused:
            read_workbook(data, workbooks.context())
        assert refused.value.finding.code == "file.too_demanding"
        assert time.monotonic() - began < MOST_SECONDS


def test_the_child_is_limited_by_the_system() -> None:
    script = f"""
import sys
from icportal.indicators.exchange import child
child._limit(5)
try:
    bytearray({child.MOST_MEMORY})
except MemoryError:
    print("limited")
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "limited"


def test_without_limits_of_the_system_it_still_reads() -> None:
    script = """
import sys
sys.modules["resource"] = None
from icportal.indicators.exchange import child
child.main([])
"""
    out = subprocess.run([sys.executable, "-c", script], input=workbooks.typed(12.3), capture_output=True, check=True, cwd=ROOT)
    assert b"12.3" in out.stdout


def test_limits_are_those_of_the_layout() -> None:
    assert inspection.column_number("KN") == layout.MOST_COLUMNS
    far = [f"A{layout.MOST_ROWS + 1}", "KO1", "XFD1048576", "AAA1", "A99999", "A100000"]
    assert all(inspection.is_far(reference) for reference in far)
    assert not any(inspection.is_far(reference) for reference in (f"KN{layout.MOST_ROWS}", "A1", "Z9999", "JZ19999"))


@pytest.mark.parametrize("most", [layout.MOST_ROWS, inspection.MOST_NETWORK_ROWS + 2])
def test_the_quick_search_finds_every_far_row(most: int) -> None:
    import re

    pattern = inspection._NUMBER_ABOVE[min(most, inspection.MOST_NETWORK_ROWS)]
    for number in [*range(most - 300, most + 300), 1, 999, most * 2, most * 10, 1_048_576, 200_003, 210_000]:
        assert bool(re.fullmatch(pattern, str(number).encode())) == (number > most), number


# --- what a workbook means -------------------------------------------------------------------------------------


def test_a_workbook_says_what_it_is_and_whose_rows_it_has() -> None:
    book = read_workbook(workbooks.typed(12.3, status="b, e", conf="C", note="Only the core city"), workbooks.context())
    assert book.identity is not None
    assert (book.identity.city, book.identity.year, book.identity.language) == ("nuremberg", 2024, "en")
    row = row_of(book)
    assert row.entry is not None
    assert (row.entry.statuses, row.entry.confidentiality, row.entry.note) == ("be", "C", "Only the core city")
    assert (row.seen, row.period, row.cell, row.cells["value"]) == (0, "2024", "I3", ("I3", "12.3"))
    assert len([each for each in book.rows if each.entry]) == 1


def test_sentences_of_refusal_name_what_was_found_and_what_was_expected() -> None:
    with pytest.raises(Unreadable) as refused:
        read_workbook(workbooks.template(city="vienna"), workbooks.context())
    assert "made for Vienna" in str(refused.value.finding)
    assert "this page is of Nuremberg" in str(refused.value.finding)


def test_a_workbook_of_a_network_tells_its_cities_apart() -> None:
    data = workbooks.template(cities=("vienna", "nuremberg"))
    data = workbooks.fill(data, {"vienna|POP01|": {"value": 1}, "nuremberg|POP01|": {"value": 2}})
    book = read_workbook(data, workbooks.context(network=True, city_slug=""))
    assert {row.city: row.entry.amount for row in book.rows if row.entry} == {"vienna": 1, "nuremberg": 2}
    with pytest.raises(Unreadable) as refused:
        read_workbook(workbooks.typed(1), workbooks.context(network=True, city_slug=""))
    assert refused.value.finding.code == "file.city_instead"


def test_doubled_rows_name_each_other() -> None:
    book = read_workbook(workbooks.duplicated_row(99), workbooks.context())
    doubled = [row for row in book.rows if row.problems]
    assert len(doubled) == 2
    assert {str(row.problems[0].params["other"]) for row in doubled} == {row.cell for row in doubled}


def test_a_key_of_another_city_unknown_keys_and_values_without_any() -> None:
    def change(sheet: workbooks.Worksheet) -> None:
        for place, key in enumerate(("vienna|POP01|", "XYZ99|", "POP01|sex=f", None), start=3):
            sheet.cell(place, 1).value = key
            sheet.cell(place, 4).value = sheet.cell(place, 6).value = None
            sheet.cell(place, 9).value = 5

    book = read_workbook(workbooks.edit(workbooks.template(), change), workbooks.context())
    assert [row.problems[0].code for row in book.rows if row.problems] == [
        "cell.key_of_city",
        "cell.unknown_key",
        "cell.unknown_breakdown",
        "cell.no_key",
    ]


def test_a_missing_column_of_secrecy_never_frees_a_value() -> None:
    data = workbooks.edit(workbooks.typed(12.3, conf="C"), lambda sheet: sheet.delete_cols(workbooks.COLUMN["conf"]))
    with pytest.raises(Unreadable) as refused:
        read_workbook(data, workbooks.context())
    assert refused.value.finding.code == "file.column_missing"


def test_an_empty_cell_says_nothing_and_delete_takes_back() -> None:
    book = read_workbook(workbooks.fill(workbooks.template(), {FOREIGN: {"value": "löschen"}}), workbooks.context())
    assert row_of(book, FOREIGN).entry is not None
    assert row_of(book, FOREIGN).entry.is_removed
    assert all(row.entry is None for row in book.rows if row.breakdown != "origin=foreign")


def test_headings_are_known_in_the_language_of_the_workbook() -> None:
    data = workbooks.fill(workbooks.template(language="de"), {PERSONS: {"value": 500_000}})
    data = workbooks.edit(data, lambda sheet: sheet.delete_rows(1))
    book = read_workbook(data, workbooks.context())
    assert row_of(book, PERSONS).entry is not None


# --- anything at all -------------------------------------------------------------------------------------------

_FLIPS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=6)
_TYPED = st.one_of(
    st.text(max_size=40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.dates(),
    st.sampled_from(["#REF!", "=1/0", "=A1", ": c", "12,3 b", "1.234", "(5)", "%", "-", "0n"]),
)
_COLUMNS = st.sampled_from([code for code in layout.COLUMNS if code != "key"])


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(flips=_FLIPS)
def test_damaged_bytes_never_do_more_than_be_refused(flips: list[tuple[int, int]]) -> None:
    data = workbooks.flipped(_GOOD.setdefault("data", workbooks.typed(12.3)), flips)
    _read_or_refused(data)


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(cells=st.lists(st.tuples(st.integers(1, 10), _COLUMNS, _TYPED), min_size=1, max_size=8))
def test_anything_typed_anywhere_is_read_or_refused(cells: list[tuple[int, str, object]]) -> None:
    def change(sheet: workbooks.Worksheet) -> None:
        for row, code, value in cells:
            clean = "".join(sign for sign in value if sign.isprintable()) if isinstance(value, str) else value
            sheet.cell(row, workbooks.COLUMN[code]).value = clean

    _read_or_refused(workbooks.edit(_GOOD.setdefault("data", workbooks.typed(12.3)), change))


_GOOD: dict[str, bytes] = {}


def _read_or_refused(data: bytes) -> None:
    refusal = None
    try:
        book = read_workbook(data, workbooks.context())
    except Unreadable as refused:
        refusal = refused.finding
    if refusal is not None:
        assert refusal.code in findings.known()
        assert str(refusal)
        return
    for row in book.rows:
        assert row.entry is None or not row.problems
        for finding in (*row.notes, *row.problems):
            assert str(finding)
