"""SDMX-CSV 2.0: one line a value in the codes of SDMX. Free text stays out, and so does every withheld number."""

from __future__ import annotations

import csv
import io

from icportal.indicators import breakdowns
from icportal.indicators.enums import Confidentiality, Missing
from icportal.indicators.opendata.dataset import Dataset, Row, leading, written

DATAFLOW = "ICPORTAL:DF_INDICATORS(1.0)"
#: A full release takes the place of what a reader had before.
ACTION = "R"
TOTAL = "_T"
HEADER = (
    "STRUCTURE", "STRUCTURE_ID", "ACTION",
    "CITY", "INDICATOR", "ORIGIN", "SEX", "AGE", "ISCED", "SUBJECT", "LEVEL", "MEASURE",
    "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS",
    "UNIT_MEASURE", "GEOGRAPHY", "COUNTING", "BOUND", "MISSING", "SOURCE_KIND", "MIGRANT_DEFINITION", "INDICATOR_VERSION",
)  # fmt: skip
#: Codes that SDMX has a name of its own for, or that its identifiers do not allow.
CODES = {
    "sex": {"x": "_O"},
    "age": {"15-24": "Y15T24", "25-54": "Y25T54", "55-64": "Y55T64", "65+": "Y_GE65"},
    "isced": {"0-2": "ED0-2", "3-4": "ED3_4", "5-8": "ED5-8"},
}
NORMAL, SUPPRESSED, NOT_COLLECTED, NO_VALUE = "A", "Q", "L", "O"


def observations(dataset: Dataset) -> bytes:
    """All values. A reader that knows one flag only gets the one that matters most."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(map(_line, dataset.rows))
    return out.getvalue().encode()


def _line(row: Row) -> list[str]:
    return [
        "dataflow", DATAFLOW, ACTION,
        row.city, row.indicator, *(code_of(name, row.parts.get(name, "")) for name in breakdowns.DIMENSIONS),
        time_period(row.period), "" if row.value is None else written(row.value), status_of(row), row.conf_status,
        row.unit.upper(), row.geography.upper(), row.counting.upper(), row.bound.upper(), row.missing.upper(),
        row.source_kind.upper(), row.definition_of_migrant.upper(), str(row.indicator_version),
    ]  # fmt: skip


def code_of(dimension: str, code: str) -> str:
    """A code of a breakdown as SDMX writes it."""
    return CODES.get(dimension, {}).get(code, code.upper()) if code else TOTAL


def time_period(period: str) -> str:
    """A period as SDMX writes it: two years are a range with a beginning and a length."""
    first, slash, last = period.partition("/")
    return f"{first}-01-01/P{int(last) - int(first) + 1}Y" if slash else period


def status_of(row: Row) -> str:
    """The letter of CL_OBS_STATUS: why there is no value, else the leading flag, else normal."""
    if row.conf_status != Confidentiality.FREE:
        return SUPPRESSED
    flag = leading(row.obs_status)
    if row.value is None and flag != "m":
        return NOT_COLLECTED if row.missing == Missing.NOT_COLLECTED else NO_VALUE
    return flag.upper() or NORMAL
