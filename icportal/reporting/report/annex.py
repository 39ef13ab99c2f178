"""The data of a report: the published results of its round, frozen with it. Nothing of a single answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from icportal.core.errors import DomainError
from icportal.core.strings import _
from icportal.reporting import labels, result_data, results
from icportal.reporting.counting import PUBLIC
from icportal.reporting.report.material import Material
from icportal.web.open_data import safe_cell

Table = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Annex:
    """The tables of the annex: ``results`` and ``codebook`` as open data has them, and the cities that were invited."""

    title: str
    results: Table
    cities: Table
    codebook: Table


def gather(material: Material) -> Annex:
    """The tables for one round, the codebook in the current language.

    Raises:
        DomainError: nothing of the round is computed.
    """
    of = results.find(material.round, PUBLIC)
    if of is None:
        raise DomainError(_("The results of this round are not computed yet."))
    cities = [(place.slug, place.name, place.country, "yes" if place.answered else "no") for place in material.cities.values()]
    return Annex(
        labels.edition(material.round),
        [result_data.COLUMNS, *result_data.rows(of)],
        [("city", "name", "country", "answered"), *cities],
        [result_data.CODEBOOK, *result_data.codebook(of, material.asked)],
    )


def results_csv(annex: Annex) -> bytes:
    return _csv(annex.results)


def codebook_csv(annex: Annex) -> bytes:
    return _csv(annex.codebook)


def workbook(annex: Annex) -> bytes:
    """The three tables as sheets of one workbook."""
    # Only the worker writes workbooks of reports.
    import xlsxwriter

    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": annex.title})
    head = book.add_format({"bold": True, "bottom": 1})
    for name, table in (("results", annex.results), ("cities", annex.cities), ("codebook", annex.codebook)):
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(table[0]) - 1, 20)
        for number, row in enumerate(table):
            for place, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, place, value)
                else:
                    sheet.write_string(number, place, str(value), None if number else head)
    book.close()
    return kept.getvalue()


def _csv(table: Table) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[safe_cell(value) for value in row] for row in table])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
