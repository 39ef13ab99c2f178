"""Reading applications: the own city's, what the portal proposes for it, and what stands behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.permissions import authorise, can
from icportal.i18n.formatting import sorted_by_name
from icportal.mentoring import evidence, fingerprints, programmes
from icportal.mentoring.enums import MATCHABLE, STANDING, ApplicationState, Interpreter, Level, Permission, Phase, Side
from icportal.mentoring.models import Application, Need, Offer, Pairing, Programme, Scheme
from icportal.mentoring.programmes import SchemeRow
from icportal.mentoring.rules import OfCity
from icportal.toolkits import queries as toolkits
from icportal.toolkits.queries import Benchmark, Factor


@dataclass(frozen=True)
class OwnApplication:
    """A city and a programme it can take part in; ``application`` is None where it was not begun."""

    programme: Programme
    city: City
    application: Application | None


@dataclass(frozen=True)
class ThemeOf:
    """One theme of a programme as one city stands in it: what was said, and what its own answers and practices show."""

    row: SchemeRow
    gap: evidence.Gap
    strength: evidence.Strength
    factors: Sequence[Factor]
    need: Need | None = None
    offer: Offer | None = None
    need_wishes: Sequence[int] = ()
    offer_wishes: Sequence[int] = ()

    @property
    def scheme(self) -> Scheme:
        return self.row.scheme

    @property
    def can_show(self) -> str:
        """What an offer begins with: the titles of the practices that stand behind it."""
        return "\n".join(each["title"] for each in self.strength.evidence if each.get("kind") == "practice")


def own_applications(actor: Actor, language: str, programme: Programme | None = None) -> list[OwnApplication]:
    """What the own cities have applied for or could apply for, the newest programme first."""
    own = actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)
    if not own:
        return []
    cities = sorted_by_name(db.session.scalars(select(City).where(City.id.in_(own))), lambda city: city.name_in(language))
    query = select(Programme).where(Programme.state != Phase.DRAFT).order_by(Programme.id.desc())
    if programme is not None:
        query = query.where(Programme.id == programme.id)
    begun = {
        (each.programme_id, each.city_id): each
        for each in db.session.scalars(select(Application).where(Application.city_id.in_(own)))
    }
    return [
        OwnApplication(each, city, begun.get((each.id, city.id)))
        for each in db.session.scalars(query.options(selectinload(Programme.phases)))
        for city in cities
        if (each.id, city.id) in begun or each.state == Phase.APPLY
    ]


def open_application(slug: str, city_slug: str, *, actor: Actor) -> tuple[Programme, City, Application | None]:
    """A city's part in a programme for somebody who may read it. NotFound for everybody else."""
    programme, city = programmes.open_programme(slug, actor=actor), get_city(city_slug)
    authorise(actor, Permission.VIEW_APPLICATION, OfCity(city.id))
    return programme, city, application_of(programme, city.id)


def application_of(programme: Programme, city_id: int) -> Application | None:
    """What a city said in a programme, with everything below it."""
    query = select(Application).where(Application.programme_id == programme.id, Application.city_id == city_id)
    return db.session.scalar(query.options(*_WHOLE))


_WHOLE = tuple(
    selectinload(each)
    for each in (Application.skills, Application.needs, Application.offers, Application.wishes, Application.avoided)
)


def sent_applications(programme: Programme) -> list[Application]:
    """All applications that take part in the matching, whole; a constant number of queries."""
    query = select(Application).where(Application.programme_id == programme.id, Application.state == ApplicationState.SUBMITTED)
    return list(db.session.scalars(query.options(*_WHOLE).order_by(Application.id)))


def before(programme: Programme, city_id: int) -> Application | None:
    """What the city said in the last programme it applied to, to begin from."""
    query = select(Application).where(Application.city_id == city_id, Application.programme_id != programme.id)
    return db.session.scalar(query.options(*_WHOLE).order_by(Application.id.desc()).limit(1))


def themes_of(programme: Programme, city: City, application: Application | None, language: str) -> list[ThemeOf]:
    """Every theme of the programme with the city's need and offer in it, and what the portal knows of both."""
    rows = programmes.scheme_rows(programme.schemes, language)
    known, benchmarks = evidence.reported(city, language), benchmarks_of(programme, language)
    needs = {each.scheme_id: each for each in application.needs} if application else {}
    offers = {each.scheme_id: each for each in application.offers} if application else {}
    wishes = wishes_of(application)
    found = []
    for scheme in programme.schemes:
        benchmark = benchmarks[scheme.id]
        found.append(
            ThemeOf(
                rows[scheme.id], evidence.gap_in(known, benchmark.commitments), evidence.strength_in(known, benchmark.commitments),
                benchmark.factors, needs.get(scheme.id), offers.get(scheme.id),
                wishes.get((scheme.id, Side.MENTEE), ()), wishes.get((scheme.id, Side.MENTOR), ()),
            )
        )  # fmt: skip
    return found


