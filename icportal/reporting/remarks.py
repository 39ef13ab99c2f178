"""What the mayor's office and coordinators ask a city to change, and whether the city has done anything about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from icportal.core.db import db
from icportal.reporting.enums import RemarkKind
from icportal.reporting.models import Remark, Response, SectionMark, Snapshot
from icportal.reporting.snapshots import changed_questions, content_of

#: Steps at which somebody asks for changes; the snapshot of the step is what the remarks speak of.
ASKING = ("send_back", "request_changes", "reopen")


def open_remarks(response: Response, *kinds: str) -> list[Remark]:
    """What was asked for and nobody has called settled, oldest first."""
    query = select(Remark).where(Remark.response_id == response.id, Remark.settled_at.is_(None))
    wanted = kinds or (RemarkKind.SENT_BACK, RemarkKind.CHANGE)
    return list(db.session.scalars(query.where(Remark.kind.in_(wanted)).order_by(Remark.id)))


def answered(response: Response, remarks: Iterable[Remark], content: Mapping[str, Any]) -> dict[int, bool]:
    """Whether each of these remarks was answered: by a reply, by a change of what it is about, or by completing its section anew.

    ``content`` is how the response stands now (``snapshots.answers_as_read``).
    """
    remarks = list(remarks)
    if not remarks:
        return {}
    structure = response.round.questionnaire_version.known
    steps = select(Snapshot).where(Snapshot.response_id == response.id, Snapshot.step.in_(ASKING)).order_by(Snapshot.id)
    kept = [(snapshot, changed_questions(content_of(snapshot), content)) for snapshot in db.session.scalars(steps)]
    marks = {
        mark.section: mark.completed_at
        for mark in db.session.scalars(select(SectionMark).where(SectionMark.response_id == response.id))
    }
    found = {}
    for remark in remarks:
        section = structure.section(remark.section)
        about = {remark.question} if remark.question else {question.name for question in section.questions} if section else set()
        # The remark is written right after the snapshot of its step.
        before = [changed for snapshot, changed in kept if snapshot.at <= remark.created_at]
        completed = None if remark.question else marks.get(remark.section)
        found[remark.id] = bool(remark.reply or (before and about & before[-1]) or (completed and completed > remark.created_at))
    return found
