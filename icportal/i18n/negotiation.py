"""Which language a visitor reads, by rules of our own.

The ready-made matchers prefer an exact match over the reader's first wish and know nothing of our languages;
this one walks the reader's wishes in their order and takes the first language that serves one.
"""

from __future__ import annotations

from collections.abc import Iterable

from icportal.i18n.locales import DEFAULT, LANGUAGES


def normalise(tag: str) -> str | None:
    """The interface language a tag asks for: ``pt-BR`` → ``pt``, ``DE_at`` → ``de``; None when we have none."""
    parts = tag.strip().replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        candidate = "-".join(parts[:length])
        if candidate in LANGUAGES:
            return candidate
    return None


def parse_accept_language(header: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, best first; what cannot be read is passed over."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:500].split(",")):
        tag, _, parameters = part.strip().partition(";")
        quality = 1.0
        if parameters.strip().startswith("q="):
            try:
                quality = float(parameters.strip()[2:])
            except ValueError:
                continue
        if tag and 0 < quality <= 1:
            wishes.append((-quality, position, tag))
    return [tag for _, _, tag in sorted(wishes)]


def choose(header: str, *, preferred: Iterable[str | None] = ()) -> str:
    """The language for a visitor who named none in the address.

    ``preferred`` are earlier choices, strongest first (the account's language); then the browser's wishes.
    """
    for tag in [*filter(None, preferred), *parse_accept_language(header)]:
        language = normalise(tag)
        if language and not LANGUAGES[language].pseudo:
            return language
    return DEFAULT
