"""What closing a round freezes: everything as it stands, in one file of canonical JSON with its checksum.

The file holds what cities keep to themselves as well; only coordinators may open it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit, files, queue
from icportal.core.actors import SYSTEM
from icportal.core.canonical import canonical_json
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.files import StoredFile
from icportal.core.queue import Job
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Answer, AnswerEvidence, Evidence, Response, Round, RoundSnapshot, SectionMark
from icportal.reporting.services.computing import request_results
from icportal.reporting.services.rounds import FREEZE

#: Says how the file is laid out; a later layout gets another number.
LAYOUT = 1
#: Responses read at a time.
BATCH = 200

OF_ROUND = (
    "slug",
    "number",
    "period_from",
    "period_to",
    "opens_on",
    "deadline",
    "smallest_group",
    "is_demonstration",
    "closed_at",
)
OF_RESPONSE = ("state", "state_since", "invited_at", "certified_at", "published_at")
OF_ANSWER = (
    "value", "choice", "language", "visibility", "no_evidence", "still_true_on", "comment", "author_name", "updated_at",
)  # fmt: skip
OF_EVIDENCE = (
    "kind", "title", "language", "text", "url", "effective_on", "period_from", "period_to", "expires_on", "owner", "visibility",
)  # fmt: skip


def register() -> None:
    """Tell the worker how rounds are frozen."""
    queue.register_task(FREEZE, freeze_round)


def freeze_round(job: Job, *, snapshot_id: int) -> dict[str, int]:
    """Write the file of one closing and have the results computed; done once, whatever happens to the worker meanwhile."""
    snapshot = db.session.get_one(RoundSnapshot, snapshot_id)
    if snapshot.frozen_at is not None:
        return {"responses": snapshot.responses, "answers": snapshot.answers}
    round_ = db.session.get_one(Round, snapshot.round_id)
    ids = list(db.session.scalars(select(Response.id).where(Response.round_id == round_.id).order_by(Response.id)))
    parts: list[str] = []
    answers = 0
    for start in range(0, len(ids), BATCH):
        for record in _responses(round_, ids[start : start + BATCH]):
            answers += len(record["answers"])
            parts.append(canonical_json(record))
        queue.progress(job, min(start + BATCH, len(ids)), len(ids))
    data = _document(round_, parts).encode("utf-8", "surrogatepass")
    name = f"{round_.slug}-{snapshot.closed_at:%Y-%m-%d}-{snapshot.id}.json"
    stored = files.keep_data(data, name, media_type="application/json", actor=SYSTEM)
    snapshot.file_id, snapshot.sha256 = stored.id, stored.sha256
    snapshot.responses, snapshot.answers, snapshot.frozen_at = len(ids), answers, now()
    round_.snapshot_id, round_.snapshot_sha256 = stored.id, stored.sha256
    db.session.flush()
    audit.record(SYSTEM, "reporting.round:freeze", round_, after={"sha256": stored.sha256, "answers": answers})
    request_results(round_, actor=SYSTEM)
    return {"responses": len(ids), "answers": answers}


def tampered() -> list[str]:
    """Frozen rounds that are no longer what was frozen, a line each; the content of files is compared elsewhere."""
    query = select(RoundSnapshot, Round, StoredFile).join(Round, Round.id == RoundSnapshot.round_id)
    query = query.outerjoin(StoredFile, StoredFile.id == RoundSnapshot.file_id).where(RoundSnapshot.frozen_at.is_not(None))
    told = select(audit.AuditEntry.after).where(audit.AuditEntry.action == "reporting.round:freeze")
    logged = {(after or {}).get("sha256") for after in db.session.scalars(told)}
    return [
        f"round {round_.slug}: what was frozen at {snapshot.closed_at:%Y-%m-%d %H:%M} is another file"
        for snapshot, round_, stored in db.session.execute(query.order_by(RoundSnapshot.id))
        if stored is None or stored.sha256 != snapshot.sha256 or snapshot.sha256 not in logged
    ]


def _document(round_: Round, responses: Sequence[str]) -> str:
    """The whole as canonical JSON: its keys in their order, put together from parts so that a large round fits into memory."""
    version = round_.questionnaire_version
    questionnaire = {
        "code": version.questionnaire.code, "version": version.number, "sha256": version.sha256, "structure": version.structure,
    }  # fmt: skip
    about = {name: getattr(round_, name) for name in OF_ROUND}
    return (
        f'{{"layout":{LAYOUT},"questionnaire":{canonical_json(questionnaire)},"responses":[{",".join(responses)}],'
        f'"round":{canonical_json(about)}}}'
    )


def _responses(round_: Round, ids: Collection[int]) -> Iterator[dict[str, Any]]:
    answers = _answers(round_, ids)
    sections: dict[int, dict[str, Any]] = defaultdict(dict)
    for mark in db.session.scalars(select(SectionMark).where(SectionMark.response_id.in_(ids))):
        sections[mark.response_id][mark.section] = {"completed_at": mark.completed_at, "saves": mark.saves}
    query = select(Response, City.slug, City.name).join(City, City.id == Response.city_id)
    for response, slug, name in db.session.execute(query.where(Response.id.in_(ids)).order_by(Response.id)):
        yield {
            "city": slug,
            "name": name,
            "due": response.due,
            **{field: getattr(response, field) for field in OF_RESPONSE},
            "answers": answers[response.id],
            "sections": sections[response.id],
        }


def _answers(round_: Round, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    columns = [getattr(Answer, name) for name in OF_ANSWER]
    for row in db.session.execute(select(Answer.response_id, Answer.question, *columns).where(Answer.response_id.in_(ids))):
        found[row.response_id][row.question] = {name: getattr(row, name) for name in OF_ANSWER}
    _name_files(round_, found)
    links = select(AnswerEvidence.response_id, AnswerEvidence.question, Evidence)
    links = links.join(Evidence, Evidence.id == AnswerEvidence.evidence_id).where(AnswerEvidence.response_id.in_(ids))
    for response_id, question, evidence in db.session.execute(links.order_by(AnswerEvidence.id)):
        file = evidence.file
        shown = {
            "id": evidence.id,
            **{name: getattr(evidence, name) for name in OF_EVIDENCE},
            "file": {"name": file.name, "sha256": file.sha256} if file else None,
        }
        found[response_id].setdefault(question, {}).setdefault("evidence", []).append(shown)
    return found


def _name_files(round_: Round, found: dict[int, dict[str, Any]]) -> None:
    """Beside the key of an uploaded file stands the hash of what it held."""
    structure = round_.questionnaire_version.known
    asked_for_files = {name for name, question in structure.questions.items() if question.type == QuestionType.FILE}
    said = [answers[name] for answers in found.values() for name in asked_for_files & set(answers) if answers[name]["value"]]
    if said:
        query = select(StoredFile.key, StoredFile.name, StoredFile.sha256).where(StoredFile.key.in_({a["value"] for a in said}))
        known = {row.key: {"name": row.name, "sha256": row.sha256} for row in db.session.execute(query)}
        for answer in said:
            answer["file"] = known.get(answer["value"])
