"""Evidence: a city adds, corrects and removes what shows that its answers are right, and puts it behind an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby
from typing import IO, Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, NotFound, Stale
from icportal.core.files import accept_upload
from icportal.core.filetypes import FileKind
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import hold, insert_once
from icportal.reporting import evidence_notices, labels
from icportal.reporting.enums import EvidenceKind, Permission, Visibility
from icportal.reporting.evidence import find_evidence, to_warn_of, warning_day
from icportal.reporting.models import Answer, AnswerEvidence, Evidence, Response, SectionShare
from icportal.reporting.responses import evidence_of, last_time, section_of, structure_of
from icportal.reporting.rules import Place
from icportal.reporting.services.publishing import evidence_changed

KINDS = frozenset(FileKind)
LONGEST = {"title": 300, "url": 2000, "owner": 200, "text": 5000}
LINK_SCHEMES = ("https://", "http://")


@dataclass(frozen=True)
class EvidenceFacts:
    """What is said of a piece of evidence; the kind of one that is there is never changed."""

    kind: str = EvidenceKind.LINK
    title: str = ""
    language: str = "en"
    text: str = ""
    url: str = ""
    effective_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    expires_on: date | None = None
    owner: str = ""
    visibility: str = Visibility.NETWORK


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    stream: IO[bytes]
    filename: str


def add_evidence(
    city: City, facts: EvidenceFacts, *, actor: Actor, upload: Upload | None = None, place: Place | None = None
) -> Evidence:
    """Keep a new piece of evidence of the city. With a ``place``, for an answer there, by whoever may answer it.

    Raises:
        NotAllowed: the actor may do neither.
        FieldErrors: what is said of it does not hold together; a file is not what it says.
    """
    if place is not None and place.city_id == city.id:
        authorise(actor, Permission.ANSWER, place)
    else:
        authorise(actor, Permission.KEEP_EVIDENCE, city)
    facts = _clean(facts)
    problems = _problems(facts)
    if facts.kind == EvidenceKind.FILE and upload is None:
        problems.append(("file", _("Choose a file.")))
    if problems:
        raise FieldErrors(problems)
    made = Evidence(city_id=city.id, created_by=actor.id, **asdict(replace(facts, owner=facts.owner or actor.name)))
    if facts.kind == EvidenceKind.FILE and upload is not None:
        made.file_id = _kept(upload, city.id, actor)
    db.session.add(made)
    db.session.flush()
    audit.record(actor, Permission.KEEP_EVIDENCE, made, after={"title": made.title, "kind": made.kind}, city_id=city.id)
    return made


def edit_evidence(evidence: Evidence, facts: EvidenceFacts, *, actor: Actor, seen: int, upload: Upload | None = None) -> Evidence:
    """Correct what is said of a piece of evidence, or put a newer file in the place of its file.

    Raises:
        NotAllowed: it is not the actor's city's.
        Stale: somebody else has changed it since; ``differences`` has both versions.
        FieldErrors: as for ``add_evidence``.
    """
    authorise(actor, Permission.KEEP_EVIDENCE, evidence)
    facts = replace(_clean(facts), kind=evidence.kind)
    before = {name: getattr(evidence, name) for name in asdict(facts)}
    if evidence.version != seen:
        differing = [(name, mine, before[name]) for name, mine in asdict(facts).items() if mine != before[name]]
        raise Stale(_("Somebody has changed this evidence since you opened it. Nothing was saved yet."), differing)
    if problems := _problems(facts):
        raise FieldErrors(problems)
    if upload is not None and evidence.kind == EvidenceKind.FILE:
        evidence.file_id = _kept(upload, evidence.city_id, actor)
    if facts.expires_on != evidence.expires_on:
        evidence.warned_for = None
    for name, value in asdict(facts).items():
        setattr(evidence, name, value)
    db.session.flush()
    if facts.visibility != before["visibility"]:
        evidence_changed(evidence)
    changed = {name: str(value) for name, value in asdict(facts).items() if value != before[name]}
    audit.record(actor, Permission.KEEP_EVIDENCE, evidence, after=changed, city_id=evidence.city_id)
    return evidence


def remove_evidence(evidence: Evidence, *, actor: Actor) -> None:
    """Take a piece of evidence away that no answer stands on.

    Raises:
        DomainError: an answer does.
    """
    authorise(actor, Permission.KEEP_EVIDENCE, evidence)
    used = db.session.scalar(select(func.count(AnswerEvidence.id)).where(AnswerEvidence.evidence_id == evidence.id))
    if used:
        raise DomainError(_("Answers stand on this evidence: it cannot be removed. Let it expire, or correct it."))
    audit.record(actor, Permission.KEEP_EVIDENCE, evidence, before={"title": evidence.title}, city_id=evidence.city_id)
    db.session.delete(evidence)
    db.session.flush()
    evidence_changed(evidence)


def attach_evidence(
    response: Response, question: str, evidence_id: int, *, actor: Actor, share: SectionShare | None = None
) -> Evidence:
    """Put a piece of the city's evidence behind an answer. A guest chooses among what the section shows.

    Raises:
        NotFound: the city has no such evidence, or the guest may not know of it.
    """
    section = _section(response, question)
    authorise(actor, Permission.ANSWER, Place(response, section))
    found = find_evidence(response.city_id, evidence_id)
    if actor.opened:
        evidence_in_section(response, section, evidence_id)
    _link(response, question, found, actor, share)
    return found


def add_to_answer(
    response: Response,
    question: str,
    facts: EvidenceFacts,
    *,
    actor: Actor,
    upload: Upload | None = None,
    share: SectionShare | None = None,
) -> Evidence:
    """Keep a new piece of evidence and put it behind an answer."""
    place = Place(response, _section(response, question))
    made = add_evidence(db.session.get_one(City, response.city_id), facts, actor=actor, upload=upload, place=place)
    _link(response, question, made, actor, share)
    return made


def detach_evidence(
    response: Response, question: str, evidence_id: int, *, actor: Actor, share: SectionShare | None = None
) -> None:
    """Take a piece of evidence from behind an answer; it stays in the city's list."""
    authorise(actor, Permission.ANSWER, Place(response, _section(response, question)))
    _hold(response)
    link = db.session.scalar(
        select(AnswerEvidence).where(
            AnswerEvidence.response_id == response.id,
            AnswerEvidence.question == question,
            AnswerEvidence.evidence_id == evidence_id,
        )
    )
    if link is not None:
        db.session.delete(link)
        _noted(response, question, (evidence_id, "detached"), actor, share)


