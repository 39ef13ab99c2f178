"""The network's report as coordinators make it: begun, drafted from the data, its chapters kept, and shown to the cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from icportal.content import queries
from icportal.content import services as content
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion, Revision
from icportal.content.notifications import Before
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import slugify
from icportal.core.transactions import hold, insert_once
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import interface_codes
from icportal.reporting import report_notices
from icportal.reporting.enums import CHAPTER, MentionOutcome, Permission, ReportState, RoundState
from icportal.reporting.models import Chapter, Report, ResultDocument, Round
from icportal.reporting.models.reports import COVER
from icportal.reporting.report import blocks
from icportal.reporting.report.drafting import Draft, drafts
from icportal.reporting.report.kind import chapter_of
from icportal.reporting.report.material import Material
from icportal.reporting.report_flow import REPORT
from icportal.reporting.services import mentions
from icportal.reporting.services.computing import compute_results
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

UP, DOWN = "up", "down"


@dataclass(frozen=True)
class Unsent:
    """A text of a chapter that was not sent to review, with the reasons, a sentence each."""

    chapter: Chapter
    version: LanguageVersion
    reasons: Sequence[Text]


def create_report(round_: Round, *, language: str, actor: Actor) -> Report:
    """Begin the report on a round, written in one of the interface languages, and draft it from the data.

    Raises:
        DomainError: the language is none of the interface; there is a report on this round already; the round was never opened.
    """
    authorise(actor, Permission.EDIT_REPORT)
    if language not in interface_codes():
        raise DomainError(_("Choose the language you write in."), "language")
    if round_.state == RoundState.DRAFT:
        raise InvalidTransition(_("The round has not been opened yet: there is nothing to report on."))
    values = {"slug": f"report-{round_.slug}", "round_id": round_.id, "language": language, "created_by": actor.id}
    number = insert_once(Report, **values)
    if number is None:
        raise DomainError(_("There is a report on this round already."))
    report = db.session.get_one(Report, number)
    audit.record(actor, "reporting.report:create", report, after={"round": round_.slug, "language": language})
    draft_chapters(report, actor=actor)
    return report


def draft_chapters(report: Report, *, actor: Actor) -> int:
    """Write every chapter that is missing, empty or still as it was drafted; what people wrote stays. How many were written."""
    authorise(actor, Permission.EDIT_REPORT, report)
    _need_writing(report)
    if db.session.scalar(select(ResultDocument.id).where(ResultDocument.round_id == report.round_id).limit(1)) is None:
        compute_results(None, round_id=report.round_id)
    there = {chapter.topic: chapter for chapter in report.chapters}
    written = 0
    with in_language(report.language):
        made = list(drafts(Material(report.round, report.language)))
    for place, draft in enumerate(made):
        chapter = there.get(draft.topic)
        if chapter is None:
            written += 1
            _add(report, draft, place * 10, actor=actor)
        else:
            written += _draft_again(chapter, draft, actor=actor)
    db.session.flush()
    db.session.expire(report, ["chapters"])
    mentions.recompute(report)
    audit.record(actor, "reporting.report:draft", report, after={"chapters": written})
    return written


def add_chapter(report: Report, title: str, *, actor: Actor) -> Chapter:
    """A chapter of the coordinator's own, at the end."""
    authorise(actor, Permission.EDIT_REPORT, report)
    _need_writing(report)
    title = title.strip()
    if not title:
        raise DomainError(_("Give it a title: it is how you find it again."), "title")
    taken = {chapter.topic for chapter in report.chapters}
    base = slugify(title)[:60]
    topic = next(name for name in (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))) if name not in taken)
    last = max((chapter.position for chapter in report.chapters), default=0)
    chapter = _add(report, Draft(topic, 1, title, ""), last + 10, actor=actor)
    db.session.expire(report, ["chapters"])
    return chapter


