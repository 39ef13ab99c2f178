"""Whom one writes to at a city: its officers, its mayor's office, and its named contacts, each in their own language."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City, Contact
from icportal.core.actors import Role
from icportal.core.db import db
from icportal.core.outbox import MailPreference, Recipient
from icportal.i18n.catalogues import interface_language


@dataclass(frozen=True)
class Addressee:
    """Somebody at a city. ``key`` names the person in forms; ``role`` is empty for a contact, whose ``office`` is told."""

    key: str
    recipient: Recipient
    role: str = ""
    office: str = ""

    @property
    def name(self) -> str:
        return self.recipient.name or self.recipient.address


@dataclass
class CityPeople:
    """Everybody at one city, contacts in their order."""

    officers: list[Addressee] = field(default_factory=list)
    mayors_office: list[Addressee] = field(default_factory=list)
    contacts: list[Addressee] = field(default_factory=list)

    @property
    def everybody(self) -> list[Addressee]:
        """Each address once, accounts before contacts."""
        return unique([*self.officers, *self.mayors_office, *self.contacts])


def people_of(city_ids: Collection[int]) -> dict[int, CityPeople]:
    """The people of each of these cities. Two queries, however many there are."""
    found = {city_id: CityPeople() for city_id in city_ids}
    held = (
        select(RoleGrant.city_id, RoleGrant.role, User)
        .join(User, RoleGrant.user_id == User.id)
        .where(RoleGrant.role.in_((Role.CITY_OFFICER, Role.MAYOR_OFFICE)), RoleGrant.city_id.in_(city_ids))
        .where(RoleGrant.revoked_at.is_(None), User.is_active.is_(True))
        .order_by(User.id)
    )
    for city_id, role, user in db.session.execute(held).unique():
        people = found[city_id or 0]
        office = people.officers if role == Role.CITY_OFFICER else people.mayors_office
        office.append(Addressee(f"user-{user.id}", _account(user), role=role))
    contacts = select(Contact, City.languages).join(City, City.id == Contact.city_id).where(Contact.city_id.in_(city_ids))
    for contact, languages in db.session.execute(contacts.order_by(Contact.city_id, Contact.position)):
        to = Recipient(contact.email, contact.name, language_of(languages))
        found[contact.city_id].contacts.append(Addressee(f"contact-{contact.id}", to, office=contact.office))
    return found


def language_of(languages: Collection[str]) -> str:
    """The language one writes to a city in: the first of its own that the portal speaks, else English."""
    spoken = [code for code in languages if interface_language(code).code == code]
    return spoken[0] if spoken else interface_language("").code


def unique(people: Iterable[Addressee]) -> list[Addressee]:
    """Each address once, the first mention of it."""
    found: dict[str, Addressee] = {}
    for person in people:
        found.setdefault(person.recipient.address.casefold(), person)
    return list(found.values())


def _account(user: User) -> Recipient:
    return Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
