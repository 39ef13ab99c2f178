"""What the report says of single cities: found in its text, shown to them, approved or objected to by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.i18n.formatting import listing
from icportal.i18n.segments import segment_hash
from icportal.reporting import report_notices
from icportal.reporting.enums import MentionKind, MentionOutcome, Permission, ReportState, Visibility
from icportal.reporting.models import Chapter, Mention, PublishedAnswer, Report
from icportal.reporting.report.blocks import BLOCK, paragraphs
from icportal.reporting.report.material import Material

LONGEST_REMARK = 2000
_BEGINNING = re.compile(r"^\s*(?:>\s?|[-*+]\s+|\d+[.)]\s+|#{1,6}\s+)*")
_KEPT = re.compile(r"\\([^\w\s])")
#: What a city can answer.
ANSWERS = frozenset({MentionOutcome.APPROVED, MentionOutcome.OBJECTED})


@dataclass(frozen=True)
class Found:
    """A mention as the text has it now."""

    city_id: int
    kind: str
    origins: tuple[str, ...]
    position: int
    excerpt: str
    sha256: str

    @property
    def key(self) -> tuple[int, str, str]:
        return self.city_id, self.kind, self.sha256


def find(text: str, material: Material) -> list[Found]:
    """Every paragraph with a source mark and every practice box, once for each city it speaks of."""
    found: dict[tuple[int, str, str], Found] = {}
    for paragraph in paragraphs(text):
        if paragraph.block is not None and paragraph.block.name == "practice":
            practice = material.practices.get(paragraph.block.words[0])
            if practice is not None:
                told = f"{practice.title}\n\n{practice.summary}"
                city = material.cities[practice.city].id
                one = Found(city, MentionKind.PRACTICE, (practice.slug,), paragraph.number, told, sha256([practice.slug, told]))
                found.setdefault(one.key, one)
        by_city: dict[str, list[str]] = {}
        for mark in paragraph.marks:
            by_city.setdefault(mark.words[0], []).append(mark.words[1])
        excerpt = _plain(paragraph.text)
        for slug, codes in by_city.items():
            if slug in material.cities:
                one = Found(
                    material.cities[slug].id, MentionKind.QUOTE, tuple(dict.fromkeys(codes)), paragraph.number, excerpt,
                    segment_hash(paragraph.text),
                )  # fmt: skip
                found.setdefault(one.key, one)
    return list(found.values())


def recompute(report: Report, chapters: Iterable[Chapter] | None = None) -> None:
    """Bring the mentions in line with the text. What a city decided holds for a paragraph as long as it is unchanged."""
    material = Material(report.round, report.language)
    for chapter in report.chapters if chapters is None else chapters:
        head = chapter.item.source.head
        text = head.body.get("text", "") if head and not chapter.left_out else ""
        now_there = {one.key: one for one in find(text, material)}
        kept = {
            (row.city_id, row.kind, row.sha256): row
            for row in db.session.scalars(select(Mention).where(Mention.chapter_id == chapter.id))
        }
        for key, row in kept.items():
            one = now_there.get(key)
            row.is_current = one is not None
            if one is not None:
                row.position, row.origins, row.excerpt = one.position, list(one.origins), one.excerpt
        db.session.add_all(
            Mention(
                report_id=report.id, chapter_id=chapter.id, city_id=one.city_id, kind=one.kind, origins=list(one.origins),
                position=one.position, excerpt=one.excerpt, sha256=one.sha256,
            )
            for key, one in now_there.items()
            if key not in kept
        )  # fmt: skip
    db.session.flush()


def decide_mentions(report: Report, city: City, answers: Mapping[int, tuple[str, str]], *, actor: Actor) -> int:
    """Approve mentions of the city, or object with a text: ``answers`` maps a mention to (outcome, remark); how many changed.

    Raises:
        InvalidTransition: the report is not with the cities now.
        Stale: a paragraph was changed since it was read.
        FieldErrors: an objection without a text, or too long a one.
    """
    authorise(actor, Permission.DECIDE_MENTION, city)
    if not hold(report):
        db.session.expire(report)
    if report.state != ReportState.CONSENT:
        raise InvalidTransition(_("The report is not with the cities now: nothing can be answered."))
    query = select(Mention).where(Mention.report_id == report.id, Mention.city_id == city.id, Mention.id.in_(answers))
    mentions = {row.id: row for row in db.session.scalars(query.with_for_update())}
    if set(answers) - set(mentions) or not all(row.is_current for row in mentions.values()):
        raise Stale(_("A paragraph was changed since you opened the page. Read it again: nothing of yours was applied."))
    problems = [problem for number, (outcome, remark) in answers.items() if (problem := _wrong(number, outcome, remark))]
    if problems:
        raise FieldErrors(problems)
    changed = [row for row in mentions.values() if (row.outcome, row.remark) != _settled(*answers[row.id])]
    for row in changed:
        row.outcome, row.remark = _settled(*answers[row.id])
        row.decided_by, row.decided_at = actor.id, now()
    db.session.flush()
    if changed:
        told = {str(row.id): row.outcome for row in changed}
        audit.record(actor, Permission.DECIDE_MENTION, report, after=told, city_id=city.id)
        objected = [row for row in changed if row.outcome == MentionOutcome.OBJECTED]
        if objected:
            report_notices.city_objected(report, city, objected, actor=actor)
    return len(changed)


def approve_all(report: Report, city: City, *, actor: Actor) -> int:
    """Approve every mention of the city that waits for its answer."""
    waiting = mentions_of(report, city_id=city.id, outcomes=(MentionOutcome.PENDING,))
    return decide_mentions(report, city, {row.id: (MentionOutcome.APPROVED, "") for row in waiting}, actor=actor)


def release_without_answer(report: Report, city: City, reason: str, *, actor: Actor) -> int:
    """Go on without a city that has not answered in time; what it objects to is never released.

    Raises:
        InvalidTransition: the last day for answers is not over, or none was set; or a passage comes from an answer that the
            city does not show to everybody: only the city itself can make that public.
        DomainError: at ``reason``: there is none.
    """
    authorise(actor, Permission.RELEASE_REPORT, report)
    if not hold(report):
        db.session.expire(report)
    if report.state != ReportState.CONSENT or report.consent_until is None or report.consent_until >= today():
        raise InvalidTransition(_("Only after the last day for the cities’ answers can you go on without one."))
    reason = clean_text(reason)
    if not reason:
        raise DomainError(_("Say why: the people concerned read your reason."), "reason")
    if len(reason) > LONGEST_REMARK:
        raise DomainError(_("This is too long: at most %(max)s characters.", max=LONGEST_REMARK), "reason")
    waiting = mentions_of(report, city_id=city.id, outcomes=(MentionOutcome.PENDING,))
    if hidden := not_public(report, waiting):
        titles = {chapter.id: chapter.item.source.title for chapter in report.chapters}
        told = dict.fromkeys(titles[row.chapter_id] for row in waiting if row in hidden)
        raise InvalidTransition(
            _(
                "Some passages come from answers that the city shows to the network only: without its approval they stay out. "
                "Take them out of these chapters first: %(chapters)s.",
                chapters=listing(f"“{title}”" for title in told),
            )
        )
    for row in waiting:
        row.outcome, row.remark = MentionOutcome.WAIVED, reason
        row.decided_by, row.decided_at = actor.id, now()
    db.session.flush()
    audit.record(
        actor,
        "reporting.mention:waive",
        report,
        after={"mentions": [row.id for row in waiting], "reason": reason},
        city_id=city.id,
    )
    return len(waiting)


def not_public(report: Report, rows: Iterable[Mention]) -> set[Mention]:
    """Those of the mentions that quote an answer which the city does not show to everybody; one query."""
    quotes = [row for row in rows if row.kind == MentionKind.QUOTE]
    query = select(PublishedAnswer.city_id, PublishedAnswer.question).where(
        PublishedAnswer.round_id == report.round_id,
        PublishedAnswer.visibility == Visibility.PUBLIC,
        PublishedAnswer.city_id.in_({row.city_id for row in quotes}),
    )
    shown = {tuple(row) for row in db.session.execute(query)}
    return {row for row in quotes if any((row.city_id, code) not in shown for code in row.origins)}


def remind_cities(report: Report, *, actor: Actor, city: City | None = None) -> int:
    """Mail the cities (or one) that have not answered to all their mentions; how many people were told."""
    authorise(actor, Permission.EDIT_REPORT, report)
    if report.state != ReportState.CONSENT:
        raise InvalidTransition(_("The report is not with the cities now: nothing can be answered."))
    counts: dict[int, int] = {}
    for row in mentions_of(report, city_id=city.id if city else None, outcomes=(MentionOutcome.PENDING,)):
        counts[row.city_id] = counts.get(row.city_id, 0) + 1
    told = report_notices.mentions_to_read(report, counts, "report_reminder")
    audit.record(actor, "reporting.mention:remind", report, after={"cities": sorted(counts), "people": told})
    return told


def mentions_of(report: Report, *, city_id: int | None = None, outcomes: Iterable[str] | None = None) -> list[Mention]:
    """The mentions the text has now, in reading order; of one city, and with these outcomes, where they are named."""
    query = (
        select(Mention).join(Chapter, Chapter.id == Mention.chapter_id).where(Mention.report_id == report.id, Mention.is_current)
    )
    if city_id is not None:
        query = query.where(Mention.city_id == city_id)
    if outcomes is not None:
        query = query.where(Mention.outcome.in_(list(outcomes)))
    return list(db.session.scalars(query.order_by(Chapter.position, Mention.position, Mention.id)))


def _plain(text: str) -> str:
    """A paragraph in words: no blocks, no signs of Markdown at its lines' beginnings, none that only keep a sign a sign."""
    lines = (_BEGINNING.sub("", line) for line in BLOCK.sub(" ", text).split("\n"))
    return " ".join(_KEPT.sub(r"\1", " ".join(lines)).split())


def _settled(outcome: str, remark: str) -> tuple[str, str]:
    return outcome, clean_text(remark) if outcome == MentionOutcome.OBJECTED else ""


def _wrong(number: int, outcome: str, remark: str) -> tuple[str, Text] | None:
    field = f"remark-{number}"
    if outcome not in ANSWERS:
        return field, _("Choose among the answers offered.")
    if outcome == MentionOutcome.OBJECTED and not clean_text(remark):
        return field, _("Say what is wrong, and what it should say instead.")
    if len(remark) > LONGEST_REMARK:
        return field, _("This is too long: at most %(max)s characters.", max=LONGEST_REMARK)
    return None
