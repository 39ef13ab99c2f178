"""What goes with the data of a release: the codebook, how to cite it, and the checksums of every file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict

from icportal.indicators.opendata.dataset import LICENCE, LICENCE_ADDRESS, PUBLISHER, TOTAL, Dataset
from icportal.indicators.opendata.tables import codebook_rows, dumped


def codebook_csv(dataset: Dataset) -> bytes:
    """Every list and code with its words, a column for each language."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["list", "code", *dataset.words], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(codebook_rows(dataset))
    return out.getvalue().encode()


def codebook_json(dataset: Dataset) -> bytes:
    """The same for programs, with every version of every definition."""
    return dumped(
        {
            "release": dataset.name,
            "date": dataset.day.isoformat(),
            "licence": LICENCE_ADDRESS,
            "languages": list(dataset.words),
            "total": TOTAL,
            "sentences": {language: dict(words.sentences) for language, words in dataset.words.items()},
            "columns": {
                language: {name: {"title": title, "description": text} for name, (title, text) in words.columns.items()}
                for language, words in dataset.words.items()
            },
            "lists": {
                language: {name: dict(codes) for name, codes in words.lists.items()} for language, words in dataset.words.items()
            },
            "indicators": [
                {
                    "code": each.code,
                    "family": each.family,
                    "version": each.version,
                    "unit": each.unit,
                    "decimals": each.decimals,
                    "counting": each.counting,
                    "frames": list(each.frames),
                    "commitments": list(each.commitments),
                    "words": {language: dict(words) for language, words in each.words.items()},
                    "versions": [asdict(version) | {"since": version.since.isoformat()} for version in each.versions],
                }
                for each in dataset.indicators
            ],
        }
    )


def citation(dataset: Dataset) -> bytes:
    """The Citation File Format, version 1.2.0."""
    return (
        "cff-version: 1.2.0\n"
        'message: "If you use these data, please cite them as below."\n'
        "type: dataset\n"
        f'title: "{dataset.title}"\n'
        f'version: "{dataset.name}"\n'
        f"date-released: {dataset.day.isoformat()}\n"
        f"license: {LICENCE}\n"
        f'url: "{dataset.address}"\n'
        "authors:\n"
        f'  - name: "{PUBLISHER}"\n'
    ).encode()


def checksums(digests: Mapping[str, str]) -> bytes:
    """The SHA-256 of every other file, as ``sha256sum --check`` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()
