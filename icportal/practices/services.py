"""What people do with practices. Texts go through content's services; here the facts are kept and people are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, Any

from icportal.cities.models import City
from icportal.content import publication
from icportal.content import services as content
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion
from icportal.content.notifications import Before
from icportal.core import audit, files, throttle
from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, Stale
from icportal.core.filetypes import DOCUMENTS
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.practices import adoption, desk, labels, notifications, timeline
from icportal.practices.enums import KIND, Basis, Permission
from icportal.practices.kind import missing
from icportal.practices.models import Practice, PracticeFile
from icportal.workflow.models import WorkflowEvent

REVIEW_AFTER = timedelta(days=730)
REMIND_BEFORE = timedelta(days=30)
MOST_FILES = 10

throttle.set_limit("write-to-city", "10 per day")


@dataclass(frozen=True)
class Approval:
    """One text to be published together with others: exactly the revision that was read."""

    version_id: int
    seen_hash: str


def create_practice(
    *, actor: Actor, city: City, language: str, title: str, commitments: Sequence[int] = (), adopted_from: Sequence[int] = ()
) -> Practice:
    """Start a practice: its city, the language it is written in and a title. The author is its first contact.

    Where it comes of something that is known already, ``commitments`` and the practices it was ``adopted_from`` are too.
    """
    authorise(actor, Permission.CREATE, city)
    version = content.create_item(
        actor=actor, kind=KIND, language=language, title=title, city_id=city.id, slug=f"{city.slug} {title}"
    )
    practice = Practice(
        item_id=version.item_id,
        city_id=city.id,
        basis=Basis.CITY,
        contact_name=actor.name,
        contact_email=actor.email,
        review_by=today() + REVIEW_AFTER,
        commitments=list(commitments),
        adopted_from=list(adopted_from),
    )
    db.session.add(practice)
    db.session.flush()
    audit.record(actor, "practices.practice:create", practice, after=_written(practice), city_id=city.id)
    return practice


def save_facts(practice: Practice, facts: Mapping[str, Any], *, actor: Actor, seen: int) -> bool:
    """Keep what is the same in all languages; whether anything changed.

    Contact, visibility and the day to look at it again count at once. What the public reads of the rest (see
    ``Practice.reviewed_facts``) changes when a second person has approved it.

    Raises:
        Stale: with (label, mine, theirs) for every fact that differs.
        FieldErrors: a commitment or theme there is none of, or something a published practice cannot be without.
    """
    authorise(actor, Permission.EDIT_FACTS, practice)
    _hold(practice)
    before = practice.facts()
    after = {name: facts.get(name, value) for name, value in before.items()}
    after["adopted_from"] = _adopted(practice, after["adopted_from"])
    if practice.version != seen:
        raise Stale(
            _("Somebody else has changed these facts since you opened them. Both are shown; nothing of yours was saved."),
            [(FACT_LABELS[name](), after[name], before[name]) for name in before if after[name] != before[name]],
        )
    _check_facts(after)
    if before == after:
        return False
    schedule = {name: after.pop(name) for name in ("visible_from", "visible_until")}
    for name, value in after.items():
        setattr(practice, name, value)
    if before["commitments"] != after["commitments"]:
        practice.basis = Basis.CITY
    db.session.flush()
    _refuse_lack(practice)
    content.set_visibility(practice.item, actor=actor, **schedule)
    content.save_facts(practice.item, actor=actor)
    audit.record(
        actor,
        "practices.practice:edit_facts",
        practice,
        before=_plain(before),
        after=_written(practice),
        city_id=practice.city_id,
    )
    timeline.tell(practice)
    if bool(before["contact_email"]) != bool(after["contact_email"]):
        publication.refresh(practice.item)
    return True


def add_file(practice: Practice, *, actor: Actor, stream: IO[bytes], filename: str, label: str) -> PracticeFile:
    """Put a checked file beside a practice."""
    authorise(actor, Permission.EDIT_FACTS, practice)
    _hold(practice)
    if len(practice.files) >= MOST_FILES:
        raise DomainError(_("At most %(most)s files are kept: remove one first.", most=MOST_FILES), field="file")
    stored = files.accept_upload(stream, filename, kinds=DOCUMENTS, actor=actor, city_id=practice.city_id, field="file")
    entry = PracticeFile(practice_id=practice.id, stored=stored, label=label)
    practice.files.append(entry)
    db.session.flush()
    audit.record(
        actor, "practices.practice:add_file", practice, after={"file": stored.sha256, "label": label}, city_id=practice.city_id
    )
    content.save_facts(practice.item, actor=actor)
    return entry


def remove_file(practice: Practice, file_id: int, *, actor: Actor) -> None:
    """Take a file away again. Its content stays in the store: for the history, and for readers until that is approved."""
    authorise(actor, Permission.EDIT_FACTS, practice)
    _hold(practice)
    entry = next((file for file in practice.files if file.file_id == file_id), None)
    if entry is None:
        raise DomainError(_("There is no such file."))
    practice.files.remove(entry)
    db.session.flush()
    audit.record(
        actor,
        "practices.practice:remove_file",
        practice,
        before={"file": entry.stored.sha256, "label": entry.label},
        city_id=practice.city_id,
    )
    content.save_facts(practice.item, actor=actor)


def move_version(
    practice: Practice,
    version: LanguageVersion,
    name: str,
    *,
    actor: Actor,
    seen: int | None,
    seen_hash: str = "",
    reason: str = "",
) -> WorkflowEvent:
    """Take a step of the workflow and tell the people it concerns. Page, command line and bulk action all come here."""
    before = Before.of(version)
    event = content.move(version, name, actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    timeline.tell(practice)
    notifications.MAILS.after(version, event, before, actor=actor)
    return event


def approve_many(approvals: Sequence[Approval], *, actor: Actor) -> list[LanguageVersion]:
    """Publish several texts: all of them or, when one is refused, none (the caller rolls back, as after any refusal).

    Raises:
        FieldErrors: naming every text that was refused, and why.
    """
    authorise(actor, Permission.BULK)
    if not approvals:
        raise DomainError(_("Tick at least one text."))
    done: list[LanguageVersion] = []
    refused: list[tuple[str | None, Text]] = []
    texts = [(*desk.practice_and_version(approval.version_id), approval) for approval in approvals]
    for practice, version, approval in sorted(texts, key=lambda text: not text[1].is_source):
        try:
            move_version(practice, version, "approve", actor=actor, seen=None, seen_hash=approval.seen_hash)
        except DomainError as error:
            reasons = " ".join(map(str, getattr(error, "reasons", []) or [message for _field, message in error.problems]))
            refused.append((None, _("“%(title)s”: %(reason)s", title=version.title, reason=reasons)))
        else:
            done.append(version)
    if refused:
        raise FieldErrors(refused)
    return done


def start_translation(item: ContentItem, language: str, *, actor: Actor) -> LanguageVersion:
    """Open a practice for translation into a language."""
    return content.start_translation(item, language, actor=actor)


def write_to_city(practice: Practice, message: str, *, actor: Actor) -> None:
    """Pass a message on to the practice's contact."""
    authorise(actor, Permission.WRITE_TO_CITY, practice)
    if not practice.item.source.is_published or not practice.contact_email:
        raise DomainError(_("This practice has no contact to write to."))
    if not message.strip():
        raise DomainError(_("Write what you want to say."), field="message")
    notifications.partner_wrote(practice, message.strip(), actor=actor)
    audit.record(actor, "practices.practice:write_to_city", practice, city_id=practice.city_id)


