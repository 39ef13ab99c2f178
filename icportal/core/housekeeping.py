"""What the portal forgets by itself, once a day: nothing personal is kept longer than its purpose."""

from __future__ import annotations

from datetime import timedelta

from icportal.core import files, outbox, queue, throttle, tokens
from icportal.core.clock import now
from icportal.core.queue import Job

KEEP_JOBS = timedelta(days=30)
KEEP_MAILS = timedelta(days=90)
KEEP_USED_LINKS = timedelta(days=60)
FORGET = "core.forget"
FORGET_AT = 3


def forget_old(job: Job) -> dict[str, int]:  # noqa: ARG001  a job's function gets its row
    """Delete finished jobs, mails that left, marks of used links, counters and files nobody names."""
    # Counters first: they are deleted in a transaction of their own, which needs the write lock free.
    counters = throttle.forget_expired()
    moment = now()
    tokens.forget_used(moment - KEEP_USED_LINKS)
    return {
        "counters": counters,
        "files": files.purge_orphans(),
        "jobs": queue.forget_finished(moment - KEEP_JOBS),
        "mails": outbox.forget_sent(moment - KEEP_MAILS),
    }


def register() -> None:
    """Plan the daily clean-up and hang the outbox into the worker's round."""
    queue.register_daily(FORGET, forget_old, hour=FORGET_AT)
    queue.on_pulse(outbox.send_due)
    queue.on_tick(outbox.send_digests)
