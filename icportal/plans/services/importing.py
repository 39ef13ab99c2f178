"""Workbooks of a plan that come in: received and shown, and only then accepted or given up; accepted ones can be undone.

What is accepted is what was shown: the changes are worked out again from the plan as it stands then, and what came out
differently is shown anew. Everything is written by ``services.actions``, so that the rules of the pages hold here too.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import IO, Any

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core import audit, files
from icportal.core.actors import Actor
from icportal.core.canonical import canonical_json
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.filetypes import MB, FileKind
from icportal.core.permissions import authorise
from icportal.core.strings import _, _n
from icportal.core.transactions import hold, insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.indicators.enums import Outcome
from icportal.indicators.exchange.layout import Unreadable
from icportal.plans import contents, drafting
from icportal.plans.contents import Content
from icportal.plans.draft import Draft
from icportal.plans.enums import OPEN, Permission
from icportal.plans.exchange.layout import ACTIONS, INDICATORS, MILESTONES, NAMES, new_key
from icportal.plans.exchange.reading import read_plan
from icportal.plans.imports import WRITES, Planned, plan_of, stored
from icportal.plans.loaded import LoadedPlan, load_plan
from icportal.plans.models import Action, ActionPlan, PlanImport
from icportal.plans.queries import OfCity
from icportal.plans.services import actions
from icportal.plans.workbooks import context_for

LIMIT = 20 * MB
MINE, THEIRS = "mine", "theirs"
#: So long an import can be undone.
UNDO = timedelta(days=30)


def import_for(city: City, number: int, *, actor: Actor) -> PlanImport:
    """An import of this city's plan. NotFound where there is none, or it is not for the actor to see."""
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.VIEW_INTERNAL, OfCity(city.id))
    found = db.session.get(PlanImport, number)
    if found is None or found.city_id != city.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found


