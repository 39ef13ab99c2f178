"""Observations as tables: CSV with the two descriptions a program may read it by (Data Package and CSVW), and Excel."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from icportal.indicators import breakdowns
from icportal.indicators.opendata.dataset import (
    KEY,
    LICENCE,
    LICENCE_ADDRESS,
    LICENCE_TITLE,
    NO_NUMBER,
    PUBLISHER,
    Dataset,
    Row,
    written,
)
from icportal.web.open_data import safe_cell

OBSERVATIONS, INDICATORS, CITIES = "observations.csv", "indicators.csv", "cities.csv"
#: Excel has 1,048,576 rows a sheet, the first for the names of the columns.
MOST_ROWS = 1_000_000
_PERIOD = r"[0-9]{4}(-[0-9]{2}|/[0-9]{4})?"
_STATUSES = r"b?d?e?f?i?m?n?p?u?"
_BREAKDOWN = r"total|[a-z]+=[a-z0-9_+-]+(;[a-z]+=[a-z0-9_+-]+)*"
_CODE = r"[A-Za-z0-9_-]+"
#: An archive is the same bytes whenever it is made.
_MOMENT = (1980, 1, 1, 0, 0, 0)
INDICATOR_COLUMNS = ("indicator", "family", "version", "unit", "decimals", "counting", "frames", "commitments")
INDICATOR_TEXTS = ("title", "definition", "numerator", "denominator")
CITY_COLUMNS = ("city", "country", "country_eurostat", "city_name", "latitude", "longitude")


def observations_csv(dataset: Dataset) -> bytes:
    """Every value; a machine format: no cell is changed for the sake of spreadsheets."""
    return _csv(Row._fields, map(_cells, dataset.rows))


def indicators_csv(dataset: Dataset) -> bytes:
    """The catalogue, its texts in a column for each language."""
    languages = tuple(dataset.words)
    header = [*INDICATOR_COLUMNS, *(f"{name}_{language}" for name in INDICATOR_TEXTS for language in languages)]
    return _csv(
        header,
        (
            [
                each.code, each.family, each.version, each.unit, each.decimals, each.counting,
                ";".join(each.frames), ";".join(map(str, each.commitments)),
                *(each.words.get(language, {}).get(name, "") for name in INDICATOR_TEXTS for language in languages),
            ]
            for each in dataset.indicators
        ),
    )  # fmt: skip


def cities_csv(dataset: Dataset) -> bytes:
    """The cities, with the codes of their countries and where they lie."""
    return _csv(
        CITY_COLUMNS,
        (
            [city.slug, city.country, city.country_eurostat, city.name, _degrees(city.latitude), _degrees(city.longitude)]
            for city in dataset.cities
        ),
    )


def workbook(dataset: Dataset) -> bytes:
    """The values, the codebook and a sheet about the release; text stays text, also where it begins like a formula."""
    from rustpy_xlsxwriter import FastExcel  # only the worker writes workbooks of this kind

    out = io.BytesIO()
    book = FastExcel(out).freeze(row=1)
    for number, start in enumerate(range(0, len(dataset.rows), MOST_ROWS), start=1):
        name = "data" if number == 1 else f"data {number}"
        book.sheet(name, [_record(row) for row in dataset.rows[start : start + MOST_ROWS]])
    book.sheet("codebook", list(_codebook(dataset)))
    book.sheet("about", [{"what": name, "text": text} for name, text in about(dataset)])
    book.save()
    return out.getvalue()


def about(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """What everybody should know who has the file and nothing else."""
    yield "title", dataset.title
    yield "version", dataset.name
    yield "date", dataset.day.isoformat()
    yield "note", dataset.note
    yield "publisher", PUBLISHER
    yield "address", dataset.address
    yield "licence", f"{LICENCE_TITLE} ({LICENCE}), {LICENCE_ADDRESS}"
    yield "citation", dataset.citation
    for language, words in dataset.words.items():
        for name in ("description", "withheld", "flags"):
            yield f"{name} ({language})", words.sentences[name]


def datapackage(dataset: Dataset) -> dict[str, Any]:
    """The descriptor of the Data Package, version 2."""
    resources = [
        _resource(dataset, OBSERVATIONS, observations_csv(dataset), observations_schema(dataset)),
        _resource(dataset, INDICATORS, indicators_csv(dataset), _indicators_schema(dataset)),
        _resource(dataset, CITIES, cities_csv(dataset), _cities_schema()),
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"icportal-indicators-{dataset.name}",
        "id": dataset.address,
        "title": dataset.title,
        "description": dataset.words["en"].sentences["description"],
        "version": dataset.name,
        "created": f"{dataset.day.isoformat()}T00:00:00Z",
        "homepage": dataset.address,
        "licenses": [{"name": LICENCE, "path": LICENCE_ADDRESS, "title": LICENCE_TITLE}],
        "contributors": [{"title": PUBLISHER, "roles": ["publisher"]}],
        "resources": resources,
    }


def datapackage_json(dataset: Dataset) -> bytes:
    return dumped(datapackage(dataset))


def datapackage_zip(dataset: Dataset) -> bytes:
    """The descriptor and the tables it describes in one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
            ("datapackage.json", datapackage_json(dataset)),
            (OBSERVATIONS, observations_csv(dataset)),
            (INDICATORS, indicators_csv(dataset)),
            (CITIES, cities_csv(dataset)),
        ):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def csvw(dataset: Dataset) -> bytes:
    """The description of ``observations.csv`` by the W3C's CSV on the Web, titles in every language."""
    columns = []
    for field in observations_schema(dataset)["fields"]:
        name = field["name"]
        column: dict[str, Any] = {
            "name": name,
            "titles": {
                language: [*([name] if language == "en" else []), words.columns[name][0]]
                for language, words in dataset.words.items()
            },
            "dc:description": dataset.words["en"].columns[name][1],
            "datatype": _datatype(field),
        }
        if name in KEY:
            column["required"] = True
        if name == "value":
            column["null"] = [NO_NUMBER, ""]
        columns.append(column)
    return dumped(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": OBSERVATIONS,
            "dc:title": dataset.title,
            "dc:license": {"@id": LICENCE_ADDRESS},
            "dc:publisher": PUBLISHER,
            "dc:identifier": dataset.address,
            "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
            "tableSchema": {"columns": columns, "primaryKey": list(KEY)},
        }
    )


