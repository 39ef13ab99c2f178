"""What ``icportal verify`` asks about mentoring: is everything what was computed, signed, confirmed or issued?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from icportal.core.audit import AuditEntry
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.mentoring.models import Certificate, MatchRun, Pairing, VisitMinutes
from icportal.mentoring.services import minutes as recording
from icportal.mentoring.services import pairings as agreeing

#: What the log keeps of a matching.
COMPUTED = "mentoring.matching:compute"
#: What it keeps of a certificate.
ISSUED = "mentoring.certificate:issue"


def findings() -> Iterator[str]:
    """Everything about mentoring that no service writes, a line each."""
    logged = {(number, after.get("sha256", "")) for number, after in _logged(COMPUTED)}
    for run in db.session.scalars(_in_order(MatchRun)):
        line = f"matching {run.number} of programme {run.programme_id}"
        if sha256({"inputs": run.inputs, "outcome": run.outcome}) != run.sha256:
            yield f"{line} is not what was computed"
        elif (run.id, run.sha256) not in logged:
            yield f"{line} is not as the log has it"
    for pairing in db.session.scalars(_in_order(Pairing).where(Pairing.agreement_sha256 != "")):
        if agreeing.checksum(agreeing.agreement_of(pairing)) != pairing.agreement_sha256:
            yield f"the agreement of pairing {pairing.id} is not what was written and signed"
    for minutes in db.session.scalars(_in_order(VisitMinutes)):
        if recording.checksum(recording.said_by(minutes)) != minutes.sha256:
            yield f"the minutes of visit {minutes.visit_id} are not what was written and confirmed"
    yield from _certificates()


def _certificates() -> Iterator[str]:
    """A seal is as easily replaced as what it seals: the log says which one was given."""
    logged = {(number, after.get("sha256", "")) for number, after in _logged(ISSUED)}
    for certificate in db.session.scalars(_in_order(Certificate)):
        line = f"the certificate {certificate.code} of pairing {certificate.pairing_id}"
        if sha256(certificate.content) != certificate.sha256:
            yield f"{line} is not what was issued"
        elif (certificate.id, certificate.sha256) not in logged:
            yield f"{line} is not as the log has it"


def _in_order(model: Any) -> Any:
    return select(model).order_by(model.id).execution_options(yield_per=100)


def _logged(action: str) -> Iterator[tuple[int | None, dict[str, Any]]]:
    query = select(AuditEntry.subject_id, AuditEntry.after).where(AuditEntry.action == action)
    yield from ((number, after or {}) for number, after in db.session.execute(query))
