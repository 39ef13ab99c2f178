"""What waits, for whom, and since when. Domains say what they have; this module puts it together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from icportal.core.actors import Actor
from icportal.core.strings import Text


@dataclass(frozen=True)
class Waiting:
    """One piece of work: what it is, where to do it, in which state since when, and who has to move.

    ``endpoint`` and ``values`` build the address; ``language`` is that of the text, for its direction.
    """

    title: str
    endpoint: str
    values: dict[str, object]
    kind: Text
    state: str
    state_label: Text
    tone: str
    since: datetime
    waits_for: Text
    city: str = ""
    language: str = "en"
    due: datetime | None = None


@dataclass(frozen=True)
class Worklist:
    """A list with a name, its count, and the oldest entries first; ``mine`` tells work from waiting."""

    key: str
    label: Text
    mine: bool
    count: int
    entries: Sequence[Waiting]


Provider = Callable[[Actor, int], list[Worklist]]
_providers: dict[str, Provider] = {}


def register(key: str, provider: Provider) -> None:
    """Add a domain's worklists. ``provider(actor, limit)`` answers lists of at most ``limit`` entries each."""
    _providers[key] = provider


def worklists(actor: Actor, *, limit: int = 50) -> list[Worklist]:
    """All lists that have something for this actor, work before waiting."""
    found = [worklist for provider in _providers.values() for worklist in provider(actor, limit) if worklist.count]
    return sorted(found, key=lambda worklist: not worklist.mine)


def waiting_count(actor: Actor) -> int:
    """How many pieces of work wait for this actor."""
    return sum(worklist.count for worklist in worklists(actor, limit=0) if worklist.mine)
