"""Mails that a domain tells people of an event with: each says its sentences in the language of whoever reads it.

A domain event gives functions of the language; they are called once for each reader, with that language switched on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from icportal.accounts.directory import holders
from icportal.core.actors import Actor, Role
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import Text
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import Language

Words = Callable[[Language], str]


@dataclass(frozen=True)
class Notice:
    """A mail: its subject and text (blank lines between paragraphs), and the page it leads to with what the link says.

    ``more`` is a second page, with what its link says. ``quote`` is what somebody typed, shown as theirs. ``urgent`` is for what has a deadline or was asked for just now.
    """

    subject: Words
    text: Words
    url: Words
    button: Text
    quote: str = ""
    urgent: bool = False
    more: tuple[Text, Words] | None = None


def people_of_city(city_id: int, *, officers_only: bool = False) -> list[Any]:
    """The officers of a city, and its mayor's office unless ``officers_only``; each person once."""
    roles = (Role.CITY_OFFICER,) if officers_only else (Role.CITY_OFFICER, Role.MAYOR_OFFICE)
    return list({user.id: user for role in roles for user in holders(role, city_id=city_id)}.values())


def coordinators() -> list[Any]:
    return holders(Role.COORDINATOR)


def tell(users: Iterable[Any], notice: Notice, *, topic: Text, actor: Actor | None = None) -> int:
    """Write the mail to each of these people but the one who caused it; how many were told."""
    told = 0
    for user in {each.id: each for each in users}.values():
        if actor is not None and user.id == actor.id:
            continue
        language = interface_language(user.language)
        recipient = Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
        context = {"notice": notice, "reads": language}
        queue_mail(to=recipient, template="accounts/notice", context=context, urgent=notice.urgent, topic=topic)
        told += 1
    return told
