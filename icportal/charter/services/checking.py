"""The network's side: the check, the way into the registry and out of it, and what history left."""

from __future__ import annotations

from datetime import date

from icportal.charter import dossier, notifications
from icportal.charter.enums import Method, Permission, SignatureKind, SignatureState
from icportal.charter.flow import SIGNATURE
from icportal.charter.models import CharterVersion, Signature
from icportal.charter.services.preparing import lock_city
from icportal.charter.services.signing import signature_hash
from icportal.cities import services as cities
from icportal.cities.models import City
from icportal.core.actors import SYSTEM, Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.workflow import engine

MODULE = "charter"


def publish_signature(signature: Signature, *, actor: Actor, version: int, seen_hash: str) -> None:
    """Let the signature count: it stands in the registry, and the one it renews becomes history.

    ``seen_hash`` fixes what was read in the check; one changed byte voids it.
    """
    authorise(actor, Permission.VIEW, signature)
    lock_city(signature.city_id)
    engine.fire(
        SIGNATURE, signature, "publish", actor=actor, version=version, revision_hash=signature_hash(signature),
        seen_hash=seen_hash, city_id=signature.city_id,
    )  # fmt: skip
    signature.published_at = now()
    signature.writers.clear()
    db.session.flush()
    for older in dossier.signatures_of(signature.city_id):
        if older.id != signature.id and older.state == SignatureState.PUBLISHED:
            engine.fire(SIGNATURE, older, "supersede", actor=SYSTEM, city_id=older.city_id)
    _tell_timeline(signature)
    notifications.tell_city(signature, "signature_published")


def request_changes(signature: Signature, *, actor: Actor, version: int, seen_hash: str, reason: str) -> None:
    """Send the signature back with the reason."""
    authorise(actor, Permission.VIEW, signature)
    engine.fire(
        SIGNATURE, signature, "request_changes", actor=actor, version=version, revision_hash=signature_hash(signature),
        seen_hash=seen_hash, reason=reason, city_id=signature.city_id,
    )  # fmt: skip
    notifications.tell_city(signature, "signature_changes_requested", reason=reason.strip())


def withdraw_signature(signature: Signature, *, actor: Actor, version: int, reason: str) -> None:
    """End a signature, for the reason given. What was public stays in the history with its dates."""
    authorise(actor, Permission.VIEW, signature)
    was_public = signature.state == SignatureState.PUBLISHED
    engine.fire(
        SIGNATURE, signature, "withdraw", actor=actor, version=version, reason=reason,
        revision_hash=signature_hash(signature), city_id=signature.city_id,
    )  # fmt: skip
    if was_public:
        signature.withdrawn_on = today()
        db.session.flush()
        cities.add_to_timeline(
            city_id=signature.city_id, module=MODULE, reference=f"signature:{signature.id}:withdrawn", key="charter_withdrawn",
            earliest=today(), latest=today(),
        )  # fmt: skip
    notifications.tell_city(signature, "signature_withdrawn", reason=reason.strip())


def adopt_historic_signature(
    *,
    actor: Actor,
    city: City,
    earliest: date,
    latest: date,
    precision: str,
    source: str,
    note: str,
    charter_version: CharterVersion | None = None,
) -> Signature:
    """Take over a signature from the network's records, with its date as exactly as history gives it.

    Of the current charter text unless another is named.
    """
    authorise(actor, Permission.IMPORT, city)
    charter_version = charter_version or dossier.current_charter()
    if charter_version is None:
        raise DomainError(_("There is no current charter text to sign. Ask the network's administrator to load it."))
    signature = Signature(
        city_id=city.id,
        charter_version_id=charter_version.id,
        kind=SignatureKind.FIRST,
        state=SignatureState.DRAFT,
        method=Method.RECORDS,
        signed_earliest=earliest,
        signed_latest=latest,
        signed_precision=precision,
        published_at=now(),
        source=source,
        note=note,
        writers=[],
    )
    signature.charter_version = charter_version
    db.session.add(signature)
    db.session.flush()
    engine.fire(SIGNATURE, signature, "adopt", actor=actor, revision_hash=signature_hash(signature), city_id=city.id)
    _tell_timeline(signature)
    return signature


def _tell_timeline(signature: Signature) -> None:
    assert signature.signed_earliest is not None
    assert signature.signed_latest is not None
    cities.add_to_timeline(
        city_id=signature.city_id,
        module=MODULE,
        reference=f"signature:{signature.id}",
        key="charter_renewed" if signature.kind == SignatureKind.RENEWAL else "charter_signed",
        earliest=signature.signed_earliest,
        latest=signature.signed_latest,
        precision=signature.signed_precision,
        source=signature.source,
    )
