"""How a questionnaire is laid out as XLSForm: reader and writer agree on this page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from babel import Locale

from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.reporting.enums import QuestionType
from icportal.reporting.questionnaires.definition import Structure

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
#: The title in a language; other programs do not understand ``form_title`` with one.
TITLE_COLUMN = "portal_title"
#: Columns with texts of a language, by sheet.
TEXT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    SURVEY: ("label", "hint", "constraint_message"),
    CHOICES: ("label",),
    SETTINGS: ("form_title", "summary"),
}
OWN_COLUMNS = ("commitment", "role", "visibility", "former", "words", "rows", "indicator", "portal_type")
#: Columns without language that are read, by sheet.
PLAIN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    SURVEY: ("type", "name", "required", "relevant", "constraint", "appearance", *OWN_COLUMNS),
    CHOICES: ("list_name", "name"),
    SETTINGS: ("form_id", "version", "default_language"),
}
#: Other names of columns.
ALIASES: Mapping[str, Mapping[str, str]] = {
    SURVEY: {
        "relevance": "relevant",
        "bind::relevant": "relevant",
        "bind:relevant": "relevant",
        "bind::required": "required",
        "bind:required": "required",
        "bind::constraint": "constraint",
        "bind:constraint": "constraint",
        "constraining_message": "constraint_message",
        "constraint_msg": "constraint_message",
        "caption": "label",
        "command": "type",
        "tag": "name",
    },
    CHOICES: {"value": "name", "caption": "label"},
    SETTINGS: {"set_form_title": "form_title", TITLE_COLUMN: "form_title", "set_form_id": "form_id", "id_string": "form_id"},
}

#: Types of a row without a list, as the portal knows them.
TYPES: Mapping[str, QuestionType] = {
    "text": QuestionType.TEXT,
    "string": QuestionType.TEXT,
    "integer": QuestionType.INTEGER,
    "int": QuestionType.INTEGER,
    "decimal": QuestionType.DECIMAL,
    "date": QuestionType.DATE,
    "file": QuestionType.FILE,
    "note": QuestionType.NOTE,
}
MULTILINE = "multiline"
#: Types that XLSForm does not know, which go out as a text with their name beside it.
PORTAL_TYPES = {QuestionType.LINK, QuestionType.PRACTICE, QuestionType.INDICATOR}
#: What a device notes by itself; nobody is asked.
NOTED_BY_ITSELF = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "subscriberid", "simserial"}
)
#: Where a question stands that stands in no group.
GENERAL = "general"

_WITH_CODE = re.compile(r"(?P<name>.*?)\s*\(\s*(?P<code>[A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*\s*\)")


@dataclass(frozen=True)
class FormFinding:
    """What was found at a place of the workbook, in the reader's language.

    ``row`` is the number the sheet shows, 0 where no row is meant; ``column`` the heading. An error refuses the file,
    anything else only tells how something was understood.
    """

    sheet: str
    row: int
    column: str
    sentence: str
    is_error: bool = True

    def __str__(self) -> str:
        place = " ".join(filter(None, (self.sheet, str(self.row or ""), self.column)))
        return f"{place}: {self.sentence}" if place else self.sentence


@dataclass(frozen=True)
class XlsForm:
    """A form that came in: what it asks, its texts by language and key, and everything that was found."""

    structure: Structure = field(default_factory=Structure)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: str = ""
    source: str = ""
    code: str = ""
    version: str = ""
    findings: tuple[FormFinding, ...] = ()

    @property
    def errors(self) -> list[FormFinding]:
        return [finding for finding in self.findings if finding.is_error]


def language_heading(code: str) -> str:
    """A language as it stands in a heading: ``English (en)``."""
    return f"{_english(code)} ({code})"


def language_written(text: str) -> tuple[str, bool]:
    """(code of the language a heading names, whether the code stood there itself); the code is empty where there is none."""
    found = _WITH_CODE.fullmatch(text.strip())
    code = (found["code"] if found else text.strip()).lower()
    if code in CONTENT_LANGUAGES:
        return code, True
    if found:
        return "", True
    return _by_name().get(text.strip().casefold(), ""), False


def _english(code: str) -> str:
    language = CONTENT_LANGUAGES[code]
    return Locale.parse("en").languages.get(language.locale.language) or language.autonym


def _by_name() -> dict[str, str]:
    names = {_english(code).casefold(): code for code in CONTENT_LANGUAGES}
    return {**names, **{language.autonym.casefold(): code for code, language in CONTENT_LANGUAGES.items()}}
