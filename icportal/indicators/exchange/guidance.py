"""What a workbook says to the person who fills it in: headings, hints beside cells, the sheet of instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icportal.core.strings import _, _p
from icportal.indicators import labels
from icportal.indicators.exchange.layout import COLUMNS, DASH, DELETE, NOT_AVAILABLE, UNDER_HALF

if TYPE_CHECKING:
    from icportal.indicators.exchange.writing import WorkbookSpec


@dataclass(frozen=True)
class Help:
    """What is shown beside a cell one stands in, and what when something else was typed."""

    title: str
    message: str
    error: str = ""


def headers(year: int) -> dict[str, str]:
    """What stands above each column."""
    found = {
        "key": "key",
        "seen": "seen",
        "city": _("City"),
        "indicator": _("Indicator"),
        "title": _("Title"),
        "breakdown": _p("column", "Of whom"),
        "unit": _("Unit"),
        "previous": _("Last value (year)"),
        "value": _("Value for %(year)s", year=year),
        "period": _("Period"),
        "status": _("Flags"),
        "conf": _("Confidentiality"),
        "bound": _("How exact"),
        "geography": _("Area"),
        "definition": _("Definition of migrant"),
        "source_kind": _("Kind of source"),
        "source": _("Source"),
        "note": _("Note"),
    }
    assert tuple(found) == COLUMNS
    return found


def helps() -> dict[str, Help]:
    """By column, of those one can type into."""
    listed = _("Choose an entry of the list, or empty the cell.")
    return {
        "value": Help(
            _("Value"),
            _(
                "A number in the unit of this row; percentages from 0 to 100, without %%. %(missing)s if not available, %(delete)s to take a value back. Empty changes nothing.",
                missing=NOT_AVAILABLE,
                delete=DELETE,
            ),
            _("Enter a number, %(missing)s or %(delete)s.", missing=NOT_AVAILABLE, delete=DELETE),
        ),
        "period": Help(_("Period"), _("The year, a month of it, or two years for a school year."), listed),
        "status": Help(
            _("Flags"),
            _("What a reader has to know about the value. Several: the letters with commas, such as b, e."),
            _("This is none of the list. Several letters with commas between them are fine: b, e."),
        ),
        "conf": Help(
            _("Confidentiality"), _("Leave empty when the value may be published. Any other entry withholds it."), listed
        ),
        "bound": Help(_("How exact"), _("Leave empty when the number is exact."), listed),
        "geography": Help(_("Area"), _("Leave empty when the number is of the city itself."), listed),
        "definition": Help(
            _("Definition of migrant"),
            _("Whom the city counted as a migrant for this value. Leave empty for the definition in force."),
            listed,
        ),
        "source_kind": Help(_("Kind of source"), _("Where the number comes from."), listed),
        "source": Help(_("Source"), _("The register, survey or table, so that somebody else can find it.")),
        "note": Help(_("Note"), _("What a reader has to know. It is published with the value.")),
    }


def issue_headers() -> list[str]:
    """Above the list of what has to be mended."""
    return [
        _("Sheet"),
        _p("of a workbook", "Cell"),
        _("Indicator"),
        _p("column", "Of whom"),
        _("Value as seen"),
        _("What is wrong"),
        _("How to mend it"),
    ]


def issue_lead() -> str:
    return _("Follow the link in each line, mend the red cell, save the workbook and upload it again. This sheet may stay.")


def paragraphs(spec: WorkbookSpec) -> Iterator[tuple[tuple[str, ...], str]]:
    """The lines of the instructions: (texts, ``title``, ``heading``, ``text`` or ``pair``)."""
    yield (" · ".join(filter(None, (_("Indicators"), spec.city, spec.department, str(spec.identity.year)))),), "title"
    for sentence in (
        _(
            "Fill in the white cells of the next sheet; grey cells cannot be changed. Save as .xlsx and upload the file in the portal."
        ),
        _(
            "The portal checks the file and shows everything it found before anything is kept. You may send the workbook as often as you like."
        ),
        _(
            "You may sort, filter, hide and move columns. In Excel, take off the sheet protection before you sort: it has no password."
        ),
        _("Percentages are numbers from 0 to 100: 27.8 means 27.8 per cent. Do not use percent formats."),
        _("A cell left empty changes nothing."),
    ):
        yield (sentence,), "text"
    yield (_("What can stand in the value column"),), "heading"
    yield from (
        ((_("a number"), _("The value, in the unit of the row.")), "pair"),
        ((NOT_AVAILABLE, _("The value is not available.")), "pair"),
        ((UNDER_HALF, _("There is a value, but it is less than half of the unit. 0 is a real zero.")), "pair"),
        ((DELETE, _("Takes back a value that was delivered before.")), "pair"),
    )
    for heading, codes, names in (
        (_("Flags"), list(labels.STATUSES), labels.STATUSES),
        (_("Confidentiality"), list(labels.CONFIDENTIALITY), labels.CONFIDENTIALITY),
    ):
        yield (heading,), "heading"
        yield from (((str(code), str(names[code])), "pair") for code in codes)
    yield (_("Who counts as a migrant"),), "heading"
    known = spec.lists.get("definition", ())
    if not known:
        yield (
            (_("Your city has not yet told the network whom it counts as a migrant. Write it into the note of each value."),),
            "text",
        )
    for entry in known:
        number, _dash, words = entry.partition(DASH)
        yield (number, words), "pair"
    yield (_("Whom to ask"),), "heading"
    yield (spec.contact or _("Ask the coordinators of the network, on the portal."),), "text"
    if spec.definitions:
        yield (_("What each indicator means"),), "heading"
