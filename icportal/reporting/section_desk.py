"""One section as it is answered: each question with what stands there, last time's answer, evidence and remarks.

The same few queries whatever the number of questions. Members of the city and guests with a link get the same section;
a guest is not offered the rest of the city's evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from icportal.cities.models import City
from icportal.core.strings import Text
from icportal.reporting import checking, question_fields, responses
from icportal.reporting.asked import Asked, asked
from icportal.reporting.checking import Finding
from icportal.reporting.choices import Options, options_for
from icportal.reporting.enums import QuestionType, RemarkKind, SectionStatus
from icportal.reporting.evidence import evidence_of_city
from icportal.reporting.models import Answer, Evidence, Remark, Response, SectionMark
from icportal.reporting.questionnaires.definition import Question, Section
from icportal.reporting.questionnaires.relevance import Relevance
from icportal.reporting.responses import LastAnswer
from icportal.reporting.seals import Said, said_in, seal
from icportal.reporting.services.answering import Typed, usual_visibility
from icportal.reporting.wording import Shown, Words


@dataclass
class Row:
    """A question on the page. ``value`` is what stands in its fields, ``said`` what the database has.

    ``mine`` and ``theirs`` are set where somebody else was faster.
    """

    question: Question
    said: Said
    value: Any
    answer: Answer | None = None
    last: LastAnswer | None = None
    last_shown: Shown | None = None
    evidence: Sequence[Evidence] = ()
    remarks: Sequence[Remark] = ()
    options: Options = ()
    file_name: str = ""
    findings: Sequence[Finding] = ()
    mine: Shown | None = None
    theirs: Shown | None = None
    seal: str = ""
    visibility: str = ""
    comment: str = ""
    no_evidence: bool = False
    errors: dict[str, list[Text]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def usual(self) -> str:
        """Who reads the answer where the city has not chosen."""
        return usual_visibility(self.question, self.said.value)

    @property
    def wants_evidence(self) -> bool:
        return self.question.is_grade

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == checking.WARNING]


@dataclass
class SectionDesk:
    """A section with all that its page needs."""

    response: Response
    city: City
    asked: Asked
    section: Section
    rows: list[Row]
    mark: SectionMark | None
    status: SectionStatus
    remarks: Sequence[Remark]
    shown: Relevance
    bank: Sequence[Evidence]
    minutes: int

    @property
    def version(self) -> int:
        return self.mark.saves if self.mark else 0

    @property
    def by_name(self) -> dict[str, Row]:
        return {row.name: row for row in self.rows}

    @property
    def written_in(self) -> str:
        """The language most of the section is written in so far; empty where nothing is."""
        found = Counter(row.answer.language for row in self.rows if row.answer is not None and not row.answer.is_blank)
        return max(found, key=lambda code: found[code], default="")

    def neighbours(self) -> tuple[str, str]:
        """The sections before and after this one that are to be answered; empty where there is none."""
        names = [section.name for section in self.asked.structure.sections if section.name in self.shown.sections]
        if self.section.name not in names:
            return "", ""
        place = names.index(self.section.name)
        return (names[place - 1] if place else ""), (names[place + 1] if place + 1 < len(names) else "")


def open_section(response: Response, city: City, name: str, language: str, *, is_guest: bool = False) -> SectionDesk:
    """The section of this name, in the reader's language.

    Raises:
        NotFound: the questionnaire has no such section.
    """
    section = responses.section_of(response, name)
    words = asked(response.round.questionnaire_version, language)
    answers, remarks = responses.answers_of(response), responses.remarks_of(response, only_open=True)
    marks, shown = responses.marks_of(response), responses.relevance_of(response, answers)
    names = [question.name for question in section.questions]
    desk = SectionDesk(
        response,
        city,
        words,
        section,
        [],
        marks.get(name),
        responses.section_statuses(response, answers, marks, remarks)[name],
        [remark for remark in remarks if remark.section == name and not remark.question and remark.kind != RemarkKind.NOTE],
        shown,
        () if is_guest else evidence_of_city(city.id),
        responses.remaining(section, shown.questions, responses.values_of(answers)),
    )
    desk.rows = _rows(desk, answers, language)
    behind = responses.evidence_of(response, names)
    named = {name: answer.value for name, answer in answers.items()} if is_guest else None
    options = options_for(section.questions, city.id, language, named=named)
    for row in desk.rows:
        row.evidence = behind.get(row.name, ())
        row.options = options.get(row.name, ())
        row.remarks = [remark for remark in remarks if remark.question == row.name]
    return desk


def _rows(desk: SectionDesk, answers: Mapping[str, Answer], language: str) -> list[Row]:
    section, shown = desk.section, desk.shown
    last = responses.last_time(desk.response, section)
    before = _said_before(last, language)
    kept = {question.name: _as_said(answers.get(question.name)) for question in _files(section)}
    files = Words(desk.asked, kept, reader=language)
    rows = []
    for question in section.questions:
        # In a section that is not asked for, questions stand where somebody opens it all the same.
        if question.name not in shown.questions and section.name in shown.sections:
            continue
        answer = answers.get(question.name)
        said = said_in(question, answer)
        row = Row(question, said, question_fields.shown(question, said.value, language), answer)
        row.last, row.last_shown = last.get(question.name), before.get(question.name)
        row.file_name = files.of(question, _as_said(answer)).file if question.type == QuestionType.FILE else ""
        row.seal, row.visibility, row.comment, row.no_evidence = seal(said), said.visibility, said.comment, said.no_evidence
        rows.append(row)
    return rows


def _said_before(last: Mapping[str, LastAnswer], language: str) -> dict[str, Shown]:
    """Last time's answers in words: those of the questionnaire they were given to."""
    if not last:
        return {}
    version = next(iter(last.values())).round.questionnaire_version
    words = Words(
        asked(version, language), {each.answer.question: _as_said(each.answer) for each in last.values()}, reader=language
    )
    known = version.known.questions
    return {name: words.of(known[each.answer.question], _as_said(each.answer)) for name, each in last.items()}


