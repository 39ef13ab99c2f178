"""Who is told what about a practice, each in their own language."""

from __future__ import annotations

from typing import Any

from icportal.accounts.directory import holders, people
from icportal.cities.models import City
from icportal.content.models import ContentItem
from icportal.content.notifications import TextMails
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.outbox import Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import Language
from icportal.practices.models import Practice
from icportal.practices.queries import practice_of
from icportal.web.routing import external_url

TOPIC = _l("Practices")


def _about(item: ContentItem, reads: Language) -> dict[str, Any]:
    return {"city": db.session.get_one(City, item.city_id).name_in(reads.code)}


MAILS = TextMails(
    templates="practices/",
    topic=TOPIC,
    endpoint=lambda page: f"practices.{page}",
    values=lambda item: {"practice_id": practice_of(item.id).id},
    about=_about,
    holders=holders,
    people=people,
)


def review_due(practice: Practice) -> int:
    """Remind the city's officers (or the coordinators, where it has none) to look at it again; how many were told."""
    told = holders(Role.CITY_OFFICER, city_id=practice.city_id) or holders(Role.COORDINATOR)
    return MAILS.tell(told, "review_due", practice.item.source, actor=None, page="workspace", urgent=True, due=practice.review_by)


def partner_wrote(practice: Practice, message: str, *, actor: Actor) -> None:
    """Pass a message on to the practice's contact, in the language the practice is written in where we have it."""
    language = interface_language(practice.item.source_language).code
    recipient = Recipient(practice.contact_email, practice.contact_name, language)
    url = external_url("practices.show_practice", language=language, slug=practice.item.slug)
    context = {"title": practice.item.source.title, "sender": actor, "message": message, "url": url}
    queue_mail(to=recipient, template="practices/partner", context=context, urgent=True, topic=TOPIC)
