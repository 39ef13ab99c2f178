"""What waits among the texts of toolkits."""

from __future__ import annotations

from sqlalchemy import and_, select

from icportal.content.models import LanguageVersion
from icportal.content.worklists import Place, TextLists
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.toolkits import queries
from icportal.toolkits.enums import KIND, Permission
from icportal.toolkits.models import Toolkit
from icportal.workflow.worklists import Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, oldest first."""
    if not can(actor, Permission.VIEW):
        return []
    more = {"write": queries.drafts()} if can(actor, Permission.EDIT) else {}
    return TEXTS.provide(actor, limit, more=more)


def _places(item_ids: set[int]) -> dict[int, Place]:
    query = (
        select(Toolkit.item_id, Toolkit.id, LanguageVersion.title)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Toolkit.item_id, LanguageVersion.is_source))
        .where(Toolkit.item_id.in_(item_ids))
    )
    return {item_id: Place({"toolkit_id": number}, title) for item_id, number, title in db.session.execute(query)}


TEXTS = TextLists(
    kind=KIND,
    prefix="toolkits",
    lists={
        "write": (_l("Toolkits to go on writing"), "toolkits.toolkit_workspace"),
        "review": (_l("Toolkits to review"), "toolkits.toolkit_review"),
        "translate": (_l("Toolkits to translate"), "toolkits.toolkit_translate"),
        "others": (_l("Toolkits that wait for others"), "toolkits.toolkit_workspace"),
    },
    whole=frozenset({"toolkits.toolkit_workspace"}),
    kind_in=lambda language: _("Toolkit in %(language)s", language=language),
    places=_places,
)
