"""What the charter says on a city's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.cities.timeline import says
from icportal.core.strings import _


def register() -> None:
    """Give the timeline the sentences of the charter's entries."""
    says("charter_signed", tone="done")(signed)
    says("charter_renewed", tone="done")(renewed)
    says("charter_withdrawn", tone="stopped")(withdrawn)


def signed(_values: Mapping[str, Any]) -> str:
    return _("Signed the charter.")


def renewed(_values: Mapping[str, Any]) -> str:
    return _("Renewed its signature of the charter.")


def withdrawn(_values: Mapping[str, Any]) -> str:
    return _("Withdrew its signature of the charter.")
