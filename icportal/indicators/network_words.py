"""The words of a network's table: what may be said about a row beyond what is said of any cell."""

from __future__ import annotations

from decimal import Decimal

from icportal.core.strings import _l
from icportal.indicators import findings
from icportal.indicators.entries import SCALE

findings.register(
    {
        "network.city": _l("“%(shown)s” is no city of the network. Write its name, or its address part such as “nuremberg”."),
        "network.indicator": _l("There is no indicator “%(shown)s” in the catalogue. Write its code, such as POP01."),
        "network.breakdown": _l(
            "“%(shown)s” is not asked for with %(code)s. Write the breakdown as in the template, such as “origin=eu_born”."
        ),
        "network.date": _l("The cell holds a date (%(shown)s) where a number belongs. Format it as a number and type it again."),
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


def in_millionths(value: Decimal | None) -> int | None:
    """As amounts are kept in a plan."""
    return None if value is None else int(value * SCALE)
