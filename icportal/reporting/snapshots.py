"""All answers of a response as they are read, their hash, what is kept of them at each step, and what changed between two.

The hash of a snapshot is that of the content without the signature: the same that a certifier signs, a coordinator accepts
and the workflow's event keeps. The signature (``SIGNED``) stands beside it and in the audit log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from icportal.content.desk.comparison import words
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.files import StoredFile
from icportal.core.strings import Text, _, _p
from icportal.reporting import labels
from icportal.reporting.asked import Asked
from icportal.reporting.enums import EvidenceKind, QuestionType
from icportal.reporting.models import Answer, AnswerEvidence, Evidence, Response, Snapshot
from icportal.reporting.questionnaires.definition import Question
from icportal.reporting.wording import Said, Words

SIGNED = "signed"
#: Answers by their question.
Answers = Mapping[str, Said]


@dataclass(frozen=True)
class Signature:
    """Who signed in the city's name, as the person typed it on confirming that they may."""

    name: str
    function: str


# --- taking ------------------------------------------------------------------------------------------------


def answers_as_read(response: Response) -> dict[str, Any]:
    """Everything that stands in the response now, as plain values: each answer with who reads it and what stands behind it."""
    behind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    links = select(AnswerEvidence).where(AnswerEvidence.response_id == response.id).order_by(AnswerEvidence.evidence_id)
    for link in db.session.scalars(links):
        behind[link.question].append(_evidence(link.evidence))
    query = select(Answer).where(Answer.response_id == response.id).execution_options(populate_existing=True)
    answers = {answer.question: answer for answer in db.session.scalars(query)}
    files = _files(response, answers)
    told = {
        question: {**_answer(answer), **files.get(question, {}), "evidence": behind.get(question, [])}
        for question, answer in answers.items()
        if not answer.is_blank or answer.no_evidence or answer.comment or question in behind
    }
    told |= {question: {**NOTHING, "evidence": found} for question, found in behind.items() if question not in told}
    return {"questionnaire_version": response.round.questionnaire_version_id, "answers": told}


NOTHING: dict[str, Any] = {
    "value": None, "language": "", "visibility": "", "visibility_chosen": False, "no_evidence": False, "still_true_on": None,
    "still_true_of": None, "comment": "",
}  # fmt: skip