def arrange_chapter(chapter: Chapter, *, actor: Actor, step: str = "", left_out: bool | None = None) -> None:
    """Move a chapter up or down, or leave it out of the report and take it in again. The cover stays the first."""
    report = chapter.report
    authorise(actor, Permission.EDIT_REPORT, report)
    _need_writing(report)
    if chapter.topic == COVER:
        raise DomainError(_("The cover stays where it is."))
    order = list(report.chapters)
    place = order.index(chapter)
    other = place + {UP: -1, DOWN: 1}.get(step, 0)
    if other != place and 0 < other < len(order):
        order[place], order[other] = order[other], order[place]
    for number, each in enumerate(order):
        each.position = number * 10
    if left_out is not None:
        chapter.left_out = left_out
        mentions.recompute(report, [chapter])
    db.session.flush()
    db.session.expire(report, ["chapters"])
    after = {"topic": chapter.topic, "position": chapter.position, "left_out": chapter.left_out}
    audit.record(actor, "reporting.report:arrange", report, after=after)


def save_chapter(
    version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False
) -> Revision | None:
    """Keep the words of a chapter; its blocks have to name what there is. What cities approved holds where nothing changed.

    Raises:
        FieldErrors: at ``text``, a sentence for each block that is wrong, with its place.
    """
    chapter = _chapter(version.item)
    authorise(actor, Permission.EDIT_REPORT, chapter.report)
    known = Material(chapter.report.round, version.language).known
    if problems := blocks.problems(body.get("text", ""), known):
        raise FieldErrors([("text", str(problem)) for problem in problems])
    revision = content.save_source(version, body, actor=actor, seen=seen, same_meaning=same_meaning)
    mentions.recompute(chapter.report, [chapter])
    return revision


def start_translation(item: ContentItem, language: str, *, actor: Actor) -> LanguageVersion:
    """Begin a translation; the paragraphs that are nothing but a block stand there already."""
    version = content.start_translation(item, language, actor=actor)
    published = item.source.published
    assert published is not None
    whole = {
        paragraph.text.strip() for paragraph in blocks.paragraphs(published.body.get("text", "")) if paragraph.block is not None
    }
    targets = {
        f"{place}.{answer.source_hash}": answer.source
        for place, answer in enumerate(queries.answers(version))
        if answer.source.strip() in whole
    }
    if targets:
        content.save_translation(version, targets, actor=actor, seen=version.version)
    return version


