"""The report as a Word file: the same sheet as the PDF, walked through once. Written for the desk that works on with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import html as markup

from icportal.core.strings import _
from icportal.reporting.report.printing import Sheet

BLUE = RGBColor(0x1D, 0x4E, 0x89)
FONT = "Noto Sans"
LISTS = {"ul": "List Bullet", "ol": "List Number"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
#: Elements that only hold others.
HOLDERS = frozenset({"div", "section", "figure", "aside", "article", "body"})


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
        if self.sheet.is_preview:
            self._say(self.document.add_paragraph(), _("Preview: not published"))
        if self.sheet.is_demonstration:
            self._say(self.document.add_paragraph(), _("These answers are made up: they show what a round looks like."))
        self._say(self.document.add_paragraph(style="Title"), self.sheet.title)
        self._fragment(self.sheet.subtitle)
        for label, value in self.sheet.facts:
            self._say(self.document.add_paragraph(), f"{label}: {value}")
        self.document.add_page_break()
        self._contents()
        for section in self.sheet.sections:
            if section.level == 1:
                self.document.add_page_break()
            self._say(self.document.add_heading("", section.level), section.title)
            self._fragment(section.html)

    # --- setting up

    def _set_up(self) -> None:
        core = self.document.core_properties
        core.title, core.language, core.author, core.comments = self.sheet.title, self.sheet.language, "", ""
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(22)
        for style in self.document.styles:
            if style.type == WD_STYLE_TYPE.PARAGRAPH:
                self._set_font(style)
        normal = self.document.styles["Normal"]
        normal.font.size = Pt(10.5)
        self._set_language(normal)
        if self.is_rtl:
            section._sectPr.append(OxmlElement("w:bidi"))  # noqa: SLF001  the library has no word for it
            normal.element.get_or_add_pPr().append(OxmlElement("w:bidi"))

    def _set_font(self, style: Any) -> None:
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(name), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
        if style.name.startswith(("Heading", "Title")):
            style.font.color.rgb = BLUE

    def _set_language(self, style: Any) -> None:
        properties = style.element.get_or_add_rPr()
        language = OxmlElement("w:lang")
        code = self.sheet.language.split("-", maxsplit=1)[0]
        language.set(qn("w:val"), code)
        if self.is_rtl:
            language.set(qn("w:bidi"), code)
        properties.append(language)

    def _contents(self) -> None:
        """A table of contents as a field: the titles stand there, and Word adds the pages when it is brought up to date."""
        self._say(self.document.add_heading("", 1), _("Contents"))
        lines = []
        for section in self.sheet.sections:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.left_indent = Mm(6 * (section.level - 1))
            paragraph.paragraph_format.space_after = Pt(2)
            lines.append((paragraph, section.title))
        for place, (paragraph, title) in enumerate(lines):
            if place == 0:
                self._field(paragraph, "begin")
                code = OxmlElement("w:instrText")
                code.text = 'TOC \\o "1-2" \\h'
                paragraph.add_run()._r.append(code)  # noqa: SLF001  the library has no word for it
                self._field(paragraph, "separate")
            self._say(paragraph, title)
            if place == len(lines) - 1:
                self._field(paragraph, "end")

    def _field(self, paragraph: Any, kind: str) -> None:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(mark)  # noqa: SLF001  the library has no word for it

    def _say(self, paragraph: Any, text: str) -> Any:
        run = paragraph.add_run(text)
        if self.is_rtl:
            run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))  # noqa: SLF001  the library has no word for it
        return run

    # --- walking

    def _fragment(self, html: str) -> None:
        if not html.strip():
            return
        for element in markup.fragment_fromstring(html, create_parent="div"):
            self._element(element)

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
            self._runs(self._paragraph(style or ("Caption" if tag == "figcaption" else None)), element)
        elif tag == "hr":
            self._paragraph(None)
        elif tag in HOLDERS:
            for child in element:
                self._element(child, style=style)

    def _list(self, element: Any, style: str) -> None:
        for item in element:
            inner = [child for child in item if child.tag in {"p", "ul", "ol", "blockquote"}]
            if not inner or inner[0].tag in LISTS:
                self._runs(self._paragraph(style), item, without=set(LISTS))
            for child in inner:
                self._element(child, style=style)

    def _paragraph(self, style: str | None) -> Any:
        return self.document.add_paragraph(style=style)

    def _table(self, element: Any) -> None:
        rows = [[cell for cell in row if cell.tag in {"th", "td"}] for row in element.iter("tr")]
        if not rows or not rows[0]:
            return
        table = self.document.add_table(len(rows), len(rows[0]), style="Table Grid")
        if self.is_rtl:
            table._tbl.tblPr.append(OxmlElement("w:bidiVisual"))  # noqa: SLF001  the library has no word for it
        head = element.find("thead")
        heads = len(head.findall("tr")) if head is not None else 0
        # Rows of the table's own XML: the library looks every cell up anew, which takes most of the time.
        for number, (line, cells) in enumerate(zip(table._tbl.tr_lst, rows, strict=True)):  # noqa: SLF001
            if number < heads:
                properties = line.get_or_add_trPr()
                properties.append(OxmlElement("w:tblHeader"))
            for box, cell in zip(line.tc_lst, cells, strict=False):
                paragraph = Paragraph(box.p_lst[0], table)
                self._runs(paragraph, cell, bold=number < heads)
        self.document.add_paragraph()

    def _runs(self, paragraph: Any, element: Any, *, bold: bool = False, without: set[str] | None = None) -> None:
        for text, marks, address in _texts(element, frozenset({"b"} if bold else ()), "", without or set()):
            if not text:
                continue
            run = self._link(paragraph, text, address) if address else self._say(paragraph, text)
            run.bold = True if "b" in marks else None
            run.italic = True if "i" in marks else None

    def _link(self, paragraph: Any, text: str, address: str) -> Any:
        relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), relation)
        run = self._say(paragraph, text)
        run.font.color.rgb = BLUE
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
            yield from _texts(child, inner, child.get("href", address), without)
            if tag == "strong" and child.getparent().tag == "figcaption":
                yield ". ", marks, address
        yield _folded(child.tail), marks, address


def _folded(text: str | None) -> str:
    """Text as a reader of HTML sees it: every run of white space one space."""
    if not text:
        return ""
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if text[-1].isspace() else ''}"