def benchmarks_of(programme: Programme, language: str) -> Mapping[int, Benchmark]:
    """The benchmark each scheme of a programme works with, by the scheme's id; one query."""
    wanted = {scheme.id: (scheme.toolkit, scheme.benchmark_number) for scheme in programme.schemes}
    found = toolkits.benchmarks(wanted.values(), language)
    return {scheme_id: found[each] for scheme_id, each in wanted.items()}


def benchmark_of(scheme: Scheme, language: str) -> Benchmark | None:
    """The benchmark one scheme works with, if there is one; one query."""
    wanted = (scheme.toolkit, scheme.benchmark_number)
    return toolkits.benchmarks([wanted], language).get(wanted)


def wishes_of(application: Application | None) -> Mapping[tuple[int, str], Sequence[int]]:
    """The wished cities by (scheme, side), in order."""
    found: dict[tuple[int, str], list[int]] = {}
    for wish in sorted(application.wishes if application else (), key=lambda each: each.rank):
        found.setdefault((wish.scheme_id, wish.side), []).append(wish.city_id)
    return found


@dataclass(frozen=True)
class Proposal:
    """What an application begins with: from the city's contacts, its numbers, and the programme before."""

    contact_name: str
    contact_email: str
    interpreter: str
    fingerprint: fingerprints.Fingerprint
    skills: Sequence[tuple[str, str, str]]
    support_group: Sequence[Mapping[str, str]]


def proposal_for(programme: Programme, city: City) -> Proposal:
    """What is known before anybody has typed anything. Official languages are proposed as first languages."""
    last = before(programme, city.id)
    contact = city.contacts[0] if city.contacts else None
    spoken = [(each.person, each.language, each.level) for each in last.skills] if last else []
    return Proposal(
        contact_name=last.contact_name if last else (contact.name if contact else ""),
        contact_email=last.contact_email if last else (contact.email if contact else ""),
        interpreter=last.interpreter if last else Interpreter.NONE,
        fingerprint=fingerprints.fingerprint_of(city, last),
        skills=spoken or [("", code, Level.C2) for code in city.languages],
        support_group=last.support_group if last else [],
    )


def is_open(programme: Programme, application: Application | None) -> bool:
    """Whether the city can still say something: while the call is open; afterwards if it had sent and stands in no pairing."""
    if programme.state == Phase.APPLY:
        return True
    if application is None or application.submitted_at is None or programme.state not in MATCHABLE:
        return False
    return not stands_paired(application)


def stands_paired(application: Application) -> bool:
    """Whether the city is proposed, accepted or at work in a pairing of the programme."""
    own = (Pairing.mentor_id == application.city_id) | (Pairing.mentee_id == application.city_id)
    query = select(Pairing.id).where(Pairing.programme_id == application.programme_id, own, Pairing.state.in_(STANDING))
    return db.session.scalar(query.limit(1)) is not None


def taking_part(programme_id: int) -> Mapping[tuple[int, str], frozenset[int]]:
    """By (scheme, side): the cities whose sent application offers (mentor) or needs (mentee) something there; two queries."""
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for side, said in ((Side.MENTOR, Offer), (Side.MENTEE, Need)):
        query = select(said.scheme_id, Application.city_id).join(Application, Application.id == said.application_id)
        query = query.where(Application.programme_id == programme_id, Application.state == ApplicationState.SUBMITTED)
        for row in db.session.execute(query):
            found[row.scheme_id, side].add(row.city_id)
    return {key: frozenset(cities) for key, cities in found.items()}


def shown_partners(programme: Programme, *, actor: Actor) -> Mapping[tuple[int, str], frozenset[int]]:
    """Who offers and who needs in each theme, for coordinators and for cities that take part themselves; nothing for others."""
    if not can(actor, Permission.MATCH):
        own = select(Application.id).where(
            Application.programme_id == programme.id, Application.state != ApplicationState.WITHDRAWN,
            Application.city_id.in_(actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)),
        )  # fmt: skip
        if db.session.scalar(own.limit(1)) is None:
            return {}
    return taking_part(programme.id)


def named_partners(programme: Programme, language: str, *, actor: Actor) -> Mapping[tuple[int, str], Sequence[str]]:
    """The same by name, in order."""
    partners = shown_partners(programme, actor=actor)
    query = select(City).where(City.id.in_(set[int]().union(*partners.values())))
    names = {city.id: city.name_in(language) for city in db.session.scalars(query)} if partners else {}
    return {key: sorted_by_name((names[each] for each in cities), str) for key, cities in partners.items()}


def other_cities(city: City, language: str) -> list[City]:
    """Every city but this one, by name: who can be wished for or avoided."""
    query = select(City).where(City.id != city.id)
    return sorted_by_name(db.session.scalars(query), lambda each: each.name_in(language))
