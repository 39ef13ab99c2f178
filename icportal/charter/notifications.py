"""Mails about signatures, each in the language of the person who gets it.

At once goes what has a deadline or was asked for; the rest by what the person wants.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from icportal.accounts.models import RoleGrant, User
from icportal.charter import dossier
from icportal.charter.models import Delay, Signature
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.web.routing import external_url

TOPIC = _l("The charter")
#: The people at a city who are written to when no account may be there to see it.
CONTACTS = 2


def send_receipt(signature: Signature, actor: Actor) -> None:
    """Send the receipt to the city's mayor's office and to whoever signed for it."""
    people = _unique([*_holders(Role.MAYOR_OFFICE, signature.city_id), *_users([actor.id])])
    city = dossier.city_of(signature)
    for person in people:
        verify_url = external_url(
            "charter.verify_code", language=interface_language(person.language).code, code=signature.receipt_code
        )
        values = {"signature_id": signature.id}
        _tell(
            [person],
            "signature_receipt",
            city,
            "charter.show_receipt",
            values,
            signature=signature,
            verify_url=verify_url,
            urgent=True,
        )


def tell_coordinators(signature: Signature) -> None:
    """A signature waits for its check."""
    city = dossier.city_of(signature)
    _tell(
        _holders(Role.COORDINATOR), "signature_submitted", city, "charter.show_signature", {"signature_id": signature.id},
        signature=signature,
    )  # fmt: skip


def tell_city(signature: Signature, template: str, **context: Any) -> None:
    """The network has decided, or the signature ended: everybody of the city who works on it hears of it."""
    city = dossier.city_of(signature)
    people = _unique([*_holders(Role.MAYOR_OFFICE, city.id), *_holders(Role.CITY_OFFICER, city.id)])
    _tell(people, template, city, "charter.show_signature", {"signature_id": signature.id}, signature=signature, **context)


def remind_of_renewal(renewal: dossier.Renewal) -> None:
    """A new mayor is to renew: to the mayor's office, and to the city's contacts who have no account there."""
    city = renewal.city
    people = _holders(Role.MAYOR_OFFICE, city.id)
    known = {person.address.casefold() for person in people}
    language = interface_language(city.languages[0] if city.languages else "en").code
    contacts = [Recipient(contact.email, contact.name, language) for contact in city.contacts[:CONTACTS]]
    people += [contact for contact in contacts if contact.address.casefold() not in known]
    _tell(people, "renewal_due", city, "charter.city_signature", {"slug": city.slug}, renewal=renewal, urgent=True)


def tell_coordinators_of_delay(delay: Delay, city: City) -> None:
    """A city asks for more time."""
    _tell(_holders(Role.COORDINATOR), "delay_asked", city, "charter.decide_delay", {"delay_id": delay.id}, delay=delay)


def tell_city_of_delay(delay: Delay, city: City) -> None:
    """The answer to a request for more time."""
    people = _unique([*_holders(Role.MAYOR_OFFICE, city.id), *_users([delay.asked_by])])
    _tell(people, "delay_decided", city, "charter.city_signature", {"slug": city.slug}, delay=delay, urgent=True)


def _tell(
    people: Iterable[Recipient],
    template: str,
    city: City,
    endpoint: str,
    values: dict[str, Any],
    *,
    urgent: bool = False,
    **context: Any,
) -> None:
    for person in people:
        reads = interface_language(person.language)
        url = external_url(endpoint, language=reads.code, **values)
        queue_mail(
            to=person, template=f"charter/{template}", context={"city": city.name_in(reads.code), "url": url, **context},
            urgent=urgent, topic=TOPIC,
        )  # fmt: skip


def _holders(role: Role, city_id: int | None = None) -> list[Recipient]:
    query = (
        select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
    )
    query = query.where(User.is_active.is_(True))
    if city_id is not None:
        query = query.where(RoleGrant.city_id == city_id)
    return _recipients(db.session.scalars(query.order_by(User.id)).unique())


def _users(ids: Iterable[int | None]) -> list[Recipient]:
    wanted = [user_id for user_id in ids if user_id is not None]
    return _recipients(db.session.scalars(select(User).where(User.id.in_(wanted), User.is_active.is_(True))))


def _recipients(users: Iterable[User]) -> list[Recipient]:
    return [Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference)) for user in users]


def _unique(people: Iterable[Recipient]) -> list[Recipient]:
    return list({person.address.casefold(): person for person in people}.values())
