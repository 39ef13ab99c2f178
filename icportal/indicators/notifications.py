"""Who is told what about a city's delivery, each in their own language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from icportal.accounts.directory import holders
from icportal.accounts.models import User
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import reading_language
from icportal.indicators import labels
from icportal.indicators.catalogue import by_id, catalogue
from icportal.indicators.models import Delivery, ValueMark
from icportal.web.routing import external_url
from icportal.workflow.models import WorkflowEvent

TOPIC = _l("Indicators")


def submitted(delivery: Delivery, *, actor: Actor) -> None:
    """Tell the coordinators that there is something to check."""
    _tell(holders(Role.COORDINATOR), "delivery_submitted", delivery, actor=actor, endpoint="indicators.review_delivery")


def sent_back(delivery: Delivery, event: WorkflowEvent, reasons: Sequence[ValueMark], *, actor: Actor) -> None:
    """Tell the city's officers at once why, value by value, and where to go on."""
    officers = holders(Role.CITY_OFFICER, city_id=delivery.city_id)
    titles = {
        code: by_id(catalogue(reading_language(code).code))
        for code in {interface_language(user.language).code for user in officers}
        if reasons
    }

    def listed(language: str) -> list[tuple[str, str, str, str]]:
        known = titles.get(language, {})
        return [
            (known[mark.indicator_id].code, known[mark.indicator_id].title, mark.breakdown, mark.text)
            for mark in reasons
            if mark.indicator_id in known
        ]

    _tell(
        officers, "delivery_sent_back", delivery, actor=actor, endpoint="indicators.show_delivery", urgent=True,
        reason=event.reason, listed=listed, breakdown=labels.breakdown,
    )  # fmt: skip


def published(delivery: Delivery, *, actor: Actor) -> None:
    """Tell the city that the public reads its values."""
    _tell(_city(delivery), "delivery_published", delivery, actor=actor, endpoint="indicators.show_delivery")


def withdrawn(delivery: Delivery, event: WorkflowEvent, *, actor: Actor) -> None:
    """Tell the city that the public no longer reads its values."""
    people = _city(delivery)
    _tell(people, "delivery_withdrawn", delivery, actor=actor, endpoint="indicators.show_delivery", reason=event.reason)


def _city(delivery: Delivery) -> list[User]:
    """The city's officers and its mayor's office, each person once."""
    people = [user for role in (Role.CITY_OFFICER, Role.MAYOR_OFFICE) for user in holders(role, city_id=delivery.city_id)]
    return list({user.id: user for user in people}.values())


def _tell(
    people: Iterable[User],
    template: str,
    delivery: Delivery,
    *,
    actor: Actor,
    endpoint: str,
    urgent: bool = False,
    **more: Any,
) -> None:
    city = db.session.get_one(City, delivery.city_id)
    for user in people:
        if user.id == actor.id:
            continue
        reads = interface_language(user.language)
        context = {
            "city": city.name_in(reads.code),
            "year": str(delivery.year),
            "sender": actor.name,
            "url": external_url(endpoint, language=reads.code, slug=city.slug, year=delivery.year),
            "reads": reads.code,
            **more,
        }
        to = Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
        queue_mail(to=to, template=f"indicators/{template}", context=context, urgent=urgent, topic=TOPIC)
