"""The report as a Word file: the same sheet as the PDF, walked through once. Written for the desk that works on with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml import html as markup

from icportal.core.strings import _
from icportal.reporting.report import word_styles as styles
from icportal.reporting.report.printing import Sheet

LISTS = {"ul": "List Bullet", "ol": "List Number"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
#: Elements that only hold others.
HOLDERS = frozenset({"div", "section", "figure", "article", "body"})
#: Classes of paragraphs that stand out, and of words that step back.
STRONG, QUIET = frozenset({"kicker", "report-practice-title"}), frozenset({"report-from"})
#: What a title may end with that needs no full stop.
ENDS = (".", "?", "!", "؟", "…", ":")
#: Tables of at most so many rows stay on one page.
SHORT = 14
#: Width of a column of numbers, at least; of a letter in its head, and of the air beside it.
NUMBERS, LETTER, AIR = Mm(16), Mm(2.1), Mm(4)
#: Width of other columns in letters, at least and at most.
NARROW, WIDE = 8, 40


def write(sheet: Sheet) -> bytes:
    """The whole report."""
    document = docx.Document()
    writer = Writer(document, sheet)
    writer.write()
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


class Writer:
    """Walks through the HTML of the chapters and writes what it finds."""

    def __init__(self, document: Document, sheet: Sheet) -> None:
        self.document = document
        self.sheet = sheet
        self.is_rtl = sheet.direction == "rtl"
        self._set_up()

    def write(self) -> None:
        """The title page, the contents as a field that Word fills, and every chapter."""
        styles.number_pages(self.document, self.sheet.title)
        if self.sheet.is_preview:
            self._say(self.document.add_paragraph(), _("Preview: not published"))
        if self.sheet.is_demonstration:
            self._say(
                self.document.add_paragraph(), _("These answers are made up: they show what a round looks like.")
            ).bold = True
        self._say(self.document.add_paragraph(style="Title"), self.sheet.title)
        self._fragment(self.sheet.subtitle, style="Subtitle")
        for label, value in self.sheet.facts:
            paragraph = self.document.add_paragraph()
            self._say(paragraph, f"{label}: ").font.color.rgb = styles.QUIET
            self._say(paragraph, value)
        self._contents()
        for section in self.sheet.sections:
            heading = self.document.add_heading("", section.level)
            heading.paragraph_format.page_break_before = section.level == 1
            self._say(heading, section.title)
            self._fragment(section.html)

    # --- setting up

    def _set_up(self) -> None:
        core = self.document.core_properties
        core.title, core.language, core.author, core.comments = self.sheet.title, self.sheet.language, "", ""
        styles.set_up(self.document, language=self.sheet.language.split("-", maxsplit=1)[0], is_rtl=self.is_rtl)

    def _contents(self) -> None:
        """A table of contents as a field: the titles stand there, and Word adds the pages when it is brought up to date."""
        heading = self.document.add_paragraph(style="TOC Heading")
        heading.paragraph_format.page_break_before = True
        self._say(heading, _("Contents"))
        lines = []
        for section in self.sheet.sections:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.left_indent = Mm(6 * (section.level - 1))
            paragraph.paragraph_format.space_after = Pt(2)
            lines.append((paragraph, section))
        for place, (paragraph, section) in enumerate(lines):
            if place == 0:
                # Marked as out of date, Word looks the pages up when the file is opened.
                styles.field(paragraph, "begin").set(qn("w:dirty"), "true")
                code = OxmlElement("w:instrText")
                code.text = 'TOC \\o "1-2" \\h'
                paragraph.add_run()._r.append(code)  # noqa: SLF001  the library has no word for it
                styles.field(paragraph, "separate")
            self._say(paragraph, section.title).bold = True if section.level == 1 else None
            if place == len(lines) - 1:
                styles.field(paragraph, "end")

    def _say(self, paragraph: Any, text: str, *, is_rtl: bool | None = None) -> Any:
        run = paragraph.add_run(text)
        if self.is_rtl if is_rtl is None else is_rtl:
            run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))  # noqa: SLF001  the library has no word for it
        return run

    # --- walking

    def _fragment(self, html: str, *, style: str | None = None) -> None:
        if not html.strip():
            return
        for element in markup.fragment_fromstring(html, create_parent="div"):
            self._element(element, style=style)

    def _element(self, element: Any, *, style: str | None = None) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in HEADINGS:
            self._runs(self.document.add_heading("", min(HEADINGS[tag], 6) - 1 or 1), element)
        elif tag == "table":
            self._table(element)
        elif tag in LISTS:
            self._list(element, LISTS[tag])
        elif tag == "blockquote":
            for child in element:
                self._element(child, style="Quote")
        elif tag in {"p", "figcaption", "pre"}:
            self._words(element, style)
        elif tag == "aside":
            self._box(element)
        elif tag in HOLDERS:
            for child in element:
                self._element(child, style=style)

    def _words(self, element: Any, style: str | None) -> None:
        kind = element.get("class", "")
        named = "Caption" if element.tag == "figcaption" else styles.NOTE if kind == "figure-note" else None
        paragraph = self._paragraph(style or named)
        self._runs(paragraph, element, bold=kind in STRONG)
        if kind == "blank":
            styles.underline(paragraph)

    def _list(self, element: Any, style: str) -> None:
        for item in element:
            inner = [child for child in item if child.tag in {"p", "ul", "ol", "blockquote"}]
            if not inner or inner[0].tag in LISTS:
                self._runs(self._paragraph(style), item, without=set(LISTS))
            for child in inner:
                self._element(child, style=style)

    def _paragraph(self, style: str | None) -> Any:
        return self.document.add_paragraph(style=style)

    def _box(self, element: Any) -> None:
        """A practice: one shaded block, with air around it."""
        before = len(self.document.paragraphs)
        for child in element:
            self._element(child, style=styles.PRACTICE)
        for paragraph in self.document.paragraphs[before:-1]:
            paragraph.paragraph_format.keep_with_next = True
        self._space()

    def _space(self) -> None:
        """Air after a table or a box, which Word would join with the next one."""
        space = self.document.add_paragraph()
        space.paragraph_format.space_after = Pt(0)
        space.paragraph_format.line_spacing = Pt(9)

    def _table(self, element: Any) -> None:
        rows = [[cell for cell in row if cell.tag in {"th", "td"}] for row in element.iter("tr")]
        if not rows or not rows[0]:
            return
        table = self.document.add_table(len(rows), len(rows[0]))
        styles.rule(table, _widths(rows, self._room()), is_rtl=self.is_rtl)
        head = element.find("thead")
        heads = len(head.findall("tr")) if head is not None else 0
        named = self.document.styles[styles.CELL]
        # Rows of the table's own XML: the library looks every cell up anew, which takes most of the time.
        for number, (line, cells) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):  # noqa: SLF001
            properties = line.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number < heads:
                properties.append(OxmlElement("w:tblHeader"))
            for box, cell in zip(line.tc_lst, cells, strict=False):
                paragraph = Paragraph(box.p_lst[0], table)
                box.p_lst[0].style = named.style_id
                if cell.get("class") == "num":
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                if number < heads or (len(rows) <= SHORT and number < len(rows) - 1):
                    paragraph.paragraph_format.keep_with_next = True
                self._runs(paragraph, cell, bold=number < heads)
        self._space()

    def _room(self) -> int:
        section = self.document.sections[0]
        width, left, right = section.page_width, section.left_margin, section.right_margin
        assert width is not None
        assert left is not None
        assert right is not None
        return width - left - right

    def _runs(self, paragraph: Any, element: Any, *, bold: bool = False, without: set[str] | None = None) -> None:
        language, direction = _nearest(element, "lang"), _nearest(element, "dir")
        is_rtl = direction == "rtl" if direction in {"rtl", "ltr"} else self.is_rtl
        # A box is one block: its paragraphs begin at the same side, whatever language they are in.
        if is_rtl != self.is_rtl and paragraph.style.name != styles.PRACTICE:
            styles.turn(paragraph, is_rtl=is_rtl)
        for text, marks, address in _texts(element, frozenset({"b"} if bold else ()), "", without or set()):
            if not text:
                continue
            run = self._link(paragraph, text, address, is_rtl=is_rtl) if address else self._say(paragraph, text, is_rtl=is_rtl)
            run.bold = run.font.cs_bold = True if "b" in marks else None
            run.italic = run.font.cs_italic = True if "i" in marks else None
            if "quiet" in marks and not address:
                run.font.color.rgb = styles.QUIET
            if language and language != self.sheet.language:
                styles.speak(run, language)

    def _link(self, paragraph: Any, text: str, address: str, *, is_rtl: bool) -> Any:
        relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), relation)
        run = self._say(paragraph, text, is_rtl=is_rtl)
        run.font.color.rgb = styles.BLUE
        link.append(run._r)  # noqa: SLF001  moved into the link
        paragraph._p.append(link)  # noqa: SLF001  the library has no word for it
        return run


def _texts(element: Any, marks: frozenset[str], address: str, without: set[str]) -> Iterator[tuple[str, frozenset[str], str]]:
    """The words of an element in their order, with what they are set in; pictures are left out, their numbers stand beside them."""
    yield _folded(element.text), marks, address
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == "br":
            yield "\n", marks, address
        elif tag and tag != "svg" and tag not in without:
            inner = marks | ({"b"} if tag in {"strong", "b"} else {"i"} if tag in {"em", "i"} else set())
            inner |= {"quiet"} if child.get("class") in QUIET else set()
            yield from _texts(child, inner, child.get("href", address), without)
            if tag == "strong" and child.getparent().tag == "figcaption":
                yield " " if child.text_content().rstrip().endswith(ENDS) else ". ", marks, address
        yield _folded(child.tail), marks, address


def _nearest(element: Any, name: str) -> str:
    """An attribute of the element, or of the closest around it that has it."""
    return next((value for each in (element, *element.iterancestors()) if (value := each.get(name))), "")


def _widths(rows: list[list[Any]], room: int) -> list[int]:
    """The widths of a table's columns: those of numbers alike, the others by how much they say."""
    fixed = [_of_numbers(cell) if cell.get("class") == "num" else 0 for cell in rows[0]]
    room -= sum(fixed)
    said = [
        0 if width else sum(min(max(len(row[place].text_content().strip()), NARROW), WIDE) for row in rows if place < len(row))
        for place, width in enumerate(fixed)
    ]
    whole = sum(said) or 1
    return [width or int(room * part / whole) for width, part in zip(fixed, said, strict=True)]


def _of_numbers(head: Any) -> int:
    """The width of a column of numbers: no word at its head is broken."""
    return max(NUMBERS, LETTER * max(map(len, head.text_content().split()), default=0) + AIR)


def _folded(text: str | None) -> str:
    """Text as a reader of HTML sees it: every run of white space one space."""
    if not text:
        return ""
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if text[-1].isspace() else ''}"
