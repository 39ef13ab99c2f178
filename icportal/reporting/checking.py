"""“Check my answers”: what stands in the way of sending a response on, and what somebody will ask back about.

Errors block. A warning does not: it asks for a sentence (``Answer.comment``) that says why the answer is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from icportal.core.clock import today
from icportal.core.strings import Text, _, _n
from icportal.core.text import count_words
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import day
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import Grade, QuestionRole, QuestionType
from icportal.reporting.models import Answer, Evidence, Response
from icportal.reporting.question_fields import field_id
from icportal.reporting.questionnaires.definition import Column, Question, Section
from icportal.reporting.questionnaires.relevance import condition
from icportal.reporting.responses import LastAnswer, answers_of, evidence_of, has_expired, last_time, relevance_of, values_of
from icportal.reporting.versions import answers_needing_a_look

ERROR, WARNING = "error", "warning"
ENDINGS = ("?", "!", ".", ":", ";")
#: Evidence older than this is asked back about.
OLD = timedelta(days=730)
#: A number this many times as large, or as small, as last time's is asked back about.
FAR = 3
BETTER = {Grade.NOT_AT_ALL: 0, Grade.PARTLY: 1, Grade.FULLY: 2}


@dataclass(frozen=True)
class Finding:
    """One thing to mend (``error``) or to explain (``warning``). ``field`` is the id of the field on the section's page."""

    level: str
    section: str
    question: str
    sentence: Text
    field: str = ""


@dataclass(frozen=True)
class _Case:
    """An answer with everything it is checked against."""

    asked: Asked
    response: Response
    section: Section
    question: Question
    answer: Answer | None
    values: Mapping[str, Any]
    evidence: Sequence[Evidence]
    last: LastAnswer | None
    changed_since: bool = False

    @property
    def value(self) -> Any:
        return self.values.get(self.question.name)

    @property
    def language(self) -> str:
        """The language the answer is written in."""
        return self.answer.language if self.answer is not None else ""

    @property
    def label(self) -> str:
        return self.asked.label(self.question.name)

    def error(self, sentence: Text, field: str = "") -> Finding:
        return self._finding(ERROR, sentence, field)

    def warning(self, sentence: Text) -> Finding:
        return self._finding(WARNING, sentence, "")

    def _finding(self, level: str, sentence: Text, field: str) -> Finding:
        name = self.question.name
        return Finding(level, self.section.name, name, about(self.label, sentence), field or field_id(name))


def check(response: Response, section: str | None = None) -> list[Finding]:
    """Everything that is found in a response (or in one section of it), in reading order: the same few queries however long it is."""
    structure = response.round.questionnaire_version.known
    answers = answers_of(response)
    shown = relevance_of(response, answers)
    words = asked(response.round.questionnaire_version, current_language().code)
    behind, last, values = evidence_of(response), last_time(response), values_of(answers)
    values = {name: value for name, value in values.items() if name in shown.questions}
    look = set(answers_needing_a_look(response))
    found: list[Finding] = []
    for part in structure.sections:
        if section is not None and part.name != section:
            continue
        for question in part.questions:
            if question.name not in shown.questions or question.type == QuestionType.NOTE:
                continue
            name = question.name
            case = _Case(
                words, response, part, question, answers.get(name), values, behind.get(name, ()), last.get(name), name in look
            )
            found += _errors(case)
            found += _warnings(case)
    return found


def about(label: str, sentence: Text) -> str:
    """A sentence with the question it is about in front of it."""
    return f"{label}{' ' if label.endswith(ENDINGS) else ': '}{sentence}"


def errors_of(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == ERROR]


def unexplained(findings: Sequence[Finding], answers: Mapping[str, Answer]) -> list[Finding]:
    """The warnings that nobody has answered with a comment."""
    return [
        finding
        for finding in findings
        if finding.level == WARNING and not (finding.question in answers and answers[finding.question].comment)
    ]


# --- errors ------------------------------------------------------------------------------------------------


def _errors(case: _Case) -> Iterator[Finding]:
    if case.value is None:
        if case.question.required:
            yield case.error(_("This has to be answered."))
        return
    if not _is_of_type(case.question, case.value, case.asked):
        yield case.error(_("This is not the kind of answer that is asked for: answer it anew."))
        return
    yield from _too_long(case)
    yield from _rows(case)
    limit = condition(case.question.constraint)
    if limit is not None and not limit.holds(case.values, case.value):
        yield case.error(case.asked.message(case.question.name) or _("This answer is outside of what is possible."))
    if case.question.is_grade and case.value in {Grade.FULLY, Grade.PARTLY} and not _is_shown(case):
        if case.evidence:
            yield case.error(_("All evidence behind it has expired: renew it, or say that there is none."))
        else:
            yield case.error(_("Put evidence behind this answer, or say that there is none."))


def _is_shown(case: _Case) -> bool:
    """Whether evidence that counts stands behind the answer, or the city says that there is none."""
    return bool(case.answer and case.answer.no_evidence) or any(not has_expired(each) for each in case.evidence)


