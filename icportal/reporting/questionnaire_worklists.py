"""What waits among the words of questionnaires."""

from __future__ import annotations

from icportal.content.worklists import TextLists, places_of
from icportal.core.actors import Actor
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.reporting import questionnaire_desk
from icportal.reporting.enums import KIND, Permission
from icportal.reporting.models import Questionnaire
from icportal.workflow.worklists import Worklist


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The actor's lists with at most ``limit`` entries each, oldest first; three queries a list at most."""
    if not can(actor, Permission.VIEW_QUESTIONNAIRE):
        return []
    more = {"write": questionnaire_desk.drafts()} if can(actor, Permission.EDIT_QUESTIONNAIRE) else {}
    return TEXTS.provide(actor, limit, more=more)


TEXTS = TextLists(
    kind=KIND,
    prefix="questionnaires",
    lists={
        "write": (_l("Questionnaires to go on writing"), "reporting.questionnaire"),
        "review": (_l("Questionnaires to review"), "reporting.questionnaire_review"),
        "translate": (_l("Questionnaires to translate"), "reporting.questionnaire_translate"),
        "others": (_l("Questionnaires that wait for others"), "reporting.questionnaire"),
    },
    whole=frozenset({"reporting.questionnaire"}),
    kind_in=lambda language: _("Questionnaire in %(language)s", language=language),
    places=places_of(Questionnaire, "questionnaire_id"),
)
