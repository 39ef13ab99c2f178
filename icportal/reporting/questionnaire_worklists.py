"""What waits among the words of questionnaires."""

from __future__ import annotations

from sqlalchemy import and_, select

from icportal.content.models import LanguageVersion
from icportal.content.worklists import Place, TextLists
from icportal.core.actors import Actor
from icportal.core.db import db
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


def _places(item_ids: set[int]) -> dict[int, Place]:
    query = (
        select(Questionnaire.item_id, Questionnaire.id, LanguageVersion.title)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Questionnaire.item_id, LanguageVersion.is_source))
        .where(Questionnaire.item_id.in_(item_ids))
    )
    return {item_id: Place({"questionnaire_id": number}, title) for item_id, number, title in db.session.execute(query)}


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
    places=_places,
)
