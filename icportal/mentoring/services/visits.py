"""What both cities do with a visit: plan it, change it, hold it or cancel it, and keep its documents."""

from __future__ import annotations

from typing import IO

from sqlalchemy import select

from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.files import accept_upload
from icportal.core.filetypes import DOCUMENTS
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.core.text import clean_line
from icportal.core.transactions import hold
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import pairing_notices, visit_notices, visits
from icportal.mentoring.enums import RUNNING, Permission
from icportal.mentoring.models import Pairing, Visit, VisitDocument
from icportal.mentoring.services.signs_of_life import show_life
from icportal.mentoring.visit_drafts import LABELS, MINUTED, WHEN_AND_WHERE, VisitDraft, checked, columns_of, said_by, shown
from icportal.mentoring.visit_flow import VISIT
from icportal.mentoring.visit_overlaps import overlapping, refusals
from icportal.mentoring.visit_words import VisitState
from icportal.mentoring.zones import zones_offered
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

LONGEST_TITLE, MOST_DOCUMENTS = 200, 50


def plan_visit(pairing: Pairing, draft: VisitDraft, *, actor: Actor) -> Visit:
    """Plan a visit of a pairing; the other city gets a mail.

    Raises:
        NotFound, NotAllowed: the pairing is not open to the actor, or not theirs to work on.
        InvalidTransition: the pairing is not accepted yet, or over.
        FieldErrors: naming what does not do; at ``first_on`` the visits it overlaps with.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.WORK_ON_PAIRING, pairing)
    _hold_both(pairing)
    _require_running(pairing)
    draft = _fitting(draft, pairing, actor=actor)
    visit = Visit(pairing_id=pairing.id, pairing=pairing, created_by=actor.id, **columns_of(draft))
    db.session.add(visit)
    show_life(pairing)
    # Days and cities, no words: what is planned is private to the pairing, and administrators read the log.
    audit.record(actor, "mentoring.visit:plan", visit, after=_plain(draft))
    visit_notices.planned(visit, actor=actor)
    return visit


def edit_visit(visit: Visit, draft: VisitDraft, *, actor: Actor, seen: int) -> bool:
    """Change a visit; whether anything changed. When it moves, the other city gets a mail.

    Where it has minutes, the other city's confirmation of them is taken back: it was of the visit as it stood.

    Raises:
        InvalidTransition: it is cancelled, or planned in a pairing that is over.
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs).
        FieldErrors: like ``plan_visit``.
    """
    require_work(visit, actor)
    _hold_both(visit.pairing)
    held = held_visit(visit)
    if visit.state == VisitState.CANCELLED:
        raise InvalidTransition(_("This visit is cancelled. Plan a new one instead."))
    if visit.state == VisitState.PLANNED:
        _require_running(visit.pairing)
    old, new = said_by(visit), _fitting(draft, visit.pairing, actor=actor, visit=visit)
    changed = [name for name in LABELS if getattr(new, name) != getattr(old, name)]
    if not held or visit.version != seen:
        names = {city.id: city.name_in(_reads()) for city in _both(visit.pairing)}
        differences = [(LABELS[name], shown(name, new, names), shown(name, old, names)) for name in changed]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    if not changed:
        return False
    for name, value in columns_of(new).items():
        setattr(visit, name, value)
    show_life(visit.pairing)
    audit.record(actor, "mentoring.visit:edit", visit, before=_plain(old), after={**_plain(new), "changed": changed})
    if visit.state == VisitState.PLANNED and set(changed) & set(WHEN_AND_WHERE):
        before = f"{old.first_on} – {old.last_on}" if old.first_on != old.last_on else str(old.first_on)
        engine.fire(
            VISIT, visit, "move", actor=actor, reason=before if (old.first_on, old.last_on) != (new.first_on, new.last_on) else ""
        )
        visit_notices.moved(visit, actor=actor)
    if set(changed) & set(MINUTED):
        _take_confirmation_back(visit, actor)
    return True


def move_visit(visit: Visit, step: str, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Say that it took place, or that it does not; cancelled, the other city gets a mail with the reason.

    Raises:
        NotFound: there is no such step.
        NotAllowed, Stale, InvalidTransition: as the engine says.
    """
    authorise(actor, Permission.VIEW_PAIRING, visit)
    if not any(each.name == step and not each.automatic for each in VISIT.transitions):
        raise NotFound(_("There is no such step."))
    event = engine.fire(VISIT, visit, step, actor=actor, version=seen, reason=reason)
    visit.because = event.reason
    show_life(visit.pairing)
    if step == "cancel":
        visit_notices.cancelled(visit, actor=actor)
    return event


