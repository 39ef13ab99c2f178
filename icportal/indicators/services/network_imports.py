"""Tables of many cities on their way: received, read, applied and taken back in the background."""

from __future__ import annotations

from typing import IO

from icportal.accounts.models import User
from icportal.core import queue
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.queue import Job
from icportal.core.strings import _, _l
from icportal.indicators import findings, import_notices
from icportal.indicators.enums import BatchScope, BatchState, Permission
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.findings import Finding
from icportal.indicators.models import ImportBatch
from icportal.indicators.services import network, opening
from icportal.indicators.services.batches import held, received, refuse_other_state
from icportal.indicators.services.importing import bytes_of

CHECK, ACCEPT = "indicators.check_network", "indicators.accept_network"

findings.register(
    {
        "plan.moved": _l("Values have changed since you accepted. This is the new preview; look at it and accept it once more."),
        "plan.nothing": network.NOTHING,
    }
)


def receive_network(stream: IO[bytes], filename: str, *, actor: Actor, reads_as: str) -> ImportBatch:
    """Take in a table of many cities; a job reads it. Writes no value.

    Raises:
        NotAllowed: the actor does not exchange with all cities.
        DomainError: at ``upload``: it is empty, too large, harmful or no workbook.
    """
    authorise(actor, Permission.EXCHANGE_NETWORK)
    data = bytes_of(stream)
    try:
        opening.pass_gate(data, network=True)
    except Unreadable as error:
        raise DomainError(str(error.finding), "upload") from None
    batch = received(data, filename, actor=actor, scope=BatchScope.NETWORK, reads_as=reads_as)
    batch.job_id = queue.enqueue(CHECK, actor=actor, key=f"{CHECK}:{batch.id}", batch_id=batch.id).id
    db.session.flush()
    return batch


def check(job: Job, batch_id: int) -> dict[str, int]:
    """The job: read the table and keep its preview. Run twice it finds the same."""
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.state == BatchState.RECEIVED:
        network.check_network(batch, job)
        import_notices.ready(batch, None)
    return dict(batch.counts)


def accept_later(batch: ImportBatch, *, actor: Actor, seen_digest: str, only_good: bool) -> None:
    """Have a job apply the table. Asked twice for the same preview, it is done once.

    Raises:
        Stale: another preview was made since.
        InvalidTransition: the import does not wait for a decision.
    """
    authorise(actor, Permission.EXCHANGE_NETWORK)
    if not held(batch, BatchState.CHECKED, actor=actor):
        if batch.state == BatchState.ACCEPTED:
            return
        refuse_other_state(batch)
    if batch.plan_digest != seen_digest:
        raise Stale(_("Values have changed since this preview was made. Look at the new one and accept it then."))
    # With the version: asked twice for one preview it is done once, asked again after a stop it is tried again.
    key = f"{ACCEPT}:{batch.id}:{batch.version}:{int(only_good)}"
    job = queue.enqueue(ACCEPT, actor=actor, key=key, batch_id=batch.id, digest=seen_digest, only_good=only_good)
    batch.job_id = job.id
    db.session.flush()


def accept(job: Job, batch_id: int, digest: str, *, only_good: bool) -> dict[str, int]:
    """The job: apply the table, or keep a new preview that says why it was not applied."""
    batch = db.session.get_one(ImportBatch, batch_id)
    user = db.session.get(User, job.created_by) if job.created_by else None
    if batch.state != BatchState.CHECKED or user is None or not user.is_active:
        return {}
    try:
        return dict(network.accept_network(batch, actor=user.actor, only_good=only_good, seen_digest=digest, job=job))
    except DomainError as error:
        # What it wrote before it refused is not kept.
        db.session.rollback()
        batch = db.session.get_one(ImportBatch, batch_id)
        network.check_network(batch)
        # Not the sentence of the refusal: who reads it may read another language than the worker writes.
        why = "plan.moved" if isinstance(error, (Stale, InvalidTransition)) else "plan.nothing"
        batch.problems = [Finding(why).stored(), *batch.problems]
    db.session.flush()
    return {}
