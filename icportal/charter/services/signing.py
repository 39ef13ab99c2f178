"""The signature itself: on screen or on paper, undone, and sent in."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from icportal.charter import dossier, notifications, wording
from icportal.charter.enums import Method, Permission, Precision
from icportal.charter.flow import SIGNATURE
from icportal.charter.models import Signature, as_details
from icportal.charter.services.preparing import Upload, file_of, note_writer
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import PORTAL_ZONE, now, today
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.files import accept_upload
from icportal.core.filetypes import SCANS
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.tokens import receipt_code
from icportal.workflow import engine


def sign_on_screen(signature: Signature, *, actor: Actor, version: int, language: str, seen_sha256: str, confirmed: bool) -> None:
    """Sign the text that was shown, here and now.

    Raises:
        FieldErrors: something is missing before the signature, or the confirmation is.
        Stale: the text shown is no longer the one that stands.
    """
    digest = _ready(signature, actor, version, language)
    if seen_sha256 != digest:
        raise Stale(_("The text has changed since you read it. Read the new version before you sign."))
    if not confirmed:
        raise DomainError(_("Confirm that you have read the text and sign it for the city."), "confirmed")
    _sign(signature, actor, method=Method.SCREEN, language=language, digest=digest, day=today(), at=now())


def upload_signed_deed(
    signature: Signature, *, actor: Actor, version: int, language: str, signed_on: date | None, upload: Upload | None
) -> None:
    """Keep the scan of the deed that was signed by hand.

    Raises:
        FieldErrors, DomainError: at the field to mend.
    """
    digest = _ready(signature, actor, version, language)
    problems: list[tuple[str | None, Text]] = []
    decided = signature.council_decided_on
    if signed_on is None:
        problems.append(("signed_on", _("Give the day written on the deed.")))
    elif signed_on > today():
        problems.append(("signed_on", _("This day lies in the future. Give the day on which the deed was signed.")))
    elif decided and signed_on < decided:
        problems.append(("signed_on", _("The council decided later than this. The deed cannot be older than the decision.")))
    if upload is None:
        problems.append(("upload", _("Choose the scan of the signed deed.")))
    if problems:
        raise FieldErrors(problems)
    assert signed_on is not None
    assert upload is not None
    deed = accept_upload(upload.stream, upload.name, kinds=SCANS, actor=actor, city_id=signature.city_id, field="upload")
    # A deed says the day only. What was signed this morning was not signed at noon, which is still to come.
    at = min(datetime.combine(signed_on, time(12), PORTAL_ZONE), now())
    _sign(signature, actor, method=Method.DEED, language=language, digest=digest, day=signed_on, at=at, deed=deed.id)


def reopen_signature(signature: Signature, *, actor: Actor, version: int) -> None:
    """Undo a signature that was not sent in. Its receipt no longer counts."""
    authorise(actor, Permission.VIEW, signature)
    engine.fire(
        SIGNATURE, signature, "reopen", actor=actor, version=version, revision_hash=signature_hash(signature),
        city_id=signature.city_id,
    )  # fmt: skip
    signature.method, signature.signed_by, signature.signed_at = "", None, None
    signature.signed_earliest = signature.signed_latest = signature.deed_file_id = signature.receipt_code = None
    signature.text_language = signature.text_sha256 = ""
    note_writer(signature, actor)


def submit_signature(signature: Signature, *, actor: Actor, version: int) -> None:
    """Send the signature to the network. Whoever sends it in cannot check it."""
    authorise(actor, Permission.VIEW, signature)
    engine.fire(
        SIGNATURE, signature, "submit", actor=actor, version=version, revision_hash=signature_hash(signature),
        city_id=signature.city_id,
    )  # fmt: skip
    note_writer(signature, actor)
    notifications.tell_coordinators(signature)


def signature_hash(signature: Signature) -> str:
    """One number for everything a check reads: what was filled in, the files, and the text that was signed."""
    files = {name: file_of(getattr(signature, name)) for name in ("council_file_id", "deed_file_id")}
    content: dict[str, Any] = {
        **as_details(signature),
        **{name: stored.sha256 if stored else "" for name, stored in files.items()},
        "city": signature.city_id,
        "kind": signature.kind,
        "charter": signature.charter_version.key,
        "method": signature.method,
        "signed_at": signature.signed_at,
        "signed": [signature.signed_earliest, signature.signed_latest, signature.signed_precision],
        "text": [signature.text_language, signature.text_sha256],
        "receipt": signature.receipt_code or "",
    }
    return sha256(content)


def _ready(signature: Signature, actor: Actor, version: int, language: str) -> str:
    """Check everything that has to be there before anybody signs; the SHA-256 of the text to sign."""
    authorise(actor, Permission.VIEW, signature)
    authorise(actor, Permission.SIGN, signature)
    if signature.version != version:
        raise Stale(_("Somebody has changed this since you opened it. Look at it again before you sign."))
    if signature.state not in SIGNATURE.find("sign").sources:
        raise InvalidTransition(
            _("This cannot be signed now: it is already “%(state)s”.", state=SIGNATURE.state(signature.state).label)
        )
    missing = dossier.missing_before_signing(signature)
    if missing:
        raise FieldErrors([(None, sentence) for sentence in missing])
    digest = wording.fixed_hash(signature.charter_version, language)
    if digest is None:
        raise DomainError(_("The charter is not available in this language. Choose another one."), "language")
    return digest


def _sign(
    signature: Signature,
    actor: Actor,
    *,
    method: Method,
    language: str,
    digest: str,
    day: date,
    at: datetime,
    deed: int | None = None,
) -> None:
    signature.method, signature.signed_by, signature.signed_at = method, actor.id, at
    signature.signed_earliest = signature.signed_latest = day
    signature.signed_precision = Precision.DAY
    signature.text_language, signature.text_sha256 = language, digest
    signature.deed_file_id = deed
    signature.receipt_code = receipt_code()
    engine.fire(SIGNATURE, signature, "sign", actor=actor, revision_hash=signature_hash(signature), city_id=signature.city_id)
    note_writer(signature, actor)
    notifications.send_receipt(signature, actor)
