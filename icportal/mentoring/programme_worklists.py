"""What waits among programmes: texts of calls, grants to decide, and calls that wait for a city's application."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import and_, func, or_, select

from icportal.cities.models import City
from icportal.content.worklists import YOU, TextLists, places_of
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE
from icportal.core.db import db
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.mentoring import applications, matchings, programmes
from icportal.mentoring.enums import KIND, MATCHABLE, ApplicationState, GrantOutcome, Permission, Phase
from icportal.mentoring.flow import APPLICATION
from icportal.mentoring.labels import GRANT_OUTCOMES
from icportal.mentoring.matchings import LastSent
from icportal.mentoring.models import Application, Grant, Programme, ProgrammePhase
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each."""
    lists: list[Worklist] = []
    if can(actor, Permission.READ_CALL):
        more = {"write": programmes.drafts()} if can(actor, Permission.EDIT_PROGRAMME) else {}
        lists = TEXTS.provide(actor, limit, more=more)
    if can(actor, Permission.RUN_PROGRAMME):
        lists.append(_grants(limit))
    if own := actor.cities(Role.CITY_OFFICER):
        lists.append(_to_send(own, limit))
        lists.append(_left_over(own, limit))
    return lists


def _grants(limit: int) -> Worklist:
    query = (
        select(Grant, City, Programme).join(City, City.id == Grant.city_id).join(Programme, Programme.id == Grant.programme_id)
    )
    query = query.where(Grant.outcome == GrantOutcome.ASKED)
    count = db.session.scalar(select(func.count()).select_from(query.subquery("asked"))) or 0
    entries = [
        Waiting(
            title=grant.purpose,
            endpoint="mentoring.show_grants",
            values={"slug": programme.slug},
            kind=_l("Grant"),
            state=grant.outcome,
            state_label=GRANT_OUTCOMES[grant.outcome],
            tone="waiting",
            since=grant.created_at,
            waits_for=YOU,
            city=city.name_in(current_language().code),
            language=current_language().code,
        )
        for grant, city, programme in db.session.execute(query.order_by(Grant.id).limit(limit))
    ]
    return Worklist("mentoring.grants", _l("Grants to decide"), True, count, entries)


def _to_send(city_ids: frozenset[int], limit: int) -> Worklist:
    """Applications that were begun and not sent while the call is open, or that were sent, and are being changed since."""
    query = (
        select(Application, City, Programme, ProgrammePhase.ends_on)
        .join(City, City.id == Application.city_id)
        .join(Programme, Programme.id == Application.programme_id)
        .outerjoin(ProgrammePhase, and_(ProgrammePhase.programme_id == Programme.id, ProgrammePhase.phase == Phase.APPLY))
        .where(Application.state == ApplicationState.DRAFT, Application.city_id.in_(city_ids))
        .where(or_(Programme.state == Phase.APPLY, and_(Programme.state.in_(MATCHABLE), Application.submitted_at.is_not(None))))
    )
    rows = list(db.session.execute(query.order_by(Application.id)))
    entries = [
        _entry(
            application,
            city,
            programme,
            tone="draft",
            since=application.state_since,
            due=datetime.combine(ends_on, time.max, PORTAL_ZONE) if ends_on and programme.state == Phase.APPLY else None,
        )
        for application, city, programme, ends_on in rows[:limit]
    ]
    return Worklist("mentoring.applications", _l("Applications to send"), True, len(rows), entries)


def _left_over(city_ids: frozenset[int], limit: int) -> Worklist:
    """Cities that got no mentor with the last proposals, until they have changed their application or no longer can."""
    query = (
        select(Application, City, Programme)
        .join(City, City.id == Application.city_id)
        .join(Programme, Programme.id == Application.programme_id)
        .where(Programme.state.in_(MATCHABLE), Application.state == ApplicationState.SUBMITTED, Application.city_id.in_(city_ids))
        .where(Application.needs.any())
    )
    found = [
        (*row, run) for row in db.session.execute(query.order_by(Application.id)) if (run := _left_over_by(*row)) is not None
    ]
    entries = [
        _entry(application, city, programme, tone="waiting", since=run.at) for application, city, programme, run in found[:limit]
    ]
    return Worklist("mentoring.left_over", _l("No mentor was found: see what would help"), True, len(found), entries)


def _entry(
    application: Application, city: City, programme: Programme, *, tone: str, since: datetime, due: datetime | None = None
) -> Waiting:
    """An application as its city meets it in a list."""
    return Waiting(
        title=programme.title, endpoint="mentoring.show_application", values={"slug": programme.slug, "city_slug": city.slug},
        kind=_l("Application"), state=application.state, state_label=APPLICATION.state(application.state).label, tone=tone,
        since=since, waits_for=YOU, city=city.name_in(current_language().code), language=programme.item.source_language, due=due,
    )  # fmt: skip


def _left_over_by(application: Application, city: City, programme: Programme) -> LastSent | None:
    """The last run, where it left the city over and this has not sent its application anew and is in no pairing."""
    if applications.stands_paired(application):
        return None
    run = matchings.last_left_over(programme)
    if run is None or (application.submitted_at and application.submitted_at > run.at):
        return None
    return run if city.slug in matchings.left_without(programme, run.left_over) else None


TEXTS = TextLists(
    kind=KIND,
    prefix="mentoring.calls",
    lists={
        "write": (_l("Calls to go on writing"), "mentoring.call_workspace"),
        "review": (_l("Calls to review"), "mentoring.call_review"),
        "translate": (_l("Calls to translate"), "mentoring.call_translate"),
        "others": (_l("Calls that wait for others"), "mentoring.call_workspace"),
    },
    whole=frozenset({"mentoring.call_workspace"}),
    kind_in=lambda language: _("Call for mentoring in %(language)s", language=language),
    places=places_of(Programme, "programme_id"),
)
