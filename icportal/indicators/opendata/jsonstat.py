"""JSON-stat 2.0: one cube of cities, series (an indicator with its breakdown) and periods."""

from __future__ import annotations

import json
from typing import Any

from icportal.indicators.opendata.dataset import LICENCE_ADDRESS, PUBLISHER, TOTAL, Dataset, Row
from icportal.indicators.opendata.wording import breakdown_words

#: A cube with more cells than this lists only those that hold something.
MOST_CELLS = 100_000


def cube(dataset: Dataset) -> bytes:
    """The dataset; ``status`` has letters by position: flags, ``:`` for no number, the confidentiality of a withheld one."""
    titles = {each.code: each.title for each in dataset.indicators}
    cities = {city.slug: city.name for city in dataset.cities}
    series = {series_of(row): f"{titles[row.indicator]}: {breakdown_words(row.breakdown)}" for row in dataset.rows}
    periods = sorted({row.period for row in dataset.rows})
    place_of_city = {code: place for place, code in enumerate(cities)}
    place_of_series = {code: place for place, code in enumerate(series)}
    place_of_period = {code: place for place, code in enumerate(periods)}
    size = [len(cities), len(series), len(periods)]
    cells = size[0] * size[1] * size[2]
    values: dict[str, float] = {}
    status: dict[str, str] = {}
    for row in dataset.rows:
        position = (place_of_city[row.city] * size[1] + place_of_series[series_of(row)]) * size[2] + place_of_period[row.period]
        if row.value is not None:
            values[str(position)] = float(row.value)
        if flag := flag_of(row):
            status[str(position)] = flag
    shown: Any = values if cells > MOST_CELLS else [values.get(str(position)) for position in range(cells)]
    body = {
        "version": "2.0",
        "class": "dataset",
        "href": f"{dataset.address}/json-stat.json",
        "label": dataset.title,
        "source": PUBLISHER,
        "updated": dataset.day.isoformat(),
        "note": [words.sentences["withheld"] for language, words in dataset.words.items() if language == "en"],
        "extension": {"licence": LICENCE_ADDRESS, "version": dataset.name, "citation": dataset.citation},
        "id": ["city", "series", "period"],
        "size": size,
        "role": {"time": ["period"], "geo": ["city"]},
        "dimension": {
            "city": _dimension("City", cities),
            "series": _dimension("Indicator and breakdown", series),
            "period": _dimension("Period", {period: period for period in periods}),
        },
        "value": shown,
        "status": status,
    }
    return (json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def series_of(row: Row) -> str:
    """The code of the series a value belongs to."""
    return row.indicator if row.breakdown == TOTAL else f"{row.indicator}|{row.breakdown}"


def flag_of(row: Row) -> str:
    """The flags of a value as one short text; empty is normal."""
    if row.conf_status != "F":
        return f":{row.conf_status}"
    return row.obs_status if row.value is not None else f":{row.obs_status}"


def _dimension(label: str, codes: dict[str, str]) -> dict[str, Any]:
    return {"label": label, "category": {"index": {code: place for place, code in enumerate(codes)}, "label": codes}}
