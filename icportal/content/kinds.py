"""What kinds of text there are and which fields each has. A domain registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from icportal.content.models import ContentItem
from icportal.core.strings import Text


@dataclass(frozen=True)
class ContentField:
    """A piece of text a person writes. ``word_limit`` 0 means none; ``required`` binds when it is submitted."""

    name: str
    label: Text
    hint: Text = ""
    kind: Literal["line", "text"] = "text"
    word_limit: int = 0
    required: bool = False


@dataclass(frozen=True)
class ContentKind:
    """A kind of text.

    ``facts`` gives what lists show besides the text (kept in the projection) and ``terms`` what they can be
    filtered by. ``title`` and ``summary`` name the fields that stand in lists. ``endpoint`` is its public page.
    """

    key: str
    label: Text
    fields: tuple[ContentField, ...]
    endpoint: str
    workspace: str
    title: str = "title"
    summary: str = "summary"
    facts: Callable[[ContentItem], dict[str, Any]] = field(default=lambda _item: {})
    terms: Callable[[ContentItem], Iterable[str]] = field(default=lambda _item: ())
    missing: Callable[[ContentItem], list[tuple[str | None, Text]]] = field(default=lambda _item: [])

    def field(self, name: str) -> ContentField:
        return next(entry for entry in self.fields if entry.name == name)


_kinds: dict[str, ContentKind] = {}


def register(kind: ContentKind) -> None:
    """Make a kind of text known."""
    _kinds[kind.key] = kind


def get(key: str) -> ContentKind:
    """The kind with this key; KeyError when none is registered."""
    return _kinds[key]


def registered() -> tuple[ContentKind, ...]:
    return tuple(_kinds.values())
