"""What a questionnaire is as a text: a field for each of its words, and the structure that is reviewed with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, LanguageVersion, Revision
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.reporting.enums import KIND
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaires import definition, offering
from icportal.reporting.questionnaires.definition import Structure, TextKey

#: The most characters of a line: a question may be longer than a title.
LONGEST_LINE = 1000


def questionnaire_of(item: ContentItem) -> Questionnaire | None:
    """The questionnaire whose words the item is; None while it is being made."""
    return db.session.scalar(select(Questionnaire).where(Questionnaire.item_id == item.id))


def structure_of(item: ContentItem, source: Revision | None = None) -> Structure:
    """The structure as a revision of the source has it; the working copy's without one."""
    if source is not None and source.facts is not None:
        return Structure.of(source.facts.get("structure", {}))
    questionnaire = questionnaire_of(item)
    return Structure.of(questionnaire.structure) if questionnaire is not None else Structure()


def fields_of(item: ContentItem, source: Revision | None) -> list[ContentField]:
    """One field for each text the structure asks for."""
    structure = structure_of(item, source)
    labels = labels_of(structure)
    return [_field(each, labels[each.key]) for each in definition.text_keys(structure)]


def reviewed_facts(item: ContentItem) -> dict[str, Any] | None:
    """The structure of the working copy, which a second person approves together with the words."""
    questionnaire = questionnaire_of(item)
    return None if questionnaire is None else {"structure": questionnaire.structure}


def facts(item: ContentItem, source: Revision | None) -> dict[str, Any]:
    """What is kept beside the published words."""
    questionnaire = questionnaire_of(item)
    return {} if questionnaire is None else {"code": questionnaire.code, **((source.facts or {}) if source else {})}


def missing(item: ContentItem) -> list[tuple[str | None, Text]]:
    """What of the structure is wrong or lacking before it can be reviewed."""
    if not any(section.questions for section in structure_of(item).sections):
        return [("structure", _("Add a section with a question."))]
    questionnaire = questionnaire_of(item)
    return [("structure", message) for message in (offering.refused(questionnaire) if questionnaire else ())]


def counted(version: LanguageVersion) -> None:
    """A translation stands otherwise than before: say so in what cities are offered."""
    questionnaire = questionnaire_of(version.item)
    if questionnaire is not None:
        offering.tell(questionnaire, version)


def said(structure: Mapping[str, Any] | None) -> list[str]:
    """A structure as lines that can be compared: one for each section, question, column and list of choices."""
    return list(_lines(Structure.of(structure or {})))


def _field(text: TextKey, label: Text) -> ContentField:
    return ContentField(
        name=text.key,
        label=label,
        kind="line" if text.is_line else "text",
        required=not text.optional,
        longest=LONGEST_LINE if text.is_line and text.key != definition.TITLE else 0,
    )


def labels_of(structure: Structure) -> dict[str, Text]:
    """What translators and writers read for each text a structure can have, by its key."""
    return dict(_labels(structure))


def _labels(structure: Structure) -> Iterator[tuple[str, Text]]:
    """(key, what a translator reads for it), for every text there can be."""
    yield definition.TITLE, _l("Title")
    yield definition.SUMMARY, _l("Introduction")
    for section in structure.sections:
        yield definition.section_key(section.name), _l("Section %(code)s", code=section.name)
        yield definition.section_hint_key(section.name), _l("Introduction to section %(code)s", code=section.name)
        for question in section.questions:
            code = question.name
            yield definition.label_key(code), _l("Question %(code)s", code=code)
            yield definition.hint_key(code), _l("Help with question %(code)s", code=code)
            yield definition.message_key(code), _l("Message of question %(code)s", code=code)
            for column in question.columns:
                label = _l("Column %(column)s of question %(code)s", column=column.name, code=code)
                yield definition.column_key(code, column.name), label
    for name, values in structure.choices.items():
        for value in values:
            yield definition.choice_key(name, value), _l("Answer %(value)s of the list %(name)s", value=value, name=name)


def _lines(structure: Structure) -> Iterator[str]:
    stored = structure.stored()
    for section in stored["sections"]:
        yield f"# {section['name']}{_details(section, ('name', 'questions'))}"
        for question in section.get("questions", ()):
            yield f"{question['name']}: {question.get('type', 'text')}{_details(question, ('name', 'type', 'columns'))}"
            for column in question.get("columns", ()):
                yield f"{question['name']}.{column['name']}: {column.get('type', 'text')}{_details(column, ('name', 'type'))}"
    for name, values in stored["choices"].items():
        yield f"[{name}] {' · '.join(values)}"


def _details(told: Mapping[str, Any], but: tuple[str, ...]) -> str:
    """What else is said, as code: the same in every language."""
    return "".join(f" · {name} = {value}" for name, value in told.items() if name not in but)


QUESTIONNAIRE = ContentKind(
    key=KIND,
    label=_l("Questionnaire"),
    fields=(),
    endpoint="",
    workspace="reporting.questionnaire",
    facts=facts,
    reviewed_facts=reviewed_facts,
    missing=missing,
    fields_of=fields_of,
    counted=counted,
)


def register() -> None:
    """Make questionnaires known to content."""
    kinds.register(QUESTIONNAIRE)