def receive_workbook(city: City, stream: IO[bytes], filename: str, *, actor: Actor, written_in: str) -> PlanImport:
    """Take in a workbook and keep what it says. Writes nothing of the plan. ``written_in`` is the language of its texts.

    Raises:
        NotAllowed: the actor is no officer of the city.
        DomainError: at ``upload``: it is empty, too large, harmful, or no workbook of this city's plan.
    """
    _authorise(city.id, actor)
    data = stream.read(LIMIT + 1)
    if not data:
        raise DomainError(_("This file is empty. Choose another one."), "upload")
    if len(data) > LIMIT:
        message = _("This file is larger than %(megabytes)s MB. Make it smaller and choose it again.", megabytes=LIMIT // MB)
        raise DomainError(message, "upload")
    language = written_in if written_in in CONTENT_LANGUAGES else "en"
    insert_once(ActionPlan, city_id=city.id)
    plan = db.session.scalars(select(ActionPlan).where(ActionPlan.city_id == city.id)).one()
    try:
        book = read_plan(data, context_for(load_plan(city), city, written_in=language))
    except Unreadable as error:
        raise DomainError(str(error.finding), "upload") from None
    kept = files.keep(data, filename, kind=FileKind.WORKBOOK, actor=actor, city_id=city.id)
    received = PlanImport(
        plan_id=plan.id, city_id=city.id, file_id=kept.id, sha256=hashlib.sha256(data).hexdigest(), language=language,
        said=stored(book), created_by=actor.id,
    )  # fmt: skip
    db.session.add(received)
    db.session.flush()
    _recorded(received, "receive", actor, sha256=received.sha256)
    return received


def accept_workbook(
    import_: PlanImport, city: City, *, actor: Actor, seen_digest: str, choices: Mapping[str, str] | None = None
) -> PlanImport:
    """Write what the preview showed: all of it or nothing. Sent twice it is done once.

    ``choices`` says for each action that somebody else changed meanwhile which stays: ``mine`` is the file's.

    Raises:
        NotAllowed: the actor is no officer of the city, or the plan may not be written now.
        Stale: accepting would do something else than what was shown.
        DomainError: a cell is refused, a choice is missing, or there is nothing to write.
        InvalidTransition: the import was decided about already.
    """
    _held(import_, actor)
    if import_.stage == "accepted" and import_.digest == seen_digest and import_.accepted_by == actor.id:
        return import_
    _require(import_, "checked")
    plan = load_plan(city)
    planned, chosen = plan_of(import_, plan), dict(choices or {})
    if planned.digest != seen_digest:
        raise Stale(_("The plan has changed since this preview was made. Look at the new one and accept it then."))
    if planned.refused:
        raise DomainError(
            _n(
                "One cell is refused. Mend it and upload the workbook again.",
                "%(num)s cells are refused. Mend them and upload the workbook again.",
                planned.refused,
            )
        )
    conflicts = planned.with_outcome(Outcome.CONFLICT)
    if any(chosen.get(row.key) not in {MINE, THEIRS} for row in conflicts):
        raise DomainError(_("Choose for every action that somebody else has changed which of the two stays."), "choices")
    wanted = [*planned.with_outcome(*WRITES), *(row for row in conflicts if chosen[row.key] == MINE)]
    if not wanted and not conflicts:
        raise DomainError(_("There is nothing to take over from this file: no action in it is new or different."))
    import_.written = _written(city, plan, wanted, actor=actor)
    import_.result = {"written": len(wanted), "kept": len(conflicts) - sum(chosen[row.key] == MINE for row in conflicts)}
    import_.digest, import_.accepted_by, import_.accepted_at = planned.digest, actor.id, now()
    db.session.flush()
    _recorded(import_, "accept", actor, **import_.result)
    return import_


def _written(city: City, plan: LoadedPlan, wanted: Sequence[Planned], *, actor: Actor) -> list[dict[str, Any]]:
    """Write these actions; gives what stood there before, to be put back if it is undone.

    New ones are made first, without what they begin after: that may be another new one.
    """
    rows = {each.id: each for each in plan.actions}
    numbers = {contents.key_of(ACTIONS, each.id): each.id for each in plan.actions}
    made: dict[str, Action] = {}
    for each in wanted:
        if not each.action_id:
            with _at_its_cell(each):
                made[each.key] = actions.create_action(city, drafting.draft_of({**each.mine, "after": []}, numbers), actor=actor)
            numbers[each.key] = made[each.key].id
    for each in wanted:
        if each.action_id:
            # What an action waits for no more is taken away everywhere first: else two that change places would be a circle.
            kept = [key for key in each.mine["after"] if key in (each.theirs or {}).get("after", ())]
            action = rows[each.action_id]
            _edit(action, each, drafting.draft_of({**each.mine, "after": kept}, numbers, action), actor)
    for each in wanted:
        action = made.get(each.key) or rows[each.action_id]
        after = drafting.draft_of(each.mine, numbers).after
        _edit(action, each, replace(actions.said_by(action), after=after), actor)
    db.session.flush()
    db.session.expire_all()
    now_said = _contents(load_plan(city))
    for each in wanted:
        _require_as_shown(each, now_said[numbers[each.key]], numbers)
    return [
        {"action_id": numbers[each.key], "title": each.title, "before": each.theirs, "after": contents.seal(now_said[numbers[each.key]])}
        for each in wanted
    ]  # fmt: skip


def _edit(action: Action, row: Planned, draft: Draft, actor: Actor) -> None:
    with _at_its_cell(row):
        actions.edit_action(action, draft, actor=actor, seen=action.version)


def _require_as_shown(row: Planned, written: Content, numbers: Mapping[str, int]) -> None:
    """What was written is what was shown, to the last milestone: else nothing is."""
    shown = {**row.mine, "after": sorted(contents.key_of(ACTIONS, numbers[key]) for key in row.mine["after"])}
    if _without_keys(shown) != _without_keys(written):
        raise DomainError(_("“%(title)s” could not be written as the workbook says it. Nothing was changed.", title=row.title))


def _without_keys(content: Content) -> Content:
    """New milestones and indicators get their numbers when they are written."""
    parts = {sheet: [{**part, "key": ""} for part in content[sheet]] for sheet in (MILESTONES, INDICATORS)}
    return {**content, **{sheet: sorted(found, key=canonical_json) for sheet, found in parts.items()}}


@contextmanager
def _at_its_cell(row: Planned) -> Iterator[None]:
    """A refusal of the page's rules names the cell that is to be mended."""
    try:
        yield
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        told = [
            (None, _("%(cell)s: %(problem)s", cell=row.cells.get(field or "", row.cells[NAMES[ACTIONS]]), problem=message))
            for field, message in error.problems
        ]
        raise FieldErrors(told) from error


def discard_workbook(import_: PlanImport, *, actor: Actor) -> None:
    """Give the import up; its file stays in the list. Sent twice it is done once."""
    _held(import_, actor)
    if import_.stage == "discarded":
        return
    _require(import_, "checked")
    import_.discarded_at = now()
    db.session.flush()
    _recorded(import_, "discard", actor)


def undo_workbook(import_: PlanImport, city: City, *, actor: Actor) -> PlanImport:
    """Put back what stood before, except where somebody has changed it since; what was new is dropped. Done once.

    Raises:
        NotAllowed: the actor is no officer of the city, or the plan may not be written now.
        InvalidTransition: the import was not accepted, or too long ago.
    """
    _held(import_, actor)
    if import_.stage == "undone":
        return import_
    _require(import_, "accepted")
    if not may_undo(import_):
        raise InvalidTransition(
            _("This import was accepted more than %(days)s days ago. Change the plan itself.", days=UNDO.days)
        )
    plan = load_plan(city)
    there, rows = _contents(plan), {each.id: each for each in plan.actions}
    numbers = {contents.key_of(ACTIONS, number): number for number in rows}
    result: dict[str, Any] = {"restored": 0, "dropped": 0, "changed_since": []}
    for each in import_.written:
        action = rows.get(each["action_id"])
        if action is None or contents.seal(there[action.id]) != each["after"]:
            result["changed_since"].append(each["title"])
        elif each["before"] is not None:
            _put_back(action, there[action.id], each["before"], numbers, actor)
            result["restored"] += 1
        elif action.state in OPEN:
            reason = _("The import of a workbook that brought it was undone.")
            actions.move_action(action, "drop", actor=actor, seen=action.version, reason=reason)
            result["dropped"] += 1
    import_.result = {**import_.result, **result}
    import_.undone_by, import_.undone_at = actor.id, now()
    db.session.flush()
    _recorded(import_, "undo", actor, restored=result["restored"], dropped=result["dropped"], kept=len(result["changed_since"]))
    return import_


def _put_back(action: Action, there: Content, before: Content, numbers: Mapping[str, int], actor: Actor) -> None:
    """What an action said before. Milestones and indicators that were taken away come back as new ones."""
    before = copy.deepcopy(before)
    for sheet in (MILESTONES, INDICATORS):
        known = {part["key"] for part in there[sheet]}
        for place, part in enumerate(before[sheet], start=1):
            part["key"] = part["key"] if part["key"] in known else new_key(sheet, place)
    actions.edit_action(action, drafting.draft_of(before, numbers, action), actor=actor, seen=action.version)


def may_undo(import_: PlanImport) -> bool:
    """Whether it was accepted and is not too long ago."""
    return import_.stage == "accepted" and import_.accepted_at is not None and now() - import_.accepted_at <= UNDO


def last_day_to_undo(import_: PlanImport) -> date | None:
    """Until when it can be undone."""
    return (import_.accepted_at + UNDO).date() if import_.accepted_at else None


# --- pieces ------------------------------------------------------------------------------------------------


def _contents(plan: LoadedPlan) -> dict[int, Content]:
    return {each.id: contents.content_of(each, plan.after.get(each.id, ())) for each in plan.actions}


def _authorise(city_id: int, actor: Actor) -> None:
    authorise(actor, Permission.VIEW, OfCity(city_id))
    authorise(actor, Permission.EDIT, OfCity(city_id))


def _held(import_: PlanImport, actor: Actor) -> None:
    """Wait for whoever decides on the import at this moment."""
    _authorise(import_.city_id, actor)
    if not hold(import_):
        db.session.refresh(import_)
        hold(import_)


def _require(import_: PlanImport, stage: str) -> None:
    sentences = {
        "checked": _("This import was not accepted yet."),
        "accepted": _("This import was accepted already."),
        "discarded": _("This import was given up. Upload the file again."),
        "undone": _("This import was undone. Upload the file again to take it over once more."),
    }
    if import_.stage != stage:
        raise InvalidTransition(sentences[import_.stage])


def _recorded(import_: PlanImport, what: str, actor: Actor, **after: Any) -> None:
    audit.record(actor, f"plans.import:{what}", import_, after=after, city_id=import_.city_id)
