"""The briefing as a Word file: the same two pages as the PDF, with Word's own styles."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.shared import Mm, Pt

from icportal.reporting.report.printing import Sheet
from icportal.reporting.report.word import Writer
from icportal.reporting.report.word_styles import CELL, resize

SECOND_PAGE = "second"


def write(sheet: Sheet, html: str) -> bytes:
    """The two pages."""
    document = docx.Document()
    _Writer(document, sheet).write_pages(html)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


class _Writer(Writer):
    """Without a title page and contents, and small enough for two pages."""

    def write_pages(self, html: str) -> None:
        section = self.document.sections[0]
        section.top_margin = section.bottom_margin = Mm(15)
        section.left_margin = section.right_margin = Mm(19)
        for name, size, before in (("Normal", 9.5, 0), ("Title", 18, 0), ("Heading 1", 12, 8), ("Heading 2", 11, 6)):
            resize(self.document, name, size, before=before, after=3)
        resize(self.document, CELL, 9, before=0, after=0)
        styles = self.document.styles
        for name in ("List Bullet", "List Number"):
            styles[name].paragraph_format.space_after = Pt(1)
        self.document.add_paragraph(self.sheet.title, style="Title")
        self._fragment(html)

    def _element(self, element: Any, *, style: str | None = None) -> None:
        if element.get("class") == SECOND_PAGE:
            self.document.add_page_break()
        super()._element(element, style=style)
