"""What ``icportal verify`` asks about responses: is what was kept at each step what was signed, and what others read what was kept?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from icportal.core.audit import AuditEntry
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import PublishedAnswer, QuestionnaireVersion, Response, Snapshot
from icportal.reporting.services.publishing import rows_of
from icportal.reporting.snapshots import SIGNED, content_of
from icportal.workflow.models import WorkflowEvent

SIGNATURE = "reporting.response:signature"
#: Steps after which others read what was kept.
PUBLISHING = frozenset({"accept", "publish", "adopt"})
COLUMNS = ("value", "choice", "language", "visibility", "no_evidence", "still_true_on", "evidence")


def findings() -> Iterator[str]:
    """Everything about responses that no service writes, a line each."""
    yield from _snapshots()
    yield from _signatures()
    yield from _published()


def _snapshots() -> Iterator[str]:
    """Each snapshot has its hash, and each step that names one has its snapshot."""
    kept: dict[int, list[tuple[str, str]]] = defaultdict(list)
    query = select(Snapshot).order_by(Snapshot.id)
    for snapshot in db.session.scalars(query.execution_options(yield_per=100)):
        if sha256(content_of(snapshot)) != snapshot.sha256:
            yield f"snapshot {snapshot.id} of response {snapshot.response_id} is not what was kept"
        kept[snapshot.response_id].append((snapshot.step, snapshot.sha256))
    events = select(WorkflowEvent).where(WorkflowEvent.workflow == RESPONSE.key).order_by(WorkflowEvent.id)
    steps: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for event in db.session.scalars(events.execution_options(yield_per=1000)):
        if event.revision_hash:
            steps[event.subject_id].append((event.transition, event.revision_hash))
    for response_id in sorted({*kept, *steps}):
        if kept[response_id] != steps[response_id]:
            yield f"the snapshots of response {response_id} are not those of its steps"


def _signatures() -> Iterator[str]:
    """Who signed a response is what the audit log says."""
    logged: dict[int | None, list[Any]] = defaultdict(list)
    query = select(AuditEntry).where(AuditEntry.action == SIGNATURE).order_by(AuditEntry.id)
    for entry in db.session.scalars(query):
        after = entry.after or {}
        logged[entry.subject_id].append(({"name": after.get("name"), "function": after.get("function")}, after.get("revision")))
    signed: dict[int | None, list[Any]] = defaultdict(list)
    for snapshot in db.session.scalars(select(Snapshot).where(Snapshot.step == "sign_off").order_by(Snapshot.id)):
        signed[snapshot.response_id].append((snapshot.answers.get(SIGNED), snapshot.sha256))
    for response_id in sorted({*logged, *signed}, key=lambda each: each or 0):
        if logged[response_id] != signed[response_id]:
            yield f"the signatures of response {response_id} are not those in the audit log"


def _published() -> Iterator[str]:
    """What others read of a response is what its last publication makes of the snapshot, no more and no less."""
    rows: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in db.session.scalars(select(PublishedAnswer).order_by(PublishedAnswer.id).execution_options(yield_per=1000)):
        rows[row.response_id][row.question] = {name: getattr(row, name) for name in COLUMNS}
    structures = {version.id: version.known for version in db.session.scalars(select(QuestionnaireVersion))}
    responses = {response.id: response for response in db.session.scalars(select(Response))}
    told = _last_told()
    for response_id in sorted({*rows, *told}):
        snapshot = told.get(response_id)
        structure = structures.get(snapshot.answers.get("questionnaire_version", 0)) if snapshot else None
        made = rows_of(content_of(snapshot), structure) if snapshot and structure else []
        expected = {row["question"]: {name: row[name] for name in COLUMNS} for row in made}
        for question in sorted({*expected, *rows[response_id]}):
            if expected.get(question) != rows[response_id].get(question):
                yield f"what is published of response {response_id}, question {question}, is not what was kept"
        if (
            response_id in responses
            and responses[response_id].published_at is not None
            and (snapshot is None or snapshot.step == "accept")
        ):
            yield f"response {response_id} counts as published and never was"


def _last_told() -> dict[int, Snapshot]:
    """The snapshot that others read of each response: its last publication, else its first acceptance."""
    found: dict[int, Snapshot] = {}
    query = select(Snapshot).where(Snapshot.step.in_(PUBLISHING)).order_by(Snapshot.id)
    for snapshot in db.session.scalars(query):
        known = found.get(snapshot.response_id)
        if snapshot.step != "accept" or known is None or known.step == "accept":
            found[snapshot.response_id] = snapshot
    return found
