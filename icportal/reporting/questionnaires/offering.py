"""In which languages a version of a questionnaire is offered, and what its draft lacks to be published."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from icportal.content import queries
from icportal.content.enums import SegmentState
from icportal.content.models import LanguageVersion
from icportal.core.db import db
from icportal.core.strings import Text, _
from icportal.reporting import versions
from icportal.reporting.models import Questionnaire, QuestionnaireText, QuestionnaireVersion
from icportal.reporting.questionnaires import checks, definition
from icportal.reporting.questionnaires.checks import Problem
from icportal.reporting.questionnaires.definition import Structure

#: Kinds of problems a draft may have while it is being written.
UNFINISHED = frozenset({"no_text", "no_questions", "no_columns", "empty_list"})


def problems(questionnaire: Questionnaire, structure: Structure, texts: Mapping[str, str]) -> list[Problem]:
    """What has to be mended in a draft before it can be published; ``texts`` are those of the source language."""
    last = versions.newest(questionnaire.id)
    published = versions.wording(last) if last is not None else None
    source = questionnaire.item.source_language
    return checks.problems(
        structure,
        {source: texts},
        source=source,
        frozen=published.structure if published else None,
        frozen_texts=published.texts if published else None,
    )


def sentence(problem: Problem) -> Text:
    """A problem with the place where it is."""
    place = problem.question or problem.section or problem.choices
    return _("%(place)s: %(problem)s", place=place, problem=problem.sentence) if place else problem.sentence


def refused(questionnaire: Questionnaire) -> list[Text]:
    """Why the working copy cannot be reviewed yet, apart from words that are missing."""
    head = questionnaire.item.source.head
    found = problems(questionnaire, Structure.of(questionnaire.structure), head.body if head else {})
    return [sentence(problem) for problem in found if problem.code != "no_text"]


def texts_of(structure: Structure, body: Mapping[str, str]) -> dict[str, str]:
    """The words of a structure, in reading order."""
    return {key.key: body[key.key] for key in definition.text_keys(structure) if body.get(key.key)}


def tell(questionnaire: Questionnaire, text: LanguageVersion) -> None:
    """Write what the newest version says in a language, where it was made of the original that is public now."""
    newest = versions.newest(questionnaire.id)
    if newest is not None and newest.revision_id == text.item.source.published_id:
        write(newest, text)


def write(version: QuestionnaireVersion, text: LanguageVersion) -> None:
    """Write what a version says in one language; it is offered when nothing is missing or out of date.

    A language that is taken from readers is no longer offered; its words stay with what was answered in it.
    """
    query = select(QuestionnaireText).where(
        QuestionnaireText.questionnaire_version_id == version.id, QuestionnaireText.language == text.language
    )
    kept = db.session.scalar(query)
    if text.published is None:
        if kept is not None:
            kept.complete = False
            db.session.flush()
        return
    if kept is None:
        kept = QuestionnaireText(questionnaire_version_id=version.id, language=text.language, is_source=text.is_source)
        db.session.add(kept)
    kept.texts = texts_of(version.known, text.published.body)
    kept.complete = text.is_source or _answers_all(text)
    db.session.flush()


def _answers_all(text: LanguageVersion) -> bool:
    """Whether the published translation says everything the original says today. What it says beyond that does no harm."""
    answers = queries.answers(text, text.published)
    return bool(answers) and all(answer.state in {SegmentState.FRESH, SegmentState.GONE} for answer in answers)
