"""Loading the programme of a demonstration: four themes and twelve cities, ready to be matched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from icportal.cities.models import City
from icportal.content import services as content
from icportal.core.actors import SYSTEM, Actor, Grant, Role
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import NotAllowed
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.mentoring import applications, demonstration
from icportal.mentoring.applications import ThemeOf
from icportal.mentoring.demonstration import Applicant
from icportal.mentoring.models import Programme
from icportal.mentoring.services import applications as applying
from icportal.mentoring.services import programmes
from icportal.mentoring.services.applications import Draft, NeedDraft, OfferDraft
from icportal.mentoring.services.programmes import Plan, Theme


def load_demonstration_programme() -> int:
    """Add the programme of the demonstration, its call closed; how many were added. Where there is one already, none is.

    Needs the cities, the toolkits and the rounds of the demonstration, from whose answers needs and offers are filled. Each
    step is taken as whoever may take it; gives nobody notice who has no account yet.

    Raises:
        NotAllowed: this is no demonstration.
    """
    if not settings().demo:
        raise NotAllowed(_("Programmes of the demonstration exist in a demonstration only."))
    if db.session.scalar(select(Programme.id).where(Programme.is_demonstration).limit(1)) is not None:
        return 0
    coordinator = _somebody(Role.COORDINATOR)
    programme = _programme(coordinator)
    programmes.move_programme(programme, "open_call", actor=coordinator, seen=programme.version)
    applicants = demonstration.applicants(today())
    named = {each.city for each in applicants}
    cities = {city.slug: city for city in db.session.scalars(select(City).where(City.slug.in_(named)))}
    for each in applicants:
        _apply(programme, each, cities)
    # Wishes are named once it is known who takes part.
    for each in applicants:
        if any(said.wishes for said in (*each.needs, *each.offers)):
            _wish(programme, each, cities)
    programmes.move_programme(programme, "close_call", actor=coordinator, seen=programme.version)
    return 1


def _somebody(role: Role, city_id: int | None = None) -> Actor:
    """Somebody without an account who may do what a role may, and no more."""
    return Actor(id=None, name="", grants=frozenset({Grant(role, city_id=city_id)}))


def _programme(coordinator: Actor) -> Programme:
    read = demonstration.read()
    themes = [
        Theme(each["toolkit"], None, each["facilitator"], each["organisation"], each.get("note", "")) for each in read["themes"]
    ]
    plan = Plan(demonstration.calendar(today()), themes, None, read["answer_days"], read["quiet_days"])
    programme = programmes.create_programme(
        title=read["title"], language=read["language"], plan=plan, actor=coordinator, is_demonstration=True
    )
    version = programme.item.source
    programmes.save_call(version, {"title": read["title"], **read["call"]}, actor=coordinator, seen=version.version)
    content.adopt(version, actor=SYSTEM, published_at=now(), reason=read["reason"])
    return programme


def _apply(programme: Programme, applicant: Applicant, cities: Mapping[str, City]) -> None:
    city = cities[applicant.city]
    officer = _somebody(Role.CITY_OFFICER, city.id)
    known = {each.scheme.toolkit: each for each in applications.themes_of(programme, city, None, applicant.language)}
    share = applications.proposal_for(programme, city).fingerprint.foreign_share
    draft = Draft(
        contact_name=applicant.contact, contact_email=demonstration.ADDRESS.format(city=city.slug), language=applicant.language,
        interpreter=applicant.interpreter, most_as_mentor=applicant.most_as_mentor, windows=tuple(applicant.windows),
        population=city.population, competences=tuple(applicant.competences), foreign_share=share,
        support_group=tuple({"name": name, "organisation": "", "role": role} for name, role in applicant.group),
        skills=tuple(applicant.skills), needs=_needs(applicant, known), offers=_offers(applicant, known),
    )  # fmt: skip
    application = applying.save_application(programme, city, draft, actor=officer, seen=0)
    applying.move_application(application, programme, "submit", actor=officer, seen=application.version)


def _wish(programme: Programme, applicant: Applicant, cities: Mapping[str, City]) -> None:
    city = cities[applicant.city]
    officer, application = _somebody(Role.CITY_OFFICER, city.id), applications.application_of(programme, city.id)
    assert application is not None
    applying.move_application(application, programme, "change", actor=officer, seen=application.version)
    wished = [tuple(cities[slug].id for slug in said.wishes) for said in (*applicant.needs, *applicant.offers)]
    draft, count = applying.draft_of(application), len(applicant.needs)
    draft = replace(
        draft,
        needs=tuple(replace(each, wishes=wishes) for each, wishes in zip(draft.needs, wished[:count], strict=True)),
        offers=tuple(replace(each, wishes=wishes) for each, wishes in zip(draft.offers, wished[count:], strict=True)),
    )
    applying.save_application(programme, city, draft, actor=officer, seen=application.version)
    applying.move_application(application, programme, "submit", actor=officer, seen=application.version)


def _needs(applicant: Applicant, known: Mapping[str, ThemeOf]) -> tuple[NeedDraft, ...]:
    return tuple(
        NeedDraft(known[said.theme].scheme.id, said.text or known[said.theme].gap.said, place, tuple(said.factors))
        for place, said in enumerate(applicant.needs, 1)
    )


def _offers(applicant: Applicant, known: Mapping[str, ThemeOf]) -> tuple[OfferDraft, ...]:
    return tuple(
        OfferDraft(known[said.theme].scheme.id, said.text or known[said.theme].can_show, 1, tuple(said.factors))
        for said in applicant.offers
    )
