"""What is asked of a city that has answered so far: which sections and questions its answers make relevant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from icportal.reporting.enums import QuestionType
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.questionnaires.expressions import Expression, ExpressionError, compile_expression

#: A question or a section, told apart: both may have the same name.
Node = tuple[str, str]
SECTION, QUESTION = "section", "question"
MOST_CIRCLES = 20


@dataclass(frozen=True)
class Relevance:
    """What is asked now. ``undecided`` are sections that are not, but may be once questions that are open are answered."""

    sections: frozenset[str]
    questions: frozenset[str]
    undecided: frozenset[str]


def relevant(structure: Structure, values: Mapping[str, Any]) -> Relevance:
    """The sections and questions that are asked with these answers.

    An answer to a question that is not asked counts as missing, so everything that hangs on it goes with it. Each
    condition is worked out once, after those it hangs on. One that cannot be understood hides nothing.
    """
    return _Walk(structure, values).result()


def answered(value: Any) -> bool:
    """Whether anything has been answered. No and nought are answers."""
    if isinstance(value, str):
        return value.strip() != ""
    if isinstance(value, (list, tuple)):
        return any(answered(each) for each in value)
    if isinstance(value, Mapping):
        return any(answered(each) for each in value.values())
    return value is not None


def circles(structure: Structure) -> list[list[str]]:
    """Conditions that hang on each other in a circle, at most ``MOST_CIRCLES``: the names on the way, the first again at the end."""
    graph = _graph(structure)
    found: list[list[str]] = []
    while len(found) < MOST_CIRCLES:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle: list[Node] = list(reversed(error.args[1]))
            found.append([name for _kind, name in circle])
            # Cut where it was found, to see whether there is another.
            graph[circle[0]].discard(circle[1])
        else:
            break
    return found


def condition(text: str) -> Expression | None:
    """The condition made ready; None where there is none or it is not understood."""
    if not text:
        return None
    try:
        return compile_expression(text)
    except ExpressionError:
        return None


def _graph(structure: Structure) -> dict[Node, set[Node]]:
    """What each condition hangs on: only what has one, or stands in a section that has one."""
    graph: dict[Node, set[Node]] = {}
    known = structure.questions
    for section in structure.sections:
        own = condition(section.relevant)
        here: Node = (SECTION, section.name)
        if own is not None:
            graph[here] = {(QUESTION, code) for code in own.references if code in known}
        for question in section.questions:
            hangs = condition(question.relevant)
            needed = {(QUESTION, code) for code in hangs.references if code in known} if hangs else set()
            if own is not None:
                needed.add(here)
            if needed:
                graph[QUESTION, question.name] = needed
    return graph


def _order(structure: Structure) -> Iterator[Node]:
    """Everything that hangs on something, each after what it hangs on; in reading order where there is a circle."""
    graph = _graph(structure)
    try:
        yield from TopologicalSorter(graph).static_order()
    except CycleError:
        yield from graph


class _Walk:
    def __init__(self, structure: Structure, values: Mapping[str, Any]) -> None:
        self._structure = structure
        self._sections = {section.name: section for section in structure.sections}
        self._hidden: set[Node] = set()
        self._open: set[Node] = {
            (QUESTION, code)
            for code, question in structure.questions.items()
            if question.type != QuestionType.NOTE and not answered(values.get(code))
        }
        self._values = {code: value for code, value in values.items() if code in structure.questions}

    def result(self) -> Relevance:
        for kind, name in list(_order(self._structure)):
            if kind == SECTION:
                self._section(self._sections[name])
            else:
                self._question(self._structure.questions[name])
        hidden = self._hidden
        shown = [section for section in self._structure.sections if (SECTION, section.name) not in hidden]
        return Relevance(
            frozenset(section.name for section in shown),
            frozenset(
                question.name for section in shown for question in section.questions if (QUESTION, question.name) not in hidden
            ),
            frozenset(name for kind, name in hidden & self._open if kind == SECTION),
        )

    def _section(self, section: Section) -> None:
        own = condition(section.relevant)
        if own is not None:
            self._decide((SECTION, section.name), holds=own.holds(self._values), is_open=self._hangs_on_open(own))

    def _question(self, question: Question) -> None:
        place: Node = (SECTION, self._structure.section_of[question.name].name)
        own = condition(question.relevant)
        if place in self._hidden:
            self._decide((QUESTION, question.name), holds=False, is_open=place in self._open)
        elif own is not None:
            holds = own.holds(self._values)
            self._decide((QUESTION, question.name), holds=holds, is_open=self._hangs_on_open(own))

    def _hangs_on_open(self, own: Expression) -> bool:
        return any((QUESTION, code) in self._open for code in own.references)

    def _decide(self, node: Node, *, holds: bool, is_open: bool) -> None:
        """Note what is not asked: its answer is missing, and open only where what it hangs on is."""
        if holds:
            return
        kind, name = node
        self._hidden.add(node)
        if kind == QUESTION:
            self._values.pop(name, None)
        (self._open.add if is_open else self._open.discard)(node)
