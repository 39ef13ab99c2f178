"""What a practice is as a text: its fields with their limits, and what lists show and find it by."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from icportal.charter.texts import titles
from icportal.cities.models import City
from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, Revision
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.data import reader
from icportal.i18n.locales import interface_codes
from icportal.practices import adoption
from icportal.practices.enums import KIND
from icportal.practices.models import Practice

FIELDS = (
    ContentField("title", _l("Title"), _l("What it is, so that a colleague elsewhere would click on it."), "line", 15, required=True),
    ContentField("summary", _l("Summary"), _l("Who did what for whom, and what came of it."), "text", 100, required=True),
    ContentField(
        "issue_and_goals", _l("Issue and goals"), _l("What the problem was, and what the city wanted to reach."), "text", 150,
        required=True,
    ),
    ContentField("how_it_works", _l("How it works"), _l("The steps, the people, the places."), "text", 100, required=True),
    ContentField(
        "results", _l("Results"), _l("What has changed, with figures and their year where there are any."), "text", 100, required=True
    ),
    ContentField("evaluation", _l("Evaluation"), _l("Who looked at it, how, and what they found."), "text", 100),
    ContentField("beneficiaries", _l("Beneficiaries"), _l("For whom, and how many people."), "text", 40),
    ContentField("funding", _l("Funding"), _l("What it costs, and who pays."), "text", 100),
    ContentField(
        "not_again", _l("What we would not do again"), _l("The part other cities learn most from."), "text", 100, required=True
    ),
    ContentField(
        "transfer", _l("Conditions for transfer"), _l("What another city needs: size, powers, law, money, staff."), "text", 100,
        required=True,
    ),
)  # fmt: skip


def practice_of(item: ContentItem) -> Practice | None:
    """The practice whose text the item is; None while it is being made."""
    return db.session.scalar(select(Practice).where(Practice.item_id == item.id))


def reviewed_facts(item: ContentItem) -> dict[str, Any] | None:
    """The facts of the working copy that a second person approves together with the text."""
    practice = practice_of(item)
    if practice is None:
        return None
    # Whoever held the text before may have changed them since this practice was read.
    db.session.flush()
    db.session.expire(practice)
    return practice.reviewed_facts()


#: What the public reads of a practice whose facts nobody has approved yet.
NOTHING_REVIEWED = {
    "commitments": [],
    "suggested": False,
    "themes": [],
    "looking_for_partners": False,
    "links": [],
    "files": [],
    "adopted_from": [],
}


def facts(item: ContentItem, source: Revision | None) -> dict[str, Any]:
    """What lists and the public page show beside the text, so that they need no second look."""
    practice = practice_of(item)
    city = db.session.get(City, item.city_id)
    if practice is None or city is None:
        return {}
    return {
        "practice": practice.id,
        "city": city.slug,
        "city_name": city.name,
        "city_names": city.names,
        "country": city.country,
        "edition": practice.edition,
        "contactable": bool(practice.contact_email),
        "source": practice.source,
        **approved(source),
    }


def approved(source: Revision | None) -> dict[str, Any]:
    """The reviewed facts of a revision of the original."""
    return {**NOTHING_REVIEWED, **(source.facts or {} if source else {})}


def terms(item: ContentItem, source: Revision | None) -> Iterable[str]:
    """What the library filters by."""
    practice = practice_of(item)
    city = db.session.get(City, item.city_id)
    if practice is None or city is None:
        return
    yield f"city:{city.slug}"
    yield f"country:{city.country}"
    known = approved(source)
    yield from (f"commitment:{number}" for number in known["commitments"])
    yield from (f"theme:{theme}" for theme in known["themes"])
    if practice.edition:
        yield f"edition:{practice.edition}"
    if known["looking_for_partners"]:
        yield "partners:yes"
    yield from (adoption.term(number) for number in known["adopted_from"])


def labels(_item: ContentItem, source: Revision | None) -> Iterable[tuple[str, str]]:
    """Its commitments and themes by name, in every language somebody may search in."""
    known = approved(source)
    return named(tuple(known["commitments"]), tuple(known["themes"]), interface_codes())


@lru_cache(maxsize=4096)
def named(commitments: tuple[int, ...], themes: tuple[str, ...], languages: tuple[str, ...]) -> list[tuple[str, str]]:
    """(name, language it is in) of commitments and themes."""
    return [
        (label, code)
        for code in languages
        for label in (
            *(titles(code).get(number, "") for number in commitments),
            *(reader.themes().get(key, {}).get(code, "") for key in themes),
        )
        if label
    ]


def missing(item: ContentItem) -> list[tuple[str | None, Text]]:
    """Which facts are still needed before the text can be reviewed."""
    practice = practice_of(item)
    found: list[tuple[str | None, Text]] = []
    if practice is None or not practice.commitments:
        found.append(("commitments", _("Choose at least one commitment the practice serves, on the page of facts.")))
    if practice is None or not practice.themes:
        found.append(("themes", _("Choose at least one theme, on the page of facts.")))
    if practice is None or not practice.contact_name or not practice.contact_email:
        found.append(("contact_email", _("Name a contact with a mail address, on the page of facts.")))
    return found


PRACTICE = ContentKind(
    key=KIND,
    label=_l("Practice"),
    fields=FIELDS,
    endpoint="practices.show_practice",
    workspace="practices.workspace",
    facts=facts,
    terms=terms,
    reviewed_facts=reviewed_facts,
    labels=labels,
    missing=missing,
)


def register() -> None:
    """Make practices known to content."""
    kinds.register(PRACTICE)
