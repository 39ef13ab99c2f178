"""What waits among the texts of toolkits."""

from __future__ import annotations

from icportal.content.worklists import TextLists, places_of
from icportal.core.actors import Actor
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
    places=places_of(Toolkit, "toolkit_id"),
)
