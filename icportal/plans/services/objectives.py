"""What a city wants to reach with its plan: its objectives, kept together as one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import FieldErrors, Stale
from icportal.core.strings import Text, _
from icportal.core.text import clean_line, clean_text
from icportal.plans.draft import LONGEST_TEXT, LONGEST_TITLE
from icportal.plans.models import Action, Objective
from icportal.plans.services.writing import authorise_writing, held_plan, require_writable, touch_plan

MOST = 20


@dataclass(frozen=True)
class ObjectiveDraft:
    """An objective as it was filled in; ``id`` is that of one that is there already."""

    title: str
    text: str = ""
    id: int | None = None


def seal_of(objectives: Iterable[Objective]) -> str:
    """A checksum of the whole list: what somebody saw before changing it, those that others add or remove included."""
    return sha256([[each.id, each.version] for each in objectives])


def save_objectives(city: City, drafts: Sequence[ObjectiveDraft], *, language: str, actor: Actor, seen: str | None) -> bool:
    """Keep the objectives in this order; one that is left out goes, and its actions stand without one. Whether anything changed.

    ``seen`` is the seal of the list that was read; None where nothing was.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: the plan is read, endorsed or published as it stands.
        Stale: somebody has changed, added or removed one of them meanwhile; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    authorise_writing(actor, city)
    plan = held_plan(city.id)
    require_writable(plan)
    drafts = [ObjectiveDraft(clean_line(each.title), clean_text(each.text), each.id) for each in drafts]
    if problems := _problems(drafts):
        raise FieldErrors(problems)
    there = select(Objective).where(Objective.plan_id == plan.id).order_by(Objective.position, Objective.id)
    known = {each.id: each for each in db.session.scalars(there, execution_options={"populate_existing": True})}
    before = [[each.id, each.title, each.text] for each in known.values()]
    after = [[each.title, each.text] for each in drafts]
    if [each[1:] for each in before] == after:
        return False
    if seen is not None and seen != seal_of(known.values()):
        raise Stale(_("Somebody has changed this since you opened it."), _differences(drafts, known))
    for number in set(known) - {each.id for each in drafts}:
        db.session.execute(update(Action).where(Action.objective_id == number).values(objective_id=None))
        db.session.delete(known[number])
    for place, each in enumerate(drafts):
        row = known.get(each.id or 0)
        if row is None:
            row = Objective(plan_id=plan.id, city_id=city.id, language=language)
            db.session.add(row)
        row.title, row.text, row.position = each.title, each.text, place
    db.session.flush()
    db.session.expire_all()
    touch_plan(plan, actor=actor)
    audit.record(
        actor, "plans.objectives:save", plan, before={"objectives": before}, after={"objectives": after}, city_id=city.id
    )
    return True


def _differences(drafts: Sequence[ObjectiveDraft], known: Mapping[int, Objective]) -> list[tuple[Text, str, str]]:
    """Where the two lists differ: (label, mine, theirs); nothing stands there where one has what the other has not."""
    found = []
    for each in drafts:
        theirs = known.get(each.id or 0)
        mine = _words(each.title, each.text)
        if theirs is None or mine != _words(theirs.title, theirs.text):
            found.append((_("Objective"), mine, _words(theirs.title, theirs.text) if theirs else ""))
    left_out = (row for number, row in known.items() if number not in {each.id for each in drafts})
    return [*found, *((_("Objective"), "", _words(row.title, row.text)) for row in left_out)]


def _words(title: str, text: str) -> str:
    return " · ".join(each for each in (title, text) if each)


def _problems(drafts: Sequence[ObjectiveDraft]) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if len(drafts) > MOST:
        problems.append(("objectives", _("At most %(most)s are kept.", most=MOST)))
    if not all(each.title for each in drafts):
        problems.append(("objectives", _("Give each of them a name.")))
    if any(len(each.title) > LONGEST_TITLE or len(each.text) > LONGEST_TEXT for each in drafts):
        problems.append(("objectives", _("This is too long: at most %(max)d characters.", max=LONGEST_TITLE)))
    return problems
