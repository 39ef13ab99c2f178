"""Workbooks of answers that come in: received and shown, and only then accepted or given up; accepted ones can be undone.

What is accepted is what was shown: the plan is made again from the answers as they stand then, and one that came out
differently is shown anew. Everything is written by ``answering.save_section``, so that its rules hold here too.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import IO, Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit, files
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotFound, Stale
from icportal.core.filetypes import MB, FileKind
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _n
from icportal.core.transactions import hold
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.indicators.enums import Outcome
from icportal.indicators.exchange.layout import Unreadable
from icportal.reporting import responses
from icportal.reporting.enums import Permission
from icportal.reporting.exchange.reading import read_answers
from icportal.reporting.imports import WRITES, Planned, plan_of, stored
from icportal.reporting.models import Response, ResponseImport
from icportal.reporting.seals import said_in, seal
from icportal.reporting.services.answering import Typed, save_section
from icportal.reporting.workbooks import context_for

LIMIT = 20 * MB
MINE, THEIRS = "mine", "theirs"


def import_for(number: int, *, actor: Actor) -> ResponseImport:
    """The import, for those who may see the response. NotFound where there is none, or it is not for the actor to see."""
    found = db.session.get(ResponseImport, number)
    if found is None or not can(actor, Permission.VIEW_RESPONSE, found.response):
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def receive_answers(
    response: Response, city: City, stream: IO[bytes], filename: str, *, actor: Actor, written_in: str
) -> ResponseImport:
    """Take in a workbook and keep what it says. Writes no answer. ``written_in`` is the language of its texts.

    Raises:
        NotAllowed: the round is closed, or the response was sent on.
        DomainError: at ``upload``: it is empty, too large, harmful, or no workbook of this city, round and questionnaire.
    """
    authorise(actor, Permission.ANSWER, response)
    data = stream.read(LIMIT + 1)
    if not data:
        raise DomainError(_("This file is empty. Choose another one."), "upload")
    if len(data) > LIMIT:
        message = _("This file is larger than %(megabytes)s MB. Make it smaller and choose it again.", megabytes=LIMIT // MB)
        raise DomainError(message, "upload")
    language = written_in if written_in in CONTENT_LANGUAGES else "en"
    try:
        book = read_answers(data, context_for(response, city, written_in=language))
    except Unreadable as error:
        raise DomainError(str(error.finding), "upload") from None
    kept = files.keep(data, filename, kind=FileKind.WORKBOOK, actor=actor, city_id=response.city_id)
    received = ResponseImport(
        response_id=response.id,
        file_id=kept.id,
        sha256=hashlib.sha256(data).hexdigest(),
        language=language,
        said=stored(book),
        created_by=actor.id,
    )
    db.session.add(received)
    db.session.flush()
    _recorded(received, "receive", actor, sha256=received.sha256)
    return received


def accept_answers(
    import_: ResponseImport,
    *,
    actor: Actor,
    seen_digest: str,
    only_good: bool = False,
    choices: Mapping[str, str] | None = None,
) -> ResponseImport:
    """Write what the preview showed: everything, or with ``only_good`` what is not refused. Sent twice it is done once.

    ``choices`` says for each answer that somebody else changed meanwhile which stays: ``mine`` is the file's.

    Raises:
        NotAllowed: the round is closed, or the response was sent on.
        Stale: accepting would do something else than what was shown.
        DomainError: a cell is refused, a choice is missing, or there is nothing to write.
        InvalidTransition: the import was decided about already.
    """
    _held(import_, actor)
    if import_.stage == "accepted" and import_.digest == seen_digest and import_.accepted_by == actor.id:
        return import_
    _require(import_, "checked")
    plan, chosen = plan_of(import_), dict(choices or {})
    if plan.digest != seen_digest:
        raise Stale(_("Answers have changed since this preview was made. Look at the new one and accept it then."))
    if plan.refused and not only_good:
        raise DomainError(
            _n(
                "One cell is refused. Mend it, or leave it out.",
                "%(num)s cells are refused. Mend them, or leave them out.",
                plan.refused,
            )
        )
    conflicts = plan.with_outcome(Outcome.CONFLICT)
    if any(chosen.get(row.name) not in {MINE, THEIRS} for row in conflicts):
        raise DomainError(_("Choose for every answer that somebody else has changed which of the two stays."), "choices")
    wanted = [*plan.with_outcome(*WRITES), *(row for row in conflicts if chosen[row.name] == MINE)]
    if not wanted and not conflicts:
        raise DomainError(_("There is nothing to take over from this file: no answer in it is new or different."))
    import_.written = _written(import_, wanted, actor=actor)
    import_.result = {
        "written": len(wanted),
        "left_out": plan.refused,
        "kept": len(conflicts) - sum(chosen[row.name] == MINE for row in conflicts),
    }
    import_.digest, import_.accepted_by, import_.accepted_at = plan.digest, actor.id, now()
    db.session.flush()
    _recorded(import_, "accept", actor, **import_.result)
    return import_


def _written(import_: ResponseImport, wanted: Sequence[Planned], *, actor: Actor) -> list[dict[str, Any]]:
    """Write these answers section by section; gives what stood there before, to be put back if it is undone."""
    response = import_.response
    answers, before = responses.answers_of(response), {}
    for row in wanted:
        answer = answers.get(row.name)
        still = answer.still_true_on if answer else None
        before[row.name] = {
            "value": row.theirs.value,
            "visibility": row.theirs.visibility,
            "comment": row.theirs.comment,
            "language": answer.language if answer else "",
            "still_true_on": still.isoformat() if still else None,
            "still_true_of": answer.still_true_of if answer else None,
        }
    by_section: dict[str, dict[str, Typed]] = defaultdict(dict)
    for row in wanted:
        mine, theirs = row.mine, seal(row.theirs)
        by_section[row.section][row.name] = Typed(mine.value, mine.visibility, comment=mine.comment, seen=theirs)
    seals: dict[str, str] = {}
    for section, typed in by_section.items():
        seals |= save_section(response, section, typed, actor=actor, language=import_.language).seals
    return [
        {"question": row.name, "section": row.section, "before": before[row.name], "after": seals[row.name]} for row in wanted
    ]


def discard_answers(import_: ResponseImport, *, actor: Actor) -> None:
    """Give the import up; its file stays in the list. Sent twice it is done once."""
    _held(import_, actor)
    if import_.stage == "discarded":
        return
    _require(import_, "checked")
    import_.discarded_at = now()
    db.session.flush()
    _recorded(import_, "discard", actor)


def undo_answers(import_: ResponseImport, *, actor: Actor) -> ResponseImport:
    """Put back what stood before, except where somebody has changed it since. Sent twice it is done once.

    Raises:
        NotAllowed: the round is closed, or the response was sent on.
        InvalidTransition: the import was not accepted.
    """
    _held(import_, actor)
    if import_.stage == "undone":
        return import_
    _require(import_, "accepted")
    response = import_.response
    questions, answers = responses.structure_of(response).questions, responses.answers_of(response)
    back: dict[tuple[str, str], dict[str, Typed]] = defaultdict(dict)
    kept, restored = [], {}
    for each in import_.written:
        name, before = each["question"], each["before"]
        if name not in questions or seal(said_in(questions[name], answers.get(name))) != each["after"]:
            kept.append(name)
            continue
        typed = Typed(before["value"], before["visibility"], comment=before["comment"], seen=each["after"])
        back[each["section"], before["language"]][name] = typed
        restored[name] = before
    for (section, language), wanted in back.items():
        save_section(response, section, wanted, actor=actor, language=language)
    _still_true_again(response, restored)
    import_.result = {**import_.result, "restored": len(restored), "changed_since": kept}
    import_.undone_by, import_.undone_at = actor.id, now()
    db.session.flush()
    _recorded(import_, "undo", actor, restored=len(restored), kept=len(kept))
    return import_


def _still_true_again(response: Response, restored: Mapping[str, Mapping[str, Any]]) -> None:
    """An answer that had been called still true is so again."""
    answers = responses.answers_of(response)
    for name, before in restored.items():
        if before["still_true_on"]:
            answers[name].still_true_on = date.fromisoformat(before["still_true_on"])
            answers[name].still_true_of = before["still_true_of"]


def waiting_beside(import_: ResponseImport) -> int:
    """How many other files of the response wait for a decision."""
    query = select(ResponseImport).where(ResponseImport.response_id == import_.response_id, ResponseImport.id != import_.id)
    return sum(each.stage == "checked" for each in db.session.scalars(query))


# --- pieces ------------------------------------------------------------------------------------------------


def _held(import_: ResponseImport, actor: Actor) -> None:
    """Wait for whoever decides on the import at this moment."""
    authorise(actor, Permission.ANSWER, import_.response)
    if not hold(import_):
        db.session.refresh(import_)
        hold(import_)


def _require(import_: ResponseImport, stage: str) -> None:
    sentences = {
        "checked": _("This import was not accepted yet."),
        "accepted": _("This import was accepted already."),
        "discarded": _("This import was given up. Upload the file again."),
        "undone": _("This import was undone. Upload the file again to take it over once more."),
    }
    if import_.stage != stage:
        raise InvalidTransition(sentences[import_.stage])


def _recorded(import_: ResponseImport, what: str, actor: Actor, **after: Any) -> None:
    audit.record(actor, f"reporting.import:{what}", import_, after=after, city_id=import_.response.city_id)