def _as_said(answer: Answer | None) -> dict[str, Any]:
    return {"value": answer.value if answer else None}


def _files(section: Section) -> list[Question]:
    return [question for question in section.questions if question.type == QuestionType.FILE]


# --- the page again, with what was typed -------------------------------------------------------------------


def retype(
    desk: SectionDesk, typed: Mapping[str, Typed], fields: Mapping[str, Any], errors: Mapping[str, Sequence[Text]]
) -> None:
    """Put what was typed back into the fields. What this person had not touched shows what stands there now.

    ``fields`` is what stood in the fields of each question, as it was typed; ``errors`` what was wrong, by field.
    """
    for row in desk.rows:
        row.errors = {target: list(told) for target, told in errors.items() if _belongs(target, row.name)}
        given = typed.get(row.name)
        if given is None and row.name in fields and row.errors:
            row.value = fields[row.name]
        if given is None:
            continue
        mine = Said(
            given.value,
            given.visibility,
            row.no_evidence if given.no_evidence is None else given.no_evidence,
            row.comment if given.comment is None else given.comment,
        ).to(row.question)
        if given.seen is not None and seal(mine) == given.seen:
            continue
        row.value = fields.get(row.name, row.value)
        row.visibility, row.no_evidence, row.comment = mine.visibility, mine.no_evidence, mine.comment


def _belongs(target: str, name: str) -> bool:
    own = question_fields.field_id(name)
    return target == own or target.startswith(f"{own}.")


def show_both(desk: SectionDesk, differences: Sequence[tuple[Text, Any, Any]], language: str) -> None:
    """Put both versions beside the fields where somebody else was faster: saving again is a choice then."""
    mine = {str(name): {"value": value} for name, value, _theirs in differences}
    theirs = {str(name): {"value": value} for name, _mine, value in differences}
    questions = desk.asked.structure.questions
    for said, side in ((mine, "mine"), (theirs, "theirs")):
        words = Words(desk.asked, said, reader=language)
        for row in desk.rows:
            if row.name in said:
                setattr(row, side, words.of(questions[row.name], said[row.name]))


def put_findings(desk: SectionDesk, findings: Sequence[Finding]) -> None:
    """Put what the check found at its questions."""
    for row in desk.rows:
        row.findings = [finding for finding in findings if finding.question == row.name]
