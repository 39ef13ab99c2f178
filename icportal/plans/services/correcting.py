"""What stands of a decision is completed or corrected: minutes arrive weeks later, a day or a number was mistyped."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import FieldErrors, NotFound, Stale
from icportal.core.files import accept_upload
from icportal.core.filetypes import SCANS
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_text
from icportal.plans import loaded, plan_notices, timeline, versions
from icportal.plans.draft import LONGEST_TEXT
from icportal.plans.enums import Permission
from icportal.plans.models import Endorsement, PlanVersion
from icportal.plans.queries import OfCity
from icportal.plans.services.reviewing import Decision, Upload, cleaned, problems_with
from icportal.plans.services.writing import held_plan

LABELS: dict[str, Text] = {
    "body": _l("Who has decided"),
    "decided_on": _l("Day of the decision"),
    "reference": _l("Reference"),
}


def said_by(endorsement: Endorsement) -> Decision:
    """What stands of a decision now."""
    return Decision(endorsement.body, endorsement.decided_on, endorsement.reference)


def seal_of(endorsement: Endorsement) -> str:
    """A checksum of it, the paper included: what somebody saw before correcting it."""
    return sha256(_plain(said_by(endorsement)) | {"paper": _paper(endorsement)})


def correct_endorsement(
    city: City, number: int, decision: Decision, *, actor: Actor, seen: str, reason: str, upload: Upload | None = None
) -> bool:
    """Say anew which body has decided on a version, on which day, and add or replace the paper; whether anything changed.

    What stood there stays in the audit log, with the reason; a paper that is replaced is kept and not shown any more.

    Raises:
        NotAllowed: the actor is not of the city.
        NotFound: there is no such version, or nothing was decided on it.
        Stale: somebody has corrected it since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do; nothing of it is kept, the file neither.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.ENDORSE, OfCity(city.id))
    version, endorsement = _held(city, number)
    decision, old, reason = cleaned(decision), said_by(endorsement), clean_text(reason)
    changed = [name for name in LABELS if getattr(decision, name) != getattr(old, name)]
    if seen != seal_of(endorsement):
        differences = [(LABELS[name], getattr(decision, name), getattr(old, name)) for name in changed]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    if not changed and upload is None:
        return False
    if problems := [*problems_with(decision, version), *_problems(reason)]:
        raise FieldErrors(problems)
    before = {name: _plain(old)[name] for name in changed}
    if upload is not None:
        before["paper"] = _paper(endorsement)
        kept = accept_upload(upload.stream, upload.filename, kinds=SCANS, actor=actor, city_id=city.id, field="upload")
        endorsement.file_id = kept.id
    for name in changed:
        setattr(endorsement, name, getattr(decision, name))
    db.session.flush()
    db.session.expire(endorsement)
    now = _plain(said_by(endorsement)) | {"paper": _paper(endorsement)}
    after = {"version": number, "reason": reason, **{name: now[name] for name in before}}
    audit.record(actor, "plans.endorsement:correct", endorsement, before=before, after=after, city_id=city.id)
    timeline.tell_corrected(city.id, version, endorsement)
    plan_notices.corrected(city, number, actor=actor, reason=reason)
    return True


def _held(city: City, number: int) -> tuple[PlanVersion, Endorsement]:
    """A version and its decision, which nobody else corrects until this is done. NotFound where there is none."""
    if loaded.plan_row(city) is None:
        raise NotFound(_("This city has no action plan yet."))
    version = versions.get_version(held_plan(city.id), number)
    endorsement = versions.decision_on(version)
    db.session.refresh(endorsement)
    return version, endorsement


def _problems(reason: str) -> list[tuple[str | None, Text]]:
    if not reason:
        return [("reason", _("Say why: the people concerned read your reason."))]
    if len(reason) > LONGEST_TEXT:
        return [("reason", _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT))]
    return []


def _plain(decision: Decision) -> dict[str, Any]:
    return asdict(decision) | {"decided_on": decision.decided_on.isoformat() if decision.decided_on else None}


def _paper(endorsement: Endorsement) -> dict[str, str] | None:
    paper = endorsement.file
    return {"key": paper.key, "name": paper.name, "sha256": paper.sha256} if paper else None
