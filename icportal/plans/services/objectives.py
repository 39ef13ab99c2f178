"""What a city wants to reach with its plan: its objectives, kept together as one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
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
    """An objective as it was filled in; ``id`` and ``seen`` (its version) of one that is there already."""

    title: str
    text: str = ""
    id: int | None = None
    seen: int = 0


def save_objectives(city: City, drafts: Sequence[ObjectiveDraft], *, language: str, actor: Actor) -> bool:
    """Keep the objectives in this order; one that is left out goes, and its actions stand without one. Whether anything changed.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: the plan is read, endorsed or published as it stands.
        Stale: somebody has changed or removed one of them meanwhile.
        FieldErrors: naming what does not do.
    """
    authorise_writing(actor, city)
    plan = held_plan(city.id)
    require_writable(plan)
    drafts = [ObjectiveDraft(clean_line(each.title), clean_text(each.text), each.id, each.seen) for each in drafts]
    if problems := _problems(drafts):
        raise FieldErrors(problems)
    known = {each.id: each for each in db.session.scalars(select(Objective).where(Objective.plan_id == plan.id))}
    stale = [each for each in drafts if each.id is not None and (each.id not in known or known[each.id].version != each.seen)]
    if stale:
        differences = [
            (_("Objective"), each.title, known[each.id].title if each.id in known else "–") for each in stale if each.id
        ]
        raise Stale(_("Somebody has changed this since you opened it."), differences)
    before = [[each.id, each.title, each.text] for each in sorted(known.values(), key=lambda each: (each.position, each.id))]
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
    after = [[each.title, each.text] for each in drafts]
    if [each[1:] for each in before] == after:
        return False
    touch_plan(plan, actor=actor)
    audit.record(
        actor, "plans.objectives:save", plan, before={"objectives": before}, after={"objectives": after}, city_id=city.id
    )
    return True


def _problems(drafts: Sequence[ObjectiveDraft]) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if len(drafts) > MOST:
        problems.append(("objectives", _("At most %(most)s are kept.", most=MOST)))
    if not all(each.title for each in drafts):
        problems.append(("objectives", _("Give each of them a name.")))
    if any(len(each.title) > LONGEST_TITLE or len(each.text) > LONGEST_TEXT for each in drafts):
        problems.append(("objectives", _("This is too long: at most %(max)d characters.", max=LONGEST_TITLE)))
    return problems
