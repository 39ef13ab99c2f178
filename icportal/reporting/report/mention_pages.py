"""A city's mentions as it reads them: the paragraph with its neighbours, and the answers it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from icportal.i18n.catalogues import current_language, in_language
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import MentionKind
from icportal.reporting.models import Mention, Report, Response
from icportal.reporting.report.addresses import answer_address
from icportal.reporting.report.blocks import Paragraph, paragraphs
from icportal.reporting.report.material import Material
from icportal.reporting.report.rendering import Renderer
from icportal.reporting.services.mentions import not_public


@dataclass(frozen=True)
class Shown:
    """A mention with what stands before and after it, as readers will see it. ``sources`` says what it comes from.

    A neighbour that speaks of another city is left out. ``is_hidden``: it comes from an answer that not everybody may read,
    so that approving it shows it to everybody.
    """

    mention: Mention
    chapter: str
    before: Markup
    html: Markup
    after: Markup
    sources: Sequence[str]
    is_hidden: bool = False


def in_context(report: Report, mentions: Sequence[Mention]) -> list[Shown]:
    """The mentions in reading order, in the language the report is written in."""
    material = Material(report.round, report.language)
    renderer = Renderer(material, address_of=answer_address(material))
    words, hidden = words_of(report), not_public(report, mentions)
    slugs = {place.id: place.slug for place in material.cities.values()}
    texts = {
        chapter.id: (chapter.item.source.title, chapter.item.source.head.body.get("text", "") if chapter.item.source.head else "")
        for chapter in report.chapters
    }
    found = []
    for mention in mentions:
        title, text = texts[mention.chapter_id]
        own = slugs.get(mention.city_id, "")
        pieces = [
            paragraph.text if paragraph.number == mention.position or _may_be_read(paragraph, own) else ""
            for paragraph in paragraphs(text)
        ]
        pieces = ["", *pieces, ""]
        with in_language(report.language):
            before, here, after = (renderer.html(piece, below=2) for piece in pieces[mention.position - 1 : mention.position + 2])
        sources = [words.label(code) for code in mention.origins] if mention.kind == MentionKind.QUOTE else []
        found.append(Shown(mention, title, before, here, after, sources, mention in hidden))
    return found


def _may_be_read(paragraph: Paragraph, city: str) -> bool:
    """What another city has not agreed to yet is shown to nobody else."""
    return all(mark.words[0] == city for mark in paragraph.marks)


def words_of(thing: Report | Response) -> Asked:
    """The words of the questionnaire that was answered, in the reader's language."""
    return asked(thing.round.questionnaire_version, current_language().code)
