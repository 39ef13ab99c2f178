"""The shipped catalogue, what cities count as a migrant, and the observations of the published reports."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from icportal.cities.models import City
from icportal.content import services as content
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.text import fold
from icportal.data import catalogue as shipped
from icportal.data.catalogue import reported
from icportal.data.catalogue.reported import ObservationFact
from icportal.indicators import definitions, services
from icportal.indicators.catalogue import Definition, catalogue
from icportal.indicators.entries import Entry, Key
from icportal.indicators.enums import KIND, DeliveryState, How
from icportal.indicators.facts import Facts
from icportal.indicators.models import Delivery, Indicator, IndicatorVersion, MigrantDefinition, Observation

#: The day the first report came out, which named the set.
SINCE = datetime(2013, 3, 1, 12, tzinfo=UTC)
REASON = "Integrating Cities Report I (2013)"


def load_catalogue(*, actor: Actor) -> int:
    """Take over the indicators that are not there yet; how many were added. Existing ones are left as they are."""
    known = set(db.session.scalars(select(Indicator.code)))
    words = {language: shipped.words(language) for language in shipped.LANGUAGES}
    added = 0
    for position, (code, fixed) in enumerate(shipped.facts().items(), start=1):
        if code in known:
            continue
        facts = Facts.of(fixed).stored()
        text = dict(words["en"][code])
        version = content.create_item(
            actor=actor,
            kind=KIND,
            language="en",
            title=text.pop("title"),
            city_id=None,
            slug=code.lower(),
            facts={"family": fixed["family"], "asked": fixed.get("asked", True), **facts},
            body=text,
        )
        indicator = Indicator(
            code=code,
            item_id=version.item_id,
            family=fixed["family"],
            position=position,
            asked=fixed.get("asked", True),
            facts=facts,
        )
        db.session.add(indicator)
        db.session.flush()
        content.adopt(version, actor=actor, published_at=SINCE, reason=REASON)
        assert version.published is not None
        db.session.add(
            IndicatorVersion(
                indicator_id=indicator.id,
                number=1,
                revision_id=version.published.id,
                since=SINCE,
                facts=facts,
                body=version.published.body,
            )
        )
        for language in shipped.LANGUAGES:
            if language != "en" and code in words[language]:
                translated = content.take_over_translation(version.item, language, words[language][code], actor=actor)
                content.adopt(translated, actor=actor, published_at=SINCE, reason=REASON)
        added += 1
    db.session.flush()
    return added


def load_definitions() -> int:
    """Take over whom the cities of the first report count as a migrant; how many were added.

    A city that has stated a definition, or has the report's already, is left as it is.
    """
    known = set(db.session.scalars(select(MigrantDefinition.city_id)))
    cities = _cities()
    added = [
        MigrantDefinition(
            city_id=cities[fact.city], family=fact.family, words=fact.words, words_language="en", source=fact.source
        )
        for fact in reported.definitions()
        if fact.city in cities and cities[fact.city] not in known
    ]
    db.session.add_all(added)
    db.session.flush()
    return len(added)


def load_observations(*, actor: Actor) -> int:
    """Take over and publish the figures of the reports that are not there yet; how many were added.

    A city's year into which people wrote, or which was withdrawn, is left as it is.
    """
    cities, known = _cities(), catalogue("en")
    years: dict[tuple[int, int], list[ObservationFact]] = {}
    for fact in reported.observations():
        if fact.city in cities and fact.code in known:
            years.setdefault((cities[fact.city], fact.year), []).append(fact)
    theirs = {place for place, untouched in _there().items() if not untouched}
    added = 0
    for (city_id, year), rows in years.items():
        if (city_id, year) not in theirs:
            added += _load_year(city_id, year, rows, known, actor=actor)
    db.session.flush()
    return added


def _load_year(city_id: int, year: int, rows: list[ObservationFact], known: dict[str, Definition], *, actor: Actor) -> int:
    before = services.current_values(city_id, year)
    in_force = definitions.in_force(city_id, year)
    changes = []
    for fact in rows:
        key = Key(city_id, known[fact.code].indicator_id, fact.breakdown, fact.period)
        if key not in before:
            entry = _entry(fact, known[fact.code], in_force)
            changes.append(services.Change(key, known[fact.code].version_id, entry))
    if not changes:
        return 0
    written = services.record(changes, actor=actor, how=How.LOADED)
    reports = "; ".join(dict.fromkeys(fact.source for fact in rows))
    services.adopt(services.delivery_of(city_id, year), actor=actor, reason=reports)
    return len(written)


def _entry(fact: ObservationFact, indicator: Definition, in_force: MigrantDefinition | None) -> Entry:
    """The value with everything the report says about it."""
    return Entry(
        amount=fact.value,
        unit=fact.unit,
        statuses=fact.statuses,
        bound=fact.bound,
        geography=fact.geography,
        counting=fact.counting or indicator.facts.counting,
        definition_id=in_force.id if in_force is not None and fact.about_migrants else None,
        source_kind=fact.source_kind,
        source=fact.source,
        note=fact.words,
        period_assumed=fact.period_assumed,
    )


def _there() -> dict[tuple[int, int], bool]:
    """The deliveries there are, by city and year, and whether all they hold was loaded and is still public."""
    found = {
        (delivery.city_id, delivery.year): delivery.state == DeliveryState.PUBLISHED
        for delivery in db.session.scalars(select(Delivery))
    }
    written = select(Observation.city_id, Observation.year).where(Observation.how != How.LOADED).distinct()
    return found | {(row.city_id, row.year): False for row in db.session.execute(written)}


def _cities() -> dict[str, int]:
    """City numbers by the name they have in the shipped facts."""
    numbers = {row.key: row.id for row in db.session.execute(select(City.key, City.id))}
    names = {fact.city for fact in reported.observations()} | {fact.city for fact in reported.definitions()}
    return {name: numbers[fold(name)] for name in names if fold(name) in numbers}
