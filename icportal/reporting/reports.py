"""Reading the network's reports: the one being written, what cities still have to answer, and what the public reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.queue import Job
from icportal.core.strings import _
from icportal.i18n.locales import reading_order
from icportal.reporting.enums import MentionKind, MentionOutcome, Permission, ReportState, RoundState
from icportal.reporting.models import Chapter, Mention, Report, ReportEdition, ReportFile, ReportPage, Response, Round
from icportal.reporting.models.reports import COVER


@dataclass(frozen=True)
class Standing:
    """How far a city is with what the report says of it."""

    city: City
    counts: Counter[str]
    objections: Sequence[Mention]

    @property
    def waiting(self) -> int:
        return self.counts[MentionOutcome.PENDING]


@dataclass(frozen=True)
class Use:
    """A place of a report at which a city's answer is used. ``topic`` is empty where the public cannot read it yet."""

    report: Report
    chapter: Chapter
    mention: Mention
    topic: str


@dataclass(frozen=True)
class Read:
    """An edition as one reader gets it: its pages in the language shown."""

    edition: ReportEdition
    language: str
    pages: Sequence[ReportPage]

    @property
    def cover(self) -> ReportPage:
        return self.pages[0]

    @property
    def chapters(self) -> Sequence[ReportPage]:
        return [page for page in self.pages if page.topic != COVER]

    def chapter(self, topic: str) -> ReportPage:
        """The page of a chapter. NotFound when the edition has none."""
        found = next((page for page in self.chapters if page.topic == topic), None)
        if found is None:
            raise NotFound(_("This report has no such chapter."))
        return found

    @property
    def files(self) -> Sequence[ReportFile]:
        """The documents of the language shown, then the data."""
        return [file for file in self.edition.files if file.language in (self.language, "")]


# --- for those who make it


def open_report(slug: str, *, actor: Actor) -> Report:
    """A report for somebody who works on it or reads along. NotFound when there is none, NotAllowed for others."""
    authorise(actor, Permission.VIEW_REPORT)
    return find_report(slug)


def find_report(slug: str) -> Report:
    """The report with its chapters and their languages, in a fixed number of queries. NotFound when there is none."""
    query = select(Report).where(Report.slug == slug).options(_chapters(), selectinload(Report.editions))
    report = db.session.scalar(query)
    if report is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return report


def open_chapter(chapter_id: int, *, actor: Actor) -> Chapter:
    """A chapter for somebody who works on its text."""
    authorise(actor, Permission.VIEW_REPORT)
    query = select(Chapter).where(Chapter.id == chapter_id).options(joinedload(Chapter.item).selectinload(ContentItem.versions))
    chapter = db.session.scalar(query)
    if chapter is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return chapter


def all_reports() -> list[Report]:
    """Every report, the newest round first."""
    query = select(Report).join(Round, Round.id == Report.round_id).order_by(Round.number.desc(), Report.id.desc())
    return list(db.session.scalars(query.options(_chapters(), selectinload(Report.editions))))


def rounds_without() -> list[Round]:
    """The rounds a report can be begun on."""
    query = (
        select(Round).outerjoin(Report, Report.round_id == Round.id).where(Report.id.is_(None), Round.state != RoundState.DRAFT)
    )
    return list(db.session.scalars(query.order_by(Round.number.desc(), Round.id.desc())))


def has_drafts(report: Report) -> bool:
    """Whether any text of the report waits to be sent to review."""
    return any(version.state == ContentState.DRAFT for chapter in report.shown for version in chapter.item.versions)


def standings(report: Report) -> list[Standing]:
    """Every city the report mentions with what it has answered, those that wait first; two queries."""
    query = select(Mention).where(Mention.report_id == report.id, Mention.is_current).order_by(Mention.id)
    by_city: dict[int, list[Mention]] = {}
    for mention in db.session.scalars(query):
        by_city.setdefault(mention.city_id, []).append(mention)
    named = cities.by_id(list(by_city))
    found = [
        Standing(
            named[city],
            Counter(mention.outcome for mention in rows),
            [mention for mention in rows if mention.outcome == MentionOutcome.OBJECTED],
        )
        for city, rows in by_city.items()
    ]
    return sorted(found, key=lambda each: (not each.objections, not each.waiting, each.city.key))


def last_edition(report: Report) -> tuple[ReportEdition | None, Job | None]:
    """The newest edition, whether or not it is made yet, and the job that makes it."""
    edition = report.editions[0] if report.editions else None
    return edition, db.session.get(Job, edition.job_id) if edition and edition.job_id else None


# --- for cities


def used_in(response: Response) -> list[Use]:
    """Where the report on the round uses what the city answered, once the cities are asked about it."""
    query = (
        select(Mention)
        .join(Report, Report.id == Mention.report_id)
        .join(Chapter, Chapter.id == Mention.chapter_id)
        .where(
            Report.round_id == response.round_id,
            Report.state.in_((ReportState.CONSENT, ReportState.PUBLISHED)),
            Mention.city_id == response.city_id,
            Mention.is_current,
            Mention.kind == MentionKind.QUOTE,
        )
        .options(joinedload(Mention.report), joinedload(Mention.chapter))
        .order_by(Chapter.position, Mention.position, Mention.id)
    )
    rows = list(db.session.scalars(query))
    topics = _public_topics(rows[0].report_id) if rows else frozenset()
    return [Use(row.report, row.chapter, row, row.chapter.topic if row.chapter.topic in topics else "") for row in rows]


