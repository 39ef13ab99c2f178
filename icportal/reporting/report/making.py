"""What an edition consists of, one after the other: its pages, a PDF and a Word file in each language, and the data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from icportal.core.filetypes import KINDS, FileKind
from icportal.core.strings import _
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import day, listing
from icportal.i18n.locales import get
from icportal.reporting import labels
from icportal.reporting.models import Round
from icportal.reporting.models.reports import COVER
from icportal.reporting.report import annex, printing
from icportal.reporting.report.addresses import answer_address
from icportal.reporting.report.material import Material
from icportal.reporting.report.rendering import Renderer

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV, TEXT = "text/csv; charset=utf-8", "text/plain; charset=utf-8"
XLSX = KINDS[FileKind.WORKBOOK].media_type
#: The data files and the list of checksums.
DATA_FILES = 4


@dataclass(frozen=True)
class Edition:
    """What an edition says of itself. ``number`` 0 is a preview."""

    round: Round
    slug: str
    number: int
    day: date
    note: str


@dataclass(frozen=True)
class Part:
    """The text of one chapter in one language."""

    topic: str
    level: int
    title: str
    text: str


@dataclass(frozen=True)
class Page:
    language: str
    position: int
    level: int
    topic: str
    title: str
    html: str

    @property
    def markup(self) -> Markup:
        """The page as it is put into another."""
        return Markup(self.html)  # noqa: S704  sanitised when it was made


@dataclass(frozen=True)
class File:
    name: str
    form: str
    language: str
    media_type: str
    data: bytes


def steps(parts: Mapping[str, Sequence[Part]]) -> int:
    """How many things an edition consists of."""
    return sum(len(chapters) + 2 for chapters in parts.values()) + DATA_FILES


def everything(edition: Edition, parts: Mapping[str, Sequence[Part]], source: str) -> Iterator[Page | File]:
    """All of an edition, the checksums of its files last."""
    made: list[File] = []
    for language in sorted(parts, key=lambda code: (code != source, code)):
        yield from pages(edition, parts[language], language)
        name = f"{edition.slug}-{edition.number}-{language}"
        for file in (
            File(f"{name}.pdf", "PDF", language, PDF, pdf(edition, parts[language], language)),
            File(f"{name}.docx", "DOCX", language, WORD, docx(edition, parts[language], language)),
        ):
            made.append(file)
            yield file
    with in_language(source):
        data = annex.gather(Material(edition.round, source))
        for file in (
            File("results.csv", "CSV", "", CSV, annex.results_csv(data)),
            File("codebook.csv", "CSV", "", CSV, annex.codebook_csv(data)),
            File("results.xlsx", "XLSX", "", XLSX, annex.workbook(data)),
        ):
            made.append(file)
            yield file
    sums = "".join(f"{hashlib.sha256(file.data).hexdigest()}  {file.name}\n" for file in made)
    yield File("checksums.txt", "TXT", "", TEXT, sums.encode())


def pages(edition: Edition, parts: Sequence[Part], language: str) -> Iterator[Page]:
    """The chapters as web pages of one language."""
    with in_language(language):
        renderer = _renderer(edition, language)
        for position, part in enumerate(parts):
            yield Page(language, position, part.level, part.topic, part.title, str(renderer.html(part.text, below=1)))


def pdf(edition: Edition, parts: Sequence[Part], language: str) -> bytes:
    """The report of one language as a tagged PDF."""
    with in_language(language):
        return printing.pdf(printing.document(sheet(edition, parts, language)))


def docx(edition: Edition, parts: Sequence[Part], language: str) -> bytes:
    """The report of one language as a Word file."""
    # The library is large, and only the worker needs it.
    from icportal.reporting.report import word

    with in_language(language):
        return word.write(sheet(edition, parts, language))


def sheet(edition: Edition, parts: Sequence[Part], language: str) -> printing.Sheet:
    """The report as it is laid out on paper, in the current language."""
    renderer = _renderer(edition, language)
    cover = next((part for part in parts if part.topic == COVER), None)
    chapters = [part for part in parts if part.topic != COVER]
    return printing.Sheet(
        title=cover.title if cover else labels.edition(edition.round),
        subtitle=renderer.html(cover.text, below=2) if cover else Markup(""),
        language=language,
        direction=get(language).direction,
        sections=[
            printing.Section(part.topic, part.level, part.title, renderer.html(part.text, below=part.level + 1))
            for part in chapters
        ],
        facts=_facts(edition, renderer.material),
        is_preview=edition.number == 0,
        is_demonstration=edition.round.is_demonstration,
    )


def _facts(edition: Edition, material: Material) -> list[tuple[str, str]]:
    found = [(_("Edition"), str(edition.number))] if edition.number else []
    found += [
        (_("Date"), day(edition.day)),
        (_("Cities that took part"), listing(place.name_in(material.language) for place in material.answering[:40])),
    ]
    return [*found, *([(_("Note"), edition.note)] if edition.note else [])]


def _renderer(edition: Edition, language: str) -> Renderer:
    material = Material(edition.round, language)
    return Renderer(material, direction=get(language).direction, address_of=answer_address(material))
