"""The words of a network's table: what may be said about a row, and how its periods and flags are read."""

from __future__ import annotations

import re
from decimal import Decimal

from icportal.core.strings import _l
from icportal.indicators import findings
from icportal.indicators.entries import SCALE
from icportal.indicators.enums import Confidentiality, Status
from icportal.indicators.facts import flags
from icportal.indicators.findings import Finding

findings.register(
    {
        "network.city": _l("“%(shown)s” is no city of the network. Write its name, or its address part such as “nuremberg”."),
        "network.indicator": _l("There is no indicator “%(shown)s” in the catalogue. Write its code, such as POP01."),
        "network.breakdown": _l(
            "“%(shown)s” is not asked for with %(code)s. Write the breakdown as in the template, such as “origin=eu_born”."
        ),
        "network.period": _l("“%(shown)s” is no period. Write a year (2024), a month (2024-06) or two years (2024/2025)."),
        "network.error": _l("The cell shows the error %(shown)s. Mend the formula or write the number."),
        "network.no_value": _l("The formula was never calculated. Open the file in a spreadsheet, save it and upload it again."),
        "network.date": _l("The cell holds a date (%(shown)s) where a number belongs. Format it as a number and type it again."),
        "network.percent": _l("%(shown)s is formatted as a percentage; it was read as %(value)s."),
        "network.status": _l("“%(shown)s” is no status flag. The flags are: %(known)s."),
        "network.conf": _l("“%(shown)s” is no confidentiality flag. The flags are: %(known)s."),
        "network.decimals": _l("%(shown)s has more than six decimals or more than twelve digits. Round it."),
        "network.note": _l("The note is longer than %(most)s characters. Shorten it."),
        "network.twice": _l("The same value stands in row %(row)s as well. Keep one of the two rows."),
        "network.in_review": _l("The city's values of this year are in review. They have to be published or sent back first."),
        "network.overtaken": _l(
            "The value was changed in the portal after this workbook was made. Download a fresh workbook and look at it again."
        ),
        "network.share": _l("%(shown)s per cent is more than the whole. Please check the number."),
        "network.range": _l("%(shown)s is outside of what is plausible here. Please check the number and its unit."),
        "network.jump": _l("It was %(before)s in %(period)s and is %(shown)s now. Please check the number."),
        "network.freed": _l("This value was confidential. Accepted, it is free, and public once the city's year is published."),
        "network.unread": _l("Nothing was read from these columns: %(names)s. The columns are: %(wanted)s."),
        "network.parts": _l("The parts add up to more than the whole. Please check which number is wrong."),
    }
)

_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|/(\d{4}))?")
_LETTERS = frozenset(Status)
_OLD_LETTERS = {"s": "i", "z": "m"}


def read_period(text: str) -> tuple[str, int] | Finding:
    """The period as written, and the year it belongs to."""
    match = _PERIOD.fullmatch(text)
    if match is None or not 1900 <= int(match[1]) <= 2100 or (match[3] and int(match[3]) != int(match[1]) + 1):  # noqa: PLR2004
        return Finding("network.period", {"shown": text[:40]})
    return text, int(match[1])


def read_flags(text: str) -> str | Finding:
    """The status flags in their order; letters of the older list are understood."""
    letters = "".join(_OLD_LETTERS.get(letter, letter) for letter in text.casefold() if letter not in " ,;c")
    if set(letters) - _LETTERS:
        return Finding("network.status", {"shown": text[:20], "known": " ".join(sorted(_LETTERS))})
    return flags(letters)


def read_confidentiality(text: str) -> str | Finding:
    """The confidentiality flag, empty where nothing is said."""
    letter = text.strip().upper()
    if letter and letter not in frozenset(Confidentiality):
        return Finding("network.conf", {"shown": text[:20], "known": " ".join(Confidentiality)})
    return str(letter)


def in_millionths(value: Decimal | None) -> int | None:
    """As amounts are kept in a plan."""
    return None if value is None else int(value * SCALE)