def move_version(
    chapter: Chapter,
    version: LanguageVersion,
    name: str,
    *,
    actor: Actor,
    seen: int | None,
    seen_hash: str = "",
    reason: str = "",
) -> WorkflowEvent:
    """Take a step of the workflow and tell people. A translation is submitted with the blocks of its original only."""
    if name == "submit" and not version.is_source:
        _need_same_blocks(version)
    before = Before.of(version)
    event = content.move(version, name, actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    if version.is_source:
        mentions.recompute(chapter.report, [chapter])
    report_notices.MAILS.after(version, event, before, actor=actor)
    return event


def send_chapters(report: Report, *, actor: Actor) -> tuple[int, list[Unsent]]:
    """Send every text of the report that is a complete draft to review, each as if it were sent alone.

    How many were sent, and those that were not. A text whose reviewer asked for changes is never sent along: whether they
    are made is for its author to say.
    """
    authorise(actor, Permission.EDIT_REPORT, report)
    sent, unsent = 0, list[Unsent]()
    for chapter in report.shown:
        for version in sorted(chapter.item.versions, key=lambda each: (not each.is_source, each.language)):
            if version.state == ContentState.CHANGES_REQUESTED:
                reason = _("The reviewer asked for changes: send it from its own page when they are made.")
                unsent.append(Unsent(chapter, version, [reason]))
            elif version.state == ContentState.DRAFT:
                # Everything that is refused here is refused before anything is written.
                try:
                    move_version(chapter, version, "submit", actor=actor, seen=None)
                    sent += 1
                except DomainError as error:
                    reasons = [message for _field, message in error.problems] + list(getattr(error, "reasons", ()))
                    unsent.append(Unsent(chapter, version, reasons))
    return sent, unsent


def ask_cities(report: Report, until: date | None, *, actor: Actor, seen: int | None = None) -> int:
    """Show every city what the report says of it and ask it to answer by this day; how many people were told.

    Raises:
        DomainError: at ``until``: there is no day, or it is over.
        FieldErrors: a chapter has no text or a wrong block, a sentence for each.
    """
    authorise(actor, Permission.EDIT_REPORT, report)
    if until is None or until <= today():
        raise DomainError(_("Choose a day that is still to come: cities need time to read."), "until")
    mentions.recompute(report)
    if reasons := unwritten(report):
        raise FieldErrors([(None, reason) for reason in reasons])
    engine.fire(REPORT, report, "ask_cities", actor=actor, version=seen)
    report.consent_until = until
    counts: dict[int, int] = {}
    for row in mentions.mentions_of(report, outcomes=(MentionOutcome.PENDING,)):
        counts[row.city_id] = counts.get(row.city_id, 0) + 1
    db.session.flush()
    return report_notices.mentions_to_read(report, counts, "report_asks")


def step_back(report: Report, name: str, *, actor: Actor, seen: int | None = None, reason: str = "") -> WorkflowEvent:
    """Go on writing: take the report back from the cities, or begin the correction of a published one."""
    if name not in {"take_back", "correct"}:
        raise InvalidTransition(_("There is no such step."))
    return engine.fire(REPORT, report, name, actor=actor, version=seen, reason=reason)


def unwritten(report: Report) -> list[Text]:
    """The chapters that have no text yet, or a block that names what is not there (any more): a sentence each."""
    known = Material(report.round, report.language).known
    found: list[Text] = []
    for chapter in report.shown:
        source = chapter.item.source
        text = source.head.body.get("text", "") if source.head else ""
        if not text and chapter.topic != COVER:
            found.append(_("“%(chapter)s” has no text yet.", chapter=source.title))
        found += [
            _("“%(chapter)s”: %(problem)s", chapter=source.title, problem=problem) for problem in blocks.problems(text, known)
        ]
    return found


def _add(report: Report, draft: Draft, position: int, *, actor: Actor) -> Chapter:
    body = {"title": draft.title, **({"text": draft.text} if draft.text else {})}
    version = content.create_item(
        actor=actor, kind=CHAPTER, language=report.language, title=draft.title, city_id=None,
        slug=f"{report.slug}-{draft.topic}", body=body,
    )  # fmt: skip
    chapter = Chapter(
        report_id=report.id, item_id=version.item_id, topic=draft.topic, position=position, level=draft.level,
        drafted_sha256=sha256(body) if draft.text else "",
    )  # fmt: skip
    db.session.add(chapter)
    db.session.flush()
    return chapter


def _draft_again(chapter: Chapter, draft: Draft, *, actor: Actor) -> bool:
    """Bring a chapter nobody touched up to the data; whether it was written."""
    source, body = chapter.item.source, {"title": draft.title, "text": draft.text}
    head = source.head
    untouched = head is None or not head.body.get("text") or sha256(head.body) == chapter.drafted_sha256
    if source.state != ContentState.DRAFT or not untouched or (head is not None and head.body == body):
        return False
    content.save_source(source, body, actor=actor, seen=source.version)
    chapter.drafted_sha256 = sha256(body)
    return True


def _chapter(item: ContentItem) -> Chapter:
    chapter = chapter_of(item)
    assert chapter is not None
    return chapter


def _need_writing(report: Report) -> None:
    if not hold(report):
        db.session.expire(report)
    if report.state != ReportState.DRAFT:
        raise InvalidTransition(_("The report is not being written now: take it back first, or begin a correction."))


def _need_same_blocks(version: LanguageVersion) -> None:
    published = version.item.source.published
    theirs, mine = (revision.body.get("text", "") if revision else "" for revision in (published, version.head))
    if wrong := blocks.differences(theirs, mine):
        raise FieldErrors([("text", sentence) for sentence in wrong])
