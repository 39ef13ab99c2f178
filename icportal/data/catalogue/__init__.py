"""The shipped catalogue of indicators: facts that hold in all languages, and words in each."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fr", "de", "es", "it", "nl")


@cache
def facts() -> dict[str, dict[str, Any]]:
    """What is fixed about each indicator, by code, in the catalogue's order."""
    return _read("facts.toml")


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """Title, definition and what else is said of each indicator in a language, by code."""
    return _read(f"{language}.toml") if language in LANGUAGES else {}


def _read(name: str) -> dict[str, Any]:
    place = files("icportal.data.catalogue") / name
    return tomllib.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
