"""What both cities do in a pairing: the agreement and its signatures, the journal, its steps, and the alarm after a long silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import pairing_notices, pairings, timeline
from icportal.mentoring.enums import EXPECTED, FINISHED, RUNNING, EntryKind, PairingState, Permission, Side
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.models import JournalEntry, Pairing
from icportal.mentoring.rules import OneSide
from icportal.mentoring.services.ledger import take_certificate_back
from icportal.mentoring.services.signs_of_life import show_life
from icportal.mentoring.services.steps import take_step
from icportal.workflow.models import WorkflowEvent

LONGEST_TEXT = 5000
#: After so many days without an answer to the question whether all is well, coordinators are told.
TELL_AFTER = timedelta(days=7)

AGREEMENT: dict[str, Text] = {
    "goal": _l("What you want to reach"),
    "visits": _l("Visits: who goes where, and when"),
    "costs": _l("Who pays for what"),
    "exit": _l("How either side can end it"),
}
#: What is agreed beside the texts.
TERMS: dict[str, Text] = {
    "language": _l("Language you write in"),
    "languages": _l("Working languages"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
}

#: What to do where an agreement does not say it yet.
TO_SAY: dict[str, Text] = {
    "goal": _l("Write down what you want to reach first."),
    "visits": _l("Say who visits whom, and when."),
    "languages": _l("Choose at least one working language."),
    "costs": _l("Say who pays for what."),
    "exit": _l("Say how either side can end it."),
}


@dataclass(frozen=True)
class Agreement:
    """What both cities agree on; texts in ``language``."""

    goal: str = ""
    visits: str = ""
    costs: str = ""
    exit: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in AGREEMENT}


def agreement_of(pairing: Pairing) -> Agreement:
    """What is agreed now."""
    texts = {name: pairing.agreement.get(name, "") for name in AGREEMENT}
    return Agreement(
        **texts,
        language=pairing.agreement_language,
        languages=tuple(pairing.languages),
        starts_on=pairing.starts_on,
        ends_on=pairing.ends_on,
    )


def missing(agreement: Agreement) -> list[tuple[str, Text]]:
    """(field, what to do) of everything an agreement does not say yet; nobody signs before. It can be kept meanwhile."""
    return [(name, message) for name, message in TO_SAY.items() if not getattr(agreement, name)]


def write_agreement(pairing: Pairing, agreement: Agreement, *, actor: Actor, seen_sha256: str) -> bool:
    """Write down what both agree on; whether anything changed. A change takes signatures back, and who had signed gets a mail.

    ``seen_sha256`` is that of the agreement that was read, empty where there was none: what else happens in the pairing
    meanwhile is nobody's conflict.

    Raises:
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs).
        InvalidTransition: the pairing is not accepted yet, or over.
        FieldErrors: naming what does not do.
    """
    _may_work(pairing, actor)
    agreement = Agreement(
        **{name: clean_text(text) for name, text in agreement.texts.items()}, language=agreement.language,
        languages=tuple(dict.fromkeys(agreement.languages)), starts_on=agreement.starts_on, ends_on=agreement.ends_on,
    )  # fmt: skip
    if not hold(pairing):
        db.session.refresh(pairing)
        hold(pairing)
    old = agreement_of(pairing)
    if pairing.agreement_sha256 != seen_sha256:
        raise Stale(_("Somebody has changed this since you opened it."), _differences(agreement, old))
    if pairing.state not in RUNNING:
        raise InvalidTransition(_("An agreement is written once both cities have accepted."))
    if problems := _problems(agreement):
        raise FieldErrors(problems)
    if agreement == old:
        return False
    pairing.agreement, pairing.agreement_language = agreement.texts, agreement.language
    pairing.languages, pairing.starts_on, pairing.ends_on = list(agreement.languages), agreement.starts_on, agreement.ends_on
    pairing.agreement_sha256 = checksum(agreement)
    signed = pairing.signed_sides
    pairing.mentor_signed_at = pairing.mentor_signed_by = pairing.mentee_signed_at = pairing.mentee_signed_by = None
    _alive(pairing)
    # The checksums and not the texts: what is agreed is private to the pairing, and administrators read the log.
    before, after = {"sha256": checksum(old)}, {"sha256": pairing.agreement_sha256}
    audit.record(actor, "mentoring.pairing:agreement", pairing, before=before, after=after)
    if signed:
        pairing_notices.changed(pairing, signed, actor=actor)
    return True


def checksum(agreement: Agreement) -> str:
    """What both sign: the SHA-256 of everything in the agreement."""
    days = [day.isoformat() if day else None for day in (agreement.starts_on, agreement.ends_on)]
    return sha256({**agreement.texts, "language": agreement.language, "languages": list(agreement.languages), "days": days})


def sign(pairing: Pairing, city: City, *, seen_sha256: str, actor: Actor) -> bool:
    """Sign the agreement for one city, exactly as it was read; whether both have now. The first time, the pairing becomes active.

    Raises:
        InvalidTransition: the pairing is not accepted yet, or over.
        Stale: the agreement was changed since it was read.
        FieldErrors: naming what the agreement does not say yet.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.SIGN_AGREEMENT, OneSide(city.id))
    if not hold(pairing) or seen_sha256 != pairing.agreement_sha256:
        raise Stale(_("The agreement has changed since you read it. Read it again before you sign."))
    if city.id not in pairing.city_ids or pairing.state not in RUNNING:
        raise InvalidTransition(_("There is nothing to sign now."))
    if lacks := missing(agreement_of(pairing)):
        raise FieldErrors(lacks)
    side = pairing.side_of(city.id)
    if side not in pairing.signed_sides:
        setattr(pairing, f"{side}_signed_at", now())
        setattr(pairing, f"{side}_signed_by", actor.id)
        _alive(pairing)
        after = {"side": str(side), "sha256": seen_sha256}
        audit.record(actor, "mentoring.pairing:sign_side", pairing, after=after, city_id=city.id)
        _tell_signed(pairing, city, actor=actor)
    return pairing.signed_sides == frozenset(Side)


