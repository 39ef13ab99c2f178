"""The files of a release, one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from icportal.core.filetypes import KINDS, FileKind
from icportal.indicators.opendata import jsonstat, papers, sdmx, tables
from icportal.indicators.opendata.dataset import Dataset

XLSX = KINDS[FileKind.WORKBOOK].media_type
CSV, JSON, TEXT = "text/csv; charset=utf-8", "application/json", "text/plain; charset=utf-8"
CHECKSUMS = "checksums.txt"


@dataclass(frozen=True)
class Form:
    """A file every release has. ``form`` names its format in the EU's list of file types where that has it."""

    name: str
    form: str
    media_type: str
    write: Callable[[Dataset], bytes]


@dataclass(frozen=True)
class Made:
    """A file as it was written."""

    name: str
    form: str
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


FORMS = (
    Form("observations.xlsx", "XLSX", XLSX, tables.workbook),
    Form("observations.csv", "CSV", CSV, tables.observations_csv),
    Form("indicators.csv", "CSV", CSV, tables.indicators_csv),
    Form("cities.csv", "CSV", CSV, tables.cities_csv),
    Form("sdmx.csv", "SDMX-CSV", "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8", sdmx.observations),
    Form("datapackage.zip", "ZIP", "application/zip", tables.datapackage_zip),
    Form("datapackage.json", "JSON", JSON, tables.datapackage_json),
    Form("observations.csv-metadata.json", "CSVW", "application/csvm+json", tables.csvw),
    Form("json-stat.json", "JSON-STAT", JSON, jsonstat.cube),
    Form("codebook.csv", "CSV", CSV, papers.codebook_csv),
    Form("codebook.json", "JSON", JSON, papers.codebook_json),
    Form("CITATION.cff", "CFF", TEXT, papers.citation),
)
#: How many files a release has: those above and their checksums.
NUMBER = len(FORMS) + 1


def files(dataset: Dataset) -> Iterator[Made]:
    """Every file of the release, the checksums last."""
    digests: dict[str, str] = {}
    for form in FORMS:
        made = Made(form.name, form.form, form.media_type, form.write(dataset))
        digests[made.name] = made.sha256
        yield made
    yield Made(CHECKSUMS, "TXT", TEXT, papers.checksums(digests))
