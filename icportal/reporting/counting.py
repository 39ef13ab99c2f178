"""From the answers of a round to the documents its pages show: pure arithmetic, the same for every audience.

A document is plain JSON. ``overview`` has the round's numbers and the distribution of every commitment and area;
``question:<code>`` the distribution of one question with its breakdowns; ``list:<code>:<choice>:<page>`` the ids of fifty
cities that may be named, in the order of their names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from icportal.reporting.disclosure import Group, may_be_counted, shown
from icportal.reporting.enums import Grade, QuestionType, Visibility

PUBLIC, NETWORK = "public", "network"
AUDIENCES = (PUBLIC, NETWORK)
#: So many cities stand on a page of a list.
PAGE = 50
OVERVIEW = "overview"
#: Choices of the round's own lists: who did not answer, who is in one of two rounds only.
SILENT, ONLY_NOW, ONLY_BEFORE = "silent", "only_now", "only_before"
#: The list of those who answered a question that has no choices.
GIVEN = "given"
GRADES = tuple(Grade)

Document = dict[str, Any]
#: A choice, several, or "" for an answer that chooses nothing.
Said = str | tuple[str, ...]
#: (city id, what was said, visibility)
Row = tuple[int, Said, str]
#: Looking up a member of an enumeration two million times takes a second.
_CITY, _NETWORK, _PUBLIC = (str(each.value) for each in (Visibility.CITY, Visibility.NETWORK, Visibility.PUBLIC))


def question_key(question: str) -> str:
    return f"question:{question}"


def list_key(question: str, choice: str, page: int) -> str:
    return f"list:{question}:{choice}:{page}"


class Place(NamedTuple):
    """A city that was invited: its rank by name, its cell, and whether the public reads its response."""

    rank: int
    cell: int
    is_public: bool


@dataclass(frozen=True)
class Field:
    """Everybody who was asked. ``cells`` are the groups of each cell, ``invited`` how many cities it has.

    ``settled`` is whether hidden answers may count for the public: the round is closed and nothing is still being checked.
    """

    places: Mapping[int, Place]
    cells: Sequence[tuple[Group, ...]]
    smallest: int
    settled: bool

    @cached_property
    def invited(self) -> Counter[int]:
        return Counter(place.cell for place in self.places.values())

    @cached_property
    def members(self) -> Mapping[Group, list[int]]:
        """The cells of each group."""
        found: dict[Group, list[int]] = defaultdict(list)
        for cell, groups in enumerate(self.cells):
            for group in groups:
                found[group].append(cell)
        return found


@dataclass
class Tally:
    """What one question got: per cell, the answers one may name, the hidden ones, and how many there are at all.

    ``lists`` has the cities one may name under each choice, in the order of their names.
    """

    named: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    hidden: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    given: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    lists: dict[str, list[int]] = field(default_factory=dict)

    def add(self, cell: int, said: Said, number: int, *, is_named: bool, is_hidden: bool) -> None:
        """So many answers of one cell that say the same and are shown alike."""
        self.given[cell] += number
        self.answered[cell] += number if is_named else 0
        for choice in _choices(said):
            if is_named:
                self.named[cell][choice] += number
            elif is_hidden:
                self.hidden[cell][choice] += number

    def pages(self, question: str) -> Iterator[tuple[str, list[int]]]:
        """The lists in pages."""
        for choice, members in self.lists.items():
            for page in range(-(-len(members) // PAGE)):
                yield list_key(question, choice, page), members[page * PAGE : (page + 1) * PAGE]

    def by_city(self) -> dict[int, str]:
        """The choice of every city one may name."""
        return {city: choice for choice, members in self.lists.items() for city in members}


def count(rows: Iterable[Row], asked: Field) -> dict[str, Tally]:
    """Count the answers to one question, for both audiences in one pass."""
    public, network = Tally(), Tally()
    seen: list[tuple[int, Said, str, bool]] = []
    by_network: dict[Said, list[tuple[int, int]]] = defaultdict(list)
    by_public: dict[Said, list[tuple[int, int]]] = defaultdict(list)
    places = asked.places
    for city, said, visibility in rows:
        if city in places:
            rank, cell, is_public = places[city]
            seen.append((cell, said, visibility, is_public))
            if visibility != _CITY:
                by_network[said].append((rank, city))
                if is_public and visibility == _PUBLIC:
                    by_public[said].append((rank, city))
    for (cell, said, visibility, is_public), number in Counter(seen).items():
        network.add(cell, said, number, is_named=visibility != _CITY, is_hidden=False)
        if is_public:
            public.add(cell, said, number, is_named=visibility == _PUBLIC, is_hidden=visibility == _NETWORK)
    network.lists, public.lists = _listed(by_network), _listed(by_public)
    return {PUBLIC: public, NETWORK: network}


def _listed(found: Mapping[Said, list[tuple[int, int]]]) -> dict[str, list[int]]:
    """The cities under each choice, in the order of their names."""
    under: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for said, members in found.items():
        for choice in _choices(said) or (GIVEN,):
            under[choice] += members
    return {choice: [city for _rank, city in sorted(members)] for choice, members in under.items()}


def _choices(said: Said) -> tuple[str, ...]:
    if isinstance(said, tuple):
        return said
    return (said,) if said else ()


def question_document(tally: Tally, asked: Field, type_: str, choices: Sequence[str]) -> Document:
    """The distribution of a question, overall and by groups, with everything that was withheld as a number.

    Only a single choice may count hidden answers, and only over all cities (see ``disclosure``): of several choices, of a
    text and of a group of cities, what is shown by name counts.
    """
    hidden: Counter[str] = Counter()
    if asked.settled and type_ == QuestionType.CHOICE:
        for part in tally.hidden.values():
            hidden.update(part)
    if not may_be_counted(hidden, asked.smallest):
        hidden.clear()
    whole = _distribution(tally, asked, range(len(asked.cells)), choices, hidden)
    kept, out = _groups(tally, asked) if choices else ([], {})
    broken: dict[str, list[Document]] = defaultdict(list)
    for breakdown, key in kept:
        own = _distribution(tally, asked, asked.members[breakdown, key], choices, Counter())
        broken[breakdown].append({"key": key, **own})
    lists = {choice: len(found) for choice, found in tally.lists.items()}
    return {"type": type_, "choices": list(choices), **whole, "groups": broken, "suppressed": out, "lists": lists}


def _groups(tally: Tally, asked: Field) -> tuple[list[Group], dict[str, dict[str, int]]]:
    """The groups large enough to be shown, and of each breakdown how many groups and cities are not."""
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    cities: dict[str, Counter[str]] = defaultdict(Counter)
    invited = asked.invited
    for place, groups in enumerate(asked.cells):
        for breakdown, key in groups:
            sizes[breakdown][key] += tally.given[place]
            cities[breakdown][key] += invited[place]
    kept, out = [], {}
    for breakdown, of_group in sizes.items():
        large = shown(of_group, asked.smallest)
        kept += sorted(((breakdown, key) for key in large), key=lambda group: (-sizes[group[0]][group[1]], group))
        small = [key for key, size in of_group.items() if size and key not in large]
        if small:
            out[breakdown] = {"groups": len(small), "cities": sum(cities[breakdown][key] for key in small)}
    return kept, out


def _distribution(tally: Tally, asked: Field, cells: Iterable[int], choices: Sequence[str], hidden: Counter[str]) -> Document:
    """``counted`` answers stand in ``counts``, ``unnamed`` of them without a name; ``withheld`` ones are given and not counted."""
    named = Counter[str]()
    given = counted = asked_for = 0
    for cell in cells:
        asked_for += asked.invited[cell]
        given += tally.given[cell]
        counted += tally.answered[cell]
        if cell in tally.named:
            named.update(tally.named[cell])
    unnamed = hidden.total()
    counted += unnamed
    return {
        "counts": {choice: named[choice] + hidden[choice] for choice in choices},
        "invited": asked_for,
        "counted": counted,
        "unnamed": unnamed,
        "withheld": given - counted,
        "no_answer": asked_for - given,
    }


def area_document(parts: Sequence[Document]) -> Document:
    """The sum of what is published for the commitments of an area: it tells nothing that they do not."""
    total = {name: sum(part[name] for part in parts) for name in ("invited", "counted", "unnamed", "withheld", "no_answer")}
    return {"counts": {grade: sum(part["counts"].get(grade, 0) for part in parts) for grade in GRADES}, **total}


def change_document(before: Mapping[int, str], now: Mapping[int, str], smallest: int) -> Document:
    """How the cities whose grade one may read in both rounds moved; nothing but their number where they are too few."""
    both = [(before[city], now[city]) for city in now if before.get(city) in GRADES and now[city] in GRADES]
    if len(both) < max(smallest, 1):
        return {"both": len(both), "shown": False}
    steps = Counter(both)
    gained = [GRADES.index(Grade(old)) - GRADES.index(Grade(new)) for old, new in both]
    return {
        "both": len(both),
        "shown": True,
        "matrix": {old: {new: steps[old, new] for new in GRADES} for old in GRADES},
        "better": sum(step > 0 for step in gained),
        "worse": sum(step < 0 for step in gained),
        "same": sum(step == 0 for step in gained),
    }


def city_pages(choice: str, cities: Collection[int], ranks: Mapping[int, int]) -> Iterator[tuple[str, list[int]]]:
    """A list of the round itself, in pages by the cities' names."""
    tally = Tally()
    tally.lists[choice] = sorted(cities, key=ranks.__getitem__)
    return tally.pages("")
