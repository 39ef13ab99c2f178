"""What people read for the words of indicators."""

from __future__ import annotations

from icportal.core.strings import Text, _l, _lp
from icportal.indicators import breakdowns
from icportal.indicators.enums import (
    BatchState,
    Bound,
    Confidentiality,
    Counting,
    DefinitionFamily,
    Family,
    Frame,
    Geography,
    How,
    Missing,
    Outcome,
    SourceKind,
    Status,
    Unit,
)

FAMILIES: dict[str, Text] = {
    Family.DEMOGRAPHY: _l("Demography"),
    Family.EMPLOYMENT: _l("Employment"),
    Family.EDUCATION: _l("Education"),
    Family.SOCIAL_INCLUSION: _l("Social inclusion"),
    Family.HOUSING: _l("Housing"),
    Family.ACTIVE_CITIZENSHIP: _l("Active citizenship"),
    Family.EMPLOYER: _l("The city as employer"),
    Family.SERVICE_PROVIDER: _l("The city as service provider"),
    Family.BUYER: _l("The city as buyer"),
    Family.WELCOMING: _l("Welcoming society"),
    Family.REPORTED: _l("Other figures of the reports"),
}

FRAMES: dict[str, Text] = {
    Frame.CHARTER: _l("Integrating Cities Charter"),
    Frame.ZARAGOZA: _l("Zaragoza indicators (2010)"),
    Frame.ZARAGOZA_LATER: _l("Zaragoza indicators, added later"),
    Frame.EUROPE_2020: _l("Europe 2020 headline targets"),
    Frame.INTERCULTURAL_CITIES: _l("Intercultural Cities index"),
}

#: The name of a unit, and the sign it is written with beside a number.
UNITS: dict[str, Text] = {
    Unit.PERCENT: _l("per cent"),
    Unit.PERCENTAGE_POINTS: _l("percentage points"),
    Unit.PER_1000: _l("per 1,000 residents"),
    Unit.RATIO: _l("ratio"),
    Unit.SCORE: _l("score"),
    Unit.PERSONS: _l("persons"),
    Unit.SESSIONS: _l("sessions"),
    Unit.COUNT: _lp("unit of an indicator", "number"),
    Unit.YES_NO: _l("yes or no (1 or 0)"),
    Unit.EUR: _l("euro"),
    Unit.CAD: _l("Canadian dollars"),
    Unit.PPS: _l("purchasing power standards"),
}
SIGNS: dict[str, str] = {Unit.PERCENT: "%", Unit.PER_1000: "‰", Unit.EUR: "€", Unit.CAD: "CAD", Unit.PPS: "PPS"}

STATUSES: dict[str, Text] = {
    Status.BREAK: _l("break in the series"),
    Status.DEFINITION_DIFFERS: _l("definition differs"),
    Status.ESTIMATED: _l("estimated"),
    Status.FORECAST: _l("forecast"),
    Status.IMPUTED: _l("imputed by the receiving agency"),
    Status.CANNOT_EXIST: _l("missing: data cannot exist"),
    Status.NOT_SIGNIFICANT: _l("not significant"),
    Status.PROVISIONAL: _l("provisional"),
    Status.LOW_RELIABILITY: _l("low reliability"),
}

CONFIDENTIALITY: dict[str, Text] = {
    Confidentiality.FREE: _l("free"),
    Confidentiality.CONFIDENTIAL: _l("confidential"),
    Confidentiality.NOT_FOR_PUBLICATION: _l("not for publication"),
    Confidentiality.NON_STATISTICAL: _l("secret for other than statistical reasons"),
}

MISSING: dict[str, Text] = {
    Missing.NOT_AVAILABLE: _l("not available"),
    Missing.NOT_COLLECTED: _l("not collected"),
    Missing.NOT_ALLOWED: _l("not allowed to be collected"),
    Missing.REMOVED: _l("taken back"),
}

BOUNDS: dict[str, Text] = {
    Bound.EXACT: _lp("how a number is meant", "exact"),
    Bound.ROUNDED: _lp("how a number is meant", "rounded"),
    Bound.ABOUT: _lp("how a number is meant", "about"),
    Bound.AT_LEAST: _lp("how a number is meant", "at least"),
    Bound.AT_MOST: _lp("how a number is meant", "at most"),
    Bound.UNDER_HALF: _lp("how a number is meant", "less than half of the unit"),
}

GEOGRAPHIES: dict[str, Text] = {
    Geography.CITY: _lp("area of a value", "city"),
    Geography.METROPOLITAN: _lp("area of a value", "metropolitan area"),
    Geography.REGION: _lp("area of a value", "region"),
    Geography.NATIONAL: _lp("area of a value", "whole country only"),
    Geography.NOT_STATED: _lp("area of a value", "not stated"),
}

