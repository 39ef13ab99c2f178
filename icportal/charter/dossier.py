"""Reading the working side of signatures: what is open, in force, due, and asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from icportal.charter.enums import Decision, SignatureState
from icportal.charter.flow import OPEN, SIGNATURE
from icportal.charter.models import CharterVersion, Delay, Signature
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.files import StoredFile
from icportal.core.strings import Text, _, _l
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

RENEWAL_AFTER = timedelta(days=90)
LONGEST_DELAY = timedelta(days=366)


@dataclass(frozen=True)
class Renewal:
    """A signature that a new mayor has to renew: since which election, and by when."""

    city: City
    signature: Signature
    election: date
    due: date

    @property
    def city_id(self) -> int:
        return self.city.id

    @property
    def is_overdue(self) -> bool:
        return self.due < today()


def get_signature(signature_id: int) -> Signature:
    """Raises NotFound: there is none."""
    signature = db.session.get(Signature, signature_id)
    if signature is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return signature


def get_delay(delay_id: int) -> Delay:
    """Raises NotFound: there is none."""
    delay = db.session.get(Delay, delay_id)
    if delay is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return delay


def city_of(signature: Signature | Delay) -> City:
    return db.session.get_one(City, signature.city_id)


def current_charter() -> CharterVersion | None:
    """The text that is signed today."""
    return db.session.scalar(select(CharterVersion).where(CharterVersion.is_current))


def open_signature(city_id: int) -> Signature | None:
    """The one signature of a city that is under way."""
    query = select(Signature).where(Signature.city_id == city_id, Signature.state.in_(OPEN)).order_by(Signature.id)
    return db.session.scalar(query.limit(1))


def signature_in_force(city_id: int) -> Signature | None:
    query = select(Signature).where(Signature.city_id == city_id, Signature.state == SignatureState.PUBLISHED)
    return db.session.scalar(query.order_by(Signature.signed_latest.desc(), Signature.id.desc()).limit(1))


def signatures_of(city_id: int) -> list[Signature]:
    """All signatures of a city, newest first."""
    return list(db.session.scalars(select(Signature).where(Signature.city_id == city_id).order_by(Signature.id.desc())))


def signatures_in(states: Collection[str], city_ids: Collection[int] | None = None) -> list[tuple[Signature, City]]:
    """Signatures in these states with their cities, the longest waiting first."""
    query = select(Signature, City).join(City, City.id == Signature.city_id).where(Signature.state.in_(states), _within(city_ids))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Signature.state_since, Signature.id))]


def missing_before_signing(signature: Signature) -> list[Text]:
    """What has to be there before anybody may sign, each a sentence; empty when all is there."""
    missing: list[Text] = []
    if signature.council_decided_on is None or signature.council_file_id is None:
        missing.append(_l("The council decision comes first: give its date and its file."))
    if not (signature.signer_name and signature.signer_office and signature.mandate):
        missing.append(_l("Say first who signs, in which office and by what right."))
    return missing


def history(signature: Signature) -> list[WorkflowEvent]:
    return engine.history(SIGNATURE, signature.id)


def files_of(signature: Signature) -> dict[str, StoredFile]:
    """The files of a signature by what they are."""
    ids = {"council-decision": signature.council_file_id, "signed-deed": signature.deed_file_id}
    wanted = [file_id for file_id in ids.values() if file_id]
    found = {stored.id: stored for stored in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(wanted)))}
    return {name: found[file_id] for name, file_id in ids.items() if file_id in found}


# --- renewals and more time ----------------------------------------------------------------------------------


def renewals_due(on: date, city_ids: Collection[int] | None = None) -> list[Renewal]:
    """Cities that have elected since they signed and have not renewed, the most urgent first."""
    newest = (
        select(Signature.city_id, func.max(Signature.signed_latest).label("signed"))
        .where(Signature.state == SignatureState.PUBLISHED)
        .group_by(Signature.city_id)
        .subquery()
    )
    query = (
        select(City, Signature)
        .join(newest, newest.c.city_id == City.id)
        .join(
            Signature,
            (Signature.city_id == City.id)
            & (Signature.state == SignatureState.PUBLISHED)
            & (Signature.signed_latest == newest.c.signed),
        )
        .where(
            or_(
                *(and_(election <= on, newest.c.signed < election) for election in (City.next_election, City.last_election)),
            ),
            _within(city_ids),
        )
        .order_by(City.id)
    )
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    granted = _granted_delays([city.id for city, _signature in rows])
    found = [
        Renewal(city, signature, election, _extended(election + RENEWAL_AFTER, granted.get(city.id, {})))
        for city, signature in rows
        for election in [max(day for day in (city.next_election, city.last_election) if day is not None and day <= on)]
    ]
    return sorted(found, key=lambda renewal: (renewal.due, renewal.city_id))


def renewal_of(city: City) -> Renewal | None:
    """What this city has to renew now, if anything."""
    return next(iter(renewals_due(today(), [city.id])), None)


def waiting_delays(city_ids: Collection[int] | None = None) -> list[tuple[Delay, City]]:
    """Requests for more time that nobody has answered, the oldest first."""
    query = select(Delay, City).join(City, City.id == Delay.city_id).where(Delay.decision == "", _within(city_ids))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Delay.asked_at, Delay.id))]


def delays_of(city_id: int) -> list[Delay]:
    return list(db.session.scalars(select(Delay).where(Delay.city_id == city_id).order_by(Delay.id.desc())))


def _granted_delays(city_ids: Collection[int]) -> dict[int, dict[date, date]]:
    """Per city: deadline → the day to which it was put off."""
    query = select(Delay).where(Delay.city_id.in_(city_ids), Delay.decision == Decision.GRANTED)
    found: dict[int, dict[date, date]] = {}
    for delay in db.session.scalars(query.order_by(Delay.id)):
        if delay.decided_until is not None:
            found.setdefault(delay.city_id, {})[delay.deadline] = delay.decided_until
    return found


def _extended(deadline: date, put_off: dict[date, date]) -> date:
    while put_off.get(deadline, deadline) > deadline:
        deadline = put_off[deadline]
    return deadline


def _within(city_ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if city_ids is None else City.id.in_(city_ids)
