"""The wording of the charter for readers; what a signature refers to sign for sign is in ``wording``."""

from __future__ import annotations

from icportal.data import reader
from icportal.data.reader import ADOPTED_VERSION, CHARTER_LANGUAGES, CHARTER_VERSIONS, CharterText
from icportal.i18n.locales import DEFAULT

__all__ = ["ADOPTED_VERSION", "CHARTER_LANGUAGES", "CHARTER_VERSIONS", "language_for", "text", "titles"]


def language_for(code: str) -> str:
    """The language in which a reader of this one gets the charter."""
    return code if code in CHARTER_LANGUAGES else DEFAULT


def text(language: str, version: str = ADOPTED_VERSION) -> CharterText:
    """The charter for a reader of this language."""
    return reader.charter(language_for(language), version)


def titles(language: str) -> dict[int, str]:
    """Commitment number, then its short title."""
    return {commitment.number: commitment.title for commitment in text(language).commitments}
