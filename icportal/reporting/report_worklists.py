"""What of the network's reports waits: mentions that a city has to read, chapters to review and to translate."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import select

from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion
from icportal.content.worklists import YOU, TextLists, places_of
from icportal.core.actors import Actor, Role
from icportal.core.clock import PORTAL_ZONE
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.reporting import reports
from icportal.reporting.enums import CHAPTER, Permission
from icportal.reporting.models import Chapter
from icportal.reporting.report_flow import REPORT
from icportal.workflow.worklists import Waiting, Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each."""
    lists = []
    if actor.has(Role.TRANSLATOR, Role.REVIEWER, Role.COORDINATOR):
        more = {"write": _drafts()} if can(actor, Permission.EDIT_REPORT) else {}
        lists = TEXTS.provide(actor, limit, more=more)
    belongs = actor.cities(Role.CITY_OFFICER) | actor.cities(Role.MAYOR_OFFICE)
    return [*lists, *([_mentions(belongs, limit)] if belongs else [])]


def _mentions(city_ids: frozenset[int], limit: int) -> Worklist:
    count, found = reports.waiting_for_cities(sorted(city_ids), limit)
    entries = [
        Waiting(
            title=report.title,
            endpoint="reporting.show_mentions",
            values={"slug": report.slug, "city": city.slug},
            kind=_("What the report says of your city: %(count)s", count=number),
            state=report.state,
            state_label=REPORT.state(report.state).label,
            tone=REPORT.state(report.state).tone,
            since=report.state_since,
            waits_for=YOU,
            city=city.name_in(current_language().code),
            language=report.language,
            due=datetime.combine(report.consent_until, time.max, PORTAL_ZONE) if report.consent_until else None,
        )
        for report, city, number in found
    ]
    return Worklist("reporting.mentions", _l("Reports to read for your city"), True, count, entries)


def _drafts() -> Any:
    """The chapters that are being written."""
    states = (ContentState.DRAFT, ContentState.CHANGES_REQUESTED)
    return (
        select(LanguageVersion)
        .join(ContentItem)
        .join(Chapter, Chapter.item_id == ContentItem.id)
        .where(LanguageVersion.is_source, LanguageVersion.state.in_(states), Chapter.left_out.is_(False))
    )


TEXTS = TextLists(
    kind=CHAPTER,
    prefix="reporting.chapters",
    lists={
        "write": (_l("Chapters to go on writing"), "reporting.chapter_workspace"),
        "review": (_l("Chapters to review"), "reporting.chapter_review"),
        "translate": (_l("Chapters to translate"), "reporting.chapter_translate"),
        "others": (_l("Chapters that wait for others"), "reporting.chapter_workspace"),
    },
    whole=frozenset({"reporting.chapter_workspace"}),
    kind_in=lambda language: _("Chapter of a report in %(language)s", language=language),
    places=places_of(Chapter, "chapter_id"),
)