def write_journal(
    pairing: Pairing, *, text: str, on: date, kind: str, language: str, city: City | None, actor: Actor
) -> JournalEntry:
    """Note a call, a mail or a thought; it counts as a sign of life.

    Raises:
        FieldErrors: nothing is said, or the day is still to come.
    """
    _may_work(pairing, actor)
    text, problems = clean_text(text), list[tuple[str | None, Text]]()
    if not text or len(text) > LONGEST_TEXT:
        problems.append(("text", _("Say in a few lines what there was.")))
    if on > today():
        problems.append(("on_date", _("Choose a day that is not still to come.")))
    if kind not in {EntryKind.NOTE, EntryKind.CONTACT}:
        problems.append(("kind", _("Choose one of the answers.")))
    if problems:
        raise FieldErrors(problems)
    return _enter(pairing, kind, text, on=on, language=language, city=city, actor=actor)


def all_is_well(pairing: Pairing, city: City, *, actor: Actor) -> None:
    """Answer the question after a long silence for one city: all is well. The count of days begins anew."""
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.ANSWER_PAIRING, OneSide(city.id))
    if not hold(pairing) or pairing.state not in EXPECTED:
        raise InvalidTransition(_("Nobody is asking now."))
    _enter(pairing, EntryKind.FINE, "", on=today(), language="en", city=city, actor=actor)


