"""Workbooks as people and programs send them: filled in as Excel would, and one file for every way it can go wrong.

``fill`` stands for Excel. Everything under ``TORTURE`` is made of a good workbook, mostly by rewriting its parts, for
no library writes what is wrong with them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from icportal.indicators.catalogue import Definition
from icportal.indicators.exchange.layout import COLUMNS, FIRST_ROW, Identity, row_key
from icportal.indicators.exchange.reading import ReadingContext
from icportal.indicators.exchange.writing import SheetRow, WorkbookSpec, write_workbook
from icportal.indicators.facts import Facts

CITY, YEAR, CATALOGUE = "nuremberg", 2024, "0123456789ab"
SHARE, FOREIGN, PERSONS, EXISTS = "POP01|", "POP01|origin=foreign", "POP04|", "ACT05|"
MB = 1024 * 1024
COLUMN = {code: place for place, code in enumerate(COLUMNS, start=1)}

Parts = dict[str, bytes]


# --- a good workbook -------------------------------------------------------------------------------------------


def definition(code: str, number: int, **facts: Any) -> Definition:
    words = {
        "title": f"Title of {code}",
        "definition": "",
        "numerator": "",
        "denominator": "",
        "usual_source": "",
        "language": "en",
    }
    known = Facts(**facts)
    return Definition(number, code, "demography", number, asked=True, version_id=number, number=1, facts=known, **words)


DEFINITIONS = {
    each.code: each
    for each in (
        definition("POP01", 1, unit="percent", groups=("foreign", "foreign_born")),
        definition("POP04", 2, unit="persons", decimals=0),
        definition("ACT05", 3, unit="yes_no", decimals=0),
    )
}


def context(**changes: Any) -> ReadingContext:
    known: dict[str, Any] = {
        "definitions": DEFINITIONS,
        "city_slug": CITY,
        "year": YEAR,
        "reads_as": "en",
        "definitions_of_migrant": {"12": 12, "born abroad": 12},
        "catalogue": CATALOGUE,
        "city_names": {"nuremberg": "Nuremberg", "vienna": "Vienna"},
    }
    return ReadingContext(**{**known, **changes})


def template(
    *, city: str = CITY, year: int = YEAR, catalogue: str = CATALOGUE, language: str = "en", cities: tuple[str, ...] = ()
) -> bytes:
    """The workbook the portal gives out; with ``cities`` that of a network. Needs an application context."""
    rows = [
        SheetRow(row_key(code, breakdown, one), 0, one or city, code, "demography", each.title, breakdown or "all", "%")
        for one in (cities or ("",))
        for code, each in DEFINITIONS.items()
        for breakdown in each.rows
    ]
    identity = Identity("" if cities else city, year, language, catalogue)
    return write_workbook(WorkbookSpec(identity, language, "ltr", city, rows, {}))


def fill(data: bytes, values: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The workbook with these values typed in, by row key and code of the column, as Excel would store them."""

    def type_in(sheet: Worksheet) -> None:
        columns = {cell.value: cell.column for cell in sheet[1]}
        rows = {sheet.cell(row, columns["key"]).value: row for row in range(FIRST_ROW, sheet.max_row + 1)}
        for key, cells in values.items():
            for code, value in cells.items():
                sheet.cell(rows[key], columns[code]).value = value

    return edit(data, type_in)


