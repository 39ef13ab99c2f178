"""The bars of a report. They hold no letter, so that every script reads right; words and numbers stand beside them."""

from __future__ import annotations

import re

from markupsafe import Markup

WIDTH, HEIGHT = 480.0, 22.0
#: What the classes of a drawing look like on paper, where no style sheet of the document reaches into a picture.
INKS = {0: "#16243a", 1: "#1d4e89", 2: "#0f6b5c", 3: "#7a3e9d", 4: "#9a4a12"}
PAPER = "".join(
    f".a{area} .seg-fill{{fill:{ink}}}.a{area} .seg-line{{fill:none;stroke:{ink}}}" for area, ink in INKS.items()
) + "".join(f"svg.a{area} .seg-fill{{fill:{ink}}}" for area, ink in INKS.items())  # fmt: skip

_PICTURE = re.compile(r"<svg ([^>]*)>")
_LABEL = re.compile(r'aria-label="([^"]*)"')


def single(number: int, most: int, *, label: str, direction: str = "ltr") -> Markup:
    """One bar for a number out of the most there could be; begins where a reader begins."""
    width = WIDTH * number / most if most else 0.0
    x = WIDTH - width if direction == "rtl" else 0.0
    frame = Markup('<rect class="seg-line" opacity="0.4" x="1" y="1" width="{}" height="{}"/>').format(
        _n(WIDTH - 2), _n(HEIGHT - 2)
    )
    bar = Markup('<rect class="seg-fill" x="{}" y="0" width="{}" height="{}"/>').format(_n(x), _n(width), _n(HEIGHT))
    return Markup(
        '<svg class="fig-stack" role="img" aria-label="{}" focusable="false" viewBox="0 0 {} {}" width="{}" height="{}">'
        '<g class="a1">{}{}</g></svg>'
    ).format(label, _n(WIDTH), _n(HEIGHT), _n(WIDTH), _n(HEIGHT), frame, bar if number else Markup(""))


def on_paper(html: str) -> str:
    """The document with a style and a title inside every picture: what stands outside is not seen there."""

    def filled(match: re.Match[str]) -> str:
        label = _LABEL.search(match[1])
        title = f"<title>{label[1]}</title>" if label else ""
        return f"<svg {match[1]}>{title}<style>{PAPER}</style>"

    return _PICTURE.sub(filled, html)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
