"""The visitor's first wish counts, and what cannot be read is passed over."""

from __future__ import annotations

import pytest

from icportal.i18n.locales import LANGUAGES, reading_order
from icportal.i18n.negotiation import choose, normalise, parse_accept_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-AT, fr;q=0.5", "de"),
        ("de-AT,de;q=0.9,fr;q=0.95", "de"),
        ("fr;q=0.5, nl;q=0.9", "nl"),
        ("uk, ru;q=0.9", "en"),
        ("ca, es;q=0.8", "es"),
        ("PT-br, IT_ch;q=0.3", "it"),
        ("zh-Hant-TW, es-419;q=0.7", "es"),
        ("en-xa", "en"),
        ("ar-XB", "en"),
        ("de;q=0, fr", "fr"),
        ("de;q=nonsense, fr;q=0.1", "fr"),
        ("*", "en"),
        (";;;,,q=,\x00", "en"),
        ("", "en"),
    ],
)
def test_choose(header: str, language: str) -> None:
    assert choose(header) == language


def test_an_earlier_choice_wins_over_the_browser() -> None:
    assert choose("fr", preferred=["nl"]) == "nl"
    assert choose("fr", preferred=[None]) == "fr"


def test_parse_keeps_the_readers_order() -> None:
    assert parse_accept_language("a;q=0.2, b, c;q=0.9") == ["b", "c", "a"]


@pytest.mark.parametrize(("tag", "code"), [("pt-BR", None), ("de_at", "de"), ("ar-xb", "ar-xb"), ("x", None)])
def test_normalise(tag: str, code: str | None) -> None:
    assert normalise(tag) == code


@pytest.mark.parametrize(
    ("reader", "available", "source", "order"),
    [
        ("fr", {"fi", "fr", "en"}, "fi", ["fr", "en", "fi"]),
        ("de", {"fi"}, "fi", ["fi"]),
        ("nl", {"fi", "sv"}, "fi", ["fi", "sv"]),
        ("ca", {"es", "en"}, "en", ["es", "en"]),
    ],
)
def test_reading_order_is_own_then_declared_then_source(reader: str, available: set[str], source: str, order: list[str]) -> None:
    assert reading_order(reader, available, source) == order


def test_every_fallback_is_a_known_language() -> None:
    assert {code for language in LANGUAGES.values() for code in language.fallbacks} <= set(LANGUAGES)
