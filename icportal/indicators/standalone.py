"""Figures that leave the portal: one SVG with its colours, words, footnotes, source and licence inside; and its PNG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from markupsafe import Markup

from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.indicators import drawing
from icportal.indicators.charting import LINES, Chart
from icportal.indicators.comparability import Marked
from icportal.indicators.figures import DASHES, RTL, SHAPES
from icportal.indicators.figures import Span as PageSpan
from icportal.indicators.scales import Scale, years

WIDTH = 960
MARGIN = 32
ROW = 28
NAMES = 190
VALUES = 150
PLOT = 360
#: A picture is twice as wide as it is drawn, and never higher than this.
PICTURE_WIDTH = 1920
HIGHEST = 6000
#: Letters of the small text that go on one line.
LETTERS = 118
FONT = "'Open Sans', 'Noto Sans', 'Noto Sans Arabic', 'DejaVu Sans', sans-serif"
INK, MUTED, RULE, GROUND = "#16243a", "#4f5b6b", "#818da0", "#ffffff"
COLOURS = ("#1d4e89", "#0f6b5c", "#7a3e9d", "#9a4a12")
SOLID = "#0b5394"


@dataclass
class Sheet:
    """What is drawn so far, from top to bottom; ``y`` is where the next thing begins. Mirrored where one reads so."""

    language: str
    direction: str
    y: float = MARGIN
    parts: list[Markup] = field(default_factory=list)

    def x(self, at: float) -> float:
        return WIDTH - at if self.direction == RTL else at

    def text(
        self, at: float, y: float, words: str, *, size: int = 14, colour: str = INK, anchor: str = "start", bold: bool = False
    ) -> None:
        weight = Markup(' font-weight="700"') if bold else Markup("")
        self.parts.append(
            Markup('<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="{}" direction="{}"{}>{}</text>').format(
                _n(self.x(at)), _n(y), size, colour, anchor, self.direction, weight, words
            )
        )

    def number(self, at: float, y: float, words: str, *, colour: str = INK, anchor: str = "start") -> None:
        """Digits read the same in every direction; only their side is mirrored."""
        turned = {"start": "end", "end": "start"}.get(anchor, anchor) if self.direction == RTL else anchor
        self.parts.append(
            Markup('<text x="{}" y="{}" font-size="13" fill="{}" text-anchor="{}" direction="ltr">{}</text>').format(
                _n(self.x(at)), _n(y), colour, turned, words
            )
        )

    def rect(self, at: float, y: float, width: float, height: float, fill: str) -> None:
        left = self.x(at) - width if self.direction == RTL else at
        self.parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(_n(left), _n(y), _n(width), _n(height), fill)
        )

    def line(
        self, one: tuple[float, float], other: tuple[float, float], colour: str = RULE, *, width: float = 1, dash: str = ""
    ) -> None:
        dashes = Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
        self.parts.append(
            Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>').format(
                _n(self.x(one[0])), _n(one[1]), _n(self.x(other[0])), _n(other[1]), colour, _n(width), dashes
            )
        )

    def paragraph(self, words: str, *, size: int = 13, colour: str = MUTED, bold: bool = False, letters: int = LETTERS) -> None:
        for line in wrapped(words, letters):
            self.y += size + 6
            self.text(MARGIN, self.y, line, size=size, colour=colour, bold=bold)


def svg(chart: Chart, *, address: str, licence: str) -> str:
    """The whole figure as a file of its own. ``address`` is the page it comes from."""
    language = current_language()
    sheet = Sheet(language.code, language.direction)
    title, finding = drawing.heading(chart), chart.finding
    sheet.paragraph(title, size=22, colour=INK, bold=True, letters=66)
    sheet.paragraph(finding, size=15, colour=INK, letters=100)
    sheet.paragraph(f"{chart.light.word}. {chart.light.explanation}")
    sheet.y += 20
    (_lines if chart.question.view == LINES else _bars)(sheet, chart)
    _foot(sheet, chart, address, licence)
    height = sheet.y + MARGIN
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="figure-title figure-finding" xml:lang="{}" '
        'viewBox="0 0 {} {}" width="{}" height="{}" font-family="{}">'
        '<title id="figure-title">{}</title><desc id="figure-finding">{} {}</desc>'
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" fill="#dbe6f1"/><rect width="3" height="6" fill="{}"/></pattern></defs>'
        '<rect width="100%" height="100%" fill="{}"/>{}</svg>\n'
    ).format(
        language.code, WIDTH, _n(height), WIDTH, _n(height), FONT, title, finding, chart.light.word, SOLID, GROUND,
        Markup("").join(sheet.parts),
    )  # fmt: skip


def png(drawn: str) -> bytes:
    """The picture of a figure, 1920 pixels wide; a very long one is made narrower."""
    import resvg_py  # the same
    import ttf_opensans  # only downloads of pictures pay for it

    height = float(drawn.split(' height="', 1)[1].split('"', 1)[0])
    width = min(PICTURE_WIDTH, int(HIGHEST / height * WIDTH))
    folder = Path(ttf_opensans.__file__).parent / "ttf"
    files = [str(folder / f"OpenSans-{weight}.ttf") for weight in ("Regular", "Bold")]
    made = resvg_py.svg_to_bytes(
        svg_string=_anchored(drawn), width=width, font_files=files, font_family="Open Sans", sans_serif_family="Open Sans"
    )
    return bytes(made)


def _anchored(drawn: str) -> str:
    """The program that makes the picture takes anchors as left and right, whatever the direction of the text."""
    turned = {"start": "end", "end": "start", "middle": "middle"}
    return re.sub(r'text-anchor="(\w+)" direction="rtl"', lambda found: f'text-anchor="{turned[found[1]]}"', drawn)


def _bars(sheet: Sheet, chart: Chart) -> None:
    axis = drawing.scale_of(chart.drawn, chart.unit)
    left, right = MARGIN + NAMES, WIDTH - MARGIN - VALUES
    top = sheet.y

    def at(number: Decimal) -> float:
        return left + (right - left) * axis.at(number) / 100

    bottom = top + ROW * len(chart.drawn) + 4
    for number, words in drawing.ticks(axis, chart.unit):
        sheet.line((at(number), top), (at(number), bottom))
        sheet.number(at(number), bottom + 16, words, colour=MUTED, anchor="middle")
    for item in chart.drawn:
        bar = drawing.bar_of(item, chart)
        assert bar.number is not None
        zero, end = at(Decimal(0)), at(bar.number)
        sheet.rect(min(zero, end), sheet.y + 5, max(abs(end - zero), 2), ROW - 10, "url(#hatch)" if bar.hatched else SOLID)
        sheet.text(MARGIN, sheet.y + 19, bar.name)
        sheet.number(WIDTH - MARGIN - VALUES + 12, sheet.y + 19, _with_signs(item, bar.text))
        sheet.y += ROW
    sheet.y = bottom + 26
    for item in chart.quiet:
        sheet.paragraph(f"{chart.name(item.value)}: {drawing.bar_of(item, chart).text}")


def _lines(sheet: Sheet, chart: Chart) -> None:
    axis, stretches = drawing.scale_of(chart.drawn, chart.unit, zero=False), chart.lines()
    points = [drawing.point_of(item, chart) for item in chart.drawn]
    if not points:
        return
    span = PageSpan(int(min(p.at for p in points)), int(max(p.at for p in points)), axis, "ltr")
    at = MARGIN
    for place, (city, _parts) in enumerate(stretches):
        sheet.line((at, sheet.y), (at + 28, sheet.y), _colour(place), width=2.5, dash=DASHES[place // 4 % 2])
        _point(sheet, (at + 14, sheet.y), place, hollow=False)
        sheet.text(at + 36, sheet.y + 5, chart.places[city].name)
        at += 220
        if at > WIDTH - 220:
            at, sheet.y = MARGIN, sheet.y + 24
    sheet.y += 24
    _grid(sheet, span, axis, chart.unit)
    for place, (_city, parts) in enumerate(stretches):
        for stretch in parts:
            _stretch(sheet, span, stretch, place, chart)
        for number in drawing.broken(parts):
            _break(sheet, span, parts[number - 1][-1], parts[number][0], chart)
    sheet.y += PLOT


def _grid(sheet: Sheet, span: PageSpan, axis: Scale, unit: str) -> None:
    for number, words in drawing.ticks(axis, unit):
        y = sheet.y + PLOT * span.y(number) / 100
        sheet.line((MARGIN, y), (WIDTH - MARGIN, y))
        sheet.number(MARGIN, y - 5, words, colour=MUTED)
    for year in years(span.first, span.last, most=14):
        sheet.number(_across(span, year + 0.5), sheet.y + PLOT * 0.97, str(year), colour=MUTED, anchor="middle")


def _stretch(sheet: Sheet, span: PageSpan, stretch: Sequence[Marked], place: int, chart: Chart) -> None:
    before: tuple[float, float] | None = None
    for item in stretch:
        point = drawing.point_of(item, chart)
        here = (_across(span, point.at), sheet.y + PLOT * span.y(point.number) / 100)
        if before is not None:
            sheet.line(before, here, _colour(place), width=2.5, dash=DASHES[place // 4 % 2])
        before = here
    for item in stretch:
        point = drawing.point_of(item, chart)
        _point(sheet, (_across(span, point.at), sheet.y + PLOT * span.y(point.number) / 100), place, hollow=point.hollow)


def _break(sheet: Sheet, span: PageSpan, one: Marked, other: Marked, chart: Chart) -> None:
    """Two short strokes where a line does not run on."""
    first, second = drawing.point_of(one, chart), drawing.point_of(other, chart)
    x = (_across(span, first.at) + _across(span, second.at)) / 2
    y = sheet.y + PLOT * (span.y(first.number) + span.y(second.number)) / 200
    for offset in (-3, 3):
        sheet.line((x + offset - 2, y + 7), (x + offset + 2, y - 7), INK, width=2)


def _point(sheet: Sheet, where: tuple[float, float], place: int, *, hollow: bool) -> None:
    fill, stroke = (GROUND, _colour(place)) if hollow else (_colour(place), _colour(place))
    paths = {
        "circle": "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z",
        "square": "M-4.5 -4.5H4.5V4.5H-4.5Z",
        "triangle": "M0 -6L5.5 4.5H-5.5Z",
        "diamond": "M0 -6L6 0L0 6L-6 0Z",
    }
    sheet.parts.append(
        Markup('<path transform="translate({} {})" d="{}" fill="{}" stroke="{}" stroke-width="2"/>').format(
            _n(sheet.x(where[0])), _n(where[1]), paths[SHAPES[place % len(SHAPES)]], fill, stroke
        )
    )


def _foot(sheet: Sheet, chart: Chart, address: str, licence: str) -> None:
    sheet.y += 8
    if approximate := drawing.approximation(chart):
        sheet.paragraph(approximate)
    for note in chart.footnotes:
        sheet.paragraph(f"{note.sign}  {drawing.footnote(note, chart)}")
    if chart.out:
        sheet.paragraph(_("Left out by the reader: %(cities)s.", cities=drawing.names([item.value for item in chart.out], chart)))
    sheet.y += 6
    if sources := drawing.sources(chart):
        sheet.paragraph(_("Sources of the values: %(sources)s", sources=sources[:600]))
    sheet.paragraph(_("Source: Integrating Cities, %(address)s. Licence: %(licence)s.", address=address, licence=licence))


def _with_signs(item: Marked, text: str) -> str:
    found = " ".join(sign for sign, _word in drawing.bar_signs(item))
    return f"{text} {found}" if found else text


def wrapped(words: str, letters: int) -> list[str]:
    """The text in lines of at most so many letters, parted at spaces."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _across(span: PageSpan, at: float) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * span.x(at) / 100


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