def _answer(answer: Answer) -> dict[str, Any]:
    return {name: _plain(getattr(answer, name)) for name in NOTHING} | {"value": None if answer.is_blank else answer.value}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    names = (
        "id", "kind", "title", "language", "text", "url", "effective_on", "period_from", "period_to", "expires_on", "owner",
        "visibility",
    )  # fmt: skip
    file = evidence.file
    return {name: _plain(getattr(evidence, name)) for name in names} | {"file": _file(file) if file else None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _files(response: Response, answers: Mapping[str, Answer]) -> dict[str, dict[str, Any]]:
    """The file that each answer of this type is, by question: its name and the hash of what is in it."""
    asked = response.round.questionnaire_version.known.questions
    keys = {
        question: answer.value
        for question, answer in answers.items()
        if question in asked and asked[question].type == QuestionType.FILE and not answer.is_blank
    }
    if not keys:
        return {}
    found = {file.key: _file(file) for file in db.session.scalars(select(StoredFile).where(StoredFile.key.in_(keys.values())))}
    return {question: {"file": found[key]} for question, key in keys.items() if key in found}


def _file(file: StoredFile) -> dict[str, str]:
    return {"key": file.key, "name": file.name, "sha256": file.sha256}


def digest(response: Response) -> str:
    """The hash of everything that stands in the response now: what somebody read before signing or accepting it."""
    return sha256(answers_as_read(response))


def take(
    response: Response, step: str, actor: Actor, *, content: Mapping[str, Any] | None = None, signed: Signature | None = None
) -> Snapshot:
    """Keep what stands in the response as it is when a step is taken. Flushes, does not commit."""
    kept = answers_as_read(response) if content is None else dict(content)
    signature = {SIGNED: asdict(signed)} if signed else {}
    snapshot = Snapshot(
        response_id=response.id, step=step, at=now(), actor_id=actor.id, answers={**kept, **signature}, sha256=sha256(kept)
    )
    db.session.add(snapshot)
    db.session.flush()
    return snapshot


def content_of(snapshot: Snapshot) -> dict[str, Any]:
    """What the snapshot's hash is taken over."""
    return {name: value for name, value in snapshot.answers.items() if name != SIGNED}


def signature_of(snapshot: Snapshot | None) -> Signature | None:
    """Who signed at this step, where it was a sign-off."""
    signed = snapshot.answers.get(SIGNED) if snapshot else None
    return Signature(**signed) if signed else None


def snapshots_of(response: Response) -> list[Snapshot]:
    """What was kept of the response, oldest first."""
    return list(db.session.scalars(select(Snapshot).where(Snapshot.response_id == response.id).order_by(Snapshot.id)))


def last_of(response: Response, *steps: str) -> Snapshot | None:
    """The newest snapshot, or the newest of these steps."""
    query = select(Snapshot).where(Snapshot.response_id == response.id).order_by(Snapshot.id.desc()).limit(1)
    return db.session.scalar(query.where(Snapshot.step.in_(steps)) if steps else query)


# --- comparing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What became of one answer: ``kind`` is added, changed or removed, or "about" where only what is said of it differs.

    ``parts`` are (same | ins | del, words) of the answer itself, ``about`` (what, before, now) of who reads it and the like,
    ``evidence`` (ins | del, words) of what came and went behind it. ``language`` is that of the city's own words.
    """

    question: str
    label: str
    kind: str
    parts: tuple[tuple[str, str], ...] = ()
    about: tuple[tuple[Text, str, str], ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    language: str = ""


@dataclass(frozen=True)
class SectionChanges:
    """The changes of one section; ``title`` is empty for questions that are asked no longer."""

    name: str
    title: str
    changes: tuple[Change, ...]


def compare(old: Mapping[str, Any], new: Mapping[str, Any], asked: Asked, reader: str) -> list[SectionChanges]:
    """What differs between two contents of ``answers_as_read``, section by section; sections without a change are left out."""
    before, after = dict(old.get("answers", {})), dict(new.get("answers", {}))
    differing = {code: None for code in (*before, *after) if before.get(code) != after.get(code)}
    sides = (
        (before, Words(asked, {code: before[code] for code in differing if code in before}, reader=reader)),
        (after, Words(asked, {code: after[code] for code in differing if code in after}, reader=reader)),
    )
    found = []
    for section in asked.structure.sections:
        changes = [
            _change(question, asked.label(question.name), *sides) for question in section.questions if question.name in differing
        ]
        if changes:
            found.append(SectionChanges(section.name, asked.section(section.name), tuple(changes)))
    gone = [code for code in differing if code not in asked.structure.questions]
    if gone:
        found.append(SectionChanges("", "", tuple(_change(Question(code), code, *sides) for code in gone)))
    return found


def changed_questions(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """The codes of all questions whose answer, or anything said of it, differs."""
    before, after = old.get("answers", {}), new.get("answers", {})
    return {code for code in {*before, *after} if before.get(code) != after.get(code)}


def _change(question: Question, label: str, before: tuple[Answers, Words], after: tuple[Answers, Words]) -> Change:
    old, new = before[0].get(question.name), after[0].get(question.name)
    first, second = before[1].of(question, old).plain, after[1].of(question, new).plain
    parts: list[tuple[str, str]] = []
    if (old or NOTHING)["value"] != (new or NOTHING)["value"]:
        if question.type in {QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.TABLE, QuestionType.MULTIPLE}:
            parts = words(first, second)
        else:
            between = " " if first and second else ""
            parts = [(kind, text) for kind, text in (("del", first), ("same", between), ("ins", second)) if text]
    kind = "about"
    if parts:
        kind = "changed" if first and second else "added" if second else "removed"
    language = (new or old or NOTHING)["language"]
    return Change(question.name, label, kind, tuple(parts), tuple(_about(old, new)), tuple(_came_and_went(old, new)), language)


def _about(old: Said | None, new: Said | None) -> list[tuple[Text, str, str]]:
    """(what, before, now) of what is said of an answer besides its value; of an answer that came or went, nothing is compared."""
    if not old or not new or not old["visibility"] or not new["visibility"]:
        return []
    yes_no = {True: _p("answer", "yes"), False: _p("answer", "no")}
    told = [
        (_("Who may read it"), str(labels.VISIBILITIES[old["visibility"]]), str(labels.VISIBILITIES[new["visibility"]])),
        (_("No evidence available"), yes_no[old["no_evidence"]], yes_no[new["no_evidence"]]),
        (_("Still true on"), old["still_true_on"] or "–", new["still_true_on"] or "–"),
        (_("Comment"), old["comment"] or "–", new["comment"] or "–"),
    ]
    return [(what, before, now_) for what, before, now_ in told if before != now_]


def _came_and_went(old: Said | None, new: Said | None) -> list[tuple[str, str]]:
    before = {each["id"]: each for each in (old or {}).get("evidence", ())}
    after = {each["id"]: each for each in (new or {}).get("evidence", ())}
    changed = [key for key in before if before[key] != after.get(key)]
    came = [key for key in after if after[key] != before.get(key)]
    return [("del", evidence_words(before[key])) for key in changed] + [("ins", evidence_words(after[key])) for key in came]


def evidence_words(evidence: Said) -> str:
    """A piece of evidence in one line: title, kind, where it is, when it holds, who may read it."""
    kind = str(labels.EVIDENCE_KINDS[EvidenceKind(evidence["kind"])])
    where = evidence["file"]["name"] if evidence["file"] else evidence["url"]
    days = [f"{evidence[name]}" for name in ("effective_on", "expires_on") if evidence[name]]
    return " · ".join(
        filter(None, [evidence["title"], kind, where, " – ".join(days), str(labels.VISIBILITIES[evidence["visibility"]])])
    )
