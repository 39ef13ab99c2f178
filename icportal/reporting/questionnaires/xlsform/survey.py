"""The rows of the sheet ``survey`` as sections and questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from icportal.core.strings import Text, _
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import LANGUAGES
from icportal.reporting.enums import COLUMN_TYPES, QuestionType, Visibility
from icportal.reporting.questionnaires import definition
from icportal.reporting.questionnaires.checks import CODE
from icportal.reporting.questionnaires.definition import Column, Question, Section
from icportal.reporting.questionnaires.expressions import ExpressionError, compile_expression
from icportal.reporting.questionnaires.xlsform.grid import Grid, Report, Row
from icportal.reporting.questionnaires.xlsform.layout import GENERAL, MULTILINE, NOTED_BY_ITSELF, PORTAL_TYPES, SURVEY, TYPES

_BRACKET = re.compile(r"(begin|end)[_ ](group|repeat)")
_CHOICE = re.compile(
    r"(?P<how>select_one|select one(?: from)?|select1|select_multiple|select multiple(?: from)?|select all that apply(?: from)?)"
    r"\s+(?P<list>\S+)(?P<other>\s+(?:or_other|or specify other))?",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$\{\s*([^\s{}$]+)\s*\}")
_YES = frozenset({"yes", "true", "true()", "1", "y"})
_NO = frozenset({"", "no", "false", "false()", "0", "n"})
_MOST_ROWS, _MOST_DEPTH = 500, 10
#: Where something stands: a section, a question or a column of a question's table.
Place = tuple[str, str, str]


def as_code(written: str) -> str:
    """The code a name of another form becomes: small letters, digits and _."""
    if CODE.fullmatch(written):
        return written
    plain = unicodedata.normalize("NFKD", written)
    plain = re.sub(r"[^a-z0-9_]+", "_", "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold())
    return (plain if plain[:1].isascii() and plain[:1].isalpha() else f"q{plain if plain.startswith('_') else f'_{plain}'}")[:60]


@dataclass
class _Draft:
    """A section as it grows."""

    name: str
    relevant: str = ""
    commitment: int | None = None
    questions: list[Question] = field(default_factory=list)

    def finished(self) -> Section:
        return Section(self.name, tuple(self.questions), self.relevant, self.commitment)


@dataclass
class _Frame:
    """A group or repeat that is open, with the conditions that it hands down."""

    kind: str
    row: Row
    conditions: tuple[str, ...] = ()
    table: Question | None = None
    columns: list[Column] = field(default_factory=list)


class Survey:
    """Reads the rows one after the other. ``places`` are the rows of everything that was read."""

    def __init__(self, grid: Grid, source: str, languages: Sequence[str], report: Report) -> None:
        self.grid, self.source, self.report = grid, source, report
        self.texts: dict[str, dict[str, str]] = {language: {} for language in languages}
        self.places: dict[Place, list[int]] = {}
        self._drafts: list[_Draft] = []
        self._general: _Draft | None = None
        self._frames: list[_Frame] = []
        self._renamed: dict[str, str] = {}
        self._left_out: dict[str, Row] = {}
        for row in grid.rows:
            self._row(row)
        for frame in self._frames:
            self._error(frame.row, "type", _("This group or repeat is not ended."))
        if self._general is not None:
            self._name_general(self._general)
        self.sections = tuple(self._settled(draft.finished()) for draft in self._drafts)
        self._tell_left_out()

    # --- saying --------------------------------------------------------------------------------------------

    def _error(self, row: Row, column: str, sentence: Text) -> None:
        self.report.error(SURVEY, row.number, self.grid.shown(column), sentence)

    def _note(self, row: Row, column: str, sentence: Text) -> None:
        self.report.note(SURVEY, row.number, self.grid.shown(column), sentence)

    # --- rows ----------------------------------------------------------------------------------------------

    def _row(self, row: Row) -> None:
        kind = " ".join(row.get("type").split())
        bracket = _BRACKET.fullmatch(kind.casefold())
        if not kind:
            self._error(row, "type", _("The row has no type."))
        elif bracket and bracket[1] == "begin":
            (self._begin_group if bracket[2] == "group" else self._begin_repeat)(row)
        elif bracket:
            self._end(row, bracket[2])
        elif kind.casefold() in NOTED_BY_ITSELF:
            self._note(row, "type", _("“%(type)s” asks nobody anything and is left out.", type=kind))
        elif kind.casefold() in {"calculate", "hidden"}:
            self._left_out[row.get("name")] = row
        else:
            self._question(row, kind)

    def _begin_group(self, row: Row) -> None:
        if self._table is not None:
            if row.words:
                self._note(row, "label", _("The heading of a group within a table is left out."))
            self._frames.append(_Frame("group", row))
            return
        code, relevant = self._code(row), self._condition(row)
        if not self._frames:
            self._drafts.append(_Draft(code, relevant, self._number(row, "commitment", 1000)))
            self._place(row, "section", code)
            self._say(row, "label", definition.section_key(code))
            self._say(row, "hint", definition.section_hint_key(code))
            self._frames.append(_Frame("group", row))
            return
        if len(self._frames) == _MOST_DEPTH:
            self._error(row, "type", _("Too many groups stand within each other."))
        conditions = (*self._frames[-1].conditions, *filter(None, [relevant]))[:_MOST_DEPTH]
        self._frames.append(_Frame("group", row, conditions))
        if row.words:
            self._add(row, Question(code, QuestionType.NOTE))

    def _begin_repeat(self, row: Row) -> None:
        if self._table is not None:
            self._error(row, "type", _("A table cannot stand within a table."))
            self._frames.append(_Frame("repeat", row))
            return
        most = self._number(row, "rows", _MOST_ROWS) or Question.most_rows
        question = Question(self._code(row), QuestionType.TABLE, most_rows=most)
        self._frames.append(_Frame("repeat", row, self._conditions, question))

    def _end(self, row: Row, kind: str) -> None:
        if not self._frames or self._frames[-1].kind != kind:
            self._error(row, "type", _("This ends a group or repeat that was not begun."))
            return
        frame = self._frames.pop()
        if frame.table is not None:
            self._add(frame.row, replace(frame.table, columns=tuple(frame.columns)))

    @property
    def _table(self) -> _Frame | None:
        return next((frame for frame in self._frames if frame.kind == "repeat"), None)

    @property
    def _conditions(self) -> tuple[str, ...]:
        return self._frames[-1].conditions if self._frames else ()

    def _question(self, row: Row, kind: str) -> None:
        found = self._type(row, kind)
        if found is None:
            return
        type_, choices = found
        if self._table is not None:
            self._column(row, self._table, type_, choices)
        else:
            self._add(row, Question(self._code(row), type_, choices))

    def _type(self, row: Row, kind: str) -> tuple[str, str] | None:
        """(type, list of choices) of a row; None where the type is refused."""
        choice = _CHOICE.fullmatch(kind)
        if choice:
            if choice["other"]:
                self._error(
                    row, "type", _("“or_other” is not possible: add a choice for it to the list, and a question for the words.")
                )
            is_one = choice["how"].casefold() in {"select_one", "select one", "select one from", "select1"}
            return (QuestionType.CHOICE if is_one else QuestionType.MULTIPLE), as_code(choice["list"])
        type_ = TYPES.get(kind.casefold())
        if type_ is None:
            self._error(
                row,
                "type",
                _(
                    "The type “%(type)s” is not possible. Possible are: %(names)s.",
                    type=kind[:60],
                    names=", ".join(["select_one", "select_multiple", *TYPES, "begin_group", "begin_repeat"]),
                ),
            )
            return None
        return self._special(row, type_), ""

    def _special(self, row: Row, type_: QuestionType) -> str:
        """What a text is to the portal."""
        told = row.get("portal_type")
        if not told:
            is_long = type_ == QuestionType.TEXT and MULTILINE in row.get("appearance").split()
            return QuestionType.LONG_TEXT if is_long else type_
        if told not in PORTAL_TYPES or type_ not in {QuestionType.TEXT, QuestionType.DECIMAL, QuestionType.INTEGER}:
            self._unknown(row, "portal_type", told, PORTAL_TYPES)
            return type_
        return told

    def _unknown(self, row: Row, column: str, told: str, known: Iterable[str]) -> None:
        names = ", ".join(sorted(known))
        self._error(row, column, _("“%(name)s” is not possible here. Possible are: %(names)s.", name=told[:60], names=names))

    # --- questions and columns -----------------------------------------------------------------------------

    def _add(self, row: Row, question: Question) -> None:
        """Put a question with everything its row says where it belongs."""
        own = self._condition(row) if question.type != QuestionType.NOTE or row.get("type").casefold() == "note" else ""
        question = replace(
            question,
            required=self._required(row),
            relevant=_joined([*self._conditions, *filter(None, [own])]),
            constraint=row.get("constraint"),
            words=self._number(row, "words", 100_000) or 0,
            role=row.get("role"),
            indicator=row.get("indicator"),
            visibility=row.get("visibility") or Visibility.PUBLIC,
            former=row.get("former"),
        )
        self._draft().questions.append(question)
        name = question.name
        self._place(row, "question", name)
        self._say(row, "label", definition.label_key(name))
        self._say(row, "hint", definition.hint_key(name))
        if question.constraint:
            self._say(row, "constraint_message", definition.message_key(name))
        if any("${" in text for (column, _language), text in row.words.items() if column == "label"):
            self._note(row, "label", _("Answers are not put into texts: what stands in ${…} is shown as it is."))

    def _draft(self) -> _Draft:
        """The section that is open; the general one where none is."""
        if self._frames:
            return self._drafts[-1]
        if self._general is None:
            self._general = _Draft("")
            self._drafts.append(self._general)
        return self._general

    def _column(self, row: Row, frame: _Frame, type_: str, choices: str) -> None:
        name = self._code(row, keep=False)
        if type_ not in COLUMN_TYPES:
            kind = row.get("type")[:60]
            self._error(row, "type", _("A column of a table cannot be of the type “%(name)s”.", name=kind))
            return
        for what in ("relevant", "constraint"):
            if row.get(what):
                self._note(row, what, _("A column of a table has no condition of its own; this one is left out."))
        if any(column == "hint" for column, _language in row.words):
            self._note(row, "hint", _("A column of a table has no help of its own; this one is left out."))
        words = self._number(row, "words", 100_000) or 0
        frame.columns.append(Column(name, type_, choices, words, self._required(row)))
        if frame.table is not None:
            self.places.setdefault(("column", frame.table.name, name), []).append(row.number)
            self._say(row, "label", definition.column_key(frame.table.name, name))

    def _code(self, row: Row, *, keep: bool = True) -> str:
        written = row.get("name")
        if not written:
            self._error(row, "name", _("The row has no name."))
            return f"row_{row.number}"
        code = as_code(written)
        if code != written:
            self._note(row, "name", _("“%(written)s” was read as “%(code)s”.", written=written[:60], code=code))
            if keep:
                self._renamed[written] = code
        return code

    def _condition(self, row: Row) -> str:
        """The condition of a row. That of a group is judged here, for it is handed down to many."""
        text = row.get("relevant")
        if not text or row.get("type").casefold()[:5] != "begin":
            return text
        try:
            compile_expression(text)
        except ExpressionError as error:
            self._error(row, "relevant", error.sentence)
            return ""
        return text

    def _required(self, row: Row) -> bool:
        told = row.get("required").casefold()
        if told not in _YES | _NO:
            self._note(row, "required", _("Whether an answer is needed cannot hang on a condition here; it was read as “no”."))
        return told in _YES

    def _number(self, row: Row, column: str, most: int) -> int | None:
        told = row.get(column)
        if not told:
            return None
        if not (told.isascii() and told.isdecimal() and len(told) < 7 and 0 < int(told) <= most):  # noqa: PLR2004  digits
            self._error(row, column, _("This has to be a whole number from 1 to %(most)s.", most=most))
            return None
        return int(told)

    def _place(self, row: Row, kind: str, name: str) -> None:
        self.places.setdefault((kind, name, ""), []).append(row.number)

    def _say(self, row: Row, column: str, key: str) -> None:
        for (name, language), text in row.words.items():
            if name == column and (language or self.source) in self.texts:
                self.texts[language or self.source][key] = text

    # --- when all is read ----------------------------------------------------------------------------------

    def _name_general(self, draft: _Draft) -> None:
        taken = {each.name for each in self._drafts}
        draft.name = next(name for name in (GENERAL, *(f"{GENERAL}_{number}" for number in range(2, 99))) if name not in taken)
        for language, texts in self.texts.items():
            if language in LANGUAGES:
                with in_language(language):
                    texts[definition.section_key(draft.name)] = _("General")
        sentence = _("Questions that stand in no group were put into a section of their own, “%(name)s”.", name=draft.name)
        self.report.note(SURVEY, 0, "", sentence)

    def _settled(self, section: Section) -> Section:
        """With the codes in its conditions that they have here."""
        questions = tuple(
            replace(question, relevant=self._rewritten(question.relevant), constraint=self._rewritten(question.constraint))
            for question in section.questions
        )
        return replace(section, questions=questions, relevant=self._rewritten(section.relevant))

    def _rewritten(self, text: str) -> str:
        return _REFERENCE.sub(lambda found: f"${{{self._renamed.get(found[1], found[1])}}}", text) if self._renamed else text

    def _tell_left_out(self) -> None:
        """Calculations are left out where nothing hangs on them, and refused otherwise."""
        conditions = [
            text
            for section in self.sections
            for text in (section.relevant, *(part for each in section.questions for part in (each.relevant, each.constraint)))
        ]
        used = {code for text in conditions for code in _REFERENCE.findall(text)}
        for name, row in self._left_out.items():
            if name in used:
                sentence = _(
                    "The portal does not calculate. Write what “%(name)s” works out into the conditions that use it.", name=name
                )
                self._error(row, "type", sentence)
            else:
                self._note(row, "type", _("“%(type)s” asks nobody anything and is left out.", type=row.get("type")))


def _joined(conditions: Sequence[str]) -> str:
    """All of them together."""
    return conditions[0] if len(conditions) == 1 else " and ".join(f"({condition})" for condition in conditions)
