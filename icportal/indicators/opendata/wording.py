"""The words of open data in one language: what columns are called, and what the codes in them mean."""

from __future__ import annotations

from collections.abc import Mapping

from icportal.core.strings import Text, _l, _lp
from icportal.indicators import breakdowns, labels
from icportal.indicators.opendata.dataset import TOTAL, Vocabulary

#: Column → (title, what stands in it).
COLUMNS: dict[str, tuple[Text, Text]] = {
    "city": (_lp("column", "City code"), _l("The city's name in the portal's addresses; never given to another city.")),
    "country": (_lp("column", "Country"), _l("Two letters by ISO 3166-1.")),
    "country_eurostat": (_lp("column", "Country as Eurostat writes it"), _l("The same, with EL for Greece and UK for the United Kingdom.")),
    "city_name": (_lp("column", "City"), _l("The city's name in English.")),
    "indicator": (_lp("column", "Indicator"), _l("The code of the catalogue; the list of indicators says what it means.")),
    "indicator_version": (_lp("column", "Version of the definition"), _l("Values of different versions are comparable only where the list of versions says so.")),
    "breakdown": (_lp("column", "Breakdown"), _l("All parts of the breakdown as one key; “total” is everybody.")),
    "origin": (_lp("column", "Origin"), _l("The part of the population by citizenship or country of birth; empty where the value is not broken down by it.")),
    "sex": (_lp("column", "Sex"), _l("Empty where the value is not broken down by sex.")),
    "age": (_lp("column", "Age"), _l("Empty where the value is not broken down by age.")),
    "isced": (_lp("column", "Level of education"), _l("Levels of ISCED 2011.")),
    "subject": (_lp("column", "School subject"), _l("The subject a test result is of.")),
    "level": (_lp("column", "Level of staff"), _l("The level of the city's own staff.")),
    "measure": (_lp("column", "What is measured"), _l("Which of several values of the same indicator this is.")),
    "period": (_lp("column", "Period"), _l("A year (2014), a month (2014-06) or two years (2020/2021).")),
    "value": (_lp("column", "Value"), _l("A number with a decimal point; a colon where there is none or none that may be shown.")),
    "unit": (_lp("column", "Unit"), _l("What the number counts.")),
    "obs_status": (_lp("column", "Status flags"), _l("All status letters of the value, in the order of the alphabet; empty is normal.")),
    "status": (_lp("column", "Leading status flag"), _l("The one flag that matters most; a break in the series comes first.")),
    "conf_status": (_lp("column", "Confidentiality"), _l("F is free. Of every other value only its existence is told: no number, no source, no note.")),
    "bound": (_lp("column", "How the number is meant"), _l("Whether the number is exact, rounded or a limit.")),
    "geography": (_lp("column", "Area"), _l("The area the number speaks of.")),
    "counting": (_lp("column", "Way of counting"), _l("Whether the number is counted at a moment or over a period.")),
    "definition_of_migrant": (_lp("column", "Definition of migrant"), _l("Whom the city counts as a migrant, in families that can be compared; empty where it is not stated.")),
    "missing": (_lp("column", "Why there is no number"), _l("Empty where there is a number.")),
    "source_kind": (_lp("column", "Kind of source"), _l("Where the number comes from.")),
    "source": (_lp("column", "Source"), _l("As the city names it, in its own language; free text. An apostrophe stands before a text that a spreadsheet would calculate.")),
    "note": (_lp("column", "Note"), _l("What the city adds to the number, in its own language; free text. An apostrophe stands before a text that a spreadsheet would calculate.")),
    "period_assumed": (_lp("column", "Period assumed"), _l("True where the source does not name the period and it was concluded from the report.")),
}  # fmt: skip

SENTENCES: dict[str, Text] = {
    "title": _l("Indicators of the Integrating Cities Charter"),
    "description": _l(
        "What cities measure about the integration of migrants: values with their breakdowns, flags, sources and "
        "definitions, as cities delivered them and the network checked them."
    ),
    "withheld": _l("Values that are confidential or not for publication are withheld: of them only the flag is told."),
    "flags": _l("Flags follow the lists of Eurostat of January 2025."),
    "licence": _l("You may use the data for any purpose when you name the source (CC BY 4.0)."),
}


def code_lists() -> dict[str, Mapping[str, Text]]:
    """The codes of every column that has a list."""
    found: dict[str, Mapping[str, Text]] = {
        "unit": labels.UNITS,
        "obs_status": labels.STATUSES,
        "conf_status": labels.CONFIDENTIALITY,
        "bound": labels.BOUNDS,
        "geography": labels.GEOGRAPHIES,
        "counting": labels.COUNTINGS,
        "definition_of_migrant": labels.DEFINITION_FAMILIES,
        "missing": {code: words for code, words in labels.MISSING.items() if code != "removed"},
        "source_kind": labels.SOURCE_KINDS,
        "family": labels.FAMILIES,
    }
    for dimension, codes in breakdowns.DIMENSIONS.items():
        found[dimension] = {code: labels.BREAKDOWNS[f"{dimension}={code}"] for code in codes}
    return found


def vocabulary() -> Vocabulary:
    """The words in the language that is current now."""
    return Vocabulary(
        columns={name: (str(title), str(description)) for name, (title, description) in COLUMNS.items()},
        lists={name: {str(code): str(words) for code, words in codes.items()} for name, codes in code_lists().items()},
        sentences={name: str(text) for name, text in SENTENCES.items()},
    )


def breakdown_words(key: str) -> str:
    """A breakdown of open data in the current language."""
    return labels.breakdown("" if key == TOTAL else key)
