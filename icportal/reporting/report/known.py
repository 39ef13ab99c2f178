"""The reports of the years before the portal, as far as they are known (see ``icportal/data/README.md``)."""

from __future__ import annotations

from dataclasses import dataclass

from icportal.core.strings import LazyString, _l


@dataclass(frozen=True)
class Earlier:
    """A report of an earlier edition: when it was published, when its cities were asked, and how many took part."""

    number: int
    published: LazyString
    asked: LazyString
    cities: int
    note: LazyString


EARLIER = (
    Earlier(
        5, _l("November 2022"), _l("for the time from mid-2020 to mid-2022"), 20,
        _l("Its special topic is the pandemic. The report does not say how many cities answered: it names 20."),
    ),
    Earlier(
        2, _l("2015"), _l("from December 2014 to April 2015"), 20,
        _l("It speaks of how cities organise integration. The report has no list of cities: it names 20."),
    ),
    Earlier(
        1, _l("March 2013"), _l("from October 2011 to October 2012"), 23,
        _l("21 signatories answered, and two cities of the working group."),
    ),
)  # fmt: skip