def remind_of_reviews(*, on: date | None = None) -> int:
    """Mail the officers of every published practice that is due within a month, once for each date."""
    latest = (on or today()) + REMIND_BEFORE
    due = desk.due_for_review(latest)
    for practice in due:
        notifications.review_due(practice)
        practice.reminded_for = practice.review_by
    db.session.flush()
    return len(due)


def follow_visibility() -> int:
    """Bring the timelines up to date with the practices that are read for a time only; how many those are."""
    limited = desk.with_visibility()
    for practice in limited:
        timeline.tell(practice)
    return len(limited)


FACT_LABELS: Mapping[str, Any] = {
    "commitments": lambda: _("Commitments it serves"),
    "themes": lambda: _("Themes"),
    "links": lambda: _("Links"),
    "contact_name": lambda: _("Contact person"),
    "contact_email": lambda: _("Mail address of the contact"),
    "looking_for_partners": lambda: _("We are looking for partners"),
    "adopted_from": lambda: _("Adopted from"),
    "review_by": lambda: _("To be looked at again by"),
    "visible_from": lambda: _("Visible from"),
    "visible_until": lambda: _("Visible until"),
}


def _hold(practice: Practice) -> None:
    """Nobody else changes the practice until this is done; what they changed before is read anew."""
    publication.hold_text(practice.item)
    db.session.flush()
    db.session.expire(practice)


def _check_facts(facts: Mapping[str, Any]) -> None:
    problems: list[tuple[str | None, Text]] = []
    unknown = set(facts["commitments"]) - set(labels.commitment_titles())
    if unknown:
        problems.append(("commitments", _("There is no commitment %(number)s.", number=min(unknown))))
    if set(facts["themes"]) - {key for key, _label in labels.theme_choices()}:
        problems.append(("themes", _("Choose among the themes offered.")))
    start, end = facts["visible_from"], facts["visible_until"]
    if start and end and end < start:
        problems.append(("visible_until", _("The last day has to be on or after the first day.")))
    if problems:
        raise FieldErrors(problems)


def _adopted(practice: Practice, named: Sequence[int | str]) -> list[int]:
    """The practices it was adopted from, given by number or by address."""
    lines = [each for each in named if isinstance(each, str)]
    numbers = [*(each for each in named if isinstance(each, int)), *(adoption.named(lines) if lines else ())]
    if numbers and (problem := adoption.problem_with(practice, numbers)):
        raise DomainError(problem, field="adopted_from")
    return numbers


def _refuse_lack(practice: Practice) -> None:
    """What a text needed to be reviewed cannot be taken away while it is reviewed or read."""
    source = practice.item.source
    if (
        practice.edition is None
        and (source.is_published or source.state == ContentState.REVIEW)
        and (problems := missing(practice.item))
    ):
        raise FieldErrors(problems)


def _written(practice: Practice) -> dict[str, Any]:
    return _plain(practice.facts())


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}
