"""What of the rounds waits for a coordinator: requests for more time, and rounds whose time is over."""

from __future__ import annotations

from datetime import UTC, datetime, time

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.reporting import labels, rounds
from icportal.reporting.enums import RoundState
from icportal.reporting.models import Extension, Response, Round
from icportal.workflow.worklists import Waiting, Worklist

COORDINATOR = _l("a coordinator")


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The lists of this actor; nothing for anybody but a coordinator."""
    if not actor.has(Role.COORDINATOR):
        return []
    asked = rounds.waiting_extensions()
    over = _rounds_to_close()
    return [
        Worklist(
            "reporting.extensions", _l("Requests for more time to decide"), True, len(asked),
            [_extension(*row) for row in asked[:limit]],
        ),
        Worklist("reporting.close", _l("Rounds to close"), True, len(over), [_round(each) for each in over[:limit]]),
    ]  # fmt: skip


def _rounds_to_close() -> list[Round]:
    """Open rounds in which no city has time any more."""
    last = func.max(func.coalesce(Response.deadline, Round.deadline))
    late = select(Round.id).outerjoin(Response).where(Round.state == RoundState.OPEN).group_by(Round.id, Round.deadline)
    late = late.having(func.coalesce(last, Round.deadline) < today())
    return list(db.session.scalars(select(Round).where(Round.id.in_(late)).order_by(Round.deadline, Round.id)))


def _extension(extension: Extension, response: Response, city: City) -> Waiting:
    name = city.name_in(current_language().code)
    label, tone = labels.EXTENSION_STATES[extension.outcome]
    return Waiting(
        title=_("%(city)s asks for more time", city=name),
        endpoint="reporting.decide_extension",
        values={"round_slug": response.round.slug, "slug": city.slug, "number": extension.id},
        kind=_l("Request"),
        state=extension.outcome,
        state_label=label,
        tone=tone,
        since=extension.asked_at,
        waits_for=COORDINATOR,
        city=name,
        language=current_language().code,
        due=datetime.combine(response.due, time(), UTC),
    )


def _round(round_: Round) -> Waiting:
    return Waiting(
        title=labels.edition(round_),
        endpoint="reporting.show_round",
        values={"round_slug": round_.slug},
        kind=_l("Round"),
        state="round_over",
        state_label=_l("Overdue"),
        tone="stopped",
        since=datetime.combine(round_.deadline, time(), UTC),
        waits_for=COORDINATOR,
        language=current_language().code,
        due=datetime.combine(round_.deadline, time(), UTC),
    )
