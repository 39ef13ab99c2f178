"""The questionnaires that are shipped with the portal, in all their languages."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from icportal.content import services as content
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.reporting.enums import KIND
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaires import offering, shipped
from icportal.reporting.questionnaires.definition import TITLE, Structure, text_keys
from icportal.reporting.services import questionnaires

SOURCE = "en"
SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
REASON = "Shipped with the portal"


def load_questionnaires(*, actor: Actor) -> int:
    """Take over the questionnaires that are not there yet; how many were added. Existing ones are left as they are.

    Raises:
        ValueError: a text is missing in some language.
    """
    known = set(db.session.scalars(select(Questionnaire.code)))
    added = 0
    for code in shipped.codes():
        if code not in known:
            _load(code, actor=actor)
            added += 1
    db.session.flush()
    return added


def _load(code: str, *, actor: Actor) -> None:
    read = shipped.structure(code)
    structure = Structure.of(read)
    kept = structure.stored()
    words = {language: _complete(code, language, structure) for language in shipped.LANGUAGES if shipped.is_in(code, language)}
    body = dict(words[SOURCE])
    version = content.create_item(
        actor=actor,
        kind=KIND,
        language=SOURCE,
        title=body.pop(TITLE),
        city_id=None,
        slug=code,
        facts={"structure": kept},
        body=body,
    )
    questionnaire = Questionnaire(code=code, item_id=version.item_id, position=int(read["position"]), structure=kept)
    db.session.add(questionnaire)
    db.session.flush()
    content.adopt(version, actor=actor, published_at=SINCE, reason=REASON)
    questionnaires.take_effect(questionnaire, actor=actor)
    for language, body in words.items():
        if language != SOURCE:
            translated = content.take_over_translation(version.item, language, body, actor=actor)
            content.adopt(translated, actor=actor, published_at=SINCE, reason=REASON)


def _complete(code: str, language: str, structure: Structure) -> dict[str, str]:
    """The words of the structure in a language, where each has to be there that is there in the source."""
    found = offering.texts_of(structure, shipped.texts(code, language))
    source = shipped.texts(code, SOURCE)
    lacking = [each.key for each in text_keys(structure) if (source.get(each.key) or not each.optional) and each.key not in found]
    if lacking:
        message = f"questionnaire {code} has no {language} text for {', '.join(lacking)}"
        raise ValueError(message)
    return found
