"""The badge of a signatory: a small drawing for the city's own website, in the language of its address."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from icportal.charter.queries import Signatory
from icportal.core.strings import _
from icportal.web.figures import AREAS

WIDTH, HEIGHT = 300, 72
COLOURS = ("#1d4e89", "#0f6b5c", "#7a3e9d", "#9a4a12")
_GROUND, _INK, _MUTED, _LINE = "#fbfaf7", "#16243a", "#4f5b6b", "#818da0"
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
#: Width of a sign in this type as a share of its size, generously: longer words are pressed together, never cut.
_SIGN = 0.58


def sentence(standing: Signatory) -> str:
    """Since when, as exactly as is known, in years."""
    first, last = standing.since.signed_earliest, standing.since.signed_latest
    assert isinstance(first, date)
    assert isinstance(last, date)
    if standing.ended is not None:
        return _("Signatory from %(first)s to %(last)s", first=last.year, last=standing.ended.year)
    if first.year != last.year:
        return _("Signatory, signed between %(first)s and %(last)s", first=first.year, last=last.year)
    return _("Signatory since %(year)s", year=last.year)


def alternative(standing: Signatory) -> str:
    """The badge in words."""
    return _("%(city)s, Integrating Cities Charter: %(sentence)s", city=standing.name, sentence=sentence(standing))


def badge(standing: Signatory, *, direction: str = "ltr") -> str:
    """The badge as SVG, whole by itself: no style sheet, no font, no script, nothing fetched."""
    mirrored = direction == "rtl"
    edge = WIDTH - 16 if mirrored else 16
    start = Markup('<text x="{}" direction="{}" font-family="{}"').format(edge, direction, _FONT)
    name = Markup('{} y="38" font-size="17" font-weight="700" fill="{}"{}>{}</text>').format(
        start, _INK, _pressed(standing.name, 17), standing.name
    )
    words = sentence(standing)
    since = Markup('{} y="58" font-size="13" fill="{}"{}>{}</text>').format(start, _MUTED, _pressed(words, 13), words)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img">'
        '<title>{title}</title><rect x="0.5" y="0.5" width="{iw}" height="{ih}" rx="6" fill="{ground}" stroke="{line}"/>'
        "{strip}{text}</svg>\n"
    ).format(
        w=WIDTH, h=HEIGHT, iw=WIDTH - 1, ih=HEIGHT - 1, ground=_GROUND, line=_LINE,
        title=alternative(standing), strip=_strip(mirrored=mirrored), text=name + since,
    )  # fmt: skip


def _strip(*, mirrored: bool) -> Markup:
    parts, x, width = [], 16.0, 18.0
    for area, numbers in enumerate(AREAS):
        for _number in numbers:
            at = WIDTH - x - width if mirrored else x
            parts.append(
                Markup('<rect x="{}" y="9" width="{}" height="6" rx="1" fill="{}"/>').format(
                    f"{at:g}", f"{width:g}", COLOURS[area]
                )
            )
            x += width + 3
        x += 9
    return Markup("").join(parts)


def _pressed(text: str, size: int) -> Markup:
    """Words that may be too long for the badge are fitted to its width."""
    room = WIDTH - 32
    if len(text) * size * _SIGN <= room:
        return Markup("")
    return Markup(' textLength="{}" lengthAdjust="spacingAndGlyphs"').format(room)
