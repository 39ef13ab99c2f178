"""Steps of a pairing: the only place where one is taken."""

from __future__ import annotations

from typing import Any

from icportal.core.actors import Actor
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.models import Pairing
from icportal.web.page_cache import touch_public
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent


def take_step(pairing: Pairing, step: str, *, actor: Actor, **said: Any) -> WorkflowEvent:
    """Take a step; the public pages that say who works together are made anew. See ``engine.fire``.

    Pairings are not public as a table: what is written in the journal every day would drop all kept pages.
    """
    event = engine.fire(PAIRING, pairing, step, actor=actor, **said)
    touch_public()
    return event
