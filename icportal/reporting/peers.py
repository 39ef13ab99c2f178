"""A city's grades beside those of cities like it: what the network may read, in this round and the one before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from icportal.core.actors import Actor
from icportal.core.bulk import parts
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.reporting.counting import NETWORK
from icportal.reporting.enums import Permission, Visibility
from icportal.reporting.models import Answer, PublishedAnswer, Response, Round
from icportal.reporting.results import may_be_read
from icportal.web.figures import KEPT_BACK, NO_ANSWER


@dataclass(frozen=True)
class Row:
    """One commitment. ``peers`` has a number for each grade, for what is kept back and for no answer; None where too few answered."""

    number: int
    own: str
    last: str
    peers: Mapping[str, int] | None
    answered: int


@dataclass(frozen=True)
class Comparison:
    """A city against its peers. ``peers`` is how many of the chosen cities were invited."""

    rows: Sequence[Row]
    peers: int
    smallest: int

    @property
    def hidden(self) -> int:
        """Under how many commitments too few of the peers answered."""
        return sum(row.peers is None for row in self.rows)


def compare(round_: Round, city_id: int, peers: Sequence[int], *, actor: Actor) -> Comparison:
    """The city's grades now and last time, and how the peers' are spread. The same number of queries for any number of grades.

    The city's own people read their own grades whatever the city shows to others.

    Raises:
        NotFound: the city was not invited to the round.
    """
    response = db.session.scalar(select(Response).where(Response.round_id == round_.id, Response.city_id == city_id))
    if response is None:
        raise NotFound(_("This city was not invited to this round."))
    own = _own(response, actor)
    previous = db.session.get(Round, round_.previous_id) if round_.previous_id else None
    last: dict[int, str] = {}
    if previous is not None:
        query = select(Response).where(Response.round_id == previous.id, Response.city_id == city_id)
        before = db.session.scalar(query)
        last = _own(before, actor) if before is not None else {}
    invited, spread = _spread(round_, [peer for peer in peers if peer != city_id])
    rows = [_row(number, (own, last), spread[number], invited, round_.smallest_group) for number in _codes(round_).values()]
    return Comparison(rows, invited, round_.smallest_group)


def invited(round_: Round) -> frozenset[int]:
    """The cities a comparison can choose among."""
    return frozenset(db.session.scalars(select(Response.city_id).where(Response.round_id == round_.id)))


def _row(
    number: int, grades: tuple[Mapping[int, str], Mapping[int, str]], spread: Counter[str], invited: int, smallest: int
) -> Row:
    own, last = grades
    answered = sum(count for choice, count in spread.items() if choice != KEPT_BACK)
    peers = {**spread, NO_ANSWER: invited - spread.total()} if answered >= max(smallest, 1) else None
    return Row(number, own.get(number, NO_ANSWER), last.get(number, ""), peers, answered)


def _codes(round_: Round) -> dict[str, int]:
    return {question.name: number for number, question in sorted(round_.questionnaire_version.known.grades.items())}


def _own(response: Response, actor: Actor) -> dict[int, str]:
    """The city's grades by commitment: all of them for its own people, what it shows the network for others."""
    codes = _codes(response.round)
    shown = select(PublishedAnswer.question, PublishedAnswer.choice, PublishedAnswer.visibility).where(
        PublishedAnswer.response_id == response.id, PublishedAnswer.question.in_(codes)
    )
    grades = {
        codes[code]: choice if visibility != Visibility.CITY else KEPT_BACK
        for code, choice, visibility in db.session.execute(shown)
    }
    if can(actor, Permission.VIEW_RESPONSE, response):
        query = select(Answer.question, Answer.choice).where(Answer.response_id == response.id, Answer.question.in_(codes))
        grades |= {codes[code]: choice for code, choice in db.session.execute(query) if choice}
    return grades


def _spread(round_: Round, peers: Sequence[int]) -> tuple[int, dict[int, Counter[str]]]:
    """How many of the peers were invited, and by commitment what they answered."""
    codes, invited = _codes(round_), 0
    spread: dict[int, Counter[str]] = {number: Counter() for number in codes.values()}
    readable = may_be_read(NETWORK)[0]
    for part in parts(peers):
        mine = (Response.round_id == round_.id, Response.city_id.in_(part))
        invited += db.session.scalar(select(func.count(Response.id)).where(*mine)) or 0
        query = (
            select(PublishedAnswer.question, PublishedAnswer.choice, readable, func.count())
            .join(Response, Response.id == PublishedAnswer.response_id)
            .where(*mine, PublishedAnswer.question.in_(codes))
            .group_by(PublishedAnswer.question, PublishedAnswer.choice, readable)
        )
        for code, choice, is_readable, number in db.session.execute(query):
            spread[codes[code]][choice if is_readable else KEPT_BACK] += number
    return invited, spread
