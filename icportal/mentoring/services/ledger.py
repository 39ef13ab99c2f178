"""Noting hours and costs, each city its own, and certifying what a mentor gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_line
from icportal.core.tokens import receipt_code
from icportal.core.transactions import hold
from icportal.i18n.locales import LANGUAGES
from icportal.mentoring import ledger, pairing_notices, programmes
from icportal.mentoring.enums import FINISHED, Permission
from icportal.mentoring.ledger_words import WORK
from icportal.mentoring.models import Certificate, LedgerEntry, Pairing, Visit
from icportal.mentoring.rules import OneSide
from icportal.mentoring.services.signs_of_life import show_life
from icportal.mentoring.visit_words import VisitState

LONGEST_NOTE, MOST_HOURS, MOST_COST = 300, 24 * 20, 1_000_000
CURRENCIES = ("EUR", "CHF", "DKK", "GBP", "NOK", "PLN", "SEK", "CZK", "HUF", "RON", "BGN")


@dataclass(frozen=True)
class Spent:
    """Hours and costs as they were filled in; costs in whole units of ``currency``."""

    on: date | None
    hours: float | None
    cost: int | None
    kind: str
    currency: str = "EUR"
    note: str = ""


def note_spent(pairing: Pairing, city: City, spent: Spent, *, actor: Actor) -> LedgerEntry:
    """Note what a city has spent. Both cities, the facilitator and the coordinators read it.

    Raises:
        InvalidTransition: not both cities have accepted it.
        FieldErrors: naming what does not do.
    """
    authorise(actor, Permission.VIEW_PAIRING, pairing)
    authorise(actor, Permission.ANSWER_PAIRING, OneSide(city.id))
    if city.id not in pairing.city_ids:
        raise NotFound(_("There is no such page, or it is not open to you."))
    if not pairing.is_accepted:
        raise InvalidTransition(_("Hours and costs are noted once both cities have accepted."))
    note = clean_line(spent.note)
    if problems := _problems(spent, note):
        raise FieldErrors(problems)
    entry = LedgerEntry(
        pairing_id=pairing.id, city_id=city.id, on_date=spent.on, kind=spent.kind, minutes=_minutes(spent),
        cost=spent.cost or 0, currency=spent.currency, note=note, created_by=actor.id,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    after = {"minutes": entry.minutes, "cost": entry.cost, "currency": entry.currency, "on": entry.on_date.isoformat()}
    audit.record(actor, "mentoring.ledger:note", entry, after=after, city_id=city.id)
    show_life(pairing)
    return entry


def take_away(entry: LedgerEntry, *, actor: Actor) -> None:
    """Take away what one's city has noted by mistake; the log keeps that it was there."""
    authorise(actor, Permission.VIEW_PAIRING, entry.pairing)
    authorise(actor, Permission.ANSWER_PAIRING, OneSide(entry.city_id))
    before = {"minutes": entry.minutes, "cost": entry.cost, "currency": entry.currency, "on": entry.on_date.isoformat()}
    audit.record(actor, "mentoring.ledger:take_away", entry, before=before, city_id=entry.city_id)
    db.session.delete(entry)
    db.session.flush()


def certify(pairing: Pairing, *, actor: Actor) -> Certificate:
    """Certify that the mentor has mentored, by what the portal knows of a completed pairing. Once: a second time gives the same.

    The mentor's people get a mail with the address under which everybody can check it.

    Raises:
        InvalidTransition: the pairing is not completed.
    """
    authorise(actor, Permission.RUN_PAIRING, pairing)
    hold(pairing)
    known = db.session.scalar(select(Certificate).where(Certificate.pairing_id == pairing.id))
    if known is not None:
        return known
    if pairing.state not in FINISHED:
        raise InvalidTransition(_("A certificate is given once the mentoring is completed."))
    content = _content(pairing)
    certificate = Certificate(
        pairing_id=pairing.id, code=receipt_code(), content=content, sha256=sha256(content), issued_by=actor.id
    )
    db.session.add(certificate)
    db.session.flush()
    after = {"code": certificate.code, "sha256": certificate.sha256}
    audit.record(actor, "mentoring.certificate:issue", certificate, after=after, city_id=pairing.mentor_id)
    pairing_notices.certified(pairing, certificate, actor=actor)
    return certificate


def take_certificate_back(pairing: Pairing, *, actor: Actor) -> None:
    """Take back what was certified of a pairing that goes on after all; what it says then is certified anew."""
    authorise(actor, Permission.RUN_PAIRING, pairing)
    certificate = db.session.scalar(select(Certificate).where(Certificate.pairing_id == pairing.id))
    if certificate is not None:
        before = {"sha256": certificate.sha256}
        audit.record(actor, "mentoring.certificate:take_back", certificate, before=before, city_id=pairing.mentor_id)
        db.session.delete(certificate)
        db.session.flush()


def _content(pairing: Pairing) -> dict[str, object]:
    """What a certificate says, by interface language where words differ."""
    mentor, mentee = (db.session.get_one(City, number) for number in (pairing.mentor_id, pairing.mentee_id))
    visits = select(func.count()).select_from(Visit).where(Visit.pairing_id == pairing.id, Visit.state == VisitState.HELD)
    spent = ledger.sums_of([pairing.id]).get((pairing.id, mentor.id), ledger.Sums())
    themes = {code: programmes.scheme_rows([pairing.scheme], code)[pairing.scheme_id].title for code in LANGUAGES}
    return {
        "mentor": {code: mentor.name_in(code) for code in LANGUAGES},
        "mentee": {code: mentee.name_in(code) for code in LANGUAGES},
        "theme": themes,
        "programme": pairing.programme.title,
        "from": pairing.starts_on.isoformat() if pairing.starts_on else "",
        "to": pairing.state_since.date().isoformat(),
        "visits": db.session.scalar(visits) or 0,
        "minutes": spent.minutes,
        "is_demonstration": pairing.programme.is_demonstration,
    }


def _minutes(spent: Spent) -> int:
    return round((spent.hours or 0) * 60)


def _problems(spent: Spent, note: str) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    if spent.on is None or spent.on > today():
        found.append(("on_date", _("Choose a day that is not still to come.")))
    if spent.kind not in WORK:
        found.append(("kind", _("Choose one of the answers.")))
    if spent.currency not in CURRENCIES:
        found.append(("currency", _("Choose one of the currencies.")))
    if not spent.hours and not spent.cost:
        found.append(("hours", _("Enter hours, costs, or both.")))
    if spent.hours is not None and not 0 <= spent.hours <= MOST_HOURS:
        found.append(("hours", _("Enter between 0 and %(most)s hours.", most=MOST_HOURS)))
    elif spent.hours and _minutes(spent) < 1:
        found.append(("hours", _("This is less than a minute: leave it empty, or enter more.")))
    if spent.cost is not None and not 0 <= spent.cost <= MOST_COST:
        found.append(("cost", _("Enter whole units between 0 and %(most)s.", most=MOST_COST)))
    if len(note) > LONGEST_NOTE:
        found.append(("note", _("This is too long: at most %(max)d characters.", max=LONGEST_NOTE)))
    return found
