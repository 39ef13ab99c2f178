"""The questionnaires that are shipped with the portal, as the files of ``icportal/data/questionnaires`` have them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

#: A questionnaire is in those for which its words are shipped.
LANGUAGES = ("en", "fr", "de", "es", "it", "nl")


@cache
def codes() -> tuple[str, ...]:
    """The codes of the questionnaires, sorted."""
    names = (place.name for place in (files("icportal.data") / "questionnaires").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml") and name.count(".") == 1))


@cache
def structure(code: str) -> Mapping[str, Any]:
    """What a questionnaire asks, as ``Structure.of`` takes it, with its ``position``."""
    return _read(f"{code}.toml")


@cache
def shared(language: str) -> Mapping[str, str]:
    """The words that several questionnaires share: blocks of commitments, lists of choices. Empty in other languages."""
    return dict(_read(f"shared.{language}.toml").get("texts", {})) if language in LANGUAGES else {}


@cache
def texts(code: str, language: str) -> Mapping[str, str]:
    """All words of a questionnaire in a language: the shared ones, and its own."""
    return {**shared(language), **_own(code, language)}


def is_in(code: str, language: str) -> bool:
    """Whether the questionnaire has words of its own in a language."""
    return bool(_own(code, language))


@cache
def _own(code: str, language: str) -> Mapping[str, str]:
    return dict(_read(f"{code}.{language}.toml").get("texts", {}))


@cache
def _read(name: str) -> dict[str, Any]:
    place = files("icportal.data") / "questionnaires" / name
    return tomllib.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
