"""Where actions come from, for kinds that other packages own: they say what stands there and where it is.

A package above registers its kind; the page of an action asks it for all its origins at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from icportal.core.strings import Text


@dataclass(frozen=True)
class Described:
    """One origin in words, and the page it stands on (empty where the reader may not open it).

    ``is_open`` says that this reader may read there what the action quotes.
    """

    label: str
    url: str = ""
    is_open: bool = False


#: Given numbers of one kind and the reader's language: what each is.
Describe = Callable[[Iterable[int], str], Mapping[int, Described]]

_kinds: dict[str, Describe] = {}
_names: dict[str, Text] = {}


def register(kind: str, describe: Describe, name: Text | None = None) -> None:
    """Make a kind of origin known, with the name a plan is narrowed to it by. The application does."""
    _kinds[kind] = describe
    if name is not None:
        _names[kind] = name


def names() -> Mapping[str, Text]:
    """What the kinds of other packages are called."""
    return dict(_names)


def describe(kind: str, numbers: Iterable[int], language: str) -> Mapping[int, Described]:
    """What the origins of a kind are; nothing for a kind nobody has registered."""
    return _kinds[kind](numbers, language) if kind in _kinds else {}
