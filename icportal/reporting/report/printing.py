"""From a report's chapters to a tagged PDF: one HTML document, laid out by a child process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from icportal.core.errors import DomainError
from icportal.core.strings import _
from icportal.reporting.report import drawing
from icportal.reporting.report.printing_child import PROBLEM_FONT, PROBLEM_LIBRARY

FAMILY = "Noto Sans, Noto Sans Arabic, Noto Naskh Arabic, Noto Sans Hebrew, Noto Sans CJK SC, DejaVu Sans, sans-serif"
LONGEST_TIME = 600
#: Kinds of signs that need no letter: spaces, controls, marks of direction, what is not assigned.
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs"})
_TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Section:
    """A chapter on paper: its headings below the one of its level, counted from 2 (1 is the report's)."""

    topic: str
    level: int
    title: str
    html: Markup


@dataclass(frozen=True)
class Sheet:
    """What stands on the title page and around the text. ``facts`` are (label, value)."""

    title: str
    subtitle: Markup
    language: str
    direction: str
    sections: Sequence[Section]
    facts: Sequence[tuple[str, str]] = ()
    is_preview: bool = False
    is_demonstration: bool = False


def document(sheet: Sheet) -> str:
    """The report as one HTML document that needs nothing from elsewhere."""
    html = current_app.jinja_env.get_template("reporting/report_document.html").render(sheet=sheet)
    style = current_app.jinja_env.get_template("reporting/report_document.css").render(family=FAMILY)
    return drawing.on_paper(html.replace("</head>", f"<style>{style}</style></head>", 1))


def pdf(html: str) -> bytes:
    """The document as a PDF for everybody (PDF/UA-1).

    Raises:
        DomainError: the machine lacks the library or a font that is needed, or the layout failed; in words for its keeper.
    """
    signs = "".join(sorted({sign for sign in _TAGS.sub("", html) if unicodedata.category(sign) not in UNSEEN}))
    asked = json.dumps({"html": html, "signs": signs, "family": FAMILY}).encode()
    command = [sys.executable, "-m", "icportal.reporting.report.printing_child"]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=LONGEST_TIME, check=False)
    except subprocess.TimeoutExpired as error:
        raise DomainError(
            _("The PDF took too long to make. Leave out chapters, or try again when the machine is less busy.")
        ) from error
    head, _newline, data = done.stdout.partition(b"\n")
    try:
        answer = json.loads(head)
    except ValueError:
        answer = {"problem": "other", "detail": done.stderr.decode(errors="replace")[-500:]}
    if "problem" in answer:
        raise DomainError(_sentence(answer))
    return data


def _sentence(answer: dict[str, str]) -> str:
    if answer["problem"] == PROBLEM_LIBRARY:
        return _(
            "The PDF cannot be made: the library Pango is missing on this machine. Install it (on Debian: %(command)s).",
            command="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        )
    if answer["problem"] == PROBLEM_FONT:
        return _(
            "The PDF cannot be made: no font on this machine has these signs: %(signs)s. Install one (on Debian: %(command)s).",
            signs=answer["detail"], command="apt-get install fonts-noto-core fonts-noto-cjk",
        )  # fmt: skip
    return _("The PDF could not be made: %(detail)s", detail=answer["detail"])
