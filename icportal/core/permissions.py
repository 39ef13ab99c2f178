"""Permissions: a name, a small predicate, and one place that asks.

A predicate carries the sentence a person needs when it does not hold, so *why can I not do this* comes from
the same code that decides. A domain lists its predicates in ``rules.py``; the application registers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from icportal.core.actors import Actor
from icportal.core.errors import NotAllowed, NotFound
from icportal.core.strings import Text, _, _l

NOT_ALLOWED = _l("You may not do this.")

Test = Callable[[Actor, Any], bool]


@dataclass(frozen=True)
class Predicate:
    """A condition over (actor, subject) and the reason to give when it fails."""

    test: Test
    reasons: tuple[Text, ...] = ()

    def __call__(self, actor: Actor, subject: Any = None) -> bool:
        return self.test(actor, subject)

    def unmet(self, actor: Actor, subject: Any = None) -> list[Text]:
        """The sentences that say what is missing; empty when the predicate holds."""
        return [] if self(actor, subject) else list(self.reasons or (NOT_ALLOWED,))

    def __and__(self, other: Predicate) -> Predicate:
        return _Joined(lambda a, s: self(a, s) and other(a, s), parts=(self, other))

    def __or__(self, other: Predicate) -> Predicate:
        return _Joined(lambda a, s: self(a, s) or other(a, s), parts=(self, other))


@dataclass(frozen=True)
class _Joined(Predicate):
    """Two conditions, both or either of which have to hold. What is missing is asked of each anew."""

    parts: tuple[Predicate, ...] = ()

    def unmet(self, actor: Actor, subject: Any = None) -> list[Text]:
        if self(actor, subject):
            return []
        return list(dict.fromkeys(reason for part in self.parts for reason in part.unmet(actor, subject)))


def predicate(reason: Text) -> Callable[[Test], Predicate]:
    """Make a predicate of a function: ``@predicate(_l("You need …"))``."""
    return lambda test: Predicate(test, (reason,))


_rules: dict[str, Predicate] = {}
_hidden: set[str] = set()


def register(rules: Mapping[str, Predicate], *, hidden: frozenset[str] = frozenset()) -> None:
    """Add a domain's rules. ``hidden`` permissions answer 404 instead of 403: their subject is private."""
    for name, rule in rules.items():
        if _rules.get(str(name), rule) is not rule:
            message = f"permission {name} has two rules"
            raise ValueError(message)
        _rules[str(name)] = rule
    _hidden.update(map(str, hidden))


def names() -> frozenset[str]:
    """All registered permission names."""
    return frozenset(_rules)


def can(actor: Actor, permission: str, subject: Any = None) -> bool:
    """Whether the actor holds the permission over the subject. An unknown name is a mistake of ours: KeyError."""
    return _rules[str(permission)](actor, subject)


def why_not(actor: Actor, permission: str, subject: Any = None) -> list[Text]:
    """The unmet conditions, each a sentence."""
    return _rules[str(permission)].unmet(actor, subject)


def authorise(actor: Actor, permission: str, subject: Any = None) -> None:
    """Refuse the actor unless the permission holds.

    Raises:
        NotFound: the permission guards a private thing.
        NotAllowed: with the unmet conditions.
    """
    if can(actor, permission, subject):
        return
    if str(permission) in _hidden:
        raise NotFound(_("There is no such page, or it is not open to you."))
    raise NotAllowed(_("You may not do this."), why_not(actor, permission, subject))


anyone = Predicate(lambda _actor, _subject: True)
is_signed_in = Predicate(lambda actor, _subject: actor.is_signed_in, (_l("You need to be signed in."),))
is_system = Predicate(lambda actor, _subject: actor.is_system, (_l("Only the portal itself does this."),))