def quoted_in(response: Response, language: str) -> list[tuple[str, ReportPage]]:
    """The chapters of the published report that quote the response, for everybody: (the report's address, the page)."""
    query = (
        select(Report.slug, Chapter.topic)
        .join(Mention, Mention.report_id == Report.id)
        .join(Chapter, Chapter.id == Mention.chapter_id)
        .where(
            Report.round_id == response.round_id,
            Report.state == ReportState.PUBLISHED,
            Mention.city_id == response.city_id,
            Mention.is_current,
            Mention.kind == MentionKind.QUOTE,
        )
    )
    pairs = db.session.execute(query.distinct()).all()
    newest = _newest(pairs[0].slug) if pairs else None
    if newest is None:
        return []
    topics = {topic for _slug, topic in pairs}
    return [(newest.report.slug, page) for page in read(newest, language).chapters if page.topic in topics]


def waiting_for_cities(city_ids: Sequence[int], limit: int) -> tuple[int, list[tuple[Report, City, int]]]:
    """Reports that wait for an answer of these cities: how many, and of the first ones (report, city, mentions).

    Those with the earliest day come first. Without any to be listed nothing but their number is looked up.
    """
    query = (
        select(Report.id, Mention.city_id, func.count(Mention.id))
        .join(Mention, Mention.report_id == Report.id)
        .where(
            Report.state == ReportState.CONSENT, Mention.is_current, Mention.outcome == MentionOutcome.PENDING,
            Mention.city_id.in_(city_ids),
        )
        .group_by(Report.id, Mention.city_id, Report.consent_until)
        .order_by(Report.consent_until, Report.id, Mention.city_id)
    )  # fmt: skip
    pairs = db.session.execute(query).all()
    listed = pairs[:limit]
    if not listed:
        return len(pairs), []
    named = cities.by_id([city for _report, city, _number in listed])
    loaded = select(Report).where(Report.id.in_({report for report, _city, _number in listed})).options(_chapters())
    by_id = {report.id: report for report in db.session.scalars(loaded)}
    return len(pairs), [(by_id[report], named[city], number) for report, city, number in listed]


# --- for everybody


def published() -> list[tuple[ReportEdition, dict[str, str]]]:
    """The newest edition of every report with its titles by language, the newest round first; two queries."""
    newest = (
        select(ReportEdition.report_id, func.max(ReportEdition.number).label("number"))
        .where(ReportEdition.frozen_at.is_not(None))
        .group_by(ReportEdition.report_id)
        .subquery()
    )
    query = (
        select(ReportEdition)
        .join(newest, and_(newest.c.report_id == ReportEdition.report_id, newest.c.number == ReportEdition.number))
        .join(Report, Report.id == ReportEdition.report_id)
        .join(Round, Round.id == Report.round_id)
        .order_by(Round.number.desc(), Report.id.desc())
    )
    editions = list(db.session.scalars(query))
    covers = select(ReportPage.edition_id, ReportPage.language, ReportPage.title).where(
        ReportPage.edition_id.in_([edition.id for edition in editions]), ReportPage.position == 0
    )
    titles: dict[int, dict[str, str]] = {}
    for edition_id, language, title in db.session.execute(covers):
        titles.setdefault(edition_id, {})[language] = title
    return [(edition, titles.get(edition.id, {})) for edition in editions]


def published_editions(slug: str) -> list[ReportEdition]:
    """The editions of a report that everybody may read, the newest first. NotFound when there is none."""
    query = (
        select(ReportEdition)
        .join(Report, Report.id == ReportEdition.report_id)
        .where(Report.slug == slug, ReportEdition.frozen_at.is_not(None))
        .order_by(ReportEdition.number.desc())
    )
    found = list(db.session.scalars(query.options(selectinload(ReportEdition.files))))
    if not found:
        raise NotFound(_("There is no such report, or it is not published yet."))
    return found


def _newest(slug: str) -> ReportEdition | None:
    query = (
        select(ReportEdition)
        .join(Report, Report.id == ReportEdition.report_id)
        .where(Report.slug == slug, ReportEdition.frozen_at.is_not(None))
        .order_by(ReportEdition.number.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def published_edition(slug: str, number: int) -> ReportEdition:
    """One edition that everybody may read. NotFound when there is none."""
    found = next((edition for edition in published_editions(slug) if edition.number == number), None)
    if found is None:
        raise NotFound(_("There is no such report, or it is not published yet."))
    return found


def read(edition: ReportEdition, language: str) -> Read:
    """The edition in the language a reader gets."""
    shown = language_for(edition, language)
    query = select(ReportPage).where(ReportPage.edition_id == edition.id, ReportPage.language == shown)
    return Read(edition, shown, list(db.session.scalars(query.order_by(ReportPage.position))))


def language_for(edition: ReportEdition, language: str) -> str:
    """The language of the edition that a reader of another one gets."""
    source = edition.report.language
    return reading_order(language, set(edition.sources), source)[0]


def _public_topics(report_id: int) -> frozenset[str]:
    newest = select(func.max(ReportEdition.id)).where(ReportEdition.report_id == report_id, ReportEdition.frozen_at.is_not(None))
    query = select(ReportPage.topic).where(ReportPage.edition_id == newest.scalar_subquery())
    return frozenset(db.session.scalars(query.distinct()))


def _chapters() -> Any:
    return (
        selectinload(Report.chapters)
        .joinedload(Chapter.item)
        .selectinload(ContentItem.versions)
        .options(joinedload(LanguageVersion.head), joinedload(LanguageVersion.published))
    )
