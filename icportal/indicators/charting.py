"""From a question to a figure: which values are drawn, marked, left out or only listed, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from icportal.cities import queries as cities
from icportal.core.errors import NotFound
from icportal.core.strings import _, _n
from icportal.i18n.formatting import sort_key
from icportal.i18n.locales import reading_language
from icportal.indicators import queries, wording
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.comparability import (
    CHOICES,
    NEAREST,
    Criterion,
    Footnote,
    Light,
    Marked,
    Reference,
    Value,
    agreement,
    footnotes,
    joins,
    leave_out,
    light,
    mark,
    usual_definition,
    usual_period,
)
from icportal.web.page_cache import kept

BARS, LINES = "bars", "lines"
BY_VALUE, BY_NAME = "value", "name"
#: A drawing with more lines is not read any more.
MOST_LINES = 8
FIRST_LINES = 5
#: A line is not drawn over a longer stretch without a value.
LONGEST_STRETCH = 2


@dataclass(frozen=True)
class Place:
    """A city as figures name it."""

    slug: str
    name: str
    country: str
    population: int | None = None


@dataclass(frozen=True)
class Question:
    """What a reader asked for; empty parts take what the figure offers first."""

    view: str = BARS
    year: int | None = None
    breakdown: str | None = None
    cities: tuple[str, ...] = ()
    sort: str = BY_VALUE
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Callable[[str], Sequence[str]]) -> Question:
        """Read from a query string; what makes no sense in it is passed over."""
        one = {name: next(iter(values(name)), "") for name in ("view", "year", "breakdown", "sort")}
        return cls(
            view=LINES if one["view"] == LINES else BARS,
            year=int(one["year"]) if one["year"].isascii() and one["year"].isdigit() and len(one["year"]) == 4 else None,  # noqa: PLR2004  a year
            breakdown=one["breakdown"] if "breakdown" in one and values("breakdown") else None,
            cities=tuple(dict.fromkeys(slug for slug in values("city") if slug))[:60],
            sort=BY_NAME if one["sort"] == BY_NAME else BY_VALUE,
            without=frozenset(values("without")) & set(CHOICES),
        )

    def arguments(self) -> dict[str, Any]:
        """For an address that asks the same; what is the first choice anyway is left out."""
        found: dict[str, Any] = {"view": LINES} if self.view == LINES else {}
        found |= {name: value for name in ("year", "breakdown") if (value := getattr(self, name)) not in (None, "")}
        found |= {"city": list(self.cities)} if self.cities else {}
        found |= {"sort": BY_NAME} if self.sort == BY_NAME else {}
        return found | ({"without": sorted(self.without)} if self.without else {})

    def but(self, **changes: Any) -> dict[str, Any]:
        """The arguments of the question that differs in these."""
        return replace(self, **changes).arguments()


@dataclass(frozen=True)
class Chart:
    """A figure before it is drawn. ``drawn`` has numbers on one scale; ``quiet`` stands in the table and among the rows
    without a bar; ``out`` was left out by the reader; ``spare`` are further values of cities that are drawn.
    """

    definition: Definition
    question: Question
    reference: Reference
    drawn: tuple[Marked, ...]
    quiet: tuple[Marked, ...]
    out: tuple[Marked, ...]
    spare: tuple[Marked, ...]
    years: tuple[int, ...]
    breakdowns: tuple[str, ...]
    places: Mapping[int, Place]
    titles: Mapping[int, str]

    @property
    def light(self) -> Light:
        return light(self.drawn, explanation=agreement(self.reference))

    @property
    def footnotes(self) -> list[Footnote]:
        return footnotes([*self.drawn, *self.quiet], self.titles)

    @property
    def unit(self) -> str:
        return self.reference.unit

    @property
    def listed(self) -> list[Marked]:
        """The rows of the table: everything that is drawn or said, in the order of the drawing."""
        return [*self.drawn, *self.quiet, *self.spare]

    @property
    def lacking(self) -> int:
        """How many cities have nothing to show here."""
        return len(self.places) - len({item.value.city_id for item in (*self.drawn, *self.quiet, *self.out)})

    def name(self, value: Value) -> str:
        return self.places[value.city_id].name

    def lines(self) -> list[tuple[int, list[list[Marked]]]]:
        """(city, its stretches): a stretch ends where years are missing or the next value is another kind of number."""
        missing = {(item.value.city_id, item.value.year) for item in self.quiet}
        groups = groupby(self.drawn, key=lambda item: item.value.city_id)
        return [(city, _stretches(list(group), {year for of, year in missing if of == city})) for city, group in groups]

    @property
    def finding(self) -> str:
        """One sentence that the values without a mark allow."""
        best = [item.value for item in self.drawn if item.compares]
        if not self.drawn:
            return _("No value is published here yet.") if not self.out else _("Every value is left out.")
        if len(self.drawn) == 1 and not self.drawn[0].signs:
            [only] = self.drawn
            return _("The only value is %(value)s (%(city)s).", value=wording.written(only.value), city=self.name(only.value))
        if len(best) < 2:  # noqa: PLR2004  it takes two to compare
            return _n(
                "%(num)s value, to be read with its footnotes.", "%(num)s values, no two of which compare.", len(self.drawn)
            )
        if self.question.view == LINES:
            first, last = best[0].year, max(value.year for value in best)
            first = min(first, *(value.year for value in best))
            count = len({value.city_id for value in best})
            return _n(
                "%(num)s city from %(first)s to %(last)s.",
                "%(num)s cities from %(first)s to %(last)s.",
                count,
                first=first,
                last=last,
            )
        high, low = max(best, key=_size), min(best, key=_size)
        return _n(
            "Of %(num)s value that compares, the highest is %(high)s (%(high_city)s), the lowest %(low)s (%(low_city)s).",
            "Of the %(num)s values that compare, the highest is %(high)s (%(high_city)s), the lowest %(low)s (%(low_city)s).",
            len(best),
            high=wording.written(high),
            high_city=self.name(high),
            low=wording.written(low),
            low_city=self.name(low),
        )


def _size(value: Value) -> Decimal:
    return value.amount or Decimal(0)


@kept(16)
def definitions(language: str) -> Mapping[str, Definition]:
    """The published catalogue, kept until it changes."""
    return catalogue(reading_language(language).code)


@kept(16)
def places(language: str) -> Mapping[int, Place]:
    """Every city by its number, in the order of its name."""
    return {
        city.id: Place(city.slug, city.name_in(language), city.country, city.population) for city in cities.all_cities(language)
    }


def definition_at(slug: str, language: str) -> Definition:
    """The published indicator at an address.

    Raises:
        NotFound: there is none.
    """
    found = definitions(language).get(slug.upper())
    if found is None:
        raise NotFound(_("There is no such indicator, or it is not published."))
    return found


def chart(slug: str, question: Question, language: str) -> Chart:
    """The figure of an indicator. Asks the same number of queries for any number of values.

    Raises:
        NotFound: there is no such indicator.
    """
    known, named = definitions(language), places(language)
    definition = definition_at(slug, language)
    breakdowns = breakdowns_of(definition)
    main = queries.main_breakdown(definition)
    breakdown = question.breakdown if question.breakdown in breakdowns else main
    instead = [known[code].indicator_id for code in definition.facts.substitutes if code in known] if breakdown == main else []
    years = queries.years_of([definition.indicator_id], breakdown) or queries.years_of(instead, breakdown)
    year = (
        question.year
        if question.year is not None
        else first_year((definition.indicator_id, *instead), breakdown, definition.unit_of(breakdown), tuple(years))
    )
    chosen = {place.slug: number for number, place in named.items()}
    wanted = tuple(slug for slug in question.cities if slug in chosen)
    series = max((meaning for _number, meaning in queries.series_of([definition.indicator_id]).values()), default=1)
    asked = replace(question, year=year, breakdown=breakdown, cities=wanted)
    reference = Reference(definition.indicator_id, series, definition.unit_of(breakdown), definition.facts.counting, year)
    values = queries.for_year(definition, instead, breakdown, year, cities=[chosen[slug] for slug in wanted]) if year else []
    if question.view == LINES:
        drawn, quiet, out, spare, reference, asked = _over_time(values, years, reference, asked, named)
    else:
        usual = _measure(values, reference)
        reference = replace(reference, definition=usual_definition(usual), kind=usual_period(usual))
        drawn, quiet, out, spare = _of_one_year(values, reference, asked, named)
    titles = {entry.indicator_id: entry.title for entry in known.values()}
    return Chart(
        definition, asked, reference, tuple(drawn), tuple(quiet), tuple(out), tuple(spare),
        tuple(sorted({*years, *([year] if year else [])}, reverse=True)), tuple(breakdowns), named, titles,
    )  # fmt: skip


@kept(500)
def first_year(indicators: tuple[int, ...], breakdown: str, unit: str, years: tuple[int, ...]) -> int | None:
    """What a figure begins with: the newest year that shows at least half as many cities as the best one does."""
    if len(years) < 2:  # noqa: PLR2004  no choice
        return next(iter(years), None)
    covered = queries.cities_by_year(indicators, breakdown, years, unit)
    counts = {year: len(set().union(*(covered.get(year + off, ()) for off in range(-NEAREST, NEAREST + 1)))) for year in years}
    most = max(counts.values())
    return next(year for year in years if 2 * counts[year] >= most)


def breakdowns_of(definition: Definition) -> list[str]:
    """Those that are asked for or have values, in the order they are asked for."""
    have = queries.breakdowns_of(definition.indicator_id)
    main = queries.main_breakdown(definition)
    return [main, *(key for key in definition.rows if key in have and key != main)]


def _measure(values: Sequence[Value], reference: Reference) -> Sequence[Value]:
    """What decides by its majority: values of the indicator and the year; where there are none, all."""
    own = [value for value in values if value.indicator_id == reference.indicator_id]
    of_year = [value for value in own if value.year == reference.year and value.is_number]
    return of_year or own or values


Parts = tuple[list[Marked], list[Marked], list[Marked], list[Marked]]


def _of_one_year(values: Sequence[Value], reference: Reference, asked: Question, named: Mapping[int, Place]) -> Parts:
    """For each city the first value that is not left out is drawn."""
    drawn: list[Marked] = []
    quiet: list[Marked] = []
    out: list[Marked] = []
    spare: list[Marked] = []
    for _city, group in groupby(values, key=lambda value: value.city_id):
        marked = mark(group, reference)
        kept_ones, left = leave_out(marked, asked.without)
        best = _best([item for item in kept_ones if item.is_drawn])
        if best is not None:
            drawn.append(best)
            of_year = [
                item for item in kept_ones if item.value.year == asked.year and item.value.indicator_id == reference.indicator_id
            ]
            spare += [item for item in of_year if item is not best]
        elif kept_ones:
            quiet.append(kept_ones[0])
        if best is None and left and not kept_ones:
            out.append(left[0])
    order = _by_size if asked.sort == BY_VALUE else _by_name(named)
    return sorted(drawn, key=order), sorted(quiet, key=_by_name(named)), out, spare


def _best(drawable: Sequence[Marked]) -> Marked | None:
    """The first; of several of its indicator and year, one of the usual kind of period."""
    if not drawable:
        return None
    first = drawable[0].value
    same = [item for item in drawable if (item.value.indicator_id, item.value.year) == (first.indicator_id, first.year)]
    return min(same, key=lambda item: Criterion.PERIOD in item.differs)


def _by_size(item: Marked) -> tuple[Decimal, int]:
    return (-_size(item.value), item.value.city_id)


def _by_name(named: Mapping[int, Place]) -> Callable[[Marked], tuple[str, str, str]]:
    return lambda item: (*sort_key(named[item.value.city_id].name), item.value.period)


def _over_time(
    of_year: Sequence[Value], years: Sequence[int], reference: Reference, asked: Question, named: Mapping[int, Place]
) -> tuple[list[Marked], list[Marked], list[Marked], list[Marked], Reference, Question]:
    """All years of a few cities; the ones with the largest values of the year where nobody chose."""
    numbers = {place.slug: number for number, place in named.items()}
    wanted = [numbers[slug] for slug in asked.cities][:MOST_LINES]
    if not wanted:
        own = [value for value in of_year if value.indicator_id == reference.indicator_id and value.is_number]
        wanted = list(dict.fromkeys(value.city_id for value in sorted(own, key=_size, reverse=True)))[:FIRST_LINES]
        if len(wanted) < FIRST_LINES:
            wanted += [
                number
                for number in queries.longest_series(reference.indicator_id, asked.breakdown or "", years)
                if number not in wanted
            ]
            wanted = wanted[:FIRST_LINES]
    values = queries.over_time(reference.indicator_id, asked.breakdown or "", years, wanted)
    reference = replace(reference, year=None, definition=usual_definition(values), kind=usual_period(values))
    kept_ones, out = leave_out(mark(values, reference), asked.without)
    kept_ones.sort(key=_by_name(named))
    drawn = [item for item in kept_ones if item.is_drawn]
    quiet = [item for item in kept_ones if not item.is_drawn]
    asked = replace(asked, cities=tuple(named[number].slug for number in wanted))
    return drawn, quiet, out, [], reference, asked


def moment(period: str) -> float:
    """Where a period stands on an axis of years: a month in its year, two years at the turn between them."""
    year = int(period[:4])
    if "/" in period:
        return float(year + 1)
    return year + (int(period[5:7]) - 0.5) / 12 if len(period) > 4 else year + 0.5  # noqa: PLR2004  more than a year


def _stretches(points: list[Marked], missing: Collection[int]) -> list[list[Marked]]:
    found = [points[:1]]
    for before, after in pairwise(points):
        near = after.value.year - before.value.year <= LONGEST_STRETCH
        near = near and not any(before.value.year < year < after.value.year for year in missing)
        if near and joins(before.value, after.value):
            found[-1].append(after)
        else:
            found.append([after])
    return found


def numbers_of(slugs: Collection[str], language: str) -> list[int]:
    """The numbers of cities by the names in their addresses; unknown ones are passed over."""
    return [number for number, place in places(language).items() if place.slug in slugs]
