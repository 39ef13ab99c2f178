"""What kinds of text there are and which fields each has. A domain registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from icportal.content.models import ContentItem, LanguageVersion, Revision
from icportal.core.strings import Text


@dataclass(frozen=True)
class ContentField:
    """A piece of text a person writes. ``word_limit`` 0 means none; ``required`` binds when it is submitted.

    ``longest`` is the most characters it may have; 0 means what is usual for its kind.
    """

    name: str
    label: Text
    hint: Text = ""
    kind: Literal["line", "text"] = "text"
    word_limit: int = 0
    required: bool = False
    longest: int = 0


@dataclass(frozen=True)
class ContentKind:
    """A kind of text.

    ``fields`` are those of every item, which readers see and a search finds. Where the fields depend on the item,
    ``fields_of`` gives them all: those of one revision of its source, or those of the working copy where none is named.

    ``facts`` gives what lists show besides the text (kept in the projection) and ``terms`` what they can be
    filtered by, both as the published source has them. ``reviewed_facts`` gives the facts of the working copy that
    become public through review only: each revision of the source keeps them, and ``facts`` has to contain them.
    ``labels`` gives (words, language) of facts that a search shall find too. ``title`` and ``summary`` name the fields
    that stand in lists. ``endpoint`` is its public page, empty where it has none. ``counted`` is told of a translation whose
    standing against the published source was counted anew.
    """

    key: str
    label: Text
    fields: tuple[ContentField, ...]
    endpoint: str
    workspace: str
    title: str = "title"
    summary: str = "summary"
    facts: Callable[[ContentItem, Revision | None], dict[str, Any]] = field(default=lambda _item, _source: {})
    terms: Callable[[ContentItem, Revision | None], Iterable[str]] = field(default=lambda _item, _source: ())
    reviewed_facts: Callable[[ContentItem], dict[str, Any] | None] = field(default=lambda _item: None)
    labels: Callable[[ContentItem, Revision | None], Iterable[tuple[str, str]]] = field(default=lambda _item, _source: ())
    missing: Callable[[ContentItem], list[tuple[str | None, Text]]] = field(default=lambda _item: [])
    fields_of: Callable[[ContentItem, Revision | None], Sequence[ContentField]] | None = None
    counted: Callable[[LanguageVersion], None] = field(default=lambda _version: None)

    def fields_for(self, item: ContentItem, source: Revision | None = None) -> tuple[ContentField, ...]:
        """The fields of an item in reading order, as this revision of its source has them; the working copy's without one."""
        return self.fields if self.fields_of is None else tuple(self.fields_of(item, source))


_kinds: dict[str, ContentKind] = {}


def register(kind: ContentKind) -> None:
    """Make a kind of text known."""
    _kinds[kind.key] = kind


def get(key: str) -> ContentKind:
    """The kind with this key; KeyError when none is registered."""
    return _kinds[key]


def registered() -> tuple[ContentKind, ...]:
    return tuple(_kinds.values())
