"""The minutes of a visit: written by one side, confirmed by the other, exactly as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_line, clean_text
from icportal.i18n.formatting import day
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import visit_notices, visits
from icportal.mentoring.enums import Permission, Side
from icportal.mentoring.models import Visit, VisitDecision, VisitMinutes
from icportal.mentoring.rules import OneSide
from icportal.mentoring.services.signs_of_life import show_life
from icportal.mentoring.services.visits import held_visit, require_work
from icportal.mentoring.visit_flow import VISIT
from icportal.mentoring.visit_words import VisitState
from icportal.workflow import engine

LONGEST_TEXT, LONGEST_DECISION, LONGEST_NAME, MOST_DECISIONS = 20_000, 2000, 200, 50

LABELS: dict[str, Text] = {"text": _l("What was said"), "language": _l("Language you write in"), "decisions": _l("Decisions")}


@dataclass(frozen=True)
class DecisionDraft:
    """A decision as it was filled in; ``city_id`` is whose plan it belongs to, ``id`` that of one that is there already."""

    text: str
    city_id: int | None
    owner_body: str = ""
    owner_person: str = ""
    due_on: date | None = None
    id: int | None = None


@dataclass(frozen=True)
class MinutesDraft:
    """What was said at a visit, in ``language``, and what was decided."""

    text: str
    language: str = "en"
    decisions: tuple[DecisionDraft, ...] = ()


def said_by(minutes: VisitMinutes | None) -> MinutesDraft:
    """What the minutes say now; nothing while there are none."""
    if minutes is None:
        return MinutesDraft("")
    decisions = (DecisionDraft(d.text, d.city_id, d.owner_body, d.owner_person, d.due_on, d.id) for d in minutes.decisions)
    return MinutesDraft(minutes.text, minutes.language, tuple(decisions))


def checksum(draft: MinutesDraft) -> str:
    """What both confirm: the SHA-256 of everything in the minutes."""
    decisions = [[d.text, d.city_id, d.owner_body, d.owner_person, d.due_on] for d in draft.decisions]
    return sha256({"text": draft.text, "language": draft.language, "decisions": decisions})


def write_minutes(visit: Visit, draft: MinutesDraft, *, city: City | None, actor: Actor, seen: int) -> bool:
    """Write down what was said and decided, for one city or (None) as somebody of neither; whether anything changed.

    A visit that has minutes took place. Who writes for a city confirms for it; the other one is asked. ``seen`` is the version of
    the minutes that was read, 0 where there were none.

    Raises:
        InvalidTransition: the visit has not begun, or is cancelled.
        Stale: somebody has written since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    require_work(visit, actor)
    if city is not None:
        authorise(actor, Permission.ANSWER_PAIRING, OneSide(city.id))
    minutes = held_minutes(visit)
    if visit.state == VisitState.CANCELLED or visit.first_on > today():
        raise InvalidTransition(_("Minutes are written once the visit has begun."))
    draft, old = _clean(draft), said_by(minutes)
    if seen != (minutes.version if minutes else 0):
        mine, theirs = _shown(draft), _shown(old)
        differences = [(LABELS[name], mine[name], theirs[name]) for name in LABELS if mine[name] != theirs[name]]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    if problems := _problems(draft, visit, old):
        raise FieldErrors(problems)
    if draft == old:
        return False
    minutes = _written(visit, minutes, draft, city=city, actor=actor)
    before, after = {"sha256": checksum(old)}, {"sha256": minutes.sha256}
    show_life(visit.pairing)
    # The checksums and not the texts: minutes are private to the pairing, and administrators read the log.
    audit.record(actor, "mentoring.minutes:write", minutes, before=before, after=after, city_id=city.id if city else None)
    if visit.state == VisitState.PLANNED:
        engine.fire(VISIT, visit, "hold", actor=actor)
    engine.fire(VISIT, visit, "write_minutes", actor=actor)
    visit_notices.to_confirm(visit, visits.unconfirmed(visit), actor=actor)
    return True


def confirm_minutes(visit: Visit, city: City, *, seen_sha256: str, actor: Actor) -> bool:
    """Confirm the minutes for one city, exactly as they were read; whether both have now.

    Raises:
        InvalidTransition: there are no minutes yet.
        Stale: they were changed since they were read.
    """
    authorise(actor, Permission.VIEW_PAIRING, visit)
    authorise(actor, Permission.ANSWER_PAIRING, OneSide(city.id))
    minutes = held_minutes(visit)
    if minutes is None or city.id not in visit.city_ids:
        raise InvalidTransition(_("There are no minutes to confirm yet."))
    if seen_sha256 != minutes.sha256:
        raise Stale(_("The minutes have changed since you read them. Read them again before you confirm."))
    side = visit.pairing.side_of(city.id)
    if getattr(minutes, f"{side}_confirmed_at") is None:
        _confirm(minutes, side, actor)
        show_life(visit.pairing)
        after = {"side": str(side), "sha256": seen_sha256}
        audit.record(actor, "mentoring.minutes:confirm_side", minutes, after=after, city_id=city.id)
        engine.fire(VISIT, visit, "confirm_minutes", actor=actor)
        if not visits.unconfirmed(visit):
            visit_notices.confirmed(visit, actor=actor)
    return not visits.unconfirmed(visit)


