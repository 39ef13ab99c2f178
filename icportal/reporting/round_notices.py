"""Mails about rounds, each in the language of the person who gets it.

What has a deadline goes at once; that a round is closed waits for the weekly digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from icportal.accounts.directory import holders
from icportal.accounts.models import User
from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.reporting import labels, reminders
from icportal.reporting.addressees import Addressee, people_of
from icportal.reporting.enums import ExtensionState, ResponseState
from icportal.reporting.models import Extension, Response
from icportal.web.routing import external_url

TOPIC = _l("Reporting")


def round_opened(responses: Sequence[Response]) -> None:
    """A round opens: everybody of the invited cities hears of it, contacts without an account too."""
    _tell_cities(responses, "round_opened", urgent=True)


def round_closed(responses: Sequence[Response]) -> None:
    """A round is closed: to those who have accounts."""
    _tell_cities(responses, "round_closed", contacts=False)


def round_reopened(responses: Sequence[Response], reason: str) -> None:
    """A round is open again, with the reason: everybody who can answer."""
    _tell_cities(responses, "round_reopened", contacts=False, urgent=True, reason=reason)


def deadline_changed(responses: Sequence[Response]) -> None:
    """The last day has changed: everybody of the cities that still have to send their answers."""
    _tell_cities([response for response in responses if response.state in reminders.WAITING], "deadline_changed", urgent=True)


def remind(response: Response, city: City, readers: Iterable[Addressee], *, offset: int, still_open: int) -> None:
    """What is still open, and until when; which reminder of this deadline it is."""
    context = {
        "number": reminders.number_of(offset),
        "total": len(reminders.OFFSETS),
        "still_open": still_open,
        "signs_off": response.state == ResponseState.SIGN_OFF,
        "sent_back": response.state == ResponseState.CHANGES_REQUESTED,
        "overdue": reminders.is_overdue(response, today()),
    }
    _write([reader.recipient for reader in readers], "response_reminder", response, city, urgent=True, **context)


def extension_asked(extension: Extension, response: Response) -> None:
    """A city asks for more time: to the coordinators."""
    city = cities.by_id([response.city_id])[response.city_id]
    for person in map(_recipient, holders(Role.COORDINATOR)):
        reads = interface_language(person.language).code
        url = external_url(
            "reporting.decide_extension", language=reads, round_slug=response.round.slug, slug=city.slug, number=extension.id
        )
        context = {
            "city": city.name_in(reads),
            "url": url,
            "extension": extension,
            "edition": labels.edition,
            "round": response.round,
        }
        queue_mail(to=person, template="reporting/extension_asked", context=context, topic=TOPIC)


def extension_decided(extension: Extension, response: Response) -> None:
    """The answer to a request for more time: to everybody at the city who answers."""
    granted = extension.outcome == ExtensionState.GRANTED
    _tell_cities([response], "extension_decided", contacts=False, urgent=True, extension=extension, granted=granted)


def letter(to: Recipient, *, subject: str, text: str) -> None:
    """A mail a coordinator has written to a city."""
    queue_mail(to=to, template="reporting/letter", context={"subject": subject, "text": text}, urgent=True, topic=TOPIC)


def _tell_cities(
    responses: Sequence[Response], template: str, *, contacts: bool = True, urgent: bool = False, **context: Any
) -> None:
    ids = [response.city_id for response in responses]
    people, by_id = people_of(ids), cities.by_id(ids)
    for response in responses:
        told = [person.recipient for person in people[response.city_id].everybody if contacts or person.role]
        _write(told, template, response, by_id[response.city_id], urgent=urgent, **context)


def _write(
    people: Iterable[Recipient], template: str, response: Response, city: City, *, urgent: bool = False, **context: Any
) -> None:
    for person in people:
        reads = interface_language(person.language).code
        url = external_url("reporting.show_response", language=reads, round_slug=response.round.slug, slug=city.slug)
        about = {
            "city": city.name_in(reads),
            "url": url,
            "response": response,
            "round": response.round,
            "edition": labels.edition,
        }
        queue_mail(to=person, template=f"reporting/{template}", context={**about, **context}, urgent=urgent, topic=TOPIC)


def _recipient(user: User) -> Recipient:
    return Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
