"""Reading preparation and evaluation: who has handed in what, what of it somebody may see, and what came of a programme."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.permissions import can
from icportal.mentoring import applications
from icportal.mentoring.enums import PairingState, Permission, Phase
from icportal.mentoring.models import Pairing, Programme, Rating
from icportal.mentoring.rating_words import Moment, RatingState
from icportal.mentoring.rules import OneSide
from icportal.toolkits import queries as toolkits
from icportal.toolkits.enums import FactorKind
from icportal.toolkits.queries import Benchmark, Factor

#: Of fewer cities than this nothing is told apart from the rest: whoever knows one answer would know the other.
SMALLEST_GROUP = 3

#: While a pairing is in one of these states, its cities can rate the key factors at that moment.
OPEN = {
    Moment.BEFORE: frozenset({PairingState.ACCEPTED, PairingState.ACTIVE, PairingState.PAUSED}),
    Moment.AFTER: frozenset({PairingState.ACTIVE, PairingState.PAUSED, PairingState.COMPLETED, PairingState.COMPLETED_EARLY}),
}
#: In these phases a programme asks for the self-assessment.
PREPARING = frozenset({Phase.PREPARE, Phase.VISITS})
_OVER = frozenset({PairingState.COMPLETED, PairingState.COMPLETED_EARLY})


@dataclass(frozen=True)
class Line:
    """One key factor and what each city made of it: levels by (moment, city's id), None where there is none.

    ``answers`` has what was chosen instead of a level as well.
    """

    factor: Factor
    levels: Mapping[tuple[str, int], int | None]
    answers: Mapping[tuple[str, int], int | str | None]
    texts: Sequence[tuple[str, int, str, str]]


@dataclass(frozen=True)
class Sheet:
    """All key factors of a pairing as somebody may see them. ``seen`` are the ratings that are shown, by (moment, city's id)."""

    benchmark: Benchmark
    lines: Sequence[Line]
    seen: Mapping[tuple[str, int], Rating]


@dataclass(frozen=True)
class Change:
    """What became of one key factor over the pairs of a theme: means of 0 to 4 where enough mentees said so, before and after."""

    factor: Factor
    pairs: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Outcome:
    """What came of a programme: by theme the change of each key factor, would-do-again by answer, and the free texts."""

    themes: Sequence[tuple[Benchmark, Sequence[Change]]]
    again: Mapping[str, int]
    told: Sequence[Rating]
    handed_in: Mapping[tuple[int, str, int], bool]


def ratings_of(pairing: Pairing) -> dict[tuple[str, int], Rating]:
    """Every rating of a pairing by (moment, city's id)."""
    found = db.session.scalars(select(Rating).where(Rating.pairing_id == pairing.id))
    return {(each.moment, each.city_id): each for each in found}


def benchmark_of(pairing: Pairing, language: str) -> Benchmark:
    """The benchmark a pairing works with, in words, as far as it is rated: what a city has to reckon with is not."""
    return _rated(toolkits.benchmark(pairing.scheme.toolkit, language, pairing.scheme.benchmark_number))


def commitments_of(pairing: Pairing) -> tuple[int, ...]:
    """The commitments of the Charter that the benchmark of a pairing serves; none where there is no benchmark."""
    wanted = (pairing.scheme.toolkit, pairing.scheme.benchmark_number)
    found = toolkits.benchmarks([wanted], "en").get(wanted)
    return tuple(found.commitments) if found else ()


def _rated(benchmark: Benchmark) -> Benchmark:
    return replace(benchmark, factors=tuple(factor for factor in benchmark.factors if factor.kind == FactorKind.KEY))


def has_handed_in(pairing: Pairing, moment: str, city_id: int) -> bool:
    """Whether a city has handed in what it was asked for at a moment."""
    there = ratings_of(pairing).get((moment, city_id))
    return there is not None and there.is_handed_in


def both_handed_in(pairing: Pairing, moment: str, known: Mapping[tuple[str, int], Rating]) -> bool:
    """Whether both cities have handed in what they were asked for at a moment."""
    there = [known.get((moment, city_id)) for city_id in pairing.city_ids]
    return all(each is not None and each.is_handed_in for each in there)


def other_is_in(rating: Rating) -> bool:
    """Whether the other city has handed in at the same moment: then neither changes what it has said."""
    query = select(Rating.id).where(
        Rating.pairing_id == rating.pairing_id, Rating.moment == rating.moment, Rating.city_id != rating.city_id,
        Rating.state == RatingState.HANDED_IN,
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def open_to(actor: Actor, pairing: Pairing, known: Mapping[tuple[str, int], Rating]) -> dict[tuple[str, int], Rating]:
    """Those of a pairing's ratings that somebody who may see the pairing may read.

    A city reads its own at any time and the other's once both are handed in; whoever is of neither city, what was handed in.
    """
    own = {city_id for city_id in pairing.city_ids if can(actor, Permission.ANSWER_PAIRING, OneSide(city_id))}
    is_neither = not actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE) & pairing.city_ids
    return {
        key: each
        for key, each in known.items()
        if each.city_id in own or both_handed_in(pairing, each.moment, known) or (is_neither and each.is_handed_in)
    }


def sheet_of(pairing: Pairing, language: str, actor: Actor) -> Sheet:
    """The key factors with everything the actor may see."""
    benchmark, known = benchmark_of(pairing, language), ratings_of(pairing)
    seen = open_to(actor, pairing, known)
    lines = [
        Line(
            factor,
            {key: each.level(factor.code) for key, each in seen.items()},
            {key: each.answer(factor.code) for key, each in seen.items()},
            [(each.moment, each.city_id, each.language, each.text(factor.code)) for each in seen.values() if each.text(factor.code)],
        )
        for factor in benchmark.factors
    ]  # fmt: skip
    return Sheet(benchmark, lines, seen)


def outcome_of(programme: Programme, language: str) -> Outcome:
    """What came of a programme, for its coordinators. Means only where enough pairs are behind them."""
    query = select(Rating).join(Pairing, Pairing.id == Rating.pairing_id).where(Pairing.programme_id == programme.id)
    found = list(db.session.scalars(query.order_by(Rating.id)))
    benchmarks = {number: _rated(each) for number, each in applications.benchmarks_of(programme, language).items()}
    by_pair: dict[int, dict[str, Rating]] = defaultdict(dict)
    for each in found:
        if each.is_handed_in and each.city_id == each.pairing.mentee_id:
            by_pair[each.pairing_id][each.moment] = each
    whole = [pair for pair in by_pair.values() if set(pair) == set(Moment)]
    themes = [
        (benchmarks[scheme.id], [_change(factor, [p for p in whole if p[Moment.AFTER].pairing.scheme_id == scheme.id]) for factor in benchmarks[scheme.id].factors])
        for scheme in programme.schemes
    ]  # fmt: skip
    told = [each for each in found if each.is_handed_in and each.moment == Moment.AFTER]
    again = Counter(each.again for each in told)
    return Outcome(themes, again, told, {(each.pairing_id, each.moment, each.city_id): each.is_handed_in for each in found})


def _change(factor: Factor, pairs: Sequence[Mapping[str, Rating]]) -> Change:
    said = [(pair[Moment.BEFORE].level(factor.code), pair[Moment.AFTER].level(factor.code)) for pair in pairs]
    levels = [(before, after) for before, after in said if before is not None and after is not None]
    if len(levels) < SMALLEST_GROUP:
        return Change(factor, len(levels), None, None)
    before, after = (sum(each) / len(levels) for each in zip(*levels, strict=True))
    return Change(factor, len(levels), before, after)


def waiting_for(city_ids: Sequence[int], moment: Moment) -> list[tuple[Pairing, City]]:
    """(pairing, city) of what one of these cities has to hand in: asked for by the phase of the programme, or because it is over."""
    query = select(Pairing, City).join(City, City.id.in_((Pairing.mentor_id, Pairing.mentee_id)))
    query = query.join(Programme, Programme.id == Pairing.programme_id).where(City.id.in_(city_ids))
    query = query.where(Pairing.state.in_(OPEN[moment]))
    if moment == Moment.BEFORE:
        query = query.where(Programme.state.in_(PREPARING))
    else:
        query = query.where((Programme.state == Phase.EVALUATE) | Pairing.state.in_(_OVER))
    there = select(Rating.id).where(
        Rating.pairing_id == Pairing.id, Rating.city_id == City.id, Rating.moment == moment, Rating.state == RatingState.HANDED_IN
    )
    rows = db.session.execute(query.where(~there.exists()).order_by(Pairing.state_since, Pairing.id))
    return [(pairing, city) for pairing, city in rows]
