"""The history of something with a workflow in words, as ``components/history.html`` shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from icportal.core.strings import Text, _
from icportal.i18n.formatting import moment
from icportal.workflow.definition import Definition
from icportal.workflow.models import WorkflowEvent

_NOWHERE: Mapping[int, str] = {}


def told(
    definition: Definition,
    events: Sequence[WorkflowEvent],
    names: Mapping[int, str],
    *,
    places: Mapping[int, str] = _NOWHERE,
    words: Mapping[str, Text] | None = None,
) -> list[dict[str, Any]]:
    """Who did what, when and why, the newest first.

    ``names`` are people by id, ``places`` the cities for which somebody acted; ``words`` says of a transition what happened where
    its own label does not.
    """
    return [
        {
            "when": moment(event.at),
            "who": doer(event.actor_id, names),
            "what": words[event.transition] if words else definition.find(event.transition).label,
            "reason": event.reason,
            "acting_for": places.get(event.acting_for or 0, ""),
            "state": definition.state(event.target),
        }
        for event in reversed(events)
    ]


def doer(actor_id: int | None, names: Mapping[int, str]) -> Text:
    """Who did something: a person by name, whoever has no account any more, or the portal itself."""
    return names.get(actor_id, _("Somebody whose account was removed")) if actor_id else _("The portal")
