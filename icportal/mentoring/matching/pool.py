"""What a matching starts from: cities with needs and offers, what was fixed before, and the weights.

Everything is plain data that can be written as JSON and read back; a pool says the same whatever order its parts come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

#: The levels of the Common European Framework, lowest first.
LEVELS = ("a1", "a2", "b1", "b2", "c1", "c2")
NO_INTERPRETER, OWN_COST, OTHERS_COST, PROGRAMMES_COST = "none", "own", "other", "programme"


@dataclass(frozen=True)
class Settings:
    """Weights of the score and limits of the hard rules; stored with every run.

    Weights multiply points of 0 to 100. ``level`` is the least level both sides need in a common language, ``days`` the
    fewest days both can meet. ``same_country`` lets cities of one country be paired.
    """

    evidence: int = 4
    mentee_wish: int = 3
    mentor_wish: int = 2
    context: int = 2
    language: int = 1
    carried_over: int = 2
    repeat: int = 1
    load: int = 1
    level: str = "b2"
    days: int = 6
    same_country: bool = True

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Settings:
        """Settings as they were stored; what is not known is left at its usual value."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True)
class Fingerprint:
    """Persons, services a city runs itself, and the share of foreign residents in percent; None where it is not known."""

    population: int | None = None
    competences: frozenset[str] = frozenset()
    foreign_share: float | None = None


@dataclass(frozen=True)
class Need:
    """What a city wants a mentor for. ``gap`` 0 to 100 by its evidence; the lower ``priority``, the more it matters."""

    theme: str
    gap: int = 50
    priority: int = 1
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """What a city can mentor in. ``strength`` 0 to 100 by its evidence, ``places`` for so many cities at once."""

    theme: str
    strength: int = 50
    places: int = 1
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A city that takes part. ``languages`` gives the best level of anybody in its team, ``carried_over`` how often it was left over."""

    code: str
    country: str = ""
    languages: Mapping[str, str] = field(default_factory=dict)
    interpreter: str = NO_INTERPRETER
    windows: tuple[tuple[date, date], ...] = ()
    avoid: frozenset[str] = frozenset()
    fingerprint: Fingerprint = Fingerprint()
    carried_over: int = 0
    most_as_mentee: int = 1
    most_as_mentor: int = 1
    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, order=True)
class Pair:
    """A mentor and a mentee in one theme, by their codes."""

    theme: str
    mentor: str
    mentee: str


@dataclass(frozen=True)
class Pool:
    """Everything a matching starts from. ``fixed`` are pairs that stand already; ``locks`` stand whatever the rules say.

    ``declined`` were proposed before and came to nothing: they are not proposed again, not even by a lock.
    """

    candidates: tuple[Candidate, ...] = ()
    settings: Settings = Settings()
    locks: tuple[Pair, ...] = ()
    bans: tuple[Pair, ...] = ()
    fixed: tuple[Pair, ...] = ()
    past: tuple[tuple[str, str], ...] = ()
    declined: tuple[Pair, ...] = ()

    def canonical(self) -> dict[str, Any]:
        """The pool as JSON, in an order that depends on nothing but what it says."""
        return {
            "candidates": [_candidate(each) for each in sorted(self.candidates, key=lambda each: each.code)],
            "settings": asdict(self.settings),
            **{
                name: [[p.theme, p.mentor, p.mentee] for p in sorted(set(getattr(self, name)))]
                for name in ("locks", "bans", "fixed", "declined")
            },
            "past": [list(each) for each in sorted(set(self.past))],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Pool:
        """A pool as ``canonical`` wrote it."""
        return cls(
            candidates=tuple(_read(each) for each in stored["candidates"]),
            settings=Settings.of(stored["settings"]),
            locks=_pairs(stored["locks"]),
            bans=_pairs(stored["bans"]),
            fixed=_pairs(stored["fixed"]),
            past=tuple((mentor, mentee) for mentor, mentee in stored["past"]),
            # Runs of earlier versions say nothing of them.
            declined=_pairs(stored.get("declined", ())),
        )


def _pairs(stored: Iterable[Iterable[str]]) -> tuple[Pair, ...]:
    return tuple(Pair(*each) for each in stored)


def _candidate(each: Candidate) -> dict[str, Any]:
    print_ = each.fingerprint
    return {
        "code": each.code,
        "country": each.country,
        "languages": dict(sorted(each.languages.items())),
        "interpreter": each.interpreter,
        "windows": [[first.isoformat(), last.isoformat()] for first, last in sorted(each.windows)],
        "avoid": sorted(each.avoid),
        "population": print_.population,
        "competences": sorted(print_.competences),
        "foreign_share": print_.foreign_share,
        "carried_over": each.carried_over,
        "most_as_mentee": each.most_as_mentee,
        "most_as_mentor": each.most_as_mentor,
        "needs": [[n.theme, n.gap, n.priority, list(n.wishes)] for n in sorted(each.needs, key=lambda n: (n.priority, n.theme))],
        "offers": [[o.theme, o.strength, o.places, list(o.wishes)] for o in sorted(each.offers, key=lambda o: o.theme)],
    }


def _read(stored: Mapping[str, Any]) -> Candidate:
    return Candidate(
        code=stored["code"],
        country=stored["country"],
        languages=dict(stored["languages"]),
        interpreter=stored["interpreter"],
        windows=tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in stored["windows"]),
        avoid=frozenset(stored["avoid"]),
        fingerprint=Fingerprint(stored["population"], frozenset(stored["competences"]), stored["foreign_share"]),
        carried_over=stored["carried_over"],
        most_as_mentee=stored["most_as_mentee"],
        most_as_mentor=stored["most_as_mentor"],
        needs=tuple(Need(theme, gap, priority, tuple(wishes)) for theme, gap, priority, wishes in stored["needs"]),
        offers=tuple(Offer(theme, strength, places, tuple(wishes)) for theme, strength, places, wishes in stored["offers"]),
    )
