"""Reading programmes: those the public knows, and what a coordinator sees of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, selectinload

from icportal.accounts.directory import holders
from icportal.cities.models import City
from icportal.cities.sections import memberships
from icportal.content import queries as content
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion, Projection, Shelf
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import reading_language
from icportal.mentoring.enums import FINISHED, KIND, RUNNING, ApplicationState, PairingState, Permission, Phase
from icportal.mentoring.models import Application, Grant, Need, Offer, Pairing, Programme, Scheme
from icportal.toolkits import queries as toolkits


@dataclass(frozen=True)
class SchemeRow:
    """A scheme with the name of its theme; ``applying`` and ``paired`` count cities."""

    scheme: Scheme
    title: str
    language: str
    mentors: int = 0
    mentees: int = 0
    pairs: int = 0


@dataclass(frozen=True)
class Summary:
    """A programme in a list. ``text`` is its published call as the reader gets it, None while there is none."""

    programme: Programme
    text: Projection | None
    schemes: Sequence[SchemeRow]
    applications: int = 0
    pairings: int = 0

    @property
    def title(self) -> str:
        return self.text.title if self.text else self.programme.title

    def paragraphs(self, name: str) -> Markup:
        """A field of the call as it was sanitised when it was published; empty where it says nothing."""
        return Markup(self.text.html.get(name, "") if self.text else "")  # noqa: S704  nh3 wrote it, see core.text.render_markdown


@dataclass(frozen=True)
class Applied:
    """A city's application as a coordinator sees it in a list."""

    application: Application
    city: City
    needs: Sequence[int] = field(default_factory=tuple)
    offers: Sequence[int] = field(default_factory=tuple)


def get_programme(slug: str) -> Programme:
    """The programme of this name, whatever its phase. NotFound when there is none."""
    query = (
        select(Programme).where(Programme.slug == slug).options(selectinload(Programme.phases), selectinload(Programme.schemes))
    )
    programme = db.session.scalar(query.options(selectinload(Programme.item).selectinload(ContentItem.versions)))
    if programme is None:
        raise NotFound(_("There is no such programme."))
    return programme


def open_programme(slug: str, *, actor: Actor) -> Programme:
    """A programme for somebody who may see it: drafts are the coordinators'. NotFound for everybody else."""
    programme = get_programme(slug)
    if programme.state == Phase.DRAFT:
        if not can(actor, Permission.VIEW_PROGRAMME, programme):
            raise NotFound(_("There is no such programme."))
    else:
        authorise(actor, Permission.LIST_PROGRAMMES, programme)
    return programme


def open_call(programme_id: int, *, actor: Actor) -> Programme:
    """A programme whose call somebody works on."""
    authorise(actor, Permission.READ_CALL)
    query = select(Programme).where(Programme.id == programme_id)
    programme = db.session.scalar(query.options(selectinload(Programme.item).selectinload(ContentItem.versions)))
    if programme is None:
        raise NotFound(_("There is no such programme."))
    return programme


def programmes_for(actor: Actor, language: str, *, drafts: bool) -> list[Summary]:
    """All programmes an actor may see, the newest first; the same few queries whatever their number."""
    authorise(actor, Permission.LIST_PROGRAMMES)
    return [each for each in _summaries(language, drafts=drafts) if can(actor, Permission.LIST_PROGRAMMES, each.programme)]


def public_programmes(language: str) -> list[Summary]:
    """The programmes whose call is published, the newest first."""
    return [each for each in _summaries(language, drafts=False) if each.text is not None]


def is_public(programme: Programme) -> bool:
    """Whether everybody can read the call of a programme."""
    return bool(_texts([programme.item_id], "en"))


def public_programme(slug: str, language: str) -> Summary:
    """A programme as the public reads it. NotFound while its call is not published."""
    found = next((each for each in public_programmes(language) if each.programme.slug == slug), None)
    if found is None:
        raise NotFound(_("There is no such programme, or it is not public yet."))
    return found


