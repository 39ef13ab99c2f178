"""Reading matchings: the runs of a programme, both results side by side, and the reasons as each reader may know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.locales import get
from icportal.mentoring import programmes
from icportal.mentoring.enums import Aim, PairingState, Permission
from icportal.mentoring.matching import reasons, runs
from icportal.mentoring.matching.explain import ENOUGH, Change
from icportal.mentoring.matching.pool import Pool
from icportal.mentoring.models import MatchRun, Pairing, PairRule, Programme
from icportal.mentoring.rules import OfCity

PAGE = 100


@dataclass(frozen=True)
class Names:
    """What cities, themes and languages are called for one reader; codes that are no more stay codes."""

    cities: Mapping[str, str]
    themes: Mapping[str, str]
    language: str

    def city(self, code: str) -> str:
        return self.cities.get(code, code)

    def theme(self, code: str) -> str:
        return self.themes.get(code, code)

    def spoken(self, code: str) -> str:
        return get(code).name_in(get(self.language))


@dataclass(frozen=True)
class LeftOver:
    """A need that got no mentor, in words: the changes that would help, and of each mentor which rule removed it."""

    scheme_id: int
    theme: str
    city: str
    changes: Sequence[str]
    mentors: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class RunRow:
    """A run in the list of runs, with how many pairs each result has."""

    number: int
    created_by: int | None
    created_at: datetime
    aim: str
    best: int
    stable: int


@dataclass(frozen=True)
class PairPage:
    """Some pairs of a run with their reasons, and where the list goes on."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    page: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE))


def runs_of(programme: Programme) -> list[RunRow]:
    """Every run, the newest first; of what a run holds, the two counts only."""
    counts = [MatchRun.outcome[aim, "matched"].as_integer() for aim in (Aim.BEST, Aim.STABLE)]
    query = select(MatchRun.number, MatchRun.created_by, MatchRun.created_at, MatchRun.aim, *counts)
    query = query.where(MatchRun.programme_id == programme.id).order_by(MatchRun.number.desc())
    return [RunRow(*row) for row in db.session.execute(query)]


def get_run(programme: Programme, number: int) -> MatchRun:
    """A run by its number. NotFound when there is none."""
    query = select(MatchRun).where(MatchRun.programme_id == programme.id, MatchRun.number == number)
    run = db.session.scalar(query)
    if run is None:
        raise NotFound(_("There is no such matching."))
    return run


def rules_of(programme: Programme) -> list[PairRule]:
    """The pairs a coordinator has locked or banned."""
    return list(db.session.scalars(select(PairRule).where(PairRule.programme_id == programme.id).order_by(PairRule.id)))


def pairs_of(run: MatchRun, *, city: str = "", page: int = 1) -> PairPage:
    """A page of all pairs there could be, or of one city's: those that can be made first, the highest score first."""
    pairs = [each for each in run.outcome["all_pairs"] if not city or city in (each["mentor"], each["mentee"])]
    pairs.sort(key=lambda each: (bool(each["rules"]), -each["score"], each["mentee"], each["mentor"], each["theme"]))
    found = PairPage((), len(pairs), page)
    page = min(max(page, 1), found.last)
    return replace(found, rows=pairs[(page - 1) * PAGE : page * PAGE], page=page)


def names_for(programme: Programme, language: str, run: MatchRun | None = None) -> Names:
    """What the themes of a programme are called, and the cities one of its runs started from."""
    rows = programmes.scheme_rows(programme.schemes, language)
    codes = cities_of(run) if run else frozenset()
    found = db.session.scalars(select(City).where(City.slug.in_(codes))) if codes else ()
    cities = {city.slug: city.name_in(language) for city in found}
    return Names(cities, {row.scheme.toolkit: row.title for row in rows.values()}, language)


def cities_of(run: MatchRun) -> frozenset[str]:
    """The codes of every city a run started from."""
    pool = Pool.of(run.inputs)
    pairs = (*pool.locks, *pool.bans, *pool.fixed, *pool.declined)
    return frozenset({city.code for city in pool.candidates} | {code for pair in pairs for code in (pair.mentor, pair.mentee)})


def left_over(run: MatchRun, aim: str, names: Names, programme: Programme, *, for_coordinator: bool) -> list[LeftOver]:
    """Everybody without a mentor in one of the results, in words."""
    return _all_in_words(run.outcome[aim]["left_over"], names, programme, for_coordinator=for_coordinator)


def left_over_of(programme: Programme, city: City, *, actor: Actor, language: str) -> list[LeftOver]:
    """Why a city has no mentor by the last run whose proposals were sent; nothing where it has one or was not matched yet."""
    authorise(actor, Permission.VIEW_APPLICATION, OfCity(city.id))
    run = last_sent(programme)
    own = left_without(programme, run.outcome[run.aim]["left_over"]).get(city.slug) if run else None
    if not own:
        return []
    return _all_in_words(own, names_for(programme, language, run), programme, for_coordinator=can(actor, Permission.MATCH))


