"""The page that says what waits for whom."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template

from icportal.core.strings import _l
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.navigation import Entry
from icportal.workflow import worklists
from icportal.workflow.rules import Permission

blueprint = Blueprint("workflow", __name__, template_folder="templates")

MENU = (Entry(_l("My work"), "workflow.worklist", Permission.WORKLIST, area="work"),)


@blueprint.get("/work")
@requires(Permission.WORKLIST)
def worklist() -> str:
    """What waits for me, and what of mine waits for others, each since when."""
    return render_template("workflow/worklist.html", lists=worklists.worklists(current_actor()))


def init_app(app: Flask) -> None:
    """Say beside *My work* on every page how much waits."""

    @app.context_processor
    def waiting() -> dict[str, Any]:
        actor = current_actor()
        return {"waiting": worklists.waiting_count(actor) if actor.is_signed_in else 0}