def edit(data: bytes, change: Callable[[Worksheet], Any]) -> bytes:
    """The workbook after somebody did something on the sheet with the values."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(data_sheet(book))
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def data_sheet(book: openpyxl.Workbook) -> Worksheet:
    return next(sheet for sheet in book.worksheets if sheet["A1"].value == "key")


def typed(value: Any, key: str = SHARE, **more: Any) -> bytes:
    """A good workbook with one value."""
    return fill(template(), {key: {"value": value, **more}})


def formatted(value: Any, number_format: str) -> bytes:
    def change(sheet: Worksheet) -> None:
        cell = sheet.cell(FIRST_ROW, COLUMN["value"])
        cell.value, cell.number_format = value, number_format

    return edit(template(), change)


# --- its parts -------------------------------------------------------------------------------------------------


def parts(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: Parts | list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, part in content.items() if isinstance(content, dict) else content:
            archive.writestr(name, part)
    return out.getvalue()


def data_part(content: Parts) -> str:
    """The part of the sheet with the values: the one with the most columns in its first row."""
    return max((name for name in content if name.startswith("xl/worksheets/sheet")), key=lambda name: content[name].count(b"<c "))


def with_part(name: str, part: bytes, data: bytes | None = None) -> bytes:
    return packed({**parts(data or typed(12.3)), name: part})


def with_sheet(change: Callable[[bytes], bytes], data: bytes | None = None) -> bytes:
    content = parts(data or typed(12.3))
    name = data_part(content)
    return packed({**content, name: change(content[name])})


def with_rows(rows: bytes, data: bytes | None = None) -> bytes:
    """More rows of XML at the end of the sheet."""
    return with_sheet(lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>"), data)


# --- files that are something else -----------------------------------------------------------------------------


def compound(*names: str) -> bytes:
    """The smallest compound file with streams of these names, as .xls and locked workbooks are."""
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    sector = struct.pack("<128I", table, end, *range(3, 10), end, *[free] * 118)
    entries = [_entry("Root Entry", 5, child=1, start=end)]
    for place, name in enumerate(names, start=1):
        right = place + 1 if place < len(names) else free
        entries.append(_entry(name, 2, right=right, start=2, size=4096))
    entries += [bytes(128)] * (4 - len(entries))
    return header + sector + b"".join(entries) + bytes(512 * 8)


def _entry(name: str, kind: int, *, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF, start: int = 0, size: int = 0) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    found = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, 0xFFFFFFFF, right, child)
    return found + bytes(36) + struct.pack("<IQ", start, size)


def encrypted() -> bytes:
    return compound("EncryptedPackage", "EncryptionInfo")


def old_excel() -> bytes:
    return compound("Workbook")


def open_document() -> bytes:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed([("mimetype", kind), ("content.xml", b"<office:document-content/>")])


def truncated() -> bytes:
    data = typed(12.3)
    return data[: len(data) * 2 // 3]


def lying() -> bytes:
    """Says in its table of contents that the sheet is small, while it unpacks to a lot."""
    content = parts(typed(12.3))
    name = data_part(content)
    content[name] += b" " * (3 * MB)
    data = bytearray(packed(content))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(name.encode()))
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    return bytes(data)


def twice_the_same_name() -> bytes:
    content = parts(typed(12.3))
    return packed([*content.items(), (data_part(content).upper(), b"<worksheet/>")])


# --- files that would do harm ----------------------------------------------------------------------------------


def cell_at_the_end() -> bytes:
    return with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def cell_at_the_end_with_prefix() -> bytes:
    return with_sheet(
        lambda _: (
            b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
            b"<x:row><x:c t='n' s='0' r='XFD9'><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
        )
    )


def million_columns() -> bytes:
    cells = b"".join(b'<c r="%s2"><v>1</v></c>' % letters(number).encode() for number in range(1, 100_000))
    return with_sheet(lambda sheet: sheet.replace(b"</sheetData>", b"<row>" + cells + b"</row></sheetData>"))


def columns_without_names() -> bytes:
    return with_rows(b'<row r="50">' + b"<c><v>1</v></c>" * 1000 + b"</row>")


def letters(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


@cache
def expanding(size: int = 300 * MB) -> bytes:
    """A few hundred kilobytes that unpack to ``size``."""
    content = parts(typed(12.3))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
        with archive.open("xl/media/image1.png", "w", force_zip64=True) as part:
            for _ in range(size // MB):
                part.write(bytes(MB))
    return out.getvalue()


def expanding_and_lying() -> bytes:
    """The same, but its table of contents says a small size for the part."""
    data = bytearray(expanding(50 * MB))
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/media"))
    data[place + 24 : place + 28] = struct.pack("<I", MB)
    return bytes(data)


@cache
def shared_text_blow_up() -> bytes:
    """One long text that a hundred thousand cells refer to."""
    content = parts(template())
    sheet = data_part(content)
    content[sheet] = re.sub(rb'<c r="I3"[^>]*/>', b'<c r="I3"><v>12.3</v></c>', content[sheet])
    long = b"<si><t>" + b"x" * 32_000 + b"</t></si></sst>"
    content["xl/sharedStrings.xml"] = content["xl/sharedStrings.xml"].replace(b"</sst>", long)
    number = content["xl/sharedStrings.xml"].count(b"</si>") - 1
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(b'<c r="%s%d" t="s"><v>%d</v></c>' % (letter, row, number) for letter in (b"R", b"T", b"U", b"V", b"W"))
        + b"</row>"
        for row in range(20, 20_000)
    )
    name = data_part(content)
    content[name] = content[name].replace(b"</sheetData>", rows + b"</sheetData>")
    return packed(content)


def many_styles() -> bytes:
    content = parts(typed(12.3))
    # All different, so that no ratio of a packed size gives them away.
    styles = b"".join(b'<xf numFmtId="%d"/>' % number for number in range(1_000_000))
    content["xl/styles.xml"] = content["xl/styles.xml"].replace(b"</cellXfs>", styles + b"</cellXfs>")
    return packed(content)


def many_parts() -> bytes:
    return packed({**parts(typed(12.3)), **{f"xl/media/{number}.png": b"" for number in range(2100)}})


ENTITIES = b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def entities() -> bytes:
    return with_sheet(
        lambda sheet: b'<?xml version="1.0" encoding="UTF-8"?>' + ENTITIES + sheet.partition(b"?>")[2 if b"?>" in sheet else 0]
    )


def entities_in_two_bytes() -> bytes:
    def change(sheet: bytes) -> bytes:
        text = sheet.decode().removeprefix('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>').strip()
        return ('<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES.decode() + text).encode("utf-16")

    return with_sheet(change)


def entity_from_outside() -> bytes:
    outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return with_part("xl/sharedStrings.xml", b'<?xml version="1.0"?>' + outside + b"<sst><si><t>&e;</t></si></sst>")


def macros() -> bytes:
    return with_part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")


def macros_by_type() -> bytes:
    types = parts(typed(12.3))["[Content_Types].xml"]
    return with_part("[Content_Types].xml", types.replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main"))


def embedded() -> bytes:
    return with_part("xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0")


def external_links() -> bytes:
    return with_part("xl/externalLinks/externalLink1.xml", b'<externalLink xmlns="x"/>')


def damaged() -> bytes:
    return with_sheet(lambda sheet: sheet.replace(b"</row>", b"</raw>", 1))


# --- files that are to be read ---------------------------------------------------------------------------------


@cache
def million_empty_rows() -> bytes:
    """LibreOffice writes this when a whole column got a format."""
    rows = b"".join(b'<row r="%d" s="1"><c r="I%d" s="1"/></row>' % (row, row) for row in range(20, 1_000_020))
    return with_rows(rows)


@cache
def many_empty_cells() -> bytes:
    cells = b"".join(b'<c s="1" r="%s999"/>' % letters(number).encode() for number in range(1, 16_385))
    return with_rows(b'<row r="999">' + cells + b"</row>")


def never_calculated() -> bytes:
    return typed("=1+11.3")


def calculated(value: bytes = b"<v>12.300000000000001</v>", kind: bytes = b"") -> bytes:
    """A formula with the value Excel stored."""
    formula = rb"(<c r=\"I3\"[^>]*?)(?: t=\"\w+\")?><f>([^<]*)</f><v ?/?>(?:</v>)?</c>"
    return with_sheet(lambda sheet: re.sub(formula, rb"\1" + kind + rb"><f>\2</f>" + value + b"</c>", sheet), typed("=1+11.3"))


def reference_error() -> bytes:
    return calculated(b"<v>#REF!</v>", b' t="e"')


def from_a_date() -> bytes:
    return formatted(dt.date(2024, 2, 1), "dd.mm.yyyy")


def merged() -> bytes:
    return edit(typed(12.3), lambda sheet: sheet.merge_cells("I3:I4"))


def deleted_keys() -> bytes:
    def change(sheet: Worksheet) -> None:
        for row in range(FIRST_ROW, FIRST_ROW + 3):
            sheet.cell(row, COLUMN["key"]).value = None

    return edit(fill(template(), {SHARE: {"value": 12.3}, FOREIGN: {"value": 4}}), change)


def duplicated_row(second: Any) -> bytes:
    def change(sheet: Worksheet) -> None:
        row = sheet.max_row + 1
        for column in range(1, len(COLUMNS) + 1):
            sheet.cell(row, column).value = sheet.cell(FIRST_ROW, column).value
        sheet.cell(row, COLUMN["value"]).value = second

    return edit(typed(12.3), change)


def sorted_and_moved() -> bytes:
    """Somebody sorted the rows backwards, hid some and moved the column of the value to the end."""

    def change(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW)]
        for number, values in enumerate(reversed(rows), start=FIRST_ROW):
            for column, value in enumerate(values, start=1):
                sheet.cell(number, column).value = value
        for number in range(1, sheet.max_row + 1):
            sheet.cell(number, 25).value = sheet.cell(number, COLUMN["value"]).value
            sheet.cell(number, COLUMN["value"]).value = None
        sheet.row_dimensions[4].hidden = True

    return edit(fill(template(), {SHARE: {"value": 12.3}, PERSONS: {"value": 500_000}}), change)


def without_code_row() -> bytes:
    return edit(typed(12.3), lambda sheet: sheet.delete_rows(1))


def without_identity(data: bytes | None = None, *, places: int = 3) -> bytes:
    """One, two or all three places that say what the workbook is are gone."""
    content = parts(data or typed(12.3))
    if places >= 1:
        content.pop("docProps/custom.xml", None)
    if places >= 2:
        content["xl/workbook.xml"] = re.sub(
            rb"<definedName name=\"icportal_template\".*?</definedName>", b"", content["xl/workbook.xml"]
        )
    if places >= 3:
        for name in content:
            if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/"):
                content[name] = content[name].replace(b"icportal|", b"gone|")
    return packed(content)


def without_keys() -> bytes:
    def change(sheet: Worksheet) -> None:
        sheet.delete_rows(1)
        sheet.delete_cols(1, 8)

    return without_identity(edit(typed(12.3), change))


def some_other_workbook() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "Budget"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


#: Files that are refused, with the code of the sentence.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "encrypted": (encrypted, "file.encrypted"),
    "xls": (old_excel, "file.xls"),
    "other compound file": (lambda: compound("WordDocument"), "file.other_office"),
    "ods": (open_document, "file.ods"),
    "html renamed": (lambda: b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>", "file.html"),
    "xml of 2003": (lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "file.xml"),
    "csv renamed": (lambda: "Stadt;Wert\nNürnberg;12,3\n".encode("utf-8-sig"), "file.csv"),
    "pdf renamed": (lambda: b"%PDF-1.7\n%%EOF", "file.pdf"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "file.not_workbook"),
    "nothing": (lambda: b"", "file.empty"),
    "too large": (lambda: b"PK\x03\x04" + bytes(21 * MB), "file.too_large"),
    "some archive": (lambda: packed({"readme.txt": b"hello"}), "file.zip"),
    "truncated": (truncated, "file.truncated"),
    "damaged": (damaged, "file.damaged"),
    "another city": (lambda: fill(template(city="vienna"), {SHARE: {"value": 1}}), "file.other_city"),
    "another round": (lambda: fill(template(year=2022), {SHARE: {"value": 1}}), "file.other_year"),
    "another layout": (
        lambda: packed({name: part.replace(b"icportal|1|", b"icportal|7|") for name, part in parts(template()).items()}),
        "file.other_schema",
    ),
    "of a network": (lambda: template(cities=("vienna", "nuremberg")), "file.network_instead"),
    "not ours": (some_other_workbook, "file.not_ours"),
    "neither identity nor keys": (without_keys, "file.not_ours"),
    "a cell at XFD1048576": (cell_at_the_end, "file.too_far"),
    "a far cell written otherwise": (cell_at_the_end_with_prefix, "file.too_far"),
    "very many columns": (million_columns, "file.too_far"),
    "columns without names": (columns_without_names, "file.too_far"),
    "300 MB expanding": (expanding, "file.bomb"),
    "expanding and lying": (expanding_and_lying, "file.damaged"),
    "lying sizes": (lying, "file.damaged"),
    "the same name twice": (twice_the_same_name, "file.damaged"),
    "a million styles": (many_styles, "file.too_demanding"),
    "very many parts": (many_parts, "file.too_many_parts"),
    "entities": (entities, "file.entities"),
    "entities in two bytes a letter": (entities_in_two_bytes, "file.entities"),
    "an entity from outside": (entity_from_outside, "file.entities"),
    "macros": (macros, "file.macros"),
    "macros by type": (macros_by_type, "file.macros"),
    "an embedded document": (embedded, "file.embedded"),
}

#: Files that are read. The value of the first row, and codes that are among its notes, its problems or the file's notes.
READ: dict[str, tuple[Callable[[], bytes], str | None, str]] = {
    "as it should be": (lambda: typed(12.3), "12.3", ""),
    "another edition": (lambda: fill(template(catalogue="ffffffffffff"), {SHARE: {"value": 1}}), "1", "file.catalogue_changed"),
    "external links": (external_links, "12.3", "file.external_links"),
    "a million styled empty rows": (million_empty_rows, "12.3", ""),
    "empty cells far away": (many_empty_cells, "12.3", ""),
    "one text in very many cells": (shared_text_blow_up, "12.3", ""),
    "a formula never calculated": (never_calculated, None, "cell.no_value"),
    "a formula with its value": (calculated, "12.3", "cell.formula"),
    "#REF!": (reference_error, None, "cell.error"),
    "a percent format": (lambda: formatted(0.123, "0.0%"), "12.3", "cell.percent_format"),
    "a date that was a number": (from_a_date, None, "cell.date"),
    "1.234 as text": (lambda: typed("1.234"), "1.234", "cell.ambiguous"),
    "1,234 as text": (lambda: typed("1,234"), "1234", "cell.ambiguous"),
    "Arabic-Indic digits": (lambda: typed("١٢٫٣"), "12.3", "cell.text_number"),
    "merged cells": (merged, None, "cell.merged"),
    "deleted keys": (deleted_keys, "12.3", "cell.key_recovered"),
    "a row twice, the same": (lambda: duplicated_row(12.3), "12.3", "cell.twice_same"),
    "a row twice, differently": (lambda: duplicated_row(12.4), None, "cell.twice"),
    "sorted, hidden and moved": (sorted_and_moved, "12.3", ""),
    "without the row of codes": (without_code_row, "12.3", "file.code_row_gone"),
    "one identity gone": (lambda: without_identity(places=1), "12.3", ""),
    "two identities gone": (lambda: without_identity(places=2), "12.3", ""),
    "all identities gone": (without_identity, "12.3", "file.identity_gone"),
}


def flipped(data: bytes, places: list[tuple[int, int]]) -> bytes:
    """The bytes with some of them changed."""
    found = bytearray(data)
    for place, value in places:
        found[place % len(found)] ^= value
    return bytes(found)
