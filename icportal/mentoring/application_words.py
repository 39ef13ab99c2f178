"""What a city said in its application as people read it, to set two versions of it against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import day, listing, number
from icportal.i18n.locales import get
from icportal.mentoring import labels, programmes
from icportal.mentoring.models import Programme

if TYPE_CHECKING:
    from icportal.mentoring.services.applications import Draft, NeedDraft, OfferDraft


def in_words(draft: Draft, programme: Programme) -> dict[str, str]:
    """Everything that was filled in, by the names of the fields, in the language of whoever reads it."""
    language = current_language()
    themes = {row.scheme.id: row.title for row in programmes.scheme_rows(programme.schemes, language.code).values()}
    said: list[NeedDraft | OfferDraft] = [*draft.needs, *draft.offers]
    cities = _names({number for each in said for number in each.wishes} | set(draft.avoided), language.code)

    def of_theme(each: NeedDraft | OfferDraft) -> str:
        wishes = _("Wishes, in order") + ": " + ", ".join(cities.get(number, "–") for number in each.wishes)
        return "\n".join(filter(None, (themes.get(each.scheme_id, ""), each.text, wishes if each.wishes else "")))

    return {
        "contact_name": draft.contact_name,
        "contact_email": draft.contact_email,
        "interpreter": str(labels.INTERPRETERS.get(draft.interpreter, draft.interpreter)),
        "most_as_mentor": number(draft.most_as_mentor),
        "most_as_mentee": number(draft.most_as_mentee),
        "population": number(draft.population) if draft.population is not None else "",
        "foreign_share": number(float(draft.foreign_share)) if draft.foreign_share is not None else "",
        "note": draft.note,
        "windows": "\n".join(f"{day(first)} – {day(last)}" for first, last in draft.windows),
        "competences": listing(labels.COMPETENCES[each] for each in draft.competences),
        "support_group": "\n".join(", ".join(filter(None, row.values())) for row in draft.support_group),
        "skills": "\n".join(
            f"{person}: {get(code).name_in(language)} ({labels.LEVELS[level]})" for person, code, level in draft.skills
        ),
        "needs": "\n\n".join(of_theme(each) for each in draft.needs),
        "offers": "\n\n".join(of_theme(each) for each in draft.offers),
        "avoided": ", ".join(cities.get(each, "–") for each in draft.avoided),
    }


def _names(numbers: set[int], language: str) -> dict[int, str]:
    return {city.id: city.name_in(language) for city in db.session.scalars(select(City).where(City.id.in_(numbers)))}
