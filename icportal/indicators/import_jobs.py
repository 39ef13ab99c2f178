"""The jobs of imports: reading what is too large to wait for, and applying tables of many cities."""

from __future__ import annotations

from icportal.core import queue
from icportal.core.queue import Job
from icportal.indicators.services import importing, network_imports

CHECK_NETWORK, ACCEPT_NETWORK = "indicators.check_network", "indicators.accept_network"


def check_network(job: Job, batch_id: int) -> dict[str, int]:
    """Read a table of many cities."""
    return network_imports.check(job, batch_id)


def accept_network(job: Job, batch_id: int, digest: str, only_good: bool) -> dict[str, int]:  # noqa: FBT001  a job's argument
    """Apply a table of many cities."""
    return network_imports.accept(job, batch_id, digest, only_good=only_good)


def register() -> None:
    """Make the jobs known."""
    queue.register_task(importing.CHECK, importing.check)
    queue.register_task(CHECK_NETWORK, check_network)
    queue.register_task(ACCEPT_NETWORK, accept_network)
