"""Before the signature: opening it, and what the city fills in step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from sqlalchemy import select, update

from icportal.charter import dossier
from icportal.charter.enums import Permission, SignatureKind
from icportal.charter.flow import EDITABLE, SIGNATURE
from icportal.charter.models import Signature, SignatureWriter
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.files import StoredFile, accept_upload
from icportal.core.filetypes import SCANS
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_line, clean_text

LONGEST_LINE = 200
LONGEST_TEXT = 2000
EARLIEST = date(1990, 1, 1)

LABELS: Mapping[str, Text] = {
    "council_decided_on": _l("Date of the council decision"),
    "council_reference": _l("Reference of the decision"),
    "council_file_id": _l("Text of the decision"),
    "notified_on": _l("Date on which the network was told"),
    "ceremony_on": _l("Date of the ceremony"),
    "ceremony_place": _l("Place of the ceremony"),
    "signer_name": _l("Name of the person who signs"),
    "signer_office": _l("Office of the person who signs"),
    "mandate": _l("Basis of the mandate"),
}


@dataclass(frozen=True)
class Upload:
    """A file as it arrived."""

    stream: IO[bytes]
    name: str


class SecondSignature(DomainError):
    """The city has an open signature, or one in force; ``signature_id`` says which."""

    status = 409

    def __init__(self, message: Text, signature_id: int) -> None:
        super().__init__(message)
        self.signature_id = signature_id


def start_signature(*, actor: Actor, city: City) -> Signature:
    """Open a city's first signature of the current charter text.

    Raises:
        SecondSignature: one is open or in force.
    """
    authorise(actor, Permission.START, city)
    _refuse_second(city)
    in_force = dossier.signature_in_force(city.id)
    if in_force is not None:
        raise SecondSignature(
            _("This city has signed and its signature is in force. A new mayor renews it instead of signing anew."), in_force.id
        )
    return _open(actor, city, kind=SignatureKind.FIRST)


def start_renewal(
    *,
    actor: Actor,
    city: City,
    name: str,
    office: str,
    mandate: str,
    decision_stands: bool,
    decided_on: date | None = None,
    reference: str = "",
    upload: Upload | None = None,
) -> Signature:
    """Open the renewal of a signature: who signs now, and on which decision of the council.

    Raises:
        SecondSignature: one is open already.
        DomainError: there is nothing to renew, or what was filled in does not do.
    """
    authorise(actor, Permission.START, city)
    _refuse_second(city)
    older = dossier.signature_in_force(city.id)
    if older is None:
        raise DomainError(_("This city has no signature in force to renew. Start a first signature instead."))
    details = _mandate(name, office, mandate)
    # Historic signatures came without the council's papers: then there is no decision that could stand.
    if decision_stands and (older.council_decided_on is None or older.council_file_id is None):
        raise DomainError(
            _("The portal has no council decision from the earlier signature. Give its date and file here."), "decision_stands"
        )
    if decision_stands:
        details |= {name: getattr(older, name) for name in ("council_decided_on", "council_reference", "council_file_id")}
    else:
        if upload is None:
            raise DomainError(_("Choose the file with the council's decision."), "upload")
        details |= _decision(decided_on, reference)
        details["council_file_id"] = _kept(upload, actor, city.id).id
    signature = _open(actor, city, kind=SignatureKind.RENEWAL, renews=older)
    write(signature, details, actor=actor, act="prepare_renewal")
    return signature


def record_council_decision(
    signature: Signature, *, actor: Actor, version: int, decided_on: date | None, reference: str, upload: Upload | None
) -> None:
    """Keep when the council decided, under which reference, and its text.

    Raises:
        FieldErrors, DomainError: at the field to mend.
        Stale: somebody saved before.
    """
    may_edit(signature, actor)
    details = _decision(decided_on, reference)
    if upload is None and signature.council_file_id is None:
        raise DomainError(_("Choose the file with the council's decision."), "upload")
    if signature.signed_latest and details["council_decided_on"] > signature.signed_latest:
        raise DomainError(
            _("The signature is older than this decision. Undo the signature first, then change the date."), "decided_on"
        )
    refuse_stale(signature, version, details)
    if upload is not None:
        details["council_file_id"] = _kept(upload, actor, signature.city_id).id
    write(signature, details, actor=actor, act="council_decision")


def record_notification(signature: Signature, *, actor: Actor, version: int, notified_on: date | None) -> None:
    """Keep when the city told the network of its decision."""
    may_edit(signature, actor)
    problem = _past(notified_on, _l("Give the day on which you told the network."))
    if problem:
        raise DomainError(problem, "notified_on")
    details = {"notified_on": notified_on}
    refuse_stale(signature, version, details)
    write(signature, details, actor=actor, act="notification")


def plan_ceremony(signature: Signature, *, actor: Actor, version: int, ceremony_on: date | None, place: str) -> None:
    """Keep when and where the ceremony is planned; both may stay empty."""
    may_edit(signature, actor)
    place = clean_line(place)
    details = {"ceremony_on": ceremony_on, "ceremony_place": place}
    if len(place) > LONGEST_LINE:
        raise DomainError(too_long(LONGEST_LINE), "place")
    if ceremony_on and not EARLIEST <= ceremony_on <= date(today().year + 5, 12, 31):
        raise DomainError(_("This day is too far away. Check the year."), "ceremony_on")
    refuse_stale(signature, version, details)
    write(signature, details, actor=actor, act="ceremony")


def record_mandate(signature: Signature, *, actor: Actor, version: int, name: str, office: str, mandate: str) -> None:
    """Keep who signs, in which office, and by what right.

    Raises:
        InvalidTransition: that person has signed already; the signature has to be undone first.
    """
    may_edit(signature, actor)
    details = _mandate(name, office, mandate)
    refuse_stale(signature, version, details)
    person = {"signer_name", "signer_office"}
    if signature.signed_at and any(details[field] != getattr(signature, field) for field in person):
        raise InvalidTransition(
            _("%(name)s has signed already. Undo the signature first, then name another person.", name=signature.signer_name),
            "name",
        )
    write(signature, details, actor=actor, act="mandate")


# --- shared by the services ------------------------------------------------------------------------------


def may_edit(signature: Signature, actor: Actor) -> None:
    """Refuse whoever may not write, and everybody once the signature lies with the network."""
    authorise(actor, Permission.VIEW, signature)
    authorise(actor, Permission.EDIT, signature)
    if signature.state not in EDITABLE:
        raise InvalidTransition(
            _("This cannot be changed now: it is already “%(state)s”.", state=SIGNATURE.state(signature.state).label)
        )


def refuse_stale(signature: Signature, version: int, details: Mapping[str, Any]) -> None:
    """Refuse what was filled in on an older version, with both versions of what differs."""
    if signature.version == version:
        return
    raise Stale(
        _("Somebody has saved this step since you opened it. Compare the two versions, then save again to keep yours."),
        [(LABELS[name], mine, getattr(signature, name)) for name, mine in details.items() if mine != getattr(signature, name)],
    )


def write(signature: Signature, details: Mapping[str, Any], *, actor: Actor, act: str) -> None:
    """Write, note the writer, record."""
    before = {name: getattr(signature, name) for name in details}
    changed = {name: value for name, value in details.items() if before[name] != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(signature, name, value)
    note_writer(signature, actor)
    audit.record(
        actor, f"{SIGNATURE.key}:{act}", signature, before={name: before[name] for name in changed}, after=changed,
        city_id=signature.city_id,
    )  # fmt: skip


def note_writer(signature: Signature, actor: Actor) -> None:
    """Remember who had a hand in it: that person may not check it."""
    if actor.id is not None and actor.id not in signature.contributor_ids:
        signature.writers.append(SignatureWriter(user_id=actor.id))
    db.session.flush()


def lock_city(city_id: int) -> None:
    """Let one transaction at a time decide about a city's signatures, on both databases."""
    untouched = {"version": City.version, "updated_at": City.updated_at}
    lock = update(City).where(City.id == city_id).values(untouched)
    db.session.execute(lock.execution_options(synchronize_session=False))


