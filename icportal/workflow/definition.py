"""A workflow written down as data.

Buttons, worklists, reminders and the diagrams in the documentation are derived from it; ``problems`` finds what
is wrong with a definition before anybody meets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from icportal.core.permissions import Predicate, anyone
from icportal.core.strings import Text


@dataclass(frozen=True)
class State:
    """A state: its word, the icon and tone it is shown in, and whether work waits in it.

    ``tone`` is one of done, waiting, stopped, draft. ``waits_for`` says in words who has to move next.
    """

    name: str
    label: Text
    tone: str
    waits_for: Text | None = None


@dataclass(frozen=True)
class Transition:
    """A step from one of ``sources`` to ``target``.

    ``next_step`` is the sentence shown before the click. ``four_eyes`` keeps out the subject's
    ``contributor_ids``: whoever wrote any part of it since its last approval. ``binds`` demands the hash of the revision that was read. ``automatic``
    steps follow from another act and get no button. ``condition`` narrows when the step makes sense at all.
    """

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    label: Text
    next_step: Text = ""
    needs_reason: bool = False
    four_eyes: bool = False
    binds: bool = False
    automatic: bool = False
    condition: Predicate = anyone
    tone: str = "secondary"


@dataclass(frozen=True)
class Definition:
    """A named set of states and transitions.

    ``reasons_are_private`` keeps the words of a reason with the subject: the audit log, which administrators read, has their
    checksum.
    """

    key: str
    states: tuple[State, ...]
    initial: str
    transitions: tuple[Transition, ...]
    reasons_are_private: bool = False

    def find(self, name: str) -> Transition:
        """The transition of this name; KeyError when there is none."""
        return self._by_name[name]

    def state(self, name: str) -> State:
        return next(state for state in self.states if state.name == name)

    def leaving(self, state: str) -> list[Transition]:
        """The transitions that start in this state, in the order they were written."""
        return [transition for transition in self.transitions if state in transition.sources]

    @property
    def _by_name(self) -> Mapping[str, Transition]:
        return {transition.name: transition for transition in self.transitions}


def problems(definition: Definition, permissions: Iterable[str]) -> list[str]:
    """What is wrong with a definition: unknown or unreachable states, unknown permissions, names used twice."""
    names = [state.name for state in definition.states]
    known, granted = set(names), set(permissions)
    found = [f"{definition.key}: state {name} is written twice" for name in known if names.count(name) > 1]
    if definition.initial not in known:
        found.append(f"{definition.key}: initial state {definition.initial} is unknown")
    transition_names = [transition.name for transition in definition.transitions]
    for transition in definition.transitions:
        where = f"{definition.key}.{transition.name}"
        if transition_names.count(transition.name) > 1:
            found.append(f"{where}: name used twice")
        found += [f"{where}: unknown state {state}" for state in {*transition.sources, transition.target} - known]
        if str(transition.permission) not in granted:
            found.append(f"{where}: unknown permission {transition.permission}")
        if not transition.automatic and not str(transition.next_step):
            found.append(f"{where}: does not say what happens next")
    reached, edge = {definition.initial}, {definition.initial}
    while edge:
        edge = {t.target for t in definition.transitions if t.sources & edge} - reached
        reached |= edge
    return found + [f"{definition.key}: state {name} cannot be reached" for name in known - reached]


_definitions: dict[str, Definition] = {}


def register(definition: Definition) -> None:
    """Make a definition known to worklists, ``verify`` and the documentation."""
    _definitions[definition.key] = definition


def registered() -> Mapping[str, Definition]:
    return _definitions
