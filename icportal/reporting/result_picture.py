"""The bars of all commitments of a round as a file of their own, with words, numbers, source and licence inside."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.indicators.standalone import COLOURS, FONT, GROUND, INK, MARGIN, MUTED, RULE, WIDTH, Sheet, png
from icportal.reporting import labels, result_figures
from icportal.reporting.results import Results
from icportal.web.figures import FULLY, KEPT_BACK, NO_ANSWER, NOT_AT_ALL, PARTLY, area_of

__all__ = ["FORMS", "png", "svg"]

FORMS = {"svg": "image/svg+xml", "png": "image/png"}
NAMES = 330
BAR = 20
ROW = 50


def svg(of: Results, titles: Mapping[int, str], *, address: str, licence: str) -> str:
    """The whole figure. ``address`` is the page it comes from."""
    language = current_language()
    sheet = Sheet(language.code, language.direction)
    title = _("%(edition)s: how far the cities meet the commitments", edition=labels.edition(of.round))
    sheet.paragraph(title, size=22, colour=INK, bold=True, letters=66)
    if of.round.is_demonstration:
        sheet.paragraph(_("These answers are made up: they show what a round looks like."), size=15, colour=INK, bold=True)
    sheet.y += 24
    _legend(sheet)
    for number, document in sorted((int(each), document) for each, document in of.overview["commitments"].items()):
        _row(sheet, f"{number} · {titles.get(number, '')}", result_figures.parts(document), area_of(number))
    sheet.y += 10
    kept = sum(document["withheld"] for document in of.overview["commitments"].values())
    if kept:
        sheet.paragraph(_("Kept back: answers that are in none of the other numbers, because a city does not show them."))
    sheet.paragraph(_("Source: Integrating Cities, %(address)s. Licence: %(licence)s.", address=address, licence=licence))
    height = sheet.y + MARGIN
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="figure-title" xml:lang="{}" '
        'viewBox="0 0 {} {}" width="{}" height="{}" font-family="{}"><title id="figure-title">{}</title><defs>{}</defs>'
        '<rect width="100%" height="100%" fill="{}"/>{}</svg>\n'
    ).format(
        language.code, WIDTH, round(height), WIDTH, round(height), FONT, title, _patterns(), GROUND, Markup("").join(sheet.parts)
    )


def _patterns() -> Markup:
    hatch = Markup(
        '<pattern id="hatch-{}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="8" height="8" fill="{}"/><rect width="3" height="8" fill="{}"/></pattern>'
    )
    return Markup("").join(hatch.format(place, GROUND, colour) for place, colour in enumerate((INK, *COLOURS)))


def _legend(sheet: Sheet) -> None:
    at = float(MARGIN)
    for part, label in result_figures.PARTS.items():
        _part(sheet, part, at, (18, 14), 0)
        sheet.text(at + 24, sheet.y + 12, str(label), size=13, colour=MUTED)
        at += 175
    sheet.y += 36


def _row(sheet: Sheet, name: str, counts: Mapping[str, int], area: int) -> None:
    sheet.text(MARGIN, sheet.y + 15, name if len(name) < 46 else f"{name[:44]}…")  # noqa: PLR2004  what the column holds
    at, room, total = float(MARGIN + NAMES), WIDTH - 2 * MARGIN - NAMES, sum(counts.values())
    for part, number in counts.items():
        long = room * number / total if total else 0
        if long:
            _part(sheet, part, at, (long - 2, BAR), area)
        at += long
    sheet.text(MARGIN + NAMES, sheet.y + BAR + 15, result_figures.numbers(counts), size=12, colour=MUTED)
    sheet.y += ROW


def _part(sheet: Sheet, part: str, at: float, size: tuple[float, float], area: int) -> None:
    width, height = size
    colour = COLOURS[area - 1] if area else INK
    fill = {FULLY: colour, PARTLY: f"url(#hatch-{area})"}.get(part, GROUND)
    sheet.rect(at, sheet.y, width, height, fill)
    dash = "4 3" if part == NO_ANSWER else ""
    line = RULE if part == KEPT_BACK else colour
    corners = [(at, sheet.y), (at + width, sheet.y), (at + width, sheet.y + height), (at, sheet.y + height)]
    for one, other in zip(corners, [*corners[1:], corners[0]], strict=True):
        sheet.line(one, other, line, width=1.5, dash=dash)
    if part == NOT_AT_ALL:
        sheet.rect(at + width / 2 - 3, sheet.y + height / 2 - 3, 6, 6, colour)
