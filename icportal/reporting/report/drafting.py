"""The first draft of a report, made of nothing but data: numbers as blocks, what cities wrote as quotations, practices as boxes.

Written in the current language. Sentences are built so that a number block fits whatever the number is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from icportal.core.strings import Text, _
from icportal.reporting import labels
from icportal.reporting.enums import Grade, QuestionRole, QuestionType
from icportal.reporting.models.reports import COVER
from icportal.reporting.questionnaires.definition import Question, Section
from icportal.reporting.report.figures_data import KEPT_BACK, NO_ANSWER
from icportal.reporting.report.material import WORDS, Material, listed_ids, quoted
from icportal.web.figures import AREA_NAMES, AREAS

LONGEST_QUOTE = 70
MOST_QUOTES = 12
MOST_PRACTICES = 4
_SENTENCE_END = re.compile(r"[.!?…。]['\"”’»)]*$")
_SIGNS = re.compile(r"([\\`*_\[\]<>#|~])")
_LIST_SIGN = re.compile(r"^(\d+)([.)])|^([-+])")


@dataclass(frozen=True)
class Draft:
    """A chapter as it is drafted. ``level`` 2 belongs under the chapter before it."""

    topic: str
    level: int
    title: str
    text: str


def drafts(material: Material) -> Iterator[Draft]:
    """Every chapter in its order; those the round has nothing for are left out."""
    yield Draft(
        COVER, 1, _("Integrating Cities Charter: report of round %(number)s", number=str(material.round.number)), _cover(material)
    )
    yield Draft("summary", 1, _("At a glance"), _summary(material))
    yield Draft("introduction", 1, _("Introduction"), _introduction(material))
    if trends := _trends(material):
        yield Draft("trends", 1, _("Trends in policy and practice"), trends)
    for area, numbers in enumerate(AREAS, start=1):
        sections = [section for section in material.structure.sections if section.commitment in numbers and section.grade]
        if not sections:
            continue
        yield Draft(f"area{area}", 1, str(AREA_NAMES[area - 1]), f"[[figure area{area}]]")
        for section in sections:
            yield Draft(section.name, 2, _commitment_title(section, material), _commitment(section, material))
    if special := _special(material):
        yield Draft("special", 1, _("Special topic"), special)
    yield Draft("conclusion", 1, _("Conclusion"), _conclusion(material))


# --- chapters


def _cover(material: Material) -> str:
    return _paragraphs([labels.edition(material.round), labels.period(material.round)])


def _summary(material: Material) -> str:
    return _paragraphs([_took_part(), "[[figure all]]" if material.structure.grades else ""])


def _introduction(material: Material) -> str:
    return _paragraphs([
        _(
            "This report shows how cities carry out the Integrating Cities Charter. It speaks of the period %(period)s.",
            period=labels.period(material.round),
        ),
        _took_part(),
        _(
            "The answers are the cities’ own assessment. A commitment is fully met, partly met or not met at all; a city that leaves it "
            "out has not assessed it."
        ),
        _(
            "Kept back are answers that are given and not counted by choice: they would tell what a single city says, or the city shows "
            "them to nobody."
        ),
        _("The name of a city in brackets says whose answer a sentence comes from."),
        "[[cities]]",
    ])  # fmt: skip


def _took_part() -> str:
    return _(
        "Cities invited: %(invited)s. Cities that answered: %(count)s. Cities that gave no answer: %(missing)s.",
        invited="[[cities invited]]", count="[[cities count]]", missing="[[cities missing]]",
    )  # fmt: skip


def _trends(material: Material) -> str:
    parts: list[str] = []
    for role in (QuestionRole.ORGANISATION, QuestionRole.DEFINITION, QuestionRole.PRIORITIES, QuestionRole.CHARTER_USE):
        for question in material.structure.with_role(role):
            parts += _question(question, material)
    asked_for, rows = material.strategies()
    if asked_for is not None and rows:
        parts += [_heading(_("Local strategies")), "[[strategies]]"]
    return _paragraphs(parts)


def _commitment_title(section: Section, material: Material) -> str:
    number = section.commitment or 0
    return _("Commitment %(number)s: %(title)s", number=number, title=material.titles.get(number, ""))


def _commitment(section: Section, material: Material) -> str:
    code, by_role = section.name, {question.role: question for question in section.questions}
    parts = [_distribution(code), f"[[figure {code}]]"]
    if code in material.known.changes:
        parts.append(f"[[change {code}]]")
    if provider := by_role.get(QuestionRole.PROVIDER):
        parts.append(f"[[figure {provider.name}]]")
    number = section.commitment or 0
    headings: Sequence[tuple[str, Text]] = (
        (QuestionRole.EXPLANATION, _("What cities do")),
        (QuestionRole.CHALLENGES, _("Challenges")),
        (QuestionRole.PLANS, _("Plans")),
    )
    for role, heading in headings:
        question = by_role.get(role)
        quotes = _quotes(question, material, begin=number) if question else []
        parts += [_heading(heading), *quotes] if quotes else []
        if role == QuestionRole.EXPLANATION and (boxes := _practices(number, by_role.get(QuestionRole.PRACTICES), material)):
            parts += [_heading(_("Good practices")), *boxes]
    return _paragraphs(parts)


def _special(material: Material) -> str:
    parts: list[str] = []
    for question in material.structure.with_role(QuestionRole.SPECIAL):
        parts += _question(question, material)
    return _paragraphs(parts)


def _conclusion(material: Material) -> str:
    parts = []
    for area, numbers in enumerate(AREAS, start=1):
        lines = [
            f"- **{_commitment_title(section, material)}.** {_distribution(section.name)}"
            for section in material.structure.sections
            if section.commitment in numbers and section.grade
        ]
        if lines:
            parts += [_heading(AREA_NAMES[area - 1]), "\n".join(lines)]
    return _paragraphs(parts)


# --- parts


def _distribution(code: str) -> str:
    return _(
        "Fully met: %(fully)s. Partly met: %(partly)s. Not met at all: %(not_at_all)s. Kept back: %(kept_back)s. No answer: %(no_answer)s.",
        **{choice: f"[[count {code} {choice}]]" for choice in (*Grade, KEPT_BACK, NO_ANSWER)},
    )


def _question(question: Question, material: Material) -> list[str]:
    """A question of its own: the figure of its choices, or what cities wrote."""
    if question.is_choice:
        return [f"[[figure {question.name}]]"]
    quotes = _quotes(question, material) if question.type in WORDS else []
    return [_heading(material.asked.label(question.name)), *quotes] if quotes else []


def _quotes(question: Question, material: Material, *, begin: int = 0) -> list[str]:
    """What cities wrote, each with its source. Where there are too many, every chapter begins with another city."""
    if question.type not in {QuestionType.TEXT, QuestionType.LONG_TEXT}:
        return []
    rows = list(material.answers.get(question.name, {}).items())
    if len(rows) > MOST_QUOTES:
        start = begin * MOST_QUOTES % len(rows)
        rows = [*rows[start:], *rows[:start]][:MOST_QUOTES]
    return [f"> {_extract(row.value)} [[from {slug} {question.name}]]" for slug, row in rows]


def _extract(value: object) -> str:
    """The beginning of an answer, whole sentences where that is possible, its signs written so that they stay signs."""
    words = quoted(value).replace("[[", "").replace("]]", "").split(" ")
    if len(words) > LONGEST_QUOTE:
        kept = words[:LONGEST_QUOTE]
        ends = [place for place, word in enumerate(kept, start=1) if _SENTENCE_END.search(word)]
        words = kept[: ends[-1]] if ends else [*kept, "…"]
    text = _SIGNS.sub(r"\\\1", " ".join(words))
    return _LIST_SIGN.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", text)


def _practices(number: int, question: Question | None, material: Material) -> list[str]:
    """Boxes of published practices of the cities for a commitment, those first that a city named in its answer."""
    answering = {place.slug for place in material.answering}
    rows = material.named_practices(question.name) if question else []
    named = {practice for row in rows for practice in listed_ids(row)}
    found = [each for each in material.practices.values() if number in each.commitments and each.city in answering]
    found.sort(key=lambda each: (each.id not in named, each.slug))
    one_each: dict[str, str] = {}
    for each in found:
        one_each.setdefault(each.city, each.slug)
    return [f"[[practice {slug}]]" for slug in list(one_each.values())[:MOST_PRACTICES]]


def _heading(text: Text) -> str:
    return f"# {text}"


def _paragraphs(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part)
