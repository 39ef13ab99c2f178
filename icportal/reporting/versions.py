"""What became of the questions between two versions of a questionnaire, and which answers need a look because of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from icportal.core.db import db
from icportal.core.strings import Text, _
from icportal.i18n.segments import segment_hash
from icportal.reporting.models import Answer, QuestionnaireText, QuestionnaireVersion, Response, Round
from icportal.reporting.questionnaires import definition
from icportal.reporting.questionnaires.definition import Question, Structure

Became = Mapping[str, str | None]
"""For each code of the older version its code in the newer one; None where the question is gone."""


@dataclass(frozen=True)
class Wording:
    """A structure with its words in the language it was written in."""

    structure: Structure
    texts: Mapping[str, str]

    def text(self, key: str) -> str:
        return self.texts.get(key, "")


@dataclass(frozen=True)
class Change:
    """A question of two versions: its code in each, empty where it is not in that one, and in what it differs."""

    old: str
    new: str
    label: str
    why: tuple[Text, ...] = ()

    @property
    def is_new(self) -> bool:
        return not self.old

    @property
    def is_gone(self) -> bool:
        return not self.new


def became(old: Structure, new: Structure) -> dict[str, str | None]:
    """What each question of the older structure is called in the newer: the same, or as the newer names it (``former``)."""
    renamed = {question.former: question.name for question in new.questions.values() if question.former}
    return {code: code if code in new.questions else renamed.get(code) for code in old.questions}


def joined(first: Became, second: Became) -> dict[str, str | None]:
    """Two steps as one."""
    return {code: second.get(new) if new is not None else None for code, new in first.items()}


def differences(old: Wording, new: Wording, codes: tuple[str, str], claims: Collection[tuple[str, str]] = ()) -> list[Text]:
    """Why an answer to the older question may not be one to the newer: one short sentence for each reason.

    ``claims`` are pairs of hashes of texts whose meaning an editor declared the same.
    """
    before, after = old.structure.questions[codes[0]], new.structure.questions[codes[1]]
    why: list[Text] = []
    if before.type != after.type:
        why.append(_("another type"))
    if _values(old.structure, before) != _values(new.structure, after):
        why.append(_("other choices"))
    if before.constraint != after.constraint:
        why.append(_("another condition on the answer"))
    if before.indicator != after.indicator:
        why.append(_("another indicator"))
    if [(column.name, column.type) for column in before.columns] != [(column.name, column.type) for column in after.columns]:
        why.append(_("other columns"))
    if not _same_words(old.text(definition.label_key(codes[0])), new.text(definition.label_key(codes[1])), claims):
        why.append(_("other words"))
    return why


def changes(old: Wording, new: Wording, codes: Became, claims: Collection[tuple[str, str]] = ()) -> list[Change]:
    """Every question that is new, gone, called otherwise or not quite the same, in the order of the newer version."""
    former = {now: before for before, now in codes.items() if now is not None}
    found = []
    for code in new.structure.questions:
        label = new.text(definition.label_key(code))
        if code not in former:
            found.append(Change("", code, label))
            continue
        why = tuple(differences(old, new, (former[code], code), claims))
        if why or former[code] != code:
            found.append(Change(former[code], code, label, why))
    gone = [code for code, now in codes.items() if now is None]
    return [*found, *(Change(code, "", old.text(definition.label_key(code))) for code in gone)]


def needing_a_look(changed: Collection[Change]) -> list[str]:
    """The codes of the newer version whose older answers need a look."""
    return [change.new for change in changed if change.old and change.new and change.why]


# --- versions and answers there are --------------------------------------------------------------------------------


def newest(questionnaire_id: int) -> QuestionnaireVersion | None:
    """The version published last."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
    return db.session.scalar(query.order_by(QuestionnaireVersion.number.desc()).limit(1))


def all_of(questionnaire_id: int) -> list[QuestionnaireVersion]:
    """Every version, the newest first."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
    return list(db.session.scalars(query.order_by(QuestionnaireVersion.number.desc())))


def is_answered(version: QuestionnaireVersion) -> bool:
    """Whether any city has answered it."""
    answered = (
        select(Answer.id)
        .join(Response, Response.id == Answer.response_id)
        .join(Round, Round.id == Response.round_id)
        .where(Round.questionnaire_version_id == version.id)
    )
    return bool(db.session.scalar(select(exists(answered))))


def rounds_with(version_ids: Collection[int]) -> list[Round]:
    """The rounds held with these versions, the newest first."""
    query = select(Round).where(Round.questionnaire_version_id.in_(version_ids))
    return list(db.session.scalars(query.order_by(Round.number.desc(), Round.id)))


def wording(version: QuestionnaireVersion) -> Wording:
    """The version with the words of the language it was written in."""
    query = select(QuestionnaireText.texts).where(
        QuestionnaireText.questionnaire_version_id == version.id, QuestionnaireText.is_source
    )
    return Wording(version.known, db.session.scalar(query) or {})


def between(old: QuestionnaireVersion, new: QuestionnaireVersion) -> dict[str, str | None]:
    """What became of the questions from one version to a later one of the same questionnaire."""
    query = select(QuestionnaireVersion.mapping).where(
        QuestionnaireVersion.questionnaire_id == new.questionnaire_id,
        QuestionnaireVersion.number > old.number,
        QuestionnaireVersion.number <= new.number,
    )
    codes: dict[str, str | None] = {code: code for code in old.known.questions}
    for step in db.session.scalars(query.order_by(QuestionnaireVersion.number)):
        codes = joined(codes, step)
    return codes


def answers_needing_a_look(response: Response) -> list[str]:
    """The questions, in reading order, that were changed after the city answered them and while the round ran."""
    changed = response.round.changed_questions
    if not changed:
        return []
    query = select(Answer).where(Answer.response_id == response.id, Answer.question.in_(list(changed)))
    waiting = {
        answer.question
        for answer in db.session.scalars(query)
        if not answer.is_blank and answer.updated_at <= datetime.fromisoformat(changed[answer.question])
    }
    return [code for code in response.round.questionnaire_version.known.questions if code in waiting]


def _values(structure: Structure, question: Question) -> list[object]:
    columns = [structure.choices.get(column.choices, ()) for column in question.columns]
    return [structure.choices.get(question.choices, ()), columns]


def _same_words(old: str, new: str, claims: Collection[tuple[str, str]]) -> bool:
    hashes = segment_hash(old), segment_hash(new)
    return hashes[0] == hashes[1] or hashes in claims