def observations_schema(dataset: Dataset) -> dict[str, Any]:
    """The Table Schema of ``observations.csv``."""
    return {
        "fields": [_field(dataset, name) for name in Row._fields],
        "missingValues": ["", NO_NUMBER],
        "primaryKey": list(KEY),
        "foreignKeys": [
            {"fields": ["city"], "reference": {"resource": "cities", "fields": ["city"]}},
            {"fields": ["indicator"], "reference": {"resource": "indicators", "fields": ["indicator"]}},
        ],
    }


def dumped(value: Mapping[str, Any]) -> bytes:
    """JSON as people and programs read it."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _field(dataset: Dataset, name: str) -> dict[str, Any]:
    title, description = dataset.words["en"].columns[name]
    kinds = {"value": "number", "indicator_version": "integer", "period_assumed": "boolean"}
    field: dict[str, Any] = {"name": name, "type": kinds.get(name, "string"), "title": title, "description": description}
    constraints: dict[str, Any] = {}
    lists = dataset.words["en"].lists
    if name in KEY or name in {"unit", "conf_status", "indicator_version"}:
        constraints["required"] = True
    if name in breakdowns.DIMENSIONS or (name in lists and name != "obs_status"):
        constraints["enum"] = list(lists[name])
    elif name == "status":
        constraints["enum"] = list(lists["obs_status"])
    patterns = {
        "period": _PERIOD, "breakdown": _BREAKDOWN, "indicator": _CODE, "city": _CODE,
        "country": "[A-Z]{2}", "country_eurostat": "[A-Z]{2}", "obs_status": _STATUSES,
    }  # fmt: skip
    if name in patterns:
        constraints["pattern"] = patterns[name]
    return field | ({"constraints": constraints} if constraints else {})


def _indicators_schema(dataset: Dataset) -> dict[str, Any]:
    numbers = {"version", "decimals"}
    texts = [f"{name}_{language}" for name in INDICATOR_TEXTS for language in dataset.words]
    return {
        "fields": [
            *({"name": name, "type": "integer" if name in numbers else "string"} for name in INDICATOR_COLUMNS),
            *({"name": name, "type": "string"} for name in texts),
        ],
        "missingValues": [""],
        "primaryKey": ["indicator"],
    }


def _cities_schema() -> dict[str, Any]:
    numbers = {"latitude", "longitude"}
    return {
        "fields": [{"name": name, "type": "number" if name in numbers else "string"} for name in CITY_COLUMNS],
        "missingValues": [""],
        "primaryKey": ["city"],
    }


def _resource(dataset: Dataset, path: str, data: bytes, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": path.removesuffix(".csv"),
        "type": "table",
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "title": f"{dataset.title}: {path}",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }


def _datatype(field: Mapping[str, Any]) -> Any:
    if field["type"] != "string":
        return {"number": "decimal"}.get(field["type"], field["type"])
    constraints = field.get("constraints", {})
    if "pattern" in constraints:
        return {"base": "string", "format": constraints["pattern"]}
    return "string"


def _codebook(dataset: Dataset) -> Iterator[dict[str, str]]:
    languages = tuple(dataset.words)
    for name in Row._fields:
        yield {"list": "column", "code": name} | {
            language: ": ".join(dataset.words[language].columns[name]) for language in languages
        }
    for listed, codes in dataset.words["en"].lists.items():
        for code in codes:
            yield {"list": listed, "code": code} | {
                language: dataset.words[language].lists[listed][code] for language in languages
            }
    for indicator in dataset.indicators:
        for name in INDICATOR_TEXTS:
            yield {"list": f"indicator {name}", "code": indicator.code} | {
                language: indicator.words.get(language, {}).get(name, "") for language in languages
            }


def codebook_rows(dataset: Dataset) -> tuple[dict[str, str], ...]:
    """Everything the codes mean: list, code, and its words in a column for each language."""
    return tuple(_codebook(dataset))


def _record(row: Row) -> dict[str, Any]:
    found = dict(zip(Row._fields, _cells(row), strict=True))
    found["value"] = None if row.value is None else float(row.value)
    return found


def _cells(row: Row) -> list[Any]:
    return [_cell(name, value) for name, value in zip(Row._fields, row, strict=True)]


def _cell(name: str, value: Any) -> Any:
    if name == "value":
        return written(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    # People open these files in spreadsheets too, which would calculate with a note that begins like a formula.
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()
