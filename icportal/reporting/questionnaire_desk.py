"""Reading for those who keep questionnaires: all of them with their languages, and one to work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from icportal.content import queries
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.reporting import versions
from icportal.reporting.enums import KIND, Permission
from icportal.reporting.models import Questionnaire, QuestionnaireText, QuestionnaireVersion, Round
from icportal.reporting.questionnaires.definition import Structure

WRITING = frozenset({ContentState.DRAFT, ContentState.CHANGES_REQUESTED})


@dataclass(frozen=True)
class Row:
    """A questionnaire in the list: its texts by language, the source first, its newest version and what that is offered in."""

    questionnaire: Questionnaire
    title: str
    versions: Sequence[LanguageVersion]
    number: int
    offered: frozenset[str]
    questions: int


@dataclass(frozen=True)
class Note:
    """A version in the history: (language, complete), the rounds held with it, and what changed since the one before."""

    version: QuestionnaireVersion
    languages: Sequence[tuple[str, bool]]
    rounds: Sequence[Round]
    changes: Sequence[versions.Change]


def open_questionnaire(questionnaire_id: int, *, actor: Actor) -> Questionnaire:
    """A questionnaire for somebody who works on it. NotFound when there is none, NotAllowed for others."""
    authorise(actor, Permission.VIEW_QUESTIONNAIRE)
    query = select(Questionnaire).where(Questionnaire.id == questionnaire_id)
    questionnaire = db.session.scalar(query.options(selectinload(Questionnaire.item).selectinload(ContentItem.versions)))
    if questionnaire is None:
        raise NotFound(_("There is no such questionnaire."))
    return questionnaire


def listed() -> list[Row]:
    """Every questionnaire in its order; five queries whatever their number."""
    offered = _offered()
    query = select(Questionnaire).options(selectinload(Questionnaire.item).selectinload(ContentItem.versions))
    rows = []
    for questionnaire in db.session.scalars(query.order_by(Questionnaire.position, Questionnaire.code)):
        texts = sorted(questionnaire.item.versions, key=lambda version: (not version.is_source, version.language))
        number, languages = offered.get(questionnaire.id, (0, frozenset()))
        questions = len(Structure.of(questionnaire.structure).questions)
        rows.append(Row(questionnaire, texts[0].title, texts, number, languages, questions))
    return rows


def offered_in(version: QuestionnaireVersion) -> list[tuple[str, bool]]:
    """(language, whether it is complete) of everything the version says, the source first."""
    query = select(QuestionnaireText.language, QuestionnaireText.complete).where(
        QuestionnaireText.questionnaire_version_id == version.id
    )
    rows = db.session.execute(query.order_by(QuestionnaireText.is_source.desc(), QuestionnaireText.language))
    return [(language, complete) for language, complete in rows]


def history_of(questionnaire: Questionnaire) -> list[Note]:
    """Every version, the newest first, with what changed since the one before; the same few queries for each."""
    found = versions.all_of(questionnaire.id)
    claims = queries.claims_for(questionnaire.item.source)
    rounds = versions.rounds_with([version.id for version in found])
    said = {version.id: versions.wording(version) for version in found}
    notes = []
    for version, before in zip(found, [*found, None][1:], strict=True):
        changed = versions.changes(said[before.id], said[version.id], version.mapping, claims) if before else []
        held = [round_ for round_ in rounds if round_.questionnaire_version_id == version.id]
        notes.append(Note(version, offered_in(version), held, changed))
    return notes


def drafts() -> Any:
    """The questionnaires that are being written, for a worklist."""
    return (
        select(LanguageVersion)
        .join(ContentItem)
        .where(ContentItem.kind == KIND, LanguageVersion.is_source, LanguageVersion.state.in_(WRITING))
    )


def _offered() -> dict[int, tuple[int, frozenset[str]]]:
    """The newest version of each questionnaire, and the languages it is complete in."""
    numbers: dict[int, tuple[int, int]] = {}
    query = select(QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.number, QuestionnaireVersion.id)
    for owner, number, version_id in db.session.execute(query):
        numbers[owner] = max(numbers.get(owner, (0, 0)), (number, version_id))
    languages: dict[int, set[str]] = defaultdict(set)
    complete = select(QuestionnaireText.questionnaire_version_id, QuestionnaireText.language).where(QuestionnaireText.complete)
    newest = [version_id for _number, version_id in numbers.values()]
    for version_id, language in db.session.execute(complete.where(QuestionnaireText.questionnaire_version_id.in_(newest))):
        languages[version_id].add(language)
    return {owner: (number, frozenset(languages[version_id])) for owner, (number, version_id) in numbers.items()}