def add_document(visit: Visit, stream: IO[bytes], filename: str, *, title: str, actor: Actor) -> VisitDocument:
    """Keep a file with a visit. Who may open the pairing may open it.

    Raises:
        DomainError: at ``upload`` or ``title``: the file is not what it says, too large or able to do harm.
    """
    require_work(visit, actor)
    title = clean_line(title)
    if len(title) > LONGEST_TITLE:
        raise DomainError(_("This is too long: at most %(max)d characters.", max=LONGEST_TITLE), "title")
    if len(visit.documents) >= MOST_DOCUMENTS:
        raise DomainError(_("A visit has at most %(max)s documents. Remove one first.", max=MOST_DOCUMENTS), "upload")
    stored = accept_upload(stream, filename, kinds=DOCUMENTS, actor=actor, field="upload")
    document = VisitDocument(visit_id=visit.id, file_id=stored.id, title=title, added_by=actor.id)
    db.session.add(document)
    show_life(visit.pairing)
    db.session.expire(visit, ["documents"])
    audit.record(actor, "mentoring.visit:add_document", visit, after={"document": document.id, "sha256": stored.sha256})
    return document


def remove_document(visit: Visit, document: VisitDocument, *, actor: Actor) -> None:
    """Take a file away from a visit; nothing of it is kept."""
    require_work(visit, actor)
    file = document.file
    before = {"document": document.id, "sha256": file.sha256}
    db.session.delete(document)
    db.session.flush()
    db.session.delete(file)
    db.session.expire(visit, ["documents"])
    show_life(visit.pairing)
    audit.record(actor, "mentoring.visit:remove_document", visit, before=before)


def require_work(visit: Visit, actor: Actor) -> None:
    """Refuse whoever does not work in the pairing of a visit."""
    authorise(actor, Permission.VIEW_PAIRING, visit)
    authorise(actor, Permission.WORK_ON_PAIRING, visit)


def held_visit(visit: Visit) -> bool:
    """Wait for whoever changes a visit at this moment, and see what became of it; whether it is what was read."""
    if hold(visit):
        return True
    db.session.refresh(visit)
    hold(visit)
    return False


# --- pieces ------------------------------------------------------------------------------------------------


def _hold_both(pairing: Pairing) -> None:
    """Wait for whoever plans a visit of either city at this moment: of two that overlap only one is made."""
    if not hold(pairing):
        db.session.refresh(pairing)
        hold(pairing)
    db.session.scalars(select(City.id).where(City.id.in_(pairing.city_ids)).order_by(City.id).with_for_update()).all()


def _take_confirmation_back(visit: Visit, actor: Actor) -> None:
    """Ask whoever has not changed the visit to confirm its minutes again; of both where no city has, or somebody of both."""
    db.session.expire(visit, ["minutes"])
    minutes = visit.minutes
    if minutes is None:
        return
    db.session.refresh(minutes)
    sides = [visit.pairing.side_of(number) for number in pairing_notices.others_of(visit.pairing, actor)]
    taken = [side for side in sides if visits.side_confirmed(minutes, side)]
    if not taken:
        return
    for side in taken:
        setattr(minutes, f"{side}_confirmed_at", None)
        setattr(minutes, f"{side}_confirmed_by", None)
    db.session.flush()
    after = {"sides": sorted(str(side) for side in taken), "sha256": minutes.sha256}
    audit.record(actor, "mentoring.minutes:take_confirmation_back", minutes, after=after)
    engine.fire(VISIT, visit, "ask_again", actor=actor)
    visit_notices.to_confirm_again(visit, visits.unconfirmed(visit), actor=actor)


def _require_running(pairing: Pairing) -> None:
    if pairing.state not in RUNNING:
        raise InvalidTransition(
            _("Visits are planned while both cities work together: once both have accepted, and until it is over.")
        )


def _fitting(draft: VisitDraft, pairing: Pairing, *, actor: Actor, visit: Visit | None = None) -> VisitDraft:
    both = _both(pairing)
    draft = checked(draft, pairing, zones=zones_offered(both), state=visit.state if visit else VisitState.PLANNED)
    if found := overlapping(draft, pairing, visit.id if visit else None):
        told = refusals(draft, found, pairing, both, actor=actor, language=_reads())
        raise FieldErrors([("first_on", each) for each in told])
    return draft


def _both(pairing: Pairing) -> list[City]:
    found = cities.by_id(sorted(pairing.city_ids))
    return [found[pairing.mentor_id], found[pairing.mentee_id]]


def _reads() -> str:
    return reading_language(current_language().code).code


def _plain(draft: VisitDraft) -> dict[str, object]:
    days = {name: value.isoformat() if (value := getattr(draft, name)) else None for name in ("first_on", "last_on")}
    hours = {name: value.isoformat("minutes") if (value := getattr(draft, name)) else None for name in ("starts_at", "ends_at")}
    return {"kind": draft.kind, "host": draft.host_id, **days, **hours, "zone": draft.zone}