def _too_long(case: _Case) -> Iterator[Finding]:
    if case.question.words and isinstance(case.value, str):
        over = count_words(case.value, case.language) - case.question.words
        if over > 0:
            yield case.error(_n("%(num)s word too many.", "%(num)s words too many.", over))


def _rows(case: _Case) -> Iterator[Finding]:
    if case.question.type != QuestionType.TABLE:
        return
    name = case.question.name
    for number, row in enumerate(case.value):
        for column in case.question.columns:
            field, label = field_id(name, number, column.name), case.asked.column(name, column.name)
            value = row.get(column.name)
            if column.required and value in (None, ""):
                yield case.error(_("Row %(row)s: “%(column)s” is missing.", row=number + 1, column=label), field)
            elif column.words and isinstance(value, str) and count_words(value, case.language) > column.words:
                sentence = _("Row %(row)s, “%(column)s”: too many words.", row=number + 1, column=label)
                yield case.error(sentence, field)


def _is_of_type(question: Question, value: Any, words: Asked) -> bool:
    """Whether a value is of the kind its question asks for: one that was imported or taken over may not be."""
    choices = words.structure.choices
    match question.type:
        case QuestionType.MULTIPLE:
            return isinstance(value, list) and set(value) <= set(choices.get(question.choices, ()))
        case QuestionType.TABLE:
            return isinstance(value, list) and all(isinstance(row, dict) and _row_fits(question, row, words) for row in value)
        case QuestionType.PRACTICE:
            return isinstance(value, list) and all(isinstance(each, int) for each in value)
        case QuestionType.INDICATOR:
            return isinstance(value, dict)
    return _cell_fits(question, value, words)


def _row_fits(question: Question, row: Mapping[str, Any], words: Asked) -> bool:
    columns = {column.name: column for column in question.columns}
    return all(
        name in columns and _cell_fits(columns[name], value, words) for name, value in row.items() if value not in (None, "")
    )


def _cell_fits(asked_for: Question | Column, value: Any, words: Asked) -> bool:
    match asked_for.type:
        case QuestionType.CHOICE:
            return value in words.structure.choices.get(asked_for.choices, ())
        case QuestionType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case QuestionType.DECIMAL:
            return _number(value) is not None
        case QuestionType.DATE:
            return _date(value) is not None
    return isinstance(value, str)


# --- warnings ----------------------------------------------------------------------------------------------


def _warnings(case: _Case) -> Iterator[Finding]:
    if case.value is None:
        return
    yield from _changed_grade(case)
    yield from _doubtful_evidence(case)
    yield from _far_from_last_time(case)
    yield from _needs_a_look(case)
    yield from _confirmed_long_ago(case)


def _changed_grade(case: _Case) -> Iterator[Finding]:
    """A grade that is another than last time wants an explanation in its section."""
    if not case.question.is_grade or case.last is None or case.last.answer.value == case.value:
        return
    explained = any(
        question.role == QuestionRole.EXPLANATION and case.values.get(question.name) for question in case.section.questions
    )
    if not explained and case.last.answer.value in BETTER:
        yield case.warning(_("This is not what you said last time, and nothing explains it. What has changed?"))


def _doubtful_evidence(case: _Case) -> Iterator[Finding]:
    ends = case.response.round.deadline
    for evidence in case.evidence:
        if has_expired(evidence):
            yield case.warning(_("The evidence “%(title)s” has expired.", title=evidence.title))
        elif evidence.expires_on is not None and evidence.expires_on <= ends:
            yield case.warning(
                _("The evidence “%(title)s” expires on %(day)s, before the round ends.", title=evidence.title, day=day(evidence.expires_on))
            )  # fmt: skip
        elif evidence.effective_on is not None and evidence.expires_on is None and evidence.effective_on < today() - OLD:
            yield case.warning(
                _("The evidence “%(title)s” is more than two years old. Is there anything newer?", title=evidence.title)
            )


def _far_from_last_time(case: _Case) -> Iterator[Finding]:
    if case.question.type not in {QuestionType.INTEGER, QuestionType.DECIMAL} or case.last is None:
        return
    now_, then = _number(case.value), _number(case.last.answer.value)
    if now_ is None or then is None or now_ == then:
        return
    low, high = sorted([abs(now_), abs(then)])
    if (now_ < 0) != (then < 0) or high > low * FAR:
        yield case.warning(_("This is far from last time’s number. Is it right?"))


def _needs_a_look(case: _Case) -> Iterator[Finding]:
    """An answer to a question that is not quite what it was."""
    if case.changed_since:
        yield case.warning(_("The question was changed after you answered it. Does your answer still fit?"))
    if case.last is not None and case.last.asked_otherwise and case.answer is not None and case.answer.still_true_on:
        yield case.warning(_("You called last time’s answer still true, but the question has changed since. Does it still fit?"))


def _confirmed_long_ago(case: _Case) -> Iterator[Finding]:
    confirmed = case.answer.still_true_on if case.answer is not None else None
    if confirmed is not None and confirmed < case.response.round.opens_on:
        yield case.warning(_("You called this still true before the round opened. Look at it once more."))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
