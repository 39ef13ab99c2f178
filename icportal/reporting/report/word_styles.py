"""How Word files look: fonts, sizes, lines and page numbers, set once for a document. For both directions of writing."""

from __future__ import annotations

from typing import Any, NamedTuple

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import Table

BLUE, GREEN, QUIET, INK = (RGBColor.from_string(each) for each in ("1D4E89", "0F6B5C", "4F5B6B", "16243A"))
FONT = "Noto Sans"
PAPER, MARGIN = (Mm(210), Mm(297)), Mm(22)
#: Names of paragraph styles: three of our own, and one of Word's.
CELL, NOTE, PRACTICE, QUOTE = "Table Text", "Figure Note", "Practice", "Quote"
#: (style, points, points before, points after)
SIZES = (
    ("Normal", 10.5, 0, 6), ("Title", 28, 170, 10), ("Subtitle", 13, 0, 12), ("Heading 1", 19, 0, 12), ("Heading 2", 14, 18, 8),
    ("Heading 3", 12, 14, 6), ("Heading 4", 11, 12, 4), ("Heading 5", 10.5, 10, 4), ("Heading 6", 10.5, 10, 4), (QUOTE, 10.5, 0, 6),
    ("Caption", 10, 10, 4), (CELL, 9, 2, 2), (NOTE, 9, 3, 6), (PRACTICE, 10.5, 0, 0),
)  # fmt: skip
# The parts of Word's XML stand in the order of its schema; where the library has no word for one, this is it.
_PARAGRAPH = (
    "w:pBdr", "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:bidi", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc",
    "w:outlineLvl", "w:rPr", "w:sectPr",
)  # fmt: skip
_TABLE = (
    "w:bidiVisual", "w:tblW", "w:jc", "w:tblInd", "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook",
)  # fmt: skip
_SECTION = ("w:bidi", "w:rtlGutter", "w:docGrid")
_RUN = ("w:szCs", "w:highlight", "w:u", "w:effect", "w:bdr", "w:shd", "w:vertAlign", "w:rtl", "w:cs", "w:em", "w:lang")
_SHADE = "F1EFE9"


class Border(NamedTuple):
    """The line beside a paragraph: its colour, its size in eighths of a point, and whether the paragraph is shaded."""

    colour: str
    size: int
    is_shaded: bool = False


#: The styles with a line beside them.
BORDERS = {QUOTE: Border("C3BEB1", 18), PRACTICE: Border("0F6B5C", 24, is_shaded=True)}


def put(parent: Any, order: tuple[str, ...], tag: str, **values: str) -> Any:
    """Add a part at its place; its values are attributes of Word's own."""
    for old in parent.findall(qn(tag)):
        parent.remove(old)
    part = OxmlElement(tag)
    for name, value in values.items():
        part.set(qn(f"w:{name}"), value)
    parent.insert_element_before(part, *order[order.index(tag) + 1 :])
    return part


def set_up(document: Document, *, language: str, is_rtl: bool) -> None:
    """Fonts, sizes and lines of everything, and the paper."""
    for name in (CELL, NOTE, PRACTICE):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.PARAGRAPH:
            _set_font(style)
    for name, size, before, after in SIZES:
        resize(document, name, size, before=before, after=after)
    styles = document.styles
    properties = styles["Normal"].element.get_or_add_rPr()
    put(properties, _RUN, "w:lang", val=language, **({"bidi": language} if is_rtl else {}))
    _set_lines(styles)
    section = document.sections[0]
    section.page_width, section.page_height = PAPER
    section.left_margin = section.right_margin = MARGIN
    section.top_margin, section.bottom_margin = Mm(24), Mm(22)
    if is_rtl:
        for name in (QUOTE, PRACTICE):
            _border(styles[name].element.get_or_add_pPr(), BORDERS[name], is_rtl=True)
        put(section._sectPr, _SECTION, "w:bidi")  # noqa: SLF001  the library has no word for it
        put(styles["Normal"].element.get_or_add_pPr(), _PARAGRAPH, "w:bidi")


