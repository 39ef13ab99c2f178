"""Which edition of the catalogue a workbook was made with: the number of each indicator's version, beside its identity."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: The row of the sheet ``_meta`` that holds them, under that of the identity.
ROW = 2
NAME = "icportal_versions"
_ONE = re.compile(r"([A-Z0-9_-]{1,20})=(\d{1,6})")


def written(versions: Mapping[str, int]) -> str:
    """As the workbook carries them: ``POP01=1 POP02=3``."""
    return " ".join(f"{code}={number}" for code, number in versions.items())


def read(text: str) -> dict[str, int]:
    """Version numbers by code; nothing for what is not written so, as in workbooks made before they were kept."""
    return {found[1]: int(found[2]) for piece in text.split() if (found := _ONE.fullmatch(piece))}