def _summaries(language: str, *, drafts: bool) -> list[Summary]:
    query = select(Programme).options(selectinload(Programme.phases), selectinload(Programme.schemes))
    query = query.options(selectinload(Programme.item).selectinload(ContentItem.versions))
    if not drafts:
        query = query.where(Programme.state != Phase.DRAFT)
    programmes = list(db.session.scalars(query.order_by(Programme.created_at.desc(), Programme.id.desc())))
    texts = _texts([each.item_id for each in programmes], language)
    schemes = scheme_rows([scheme for each in programmes for scheme in each.schemes], language)
    applied = _count(Application, Application.state == ApplicationState.SUBMITTED)
    paired = _count(Pairing, Pairing.state.in_(RUNNING | FINISHED))
    return [
        Summary(
            each, texts.get(each.item_id), [schemes[scheme.id] for scheme in each.schemes], applied.get(each.id, 0), paired.get(each.id, 0)
        )
        for each in programmes
    ]  # fmt: skip


def scheme_rows(schemes: Iterable[Scheme], language: str) -> Mapping[int, SchemeRow]:
    """Schemes by id with the titles of their themes and how many cities take part; a constant number of queries."""
    known = {row.slug: row for row in toolkits.all_toolkits(language)}
    sent = select(Application.id).where(Application.state == ApplicationState.SUBMITTED)
    mentees = dict(_pairs(select(Need.scheme_id, func.count()).where(Need.application_id.in_(sent)).group_by(Need.scheme_id)))
    mentors = dict(_pairs(select(Offer.scheme_id, func.count()).where(Offer.application_id.in_(sent)).group_by(Offer.scheme_id)))
    running = Pairing.state.in_(RUNNING | FINISHED)
    pairs = dict(_pairs(select(Pairing.scheme_id, func.count()).where(running).group_by(Pairing.scheme_id)))
    found = {}
    for scheme in schemes:
        row = known.get(scheme.toolkit)
        title, spoken = (row.title, row.language) if row else (scheme.toolkit.replace("-", " ").capitalize(), "en")
        numbers = (mentors.get(scheme.id, 0), mentees.get(scheme.id, 0), pairs.get(scheme.id, 0))
        found[scheme.id] = SchemeRow(scheme, title, spoken, *numbers)
    return found


def themes_to_choose(programme: Programme | None, language: str) -> list[tuple[str, str]]:
    """(toolkit, its name) of the themes a programme can have: those published, and its own, whose toolkit may be withdrawn."""
    offered = {row.slug: row.title for row in toolkits.all_toolkits(language)}
    own = scheme_rows(programme.schemes if programme else [], language).values()
    return list((offered | {row.scheme.toolkit: row.title for row in own}).items())


def applied(programme: Programme, language: str) -> list[Applied]:
    """Every application of a programme, by the city's name: a constant number of queries."""
    query = select(Application, City).join(City, City.id == Application.city_id).where(Application.programme_id == programme.id)
    query = query.options(selectinload(Application.needs), selectinload(Application.offers), selectinload(Application.skills))
    rows = [
        Applied(
            application, city, [need.scheme_id for need in application.needs], [offer.scheme_id for offer in application.offers]
        )
        for application, city in db.session.execute(query)
    ]
    return sorted_by_name(rows, lambda row: row.city.name_in(language))


def not_applied(programme: Programme, language: str) -> list[City]:
    """Signatories that have not begun an application."""
    begun = set(db.session.scalars(select(Application.city_id).where(Application.programme_id == programme.id)))
    members = set(memberships()) - begun
    query = select(City).where(City.id.in_(members))
    return sorted_by_name(db.session.scalars(query), lambda city: city.name_in(language))


def get_grant(programme: Programme, grant_id: int) -> Grant:
    """A grant of the programme. NotFound when there is none."""
    grant = db.session.get(Grant, grant_id)
    if grant is None or grant.programme_id != programme.id:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return grant


def possible_facilitators() -> list[tuple[int, str]]:
    """(account, name) of the people of the network who can facilitate a scheme."""
    people = {user.id: user.name for role in (Role.COORDINATOR, Role.PEER_REVIEWER) for user in holders(role)}
    return sorted_by_name(people.items(), lambda person: person[1])