def resize(document: Document, name: str, size: float, *, before: float, after: float) -> None:
    """The size of a style's letters, of both kinds of script, and the space around its paragraphs; in points."""
    style = document.styles[name]
    style.font.size = Pt(size)
    put(style.element.get_or_add_rPr(), _RUN, "w:szCs", val=str(round(size * 2)))
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def number_pages(document: Document, title: str) -> None:
    """The report's title at the head and the page's number at the foot of all pages but the first."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    run = head.add_run(title)
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field(foot, "begin")
    code = OxmlElement("w:instrText")
    code.text = "PAGE"
    number = foot.add_run()
    number._r.append(code)  # noqa: SLF001  the library has no word for it
    field(foot, "end")
    for each in (run, *foot.runs):
        each.font.size, each.font.color.rgb = Pt(8.5), QUIET


def field(paragraph: Any, kind: str) -> Any:
    """The mark that begins, divides or ends what Word fills in."""
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)  # noqa: SLF001  the library has no word for it
    return mark


def turn(paragraph: Any, *, is_rtl: bool) -> None:
    """Let a paragraph run in another direction than the document, with the line of its style on the side where it begins."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001  the library has no word for it
    put(properties, _PARAGRAPH, "w:bidi", val="1" if is_rtl else "0")
    if border := BORDERS.get(paragraph.style.name):
        _border(properties, border, is_rtl=is_rtl)


def underline(paragraph: Any) -> None:
    """A line to write on by hand."""
    borders = put(paragraph._p.get_or_add_pPr(), _PARAGRAPH, "w:pBdr")  # noqa: SLF001  the library has no word for it
    # Lines that follow each other are one block to Word, which draws only those between them.
    for side in ("bottom", "between"):
        borders.append(_line(side, "818DA0", 4, 1))


def speak(run: Any, language: str) -> None:
    """Say in which language the words are."""
    put(run._r.get_or_add_rPr(), _RUN, "w:lang", val=language, bidi=language)  # noqa: SLF001


def rule(table: Table, widths: list[int], *, is_rtl: bool) -> None:
    """Fine lines between rows instead of a grid, and columns of these widths."""
    properties = table._tbl.tblPr  # noqa: SLF001  the library has no word for it
    if is_rtl:
        put(properties, _TABLE, "w:bidiVisual")
    borders = put(properties, _TABLE, "w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_line(side, "D9D6CD" if side == "insideH" else "16243A", 4, 0))
    put(properties, _TABLE, "w:tblLayout", type="fixed")
    for place, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):  # noqa: SLF001
        place.w = Emu(width)
    for row in table._tbl.tr_lst:  # noqa: SLF001
        for box, width in zip(row.tc_lst, widths, strict=False):
            box.width = Emu(width)


def _set_font(style: Any) -> None:
    style.font.name = FONT
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(theme), None)


def _set_lines(styles: Any) -> None:
    """What stands out, and what stays with what follows."""
    for name in ("Title", "Subtitle", *(f"Heading {level}" for level in range(1, 7))):
        font = styles[name].font
        font.bold = font.cs_bold = name != "Subtitle"
        font.italic = font.cs_italic = False
        font.color.rgb = INK if name in {"Heading 4", "Heading 5", "Heading 6"} else QUIET if name == "Subtitle" else BLUE
    title = styles["Title"].element.get_or_add_pPr()
    for border in title.findall(qn("w:pBdr")):
        title.remove(border)
    caption, note = styles["Caption"], styles[NOTE]
    caption.font.color.rgb, note.font.color.rgb = INK, QUIET
    caption.font.bold = caption.font.cs_bold = False
    caption.paragraph_format.keep_with_next = True
    quote = styles[QUOTE]
    quote.font.italic = quote.font.cs_italic = False
    quote.font.color.rgb = INK
    for name, border in BORDERS.items():
        style = styles[name]
        style.paragraph_format.left_indent = Mm(5)
        style.paragraph_format.keep_together = True
        _border(style.element.get_or_add_pPr(), border, is_rtl=False)
    put(styles[PRACTICE].element.get_or_add_pPr(), _PARAGRAPH, "w:shd", val="clear", color="auto", fill=_SHADE)


def _border(properties: Any, border: Border, *, is_rtl: bool) -> None:
    """A line at the side where reading begins, and air above and below what is shaded."""
    borders = put(properties, _PARAGRAPH, "w:pBdr")
    lines = [("right" if is_rtl else "left", border.colour, border.size, 8), ("left" if is_rtl else "right", "auto", 0, 0)]
    if border.is_shaded:
        lines += [("top", _SHADE, 4, 4), ("bottom", _SHADE, 4, 4)]
    # The schema has the left line before the one below, and the right one after it.
    for side, colour, size, space in sorted(lines, key=lambda line: ("top", "left", "bottom", "right").index(line[0])):
        borders.append(_line(side, colour, size, space))


def _line(side: str, colour: str, size: int, space: int) -> Any:
    """A line of a border; none of size 0."""
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single" if size else "nil"), ("sz", size), ("space", space), ("color", colour)):
        line.set(qn(f"w:{name}"), str(value))
    return line
