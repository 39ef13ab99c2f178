"""What waits among the texts of the catalogue."""

from __future__ import annotations

from icportal.content.worklists import TextLists, places_of
from icportal.core.actors import Actor
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.indicators import catalogue_desk
from icportal.indicators.enums import KIND, Permission
from icportal.indicators.models import Indicator
from icportal.workflow.worklists import Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, oldest first; three queries a list at most."""
    if not can(actor, Permission.VIEW_CATALOGUE):
        return []
    more = {"write": catalogue_desk.drafts()} if can(actor, Permission.EDIT_CATALOGUE) else {}
    return TEXTS.provide(actor, limit, more=more)


TEXTS = TextLists(
    kind=KIND,
    prefix="indicators",
    lists={
        "write": (_l("Indicators to go on writing"), "indicators.workspace"),
        "review": (_l("Indicators to review"), "indicators.catalogue_review"),
        "translate": (_l("Indicators to translate"), "indicators.catalogue_translate"),
        "others": (_l("Indicators that wait for others"), "indicators.workspace"),
    },
    whole=frozenset({"indicators.workspace"}),
    kind_in=lambda language: _("Indicator in %(language)s", language=language),
    places=places_of(Indicator, "indicator_id"),
)
