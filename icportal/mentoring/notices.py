"""Mails about mentoring: each says its sentences in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from icportal.accounts import notices
from icportal.accounts.notices import Notice, Words, coordinators, people_of_city
from icportal.core.actors import Actor
from icportal.core.strings import _l

TOPIC = _l("Mentoring")


def tell(users: Iterable[Any], notice: Notice, *, actor: Actor | None = None) -> int:
    """Write the mail to each of these people but the one who caused it; how many were told."""
    return notices.tell(users, notice, topic=TOPIC, actor=actor)


__all__ = ["TOPIC", "Notice", "Words", "coordinators", "people_of_city", "tell"]