def move_pairing(pairing: Pairing, step: str, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Pause, go on, complete, complete early, end or open again; the record stays, and both cities are told.

    Raises:
        NotFound: there is no such step.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    if not any(each.name == step and not each.automatic for each in PAIRING.transitions):
        raise NotFound(_("There is no such step."))
    event = take_step(pairing, step, actor=actor, version=seen, reason=reason)
    pairing.because = event.reason
    _alive(pairing)
    if pairing.state in FINISHED:
        timeline.tell_completed(pairing)
    elif step == "reopen":
        timeline.take_completed_back(pairing)
        take_certificate_back(pairing, actor=actor)
    pairing_notices.moved(pairing, actor=actor)
    return event


def ask_quiet_pairs(day: date | None = None) -> tuple[int, int]:
    """Ask both cities of every quiet pair whether all is well, and tell coordinators of those that did not answer in a week.

    Run daily by the worker. Gives how many were asked and of how many coordinators were told.
    """
    day = day or today()
    asked = told = 0
    for pairing in pairings.quiet_pairs(day):
        if pairing.asked_on is None:
            pairing.asked_on = day
            pairing_notices.still_fine(pairing)
            asked += 1
        elif pairing.told_on is None and day - pairing.asked_on >= TELL_AFTER:
            pairing.told_on = day
            pairing_notices.nobody_answered(pairing)
            told += 1
    db.session.flush()
    return asked, told


# --- pieces ------------------------------------------------------------------------------------------------


def _may_work(pairing: Pairing, actor: Actor) -> None:
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.WORK_ON_PAIRING, pairing)


def _tell_signed(pairing: Pairing, city: City, *, actor: Actor) -> None:
    """Ask the other city to sign, too; once both have, say so, and where it is the first time, the pairing is active."""
    if pairing.signed_sides != frozenset(Side):
        pairing_notices.to_sign(pairing, city, actor=actor)
    elif pairing.state == PairingState.ACCEPTED:
        take_step(pairing, "sign", actor=actor)
        pairing_notices.signed(pairing, actor=actor)
    else:
        pairing_notices.signed_anew(pairing, actor=actor)


def _alive(pairing: Pairing) -> None:
    show_life(pairing)


def _enter(pairing: Pairing, kind: str, text: str, *, on: date, language: str, city: City | None, actor: Actor) -> JournalEntry:
    if language not in CONTENT_LANGUAGES:
        raise DomainError(_("Choose the language you write in."), "language")
    entry = JournalEntry(
        pairing_id=pairing.id,
        city_id=city.id if city else None,
        kind=kind,
        on_date=on,
        text=text,
        language=language,
        author_id=actor.id,
    )
    db.session.add(entry)
    _alive(pairing)
    audit.record(
        actor, "mentoring.journal:write", entry, after={"kind": kind, "on": on.isoformat()}, city_id=city.id if city else None
    )
    return entry


def _differences(mine: Agreement, theirs: Agreement) -> list[tuple[Text, Any, Any]]:
    """(label, mine, theirs) of everything in which two agreements differ."""
    ours, others = _shown(mine), _shown(theirs)
    return [(label, ours[name], others[name]) for name, label in (AGREEMENT | TERMS).items() if ours[name] != others[name]]


def _shown(agreement: Agreement) -> dict[str, Any]:
    spoken = {code: each.autonym for code, each in CONTENT_LANGUAGES.items()}
    return {
        **agreement.texts,
        "language": spoken.get(agreement.language, agreement.language),
        "languages": [spoken.get(code, code) for code in agreement.languages],
        "starts_on": agreement.starts_on,
        "ends_on": agreement.ends_on,
    }


def _problems(agreement: Agreement) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = [
        (name, _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT))
        for name, text in agreement.texts.items()
        if len(text) > LONGEST_TEXT
    ]
    if not agreement.goal:
        problems.append(("goal", TO_SAY["goal"]))
    if agreement.language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if not agreement.languages or set(agreement.languages) - set(CONTENT_LANGUAGES):
        problems.append(("languages", TO_SAY["languages"]))
    if agreement.starts_on and agreement.ends_on and agreement.ends_on < agreement.starts_on:
        problems.append(("ends_on", _("The end is before the beginning.")))
    return problems
