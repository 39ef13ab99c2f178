"""Open actions of a plan that look alike, so that what two people wrote becomes one.

Works on what was loaded. Words are compared by their stems, rare ones of the plan counting more than common ones; actions that
serve commitments are only held against those that serve one of the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from icportal.core.search import tokens
from icportal.core.text import without_marks
from icportal.plans.enums import OPEN
from icportal.plans.models import Action

#: From this likeness on (0 to 1) two actions are shown as a pair, and so many pairs at most.
ALIKE, MOST = 0.55, 50
#: Words of up to so many letters say little ("and", "für", "les").
_SHORT = 3
#: A word that stands in more actions than this, and in more than this share of them, leads to no pair by itself.
_COMMON, _COMMON_SHARE = 25, 0.1
_FIRST_CJK = "\u2e80"


@dataclass(frozen=True)
class Pair:
    """Two actions that look alike, the older one first; ``likeness`` is above 0, and 1 where their words are the same."""

    first: Action
    second: Action
    likeness: float
    commitments: tuple[int, ...]


def pairs_of(actions: Iterable[Action]) -> list[Pair]:
    """The pairs of open actions that look alike, the most alike first; at most ``MOST``."""
    kept = sorted((each for each in actions if each.state in OPEN), key=lambda each: each.id)
    titles = [_words(each.title, each.language) for each in kept]
    whole = [title | _words(each.outcome, each.language) for title, each in zip(titles, kept, strict=True)]
    weights = _weights(whole)
    found = []
    for one, other in _candidates(titles):
        shared = _shared(kept[one], kept[other])
        if shared is None:
            continue
        likeness = max(_likeness(titles[one], titles[other], weights), _likeness(whole[one], whole[other], weights))
        if likeness >= ALIKE:
            found.append(Pair(kept[one], kept[other], likeness, shared))
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first.id, pair.second.id))[:MOST]


def _shared(one: Action, other: Action) -> tuple[int, ...] | None:
    """The commitments both serve; None where both serve some and share none of them."""
    shared = tuple(sorted({*one.commitments} & {*other.commitments}))
    return None if one.commitments and other.commitments and not shared else shared


def _words(text: str, language: str) -> frozenset[str]:
    """The stems of the words that say something; all of them where there are only short ones."""
    long = " ".join(
        word for word in text.split() if len(word.strip(".,;:!?()")) > _SHORT or word[:1] >= _FIRST_CJK or _is_code(word)
    )
    return frozenset(tokens(long, language) or tokens(without_marks(text), language))


def _is_code(word: str) -> bool:
    """Numbers and abbreviations are short and say much."""
    return word.isdecimal() or (len(word) > 1 and word.isupper())


def _weights(texts: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """How much each word says: the more, the fewer actions have it."""
    counts = Counter(word for words in texts for word in words)
    return {word: 1 + math.log((1 + len(texts)) / (1 + count)) for word, count in counts.items()}


def _likeness(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """The weight of what both say in the weight of all they say, from 0 to 1 (Dice)."""
    total = sum(weights[word] for word in one) + sum(weights[word] for word in other)
    return 2 * sum(weights[word] for word in one & other) / total if total else 0.0


def _candidates(titles: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """Pairs whose titles share a word that not everybody uses: comparing all with all would take too long."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(titles):
        for word in words:
            places[word].append(place)
    most = max(_COMMON, _COMMON_SHARE * len(titles))
    return {
        (one, other)
        for having in places.values()
        if len(having) <= most
        for at, one in enumerate(having)
        for other in having[at + 1 :]
    }