COUNTINGS: dict[str, Text] = {
    Counting.STOCK: _l("stock: counted at a moment"),
    Counting.FLOW: _l("flow: counted over a period"),
    Counting.CUMULATIVE: _l("cumulative: since some start"),
}

SOURCE_KINDS: dict[str, Text] = {
    SourceKind.REGISTER: _l("register"),
    SourceKind.CENSUS: _l("census"),
    SourceKind.SURVEY: _lp("source of a value", "survey"),
    SourceKind.ADMINISTRATIVE: _l("administrative data"),
    SourceKind.ESTIMATE: _l("estimate"),
    SourceKind.REPORT: _l("published report"),
    SourceKind.NOT_STATED: _lp("source of a value", "not stated"),
}

DEFINITION_FAMILIES: dict[str, Text] = {
    DefinitionFamily.FOREIGN_NATIONALITY: _l("foreign nationality, EU included"),
    DefinitionFamily.FOREIGN_NATIONALITY_EU_APART: _l("foreign nationality, EU and non-EU kept apart"),
    DefinitionFamily.FOREIGN_PARENT: _l("also nationals with at least one foreign parent"),
    DefinitionFamily.FOREIGN_BORN: _l("born abroad"),
    DefinitionFamily.MINORITIES: _l("also historical ethnic or linguistic minorities"),
    DefinitionFamily.NOT_STATED: _lp("definition of migrant", "not stated"),
}

BREAKDOWNS: dict[str, Text] = {
    "origin=national": _l("nationals"),
    "origin=foreign": _l("foreign nationals"),
    "origin=eu_foreign": _l("nationals of other EU countries"),
    "origin=non_eu_foreign": _l("non-EU nationals"),
    "origin=native_born": _l("born in the country"),
    "origin=foreign_born": _l("born abroad"),
    "origin=eu_born": _l("born in another EU country"),
    "origin=non_eu_born": _l("born outside the EU"),
    "origin=migrant_background": _l("with a migrant background"),
    "origin=no_migrant_background": _l("without a migrant background"),
    "sex=f": _l("women"),
    "sex=m": _l("men"),
    "sex=x": _l("other or not stated sex"),
    "age=15-24": _l("aged 15 to 24"),
    "age=25-54": _l("aged 25 to 54"),
    "age=55-64": _l("aged 55 to 64"),
    "age=65+": _l("aged 65 and over"),
    "isced=0-2": _l("at most lower secondary education (ISCED 0–2)"),
    "isced=3-4": _l("upper secondary education (ISCED 3–4)"),
    "isced=5-8": _l("tertiary education (ISCED 5–8)"),
    "subject=reading": _l("reading"),
    "subject=maths": _l("mathematics"),
    "subject=science": _l("science"),
    "level=executive": _l("executive staff"),
    "level=middle": _l("middle management"),
    "level=entry": _l("other staff"),
    "measure=exists": _l("exists"),
    "measure=meetings": _l("meetings per year"),
    "measure=opinions": _l("opinions given"),
    "measure=absolute": _l("absolute"),
    "measure=relative": _l("relative to all residents"),
    "measure=value": _lp("measure of an indicator", "value"),
    "measure=share": _lp("measure of an indicator", "share"),
    "measure=trust": _l("trust in institutions"),
    "measure=belonging": _l("sense of belonging"),
}

HOW: dict[str, Text] = {
    How.TYPED: _l("typed in"),
    How.IMPORTED: _l("from a workbook"),
    How.LOADED: _l("from a published report"),
    How.UNDONE: _l("by undoing an import"),
}

OUTCOMES: dict[str, Text] = {
    Outcome.NEW: _lp("outcome of a cell", "new"),
    Outcome.CHANGED: _lp("outcome of a cell", "changed"),
    Outcome.UNCHANGED: _lp("outcome of a cell", "unchanged"),
    Outcome.CONFLICT: _lp("outcome of a cell", "changed by somebody else"),
    Outcome.REFUSED: _lp("outcome of a cell", "refused"),
    Outcome.EMPTY: _lp("outcome of a cell", "empty"),
}

BATCH_STATES: dict[str, Text] = {
    BatchState.RECEIVED: _lp("state of an import", "being read"),
    BatchState.CHECKED: _lp("state of an import", "waits for your decision"),
    BatchState.REFUSED: _lp("state of an import", "could not be read"),
    BatchState.ACCEPTED: _lp("state of an import", "accepted"),
    BatchState.DISCARDED: _lp("state of an import", "given up"),
    BatchState.UNDONE: _lp("state of an import", "undone"),
}


def breakdown(key: str) -> str:
    """A breakdown in words: "born abroad, women"; the whole is "all"."""
    parts = breakdowns.parse(key)
    if not parts:
        return str(_WHOLE)
    return ", ".join(str(BREAKDOWNS[f"{dimension}={code}"]) for dimension, code in parts.items())


_WHOLE = _lp("breakdown", "all")
