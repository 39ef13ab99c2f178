"""Who is told what about the network's report, each in their own language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from icportal.accounts.directory import holders, people
from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.content.models import ContentItem
from icportal.content.notifications import TextMails
from icportal.core.actors import Actor, Role
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import Language
from icportal.reporting.models import Chapter, Mention, Report
from icportal.reporting.report.kind import chapter_of
from icportal.web.routing import external_url

TOPIC = _l("Reports")


def _chapter(item: ContentItem) -> Chapter:
    chapter = chapter_of(item)
    assert chapter is not None
    return chapter


def _about(item: ContentItem, _reads: Language) -> dict[str, Any]:
    return {"report": _chapter(item).report.title}


#: The steps of a chapter.
MAILS = TextMails(
    templates="reporting/chapter_",
    topic=TOPIC,
    endpoint=lambda page: f"reporting.chapter_{page}",
    values=lambda item: {"chapter_id": _chapter(item).id},
    about=_about,
    holders=holders,
    people=people,
)


def mentions_to_read(report: Report, counts: Mapping[int, int], template: str) -> int:
    """Ask the people of each city to read what the report says of it; ``counts`` is how many mentions wait; how many were told."""
    told = 0
    for city in cities.by_id(list(counts)).values():
        readers = {user.id: user for role in (Role.CITY_OFFICER, Role.MAYOR_OFFICE) for user in holders(role, city_id=city.id)}
        for user in readers.values():
            language = interface_language(user.language)
            context = {
                "city": city.name_in(language.code),
                "title": report.title,
                "count": counts[city.id],
                "until": report.consent_until,
                "url": external_url("reporting.show_mentions", language=language.code, slug=report.slug, city=city.slug),
            }
            queue_mail(to=_recipient(user), template=f"reporting/{template}", context=context, urgent=True, topic=TOPIC)
            told += 1
    return told


def city_objected(report: Report, city: City, mentions: Sequence[Mention], *, actor: Actor) -> None:
    """Tell the coordinators what a city objects to."""
    for user in holders(Role.COORDINATOR):
        if user.id == actor.id:
            continue
        language = interface_language(user.language)
        context = {
            "city": city.name_in(language.code),
            "title": report.title,
            "mentions": [(row.excerpt, row.remark) for row in mentions],
            "url": external_url("reporting.show_report_work", language=language.code, slug=report.slug),
        }
        queue_mail(to=_recipient(user), template="reporting/report_objected", context=context, urgent=True, topic=TOPIC)


def _recipient(user: Any) -> Recipient:
    return Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
