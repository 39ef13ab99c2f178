"""A plan as a calendar that people subscribe to: who has the secret address reads it, without an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.installation import settings
from icportal.core.strings import Text, _
from icportal.plans.enums import ActionState
from icportal.plans.flow import ACTION
from icportal.plans.models import Action, ActionIndicator, ActionPlan, Milestone, ProgressRound
from icportal.web.calendars import Entry
from icportal.web.routing import external_url

PURPOSE = "icportal.plan_calendar"


def secret_of(plan: ActionPlan) -> str:
    """What names the calendar in its address: signed, so that a copy of the database opens nothing. Empty where it has none."""
    return str(_serializer().dumps(plan.calendar_nonce)) if plan.calendar_nonce else ""


def open_calendar(secret: str) -> tuple[ActionPlan, City]:
    """The plan of this address, and its city. NotFound where there is none, or none any more."""
    try:
        nonce = _serializer().loads(secret)
    except BadSignature:
        nonce = None
    found = None
    if isinstance(nonce, str) and nonce:
        query = select(ActionPlan, City).join(City, City.id == ActionPlan.city_id).where(ActionPlan.calendar_nonce == nonce)
        found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found[0], found[1]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=PURPOSE)


def entries_of(plan: ActionPlan, city: City, language: str) -> list[Entry]:
    """Every day something is due: actions, milestones, indicators, progress rounds. Four queries, whatever the plan's size.

    Nothing in it is internal, and no person is named: an address may be passed on.
    """
    return list(_Feed(plan, city, language).entries())


class _Feed:
    def __init__(self, plan: ActionPlan, city: City, language: str) -> None:
        self.plan, self.city, self.language = plan, city, language
        self.host = urlsplit(settings().base_url).hostname or "localhost"
        query = select(Action).where(Action.plan_id == plan.id, Action.state != ActionState.DROPPED)
        self.actions = {each.id: each for each in db.session.scalars(query.order_by(Action.id))}

    def entries(self) -> Iterator[Entry]:
        for action in self.actions.values():
            if action.due_on:
                yield self._of_action(action)
        yield from self._milestones()
        yield from self._indicators()
        yield from self._rounds()

    def _of_action(self, action: Action) -> Entry:
        said = [str(ACTION.state(action.state).label), action.owner_body, action.outcome[:1000]]
        title = _("Due: %(title)s", title=action.title)
        return self._entry("action", action.id, title, action.due_on, action, done=action.state == ActionState.DONE, said=said)

    def _milestones(self) -> Iterator[Entry]:
        query = select(Milestone).join(Action, Action.id == Milestone.action_id).where(Action.plan_id == self.plan.id)
        for each in db.session.scalars(query.order_by(Milestone.id)):
            if (action := self.actions.get(each.action_id)) is not None:
                title = _("Milestone: %(title)s", title=each.title)
                said = [action.title, action.owner_body]
                yield self._entry("milestone", each.id, title, each.due_on, action, done=each.done_on is not None, said=said)

    def _indicators(self) -> Iterator[Entry]:
        query = select(ActionIndicator).join(Action, Action.id == ActionIndicator.action_id)
        for each in db.session.scalars(query.where(Action.plan_id == self.plan.id).order_by(ActionIndicator.id)):
            action = self.actions.get(each.action_id)
            if action is None:
                continue
            said = [action.title, action.owner_body]
            if each.deadline:
                title = _("Target to be reached: %(indicator)s", indicator=each.label)
                yield self._entry("target", each.id, title, each.deadline, action, said=said)
            if each.next_due_on and each.next_due_on != each.deadline:
                title = _("Value expected: %(indicator)s", indicator=each.label)
                yield self._entry("value", each.id, title, each.next_due_on, action, said=said)

    def _rounds(self) -> Iterator[Entry]:
        query = select(ProgressRound).where(ProgressRound.plan_id == self.plan.id).order_by(ProgressRound.number)
        for each in db.session.scalars(query):
            name = self.city.name_in(self.language)
            title = _("Progress report on the action plan of %(city)s", city=name)
            url = external_url("plans.show_plan", language=self.language, slug=self.city.slug)
            yield Entry(
                self._uid("round", each.id), self._told(title, is_done=each.closed_at is not None), each.due_on,
                each.updated_at, url=url, sequence=each.version,
            )  # fmt: skip

    def _entry(
        self, kind: str, number: int, title: Text, day: Any, action: Action, *, said: list[str], done: bool = False
    ) -> Entry:
        url = external_url("plans.show_action", language=self.language, slug=self.city.slug, action_id=action.id)
        description = "\n".join(each for each in (*said, url) if each)
        return Entry(
            self._uid(kind, number), self._told(title, is_done=done), day, _moment(action.updated_at),
            description=description, url=url, sequence=action.version,
        )  # fmt: skip

    def _uid(self, kind: str, number: int) -> str:
        return f"plan-{self.plan.id}-{kind}-{number}@{self.host}"

    @staticmethod
    def _told(title: Text, *, is_done: bool) -> str:
        return f"✓ {title}" if is_done else str(title)


def _moment(value: datetime) -> datetime:
    return value.replace(microsecond=0)
