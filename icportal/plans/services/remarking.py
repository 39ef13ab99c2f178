"""What is said of a plan by those who read it, and what the city answers. Every function is one act; the caller commits."""

from __future__ import annotations

import textwrap
from typing import Any

from sqlalchemy import update

from icportal.accounts.directory import people
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor, Role
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import Text, _
from icportal.core.text import clean_text
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.plans import loaded, plan_notices, versions
from icportal.plans.draft import LONGEST_TITLE, Draft
from icportal.plans.enums import OriginKind, Permission, RemarkKind
from icportal.plans.models import Action, PlanRemark
from icportal.plans.queries import OfCity
from icportal.plans.rules import mentors_of
from icportal.plans.services.actions import CameFrom, create_action

LONGEST_REMARK = 5000


def add_remark(city: City, *, kind: str, text: str, action_id: int | None, language: str, actor: Actor) -> PlanRemark:
    """Say something of the plan or of one action. It stands open until it is settled, and the city is told.

    Raises:
        NotAllowed: the actor neither is of the city, nor mentors it, nor coordinates.
        FieldErrors: naming what does not do.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.REMARK, OfCity(city.id))
    plan = loaded.plan_row(city)
    if plan is None:
        raise NotFound(_("This city has no action plan yet."))
    text, problems = clean_text(text), list[tuple[str | None, Text]]()
    if not text:
        problems.append(("text", _("Write what you want to say.")))
    elif len(text) > LONGEST_REMARK:
        problems.append(("text", _("This is too long: at most %(max)d characters.", max=LONGEST_REMARK)))
    if kind not in kinds_for(actor, city):
        problems.append(("kind", _("Choose one of the kinds offered.")))
    action = db.session.get(Action, action_id) if action_id else None
    if action_id and (action is None or action.plan_id != plan.id):
        problems.append(("action_id", _("Choose an action of this plan.")))
    if language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if problems:
        raise FieldErrors(problems)
    version = versions.latest(plan)
    remark = PlanRemark(
        plan_id=plan.id, version_id=version.id if version else None, action_id=action_id or None, city_id=_speaks_for(actor, city),
        kind=kind, text=text, language=language, author_id=actor.id,
    )  # fmt: skip
    db.session.add(remark)
    db.session.flush()
    audit.record(actor, "plans.remark:add", remark, after={"kind": kind, "text": text, "action": action_id}, city_id=city.id)
    plan_notices.remarked(city, remark, actor=actor)
    return remark


def kinds_for(actor: Actor, city: City) -> list[str]:
    """What somebody may say: only a coordinator asks for a change, and the city itself only notes."""
    if can(actor, Permission.AGREE, OfCity(city.id)):
        return [RemarkKind.NOTE, RemarkKind.ADVICE, RemarkKind.CHANGE]
    own = actor.has_in_city(city.id, Role.CITY_OFFICER, Role.MAYOR_OFFICE)
    return [RemarkKind.NOTE] if own else [RemarkKind.NOTE, RemarkKind.ADVICE]


def _speaks_for(actor: Actor, city: City) -> int | None:
    """The city somebody speaks for: the plan's own, one that mentors it, or none."""
    if actor.has_in_city(city.id, Role.CITY_OFFICER, Role.MAYOR_OFFICE):
        return city.id
    return min(actor.cities(Role.CITY_OFFICER) & mentors_of(city.id), default=None)


def reply_to(city: City, remark_id: int, reply: str, *, actor: Actor, seen: str) -> None:
    """Answer a remark for the city; ``seen`` is the answer that stood there.

    Raises:
        NotAllowed: the actor is no officer of the city.
        Stale: somebody has answered meanwhile; ``differences`` has both.
        InvalidTransition: it is settled.
        DomainError: nothing is said, or too much.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.EDIT, OfCity(city.id))
    remark, reply = _remark(city, remark_id), clean_text(reply)
    if not reply:
        raise DomainError(_("Write what you want to say."), "reply")
    if len(reply) > LONGEST_REMARK:
        raise DomainError(_("This is too long: at most %(max)d characters.", max=LONGEST_REMARK), "reply")
    if not _written(remark, {"reply": reply}, PlanRemark.reply == seen, PlanRemark.settled_at.is_(None)):
        db.session.refresh(remark)
        if remark.settled_at is not None:
            raise InvalidTransition(_("This remark is settled."))
        raise Stale(_("Somebody has changed this since you opened it."), [(_("Answer"), reply, remark.reply)])
    audit.record(actor, "plans.remark:reply", remark, before={"reply": seen}, after={"reply": reply}, city_id=city.id)
    if remark.author_id is not None:
        plan_notices.replied(city, remark, people([remark.author_id]), actor=actor)


def settle(city: City, remark_id: int, *, actor: Actor) -> bool:
    """Say that nothing more is to be done about a remark; whether it was open. The city does, or whoever made it.

    Raises:
        NotAllowed: the actor is neither an officer of the city nor made the remark.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    remark = _remark(city, remark_id)
    if remark.author_id != actor.id:
        authorise(actor, Permission.EDIT, OfCity(city.id))
    if not _written(remark, {"settled_by": actor.id, "settled_at": now()}, PlanRemark.settled_at.is_(None)):
        return False
    audit.record(actor, "plans.remark:settle", remark, after={"settled": True}, city_id=city.id)
    return True


def make_action(city: City, remark_id: int, *, actor: Actor) -> Action:
    """Make a remark an action of the plan: a draft that says where it comes from. Of the same remark it is made once.

    Raises:
        NotAllowed: the actor is no officer of the city.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.EDIT, OfCity(city.id))
    remark = _remark(city, remark_id)
    title = textwrap.shorten(remark.text.splitlines()[0], LONGEST_TITLE, placeholder=" …") or remark.text[:LONGEST_TITLE]
    came_from = CameFrom(OriginKind.REMARK, remark.id, remark.text, remark.language)
    return create_action(city, Draft(title, body=remark.text, language=remark.language), actor=actor, came_from=came_from)


def _remark(city: City, remark_id: int) -> PlanRemark:
    plan, remark = loaded.plan_row(city), db.session.get(PlanRemark, remark_id)
    if plan is None or remark is None or remark.plan_id != plan.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return remark


def _written(remark: PlanRemark, values: dict[str, Any], *still: Any) -> bool:
    """Write into a remark as long as it still is what was seen, in one statement; whether it was."""
    done = db.session.execute(update(PlanRemark).where(PlanRemark.id == remark.id, *still).values(values))
    db.session.expire(remark)
    return int(done.rowcount) == 1  # type: ignore[attr-defined]  # an update has one