def facilitates(user_id: int) -> bool:
    """Whether somebody facilitates a scheme of any programme."""
    return db.session.scalar(select(Scheme.id).where(Scheme.facilitator_id == user_id).limit(1)) is not None


def own_cities(actor: Actor, language: str) -> list[City]:
    """The cities somebody is an officer of, by name."""
    query = select(City).where(City.id.in_(actor.cities(Role.CITY_OFFICER)))
    return sorted_by_name(db.session.scalars(query), lambda city: city.name_in(language))


def grants_for(programme: Programme, actor: Actor) -> list[tuple[Grant, City]]:
    """What was asked for, oldest first: everything for coordinators, else what the own cities asked for."""
    query = select(Grant, City).join(City, City.id == Grant.city_id).where(Grant.programme_id == programme.id)
    if not can(actor, Permission.RUN_PROGRAMME, programme):
        query = query.where(Grant.city_id.in_(actor.cities(Role.CITY_OFFICER, Role.MAYOR_OFFICE)))
    return [(grant, city) for grant, city in db.session.execute(query.order_by(Grant.id))]


def pair_counts(programme: Programme) -> Mapping[str, int]:
    """How many pairings of a programme stand in which state."""
    query = select(Pairing.state, func.count()).where(Pairing.programme_id == programme.id).group_by(Pairing.state)
    return Counter(dict(_pairs(query)))


@dataclass(frozen=True)
class PublicPair:
    """Two cities that work together or did, as the public reads it: who, on which theme, and whether it is over."""

    scheme_id: int
    mentor: City
    mentee: City
    is_over: bool


def public_pairs(programme: Programme, language: str) -> list[PublicPair]:
    """The pairings both cities have signed, by theme and name. Nothing else of a pairing is public.

    A pair that has changed its agreement stays, even while it waits to be signed anew: the two go on working together, which is
    all that is said here, and whoever mends a word must not take a pair off the public page.
    """
    signed = FINISHED | {PairingState.ACTIVE, PairingState.PAUSED}
    mentor, mentee = aliased(City), aliased(City)
    query = (
        select(Pairing, mentor, mentee).join(mentor, mentor.id == Pairing.mentor_id).join(mentee, mentee.id == Pairing.mentee_id)
    )
    rows = db.session.execute(query.where(Pairing.programme_id == programme.id, Pairing.state.in_(signed)))
    found = [PublicPair(pairing.scheme_id, gives, takes, pairing.state in FINISHED) for pairing, gives, takes in rows]
    return sorted_by_name(found, lambda pair: pair.mentor.name_in(language) + pair.mentee.name_in(language))


def running_pairs(programme: Programme) -> list[Pairing]:
    """The pairings of a programme in which both cities work together now."""
    query = select(Pairing).where(Pairing.programme_id == programme.id, Pairing.state.in_(RUNNING))
    return list(db.session.scalars(query.order_by(Pairing.id)))


def drafts() -> Any:
    """The calls that are being written, for a worklist."""
    states = (ContentState.DRAFT, ContentState.CHANGES_REQUESTED)
    return (
        select(LanguageVersion)
        .join(ContentItem)
        .where(ContentItem.kind == KIND, LanguageVersion.is_source, LanguageVersion.state.in_(states))
    )


def _texts(item_ids: list[int], language: str) -> dict[int, Projection]:
    query = (
        select(Projection)
        .join(Shelf, Shelf.language_version_id == Projection.language_version_id)
        .where(Shelf.item_id.in_(item_ids), Shelf.language == reading_language(language).code, content.visible())
    )
    return {row.item_id: row for row in db.session.scalars(query)}


def _count(model: Any, *conditions: Any) -> dict[int, int]:
    return dict(_pairs(select(model.programme_id, func.count()).where(*conditions).group_by(model.programme_id)))


def _pairs(query: Any) -> list[tuple[Any, int]]:
    return [(row[0], row[1]) for row in db.session.execute(query)]
