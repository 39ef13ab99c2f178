"""Who is told what about the words of a questionnaire, each in their own language."""

from __future__ import annotations

from typing import Any

from icportal.accounts.directory import holders, people
from icportal.content.models import ContentItem
from icportal.content.notifications import TextMails
from icportal.core.strings import _l
from icportal.i18n.locales import Language
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaires.kind import questionnaire_of

TOPIC = _l("Questionnaires")


def _questionnaire(item: ContentItem) -> Questionnaire:
    questionnaire = questionnaire_of(item)
    assert questionnaire is not None
    return questionnaire


def _about(item: ContentItem, _reads: Language) -> dict[str, Any]:
    return {"code": _questionnaire(item).code}


MAILS = TextMails(
    templates="reporting/questionnaire_",
    topic=TOPIC,
    endpoint=lambda page: "reporting.questionnaire" if page == "workspace" else f"reporting.questionnaire_{page}",
    values=lambda item: {"questionnaire_id": _questionnaire(item).id},
    about=_about,
    holders=holders,
    people=people,
)