def warn_of_expiry(day: date | None = None) -> int:
    """Tell the officers of each city what expires soon, once for each warning; how many cities were told."""
    day = day or today()
    told = 0
    for city_id, items in groupby(to_warn_of(day), key=lambda evidence: evidence.city_id):
        expiring = list(items)
        for evidence in expiring:
            evidence.warned_for = warning_day(evidence.expires_on, day) if evidence.expires_on else None
        evidence_notices.expires_soon(db.session.get_one(City, city_id), expiring)
        told += 1
    db.session.flush()
    return told


def evidence_in_section(response: Response, section: str, evidence_id: int) -> Evidence:
    """A piece of evidence that the section shows, today's or last time's. NotFound otherwise."""
    if evidence_id not in _shown_in(response, section):
        raise NotFound(_("There is no such page, or it is not open to you."))
    return find_evidence(response.city_id, evidence_id)


# --- pieces ------------------------------------------------------------------------------------------------


def _hold(response: Response) -> None:
    """Nothing comes behind an answer, or goes, once the response has been sent on."""
    if not hold(response):
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again."))


def _section(response: Response, question: str) -> str:
    found = structure_of(response).section_of.get(question)
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found.name


def _shown_in(response: Response, section: str) -> set[int]:
    """The evidence a guest of the section sees: behind its answers, today's and last time's."""
    questions = [question.name for question in section_of(response, section).questions]
    behind = [each for items in evidence_of(response, questions).values() for each in items]
    last = [each for answer in last_time(response, section_of(response, section)).values() for each in answer.evidence]
    return {each.id for each in (*behind, *last)}


def _link(response: Response, question: str, evidence: Evidence, actor: Actor, share: SectionShare | None) -> None:
    _hold(response)
    made = insert_once(AnswerEvidence, response_id=response.id, question=question, evidence_id=evidence.id)
    if made is not None:
        _noted(response, question, (evidence.id, "attached"), actor, share)


def _noted(response: Response, question: str, done: tuple[int, str], actor: Actor, share: SectionShare | None) -> None:
    """The answer counts as touched: what was asked for may be just this evidence."""
    evidence_id, what = done
    answer = db.session.scalar(select(Answer).where(Answer.response_id == response.id, Answer.question == question))
    if answer is not None:
        answer.updated_at = now()
        if what == "attached":
            answer.no_evidence = False
    db.session.flush()
    after = {"question": question, "evidence": evidence_id, "what": what, "share": share.id if share else None}
    audit.record(actor, Permission.ANSWER, response, after=after, city_id=response.city_id)


def _kept(upload: Upload, city_id: int, actor: Actor) -> int:
    stored = accept_upload(upload.stream, upload.filename, kinds=KINDS, actor=actor, city_id=city_id, field="file")
    return stored.id


def _clean(facts: EvidenceFacts) -> EvidenceFacts:
    return replace(
        facts,
        title=clean_line(facts.title),
        text=clean_text(facts.text),
        url=clean_line(facts.url) if facts.kind == EvidenceKind.LINK else "",
        owner=clean_line(facts.owner),
    )


def _problems(facts: EvidenceFacts) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    if facts.kind not in labels.EVIDENCE_KINDS:
        found.append(("kind", _("Choose one of the answers offered.")))
    if facts.visibility not in set(Visibility):
        found.append(("visibility", _("Choose one of the answers offered.")))
    if not facts.title:
        found.append(("title", _("Say in a few words what the evidence is.")))
    for name, most in LONGEST.items():
        if len(getattr(facts, name)) > most:
            found.append((name, _("This is too long: at most %(max)d characters.", max=most)))
    if facts.kind == EvidenceKind.LINK and (not facts.url.startswith(LINK_SCHEMES) or "." not in facts.url):
        found.append(("url", _("“%(line)s” does not begin with an address such as https://city.example.", line=facts.url[:60])))
    if facts.kind == EvidenceKind.STATEMENT and not facts.text:
        found.append(("text", _("Write what the city states.")))
    return [*found, *_problems_of_days(facts)]


def _problems_of_days(facts: EvidenceFacts) -> Sequence[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    if facts.period_from and facts.period_to and facts.period_to < facts.period_from:
        found.append(("period_to", _("The period ends before it begins.")))
    if facts.effective_on and facts.expires_on and facts.expires_on <= facts.effective_on:
        found.append(("expires_on", _("It expires before it takes effect.")))
    return found


def facts_of(evidence: Evidence) -> dict[str, Any]:
    """What is said of a piece of evidence, for its form."""
    return {name: getattr(evidence, name) for name in asdict(EvidenceFacts())}
