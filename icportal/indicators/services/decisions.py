"""Deciding on an import, of one city or of the network: each goes to those who know its kind."""

from __future__ import annotations

from collections.abc import Mapping

from icportal.core.actors import Actor
from icportal.indicators.enums import BatchScope
from icportal.indicators.models import ImportBatch
from icportal.indicators.services import importing, network, network_imports, undoing


def accept_import(
    batch: ImportBatch,
    *,
    actor: Actor,
    seen_digest: str,
    only_good: bool = False,
    choices: Mapping[int, str] | None = None,
) -> None:
    """Take over what the preview showed; a network's table is applied in the background. See ``importing.accept``."""
    if batch.scope == BatchScope.NETWORK:
        network_imports.accept_later(batch, actor=actor, seen_digest=seen_digest, only_good=only_good)
    else:
        importing.accept(batch, actor=actor, seen_digest=seen_digest, only_good=only_good, choices=choices)


def check_import_again(batch: ImportBatch, *, actor: Actor) -> None:
    """Show anew what accepting would do; a network's job has kept its new preview itself."""
    if batch.scope != BatchScope.NETWORK:
        importing.check_again(batch, actor=actor)


def undo_import(batch: ImportBatch, *, actor: Actor) -> None:
    """Take an accepted import back; what was edited since stays."""
    if batch.scope == BatchScope.NETWORK:
        network.undo_network(batch, actor=actor)
    else:
        undoing.undo(batch, actor=actor)