def held_minutes(visit: Visit) -> VisitMinutes | None:
    """The minutes as they stand now; nobody else writes or confirms them until this is done."""
    held_visit(visit)
    db.session.expire(visit, ["minutes"])
    if visit.minutes is not None:
        db.session.refresh(visit.minutes)
    return visit.minutes


# --- pieces ------------------------------------------------------------------------------------------------


def _written(visit: Visit, minutes: VisitMinutes | None, draft: MinutesDraft, *, city: City | None, actor: Actor) -> VisitMinutes:
    if minutes is None:
        minutes = VisitMinutes(visit_id=visit.id)
        db.session.add(minutes)
    minutes.text, minutes.language, minutes.sha256 = draft.text, draft.language, checksum(draft)
    minutes.city_id, minutes.written_by = city.id if city else None, actor.id
    minutes.mentor_confirmed_at = minutes.mentor_confirmed_by = minutes.mentee_confirmed_at = minutes.mentee_confirmed_by = None
    # A decision more makes another version of the minutes, even where none of their own columns changed.
    minutes.updated_at = now()
    if city is not None:
        _confirm(minutes, visit.pairing.side_of(city.id), actor)
    db.session.flush()
    _write_decisions(minutes, draft.decisions)
    db.session.expire(minutes, ["decisions"])
    db.session.expire(visit, ["minutes"])
    return minutes


def _write_decisions(minutes: VisitMinutes, said: Sequence[DecisionDraft]) -> None:
    known = {each.id: each for each in minutes.decisions}
    for number in set(known) - {each.id for each in said}:
        db.session.delete(known[number])
    for place, each in enumerate(said):
        row = known.get(each.id or 0)
        if row is None:
            row = VisitDecision(minutes_id=minutes.id)
            db.session.add(row)
        row.position, row.text, row.city_id = place, each.text, each.city_id or 0
        row.owner_body, row.owner_person, row.due_on = each.owner_body, each.owner_person, each.due_on
    db.session.flush()


def _confirm(minutes: VisitMinutes, side: Side, actor: Actor) -> None:
    setattr(minutes, f"{side}_confirmed_at", now())
    setattr(minutes, f"{side}_confirmed_by", actor.id)


def _clean(draft: MinutesDraft) -> MinutesDraft:
    decisions = (
        replace(
            each, text=clean_text(each.text), owner_body=clean_line(each.owner_body), owner_person=clean_line(each.owner_person)
        )
        for each in draft.decisions
    )
    return MinutesDraft(clean_text(draft.text), draft.language, tuple(_each_once(decisions)))


def _each_once(decisions: Iterable[DecisionDraft]) -> Iterator[DecisionDraft]:
    """A number that is sent twice is that of the first; the second is a decision of its own."""
    seen: set[int] = set()
    for each in decisions:
        yield replace(each, id=None) if each.id in seen else each
        seen |= {each.id} if each.id is not None else set()


def _problems(draft: MinutesDraft, visit: Visit, old: MinutesDraft) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if not draft.text:
        problems.append(("text", _("Write down in a few lines what was said.")))
    if len(draft.text) > LONGEST_TEXT:
        problems.append(("text", _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT)))
    if draft.language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if len(draft.decisions) > MOST_DECISIONS:
        problems.append(("decisions", _("Write down at most %(max)s decisions.", max=MOST_DECISIONS)))
    for each in draft.decisions:
        problems += [("decisions", message) for message in _of_decision(each, visit)]
    return list(dict.fromkeys(problems)) + _of_actions(draft, old)


def _of_decision(decision: DecisionDraft, visit: Visit) -> list[Text]:
    if not decision.text:
        return [_("Say of each decision what was decided.")]
    told: list[Text] = []
    words = decision.text[:60]
    if len(decision.text) > LONGEST_DECISION or max(len(decision.owner_body), len(decision.owner_person)) > LONGEST_NAME:
        told.append(_("“%(decision)s” or a name in it is too long. Say it in fewer words.", decision=words))
    if decision.city_id not in visit.city_ids:
        told.append(_("Say whose plan “%(decision)s” is for: one of the two cities.", decision=words))
    if decision.due_on and decision.due_on < visit.first_on:
        told.append(
            _("“%(decision)s” is due on %(day)s, before the visit. Choose a later day.", decision=words, day=day(decision.due_on))
        )
    return told


def _of_actions(draft: MinutesDraft, old: MinutesDraft) -> list[tuple[str | None, Text]]:
    """What has become an action stays as both read it: the action is changed in the plan."""
    there, said = {each.id: each for each in old.decisions}, {each.id: each for each in draft.decisions}
    made = visits.actions_of([number for number in there if number is not None])
    return [
        (
            "decisions",
            _(
                "“%(decision)s” is an action already and stays as it is. Change the action in the plan.",
                decision=there[number].text[:60],
            ),
        )
        for number in made
        if said.get(number) != there[number]
    ]


def _shown(draft: MinutesDraft) -> dict[str, Any]:
    spoken = CONTENT_LANGUAGES.get(draft.language)
    decisions = [
        " · ".join(part for part in (each.text, each.owner_body, each.owner_person, day(each.due_on)) if part)
        for each in draft.decisions
    ]
    return {"text": draft.text, "language": spoken.autonym if spoken else draft.language, "decisions": decisions}
