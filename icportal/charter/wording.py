"""The text that is signed, as plain text, and the number that fixes it.

The hash is taken over the UTF-8 bytes of the plain text, so that anybody can take it again with any tool.
"""

from __future__ import annotations

from functools import cache

from icportal.charter.models import CharterVersion
from icportal.core.canonical import sha256
from icportal.data import reader
from icportal.data.reader import CHARTER_LANGUAGES, CharterText


def text_of(version_key: str, language: str) -> CharterText:
    """The wording of a charter version in a language; KeyError or StopIteration when there is none."""
    return reader.charter(language, version_key)


@cache
def plain_text(version_key: str, language: str) -> str:
    """Everything a city signs, one paragraph a line."""
    text = text_of(version_key, language)
    lines = [text.title, text.version_name, text.note, text.opening, text.purpose]
    for area in text.areas:
        lines.append(area.name)
        lines += [f"{c.number}. {c.title}. {c.text}" for c in text.commitments if c.area == area.key]
    lines += [text.scope_rule, text.delivery, *(duty.text for duty in text.duties)]
    return "\n".join(lines) + "\n"


def text_sha256(version_key: str, language: str) -> str:
    return sha256(plain_text(version_key, language))


def hashes(version_key: str) -> dict[str, str]:
    """The hash of the text in each language, to be fixed in the version's row."""
    return {language: text_sha256(version_key, language) for language in CHARTER_LANGUAGES}


def languages_of(version: CharterVersion) -> list[str]:
    """The languages in which this version can be signed, in the portal's order."""
    return [language for language in CHARTER_LANGUAGES if fixed_hash(version, language)]


def fixed_hash(version: CharterVersion, language: str) -> str | None:
    """The hash a signature in this language refers to; None where the shipped text is not the one that was fixed."""
    fixed = version.hashes.get(language)
    return fixed if language in CHARTER_LANGUAGES and fixed == text_sha256(version.key, language) else None
