"""Questionnaires for tests: a small one as a draft by Clara, published by Carl, translated by Tom and approved by Rita."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import reporting_world

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.models import LanguageVersion
from icportal.core.actors import Actor, Role
from icportal.reporting import versions
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Questionnaire, QuestionnaireVersion
from icportal.reporting.questionnaires.definition import Question, Section, Structure, text_keys
from icportal.reporting.services import questionnaires

SMALL = Structure(
    sections=(
        Section("about", (Question("office", required=True), Question("staff", QuestionType.INTEGER, constraint=". >= 0"))),
        Section("work", (Question("themes", QuestionType.MULTIPLE, choices="themes"), Question("plans", QuestionType.LONG_TEXT))),
    ),
    choices={"themes": ("housing", "school")},
)


def make_people() -> Mapping[str, Actor]:
    return {
        "clara": reporting_world.person(Role.COORDINATOR),
        "carl": reporting_world.person(Role.COORDINATOR, name="Carl"),
        "tom": reporting_world.person(Role.TRANSLATOR, name="Tom"),
        "rita": reporting_world.person(Role.REVIEWER, name="Rita"),
        "olli": reporting_world.person(Role.CITY_OFFICER, "oulu"),
    }


def words(structure: Structure, mark: str = "") -> dict[str, str]:
    return {each.key: f"{mark}{each.key}" for each in text_keys(structure)}


def begun(people: Mapping[str, Actor], structure: Structure = SMALL) -> Questionnaire:
    """A draft by Clara, with all its words in English."""
    made = questionnaires.create_questionnaire(actor=people["clara"], code="edition-6", language="en", title="Edition 6")
    save(made, structure, people, words=words(structure))
    return made


def save(made: Questionnaire, structure: Structure, people: Mapping[str, Actor], **more: Any) -> bool:
    return questionnaires.save_structure(made, structure, actor=people["clara"], seen=made.version, **more)


def move(made: Questionnaire, step: str, actor: Actor, text: LanguageVersion | None = None) -> None:
    text = text or made.item.source
    head = text.head.sha256 if text.head else ""
    questionnaires.move_version(made, text, step, actor=actor, seen=text.version, seen_hash=head)


def publish(made: Questionnaire, people: Mapping[str, Actor], by: str = "carl") -> QuestionnaireVersion:
    move(made, "submit", people["clara"])
    move(made, "approve", people[by])
    newest = versions.newest(made.id)
    assert newest is not None
    return newest


def translate(made: Questionnaire, people: Mapping[str, Actor], language: str = "fr") -> LanguageVersion:
    """Everything the original says, said in another language and published."""
    text = made.item.version_in(language) or content.start_translation(made.item, language, actor=people["tom"])
    pieces = content_queries.answers(text)
    said = {f"{place}.{piece.source_hash}": f"{language}: {piece.source}" for place, piece in enumerate(pieces) if piece.source}
    content.save_translation(text, said, actor=people["tom"], seen=text.version)
    move(made, "submit", people["tom"], text)
    move(made, "approve", people["rita"], text)
    return text


def answered(version: QuestionnaireVersion, **answers: Any) -> reporting_world.World:
    """An open round with Oulu, which has answered."""
    round_ = reporting_world.make_round(version, number=6)
    world = reporting_world.World(round_.id)
    reporting_world.invite(world, "oulu")
    reporting_world.fill(world.response("oulu"), answers)
    return world


def changed(structure: Structure, code: str, **how: Any) -> Structure:
    """The structure with one question otherwise."""
    sections = [
        replace(section, questions=tuple(replace(one, **how) if one.name == code else one for one in section.questions))
        for section in structure.sections
    ]
    return replace(structure, sections=tuple(sections))


def without(structure: Structure, code: str) -> Structure:
    sections = [
        replace(section, questions=tuple(one for one in section.questions if one.name != code)) for section in structure.sections
    ]
    return replace(structure, sections=tuple(sections))