def last_sent(programme: Programme) -> MatchRun | None:
    """The last run whose proposals were sent."""
    query = select(MatchRun).where(MatchRun.programme_id == programme.id, MatchRun.sent_at.is_not(None))
    return db.session.scalar(query.order_by(MatchRun.number.desc()).limit(1))


@dataclass(frozen=True)
class LastSent:
    """Of the last run whose proposals were sent, when that was, and the needs it left open as the run has them."""

    at: datetime
    left_over: Sequence[Mapping[str, Any]]


def last_left_over(programme: Programme) -> LastSent | None:
    """The same of the last run, without the rest of it: a run with all its pairs is long, and lists are on every page."""
    lists = [MatchRun.outcome[aim, "left_over"] for aim in (Aim.BEST, Aim.STABLE)]
    query = select(MatchRun.sent_at, MatchRun.aim, *lists)
    query = query.where(MatchRun.programme_id == programme.id, MatchRun.sent_at.is_not(None))
    row = db.session.execute(query.order_by(MatchRun.number.desc()).limit(1)).first()
    if row is None:
        return None
    at, aim, best, stable = row
    return LastSent(at, best if aim == Aim.BEST else stable)


def left_without(programme: Programme, left_over: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """By city (its code): those of the needs a run left open that nobody has met since; one query."""
    query = select(Pairing.scheme_id, City.slug).join(City, City.id == Pairing.mentee_id)
    query = query.where(Pairing.programme_id == programme.id, Pairing.state != PairingState.ENDED)
    themes = {scheme.id: scheme.toolkit for scheme in programme.schemes}
    served = {(row.slug, themes[row.scheme_id]) for row in db.session.execute(query)}
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in left_over:
        if (each["mentee"], each["theme"]) not in served:
            found[each["mentee"]].append(each)
    return found


def first_change(needs: Sequence[Mapping[str, Any]], names: Names) -> str:
    """The smallest change that would meet one of these needs, fit for a mail; empty where there is none.

    Whom a city would rather not work with stays on its page.
    """
    helps = (found for each in needs for found in each["helps"] if found["is_met"] and found["change"] != Change.AVOID)
    return next((reasons.change(found, city=names.city, language=names.spoken) for found in helps), "")


def _all_in_words(
    stored: Sequence[Mapping[str, Any]], names: Names, programme: Programme, *, for_coordinator: bool
) -> list[LeftOver]:
    schemes = {scheme.toolkit: scheme.id for scheme in programme.schemes}
    return [_in_words(each, names, schemes, for_coordinator=for_coordinator) for each in stored]


def _in_words(each: Mapping[str, Any], names: Names, schemes: Mapping[str, int], *, for_coordinator: bool) -> LeftOver:
    mentors = []
    for code, rules in each["mentors"].items():
        # Each sentence once: two private ones would tell that there are two reasons.
        said = list(dict.fromkeys(reasons.rule(rule, for_coordinator=for_coordinator) for rule in rules))
        if not rules:
            mentees = [names.city(mentee) for mentee in each["taken_by"].get(code, ())]
            said = [reasons.no_place_left(mentees, for_coordinator=for_coordinator)]
        mentors.append((names.city(code), said))
    changes = [reasons.change(found, city=names.city, language=names.spoken) for found in each["helps"] if found["is_met"]]
    return LeftOver(
        schemes.get(each["theme"], 0), names.theme(each["theme"]), names.city(each["mentee"]), changes[:ENOUGH], sorted(mentors),
    )  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One of the two results, to be set beside the other."""

    aim: str
    pairs: Sequence[Mapping[str, Any]]
    matched: int
    worst: str
    ranks: Sequence[tuple[str, int]]
    total: int
    blocking: Sequence[Mapping[str, str]]
    left_over: Sequence[LeftOver]


def results_of(run: MatchRun, programme: Programme, names: Names) -> dict[str, Result]:
    """Both results of a run as a coordinator compares them."""
    found = {}
    for aim in Aim:
        stored = run.outcome[aim]
        ranks = [(reasons.rank(int(number)), count) for number, count in stored["ranks"].items()]
        worst = reasons.rank(stored["worst"]) if stored["worst"] else "–"
        pairs = sorted(stored["pairs"], key=lambda pair: (names.theme(pair["theme"]), names.city(pair["mentee"])))
        left = left_over(run, aim, names, programme, for_coordinator=True)
        found[str(aim)] = Result(aim, pairs, stored["matched"], worst, ranks, stored["total"], stored["blocking"], left)
    return found


def repeats_itself(run: MatchRun) -> bool:
    """Whether computing the run anew from what it started from gives the same result and checksum."""
    pool = Pool.of(run.inputs)
    return runs.checksum(pool, runs.run(pool)) == run.sha256


def pairing_count(run: MatchRun) -> int:
    """How many proposals a run has led to."""
    return db.session.scalar(select(func.count()).select_from(Pairing).where(Pairing.run_id == run.id)) or 0