def required_line(value: str, message: Text, field: str) -> list[tuple[str | None, Text]]:
    """What is wrong with a line that has to be there."""
    if not value:
        return [(field, message)]
    return [(field, too_long(LONGEST_LINE))] if len(value) > LONGEST_LINE else []


def too_long(most: int) -> str:
    return _("This is too long: at most %(most)s characters.", most=most)


def file_of(file_id: int | None) -> StoredFile | None:
    return db.session.scalar(select(StoredFile).where(StoredFile.id == file_id)) if file_id else None


def _refuse_second(city: City) -> None:
    lock_city(city.id)
    existing = dossier.open_signature(city.id)
    if existing is not None:
        raise SecondSignature(_("A signature of this city is already under way. Go on with that one."), existing.id)


def _open(actor: Actor, city: City, *, kind: SignatureKind, renews: Signature | None = None) -> Signature:
    charter = dossier.current_charter()
    if charter is None:
        raise DomainError(_("There is no current charter text to sign. Ask the network's administrator to load it."))
    signature = Signature(
        city_id=city.id, charter_version_id=charter.id, kind=kind, created_by=actor.id, renews_id=renews.id if renews else None
    )
    signature.charter_version = charter
    db.session.add(signature)
    db.session.flush()
    note_writer(signature, actor)
    audit.record(actor, f"{SIGNATURE.key}:start", signature, after={"kind": kind, "renews": signature.renews_id}, city_id=city.id)
    return signature


def _decision(decided_on: date | None, reference: str) -> dict[str, Any]:
    problems: list[tuple[str | None, Text]] = []
    wrong_day = _past(decided_on, _l("Give the day on which the council decided."))
    if wrong_day:
        problems.append(("decided_on", wrong_day))
    reference = clean_line(reference)
    if len(reference) > LONGEST_LINE:
        problems.append(("reference", too_long(LONGEST_LINE)))
    if problems:
        raise FieldErrors(problems)
    return {"council_decided_on": decided_on, "council_reference": reference}


def _mandate(name: str, office: str, mandate: str) -> dict[str, Any]:
    details = {"signer_name": clean_line(name), "signer_office": clean_line(office), "mandate": clean_text(mandate)}
    problems = required_line(details["signer_name"], _l("Give the name of the person who signs."), "name")
    problems += required_line(details["signer_office"], _l("Give the office, such as mayor or deputy mayor."), "office")
    if not details["mandate"]:
        problems.append(
            ("mandate", _l("Say by what right this person signs, such as the city's constitution or the council decision."))
        )
    elif len(details["mandate"]) > LONGEST_TEXT:
        problems.append(("mandate", too_long(LONGEST_TEXT)))
    if problems:
        raise FieldErrors(problems)
    return details


def _past(day: date | None, missing: Text) -> Text | None:
    """What is wrong with a day that has to lie behind us."""
    if day is None:
        return missing
    if day > today():
        return _("This day lies in the future. Come back once it has passed, or check the year.")
    if day < EARLIEST:
        return _("This day is too long ago. Check the year.")
    return None


def _kept(upload: Upload, actor: Actor, city_id: int) -> StoredFile:
    return accept_upload(upload.stream, upload.name, kinds=SCANS, actor=actor, city_id=city_id, field="upload")
