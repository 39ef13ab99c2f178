"""Jobs: long work done after the request, by a worker, at least once and in effect once.

The truth is the job row, written in the caller's transaction. Huey only rings the bell: it wakes the worker
after a commit and once a minute, so a lost message costs a minute and never a job.

A worker claims a job with a lease. What the job changes is committed together with the row's ``done``, and only
while the lease still is the worker's: a job handed out twice therefore takes effect once. A job that commits
in between, or reaches outside the database, has to be idempotent by itself.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from sqlalchemy import JSON, CursorResult, Index, String, Text, and_, delete, event, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from icportal.core.actors import SYSTEM, Actor
from icportal.core.audit import record
from icportal.core.clock import PORTAL_ZONE, now
from icportal.core.db import Base, HasId, HasStamps, HasVersion, UtcDateTime, db
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.installation import settings
from icportal.core.permissions import Predicate, authorise
from icportal.core.roles import is_administrator
from icportal.core.strings import _
from icportal.core.transactions import apart, holds_write_lock, insert_once

if TYPE_CHECKING:
    from huey import Huey

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
FIRST_DELAY = timedelta(seconds=15)
LONGEST_ERROR = 2000

RETRY = "core.job:retry"
RULES: Mapping[str, Predicate] = {RETRY: is_administrator}


class JobState(StrEnum):
    """``running`` lasts as long as the lease; then the job is handed out again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base, HasId, HasStamps, HasVersion):
    """One piece of work. ``version`` changes hands with the job, so it also proves whose the lease is."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_run_after", "state", "run_after"),)

    name: Mapped[str] = mapped_column(String(80))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(String(120), default="")
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    result: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    error: Mapped[str] = mapped_column(Text, default="")
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    created_by: Mapped[int | None] = mapped_column(index=True)


class LeaseLost(Exception):
    """Another worker has the job now; nothing of this run may be kept."""


@dataclass(frozen=True)
class Task:
    """What a job name stands for: ``function(job, **arguments)``, its result kept as JSON."""

    name: str
    function: Callable[..., Any]
    lease: timedelta = LEASE


@dataclass(frozen=True)
class _Daily:
    name: str
    hour: int


_tasks: dict[str, Task] = {}
_daily: dict[str, _Daily] = {}
_steps: list[Callable[[str], int]] = []
_ticks: list[Callable[[], object]] = []
_running_inline: ContextVar[bool] = ContextVar("running_inline", default=False)


# --- what domains use --------------------------------------------------------------------------------------


def register_task(name: str, function: Callable[..., Any], *, lease: timedelta = LEASE) -> None:
    """Say what a job name does. A job longer than its lease has to call ``progress`` more often than that."""
    known = _tasks.get(name)
    if known is not None and known.function is not function:
        message = f"job {name} has two functions"
        raise ValueError(message)
    _tasks[name] = Task(name, function, lease)


def task(name: str, *, lease: timedelta = LEASE) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function under a job name."""

    def registered(function: Callable[..., Any]) -> Callable[..., Any]:
        register_task(name, function, lease=lease)
        return function

    return registered


def register_daily(name: str, function: Callable[..., Any], *, hour: int) -> None:
    """A job for every day, due from this hour of the network's time zone on; caught up when the worker was off."""
    register_task(name, function)
    _daily[name] = _Daily(name, hour)


def enqueue(name: str, /, *, actor: Actor, key: str | None = None, run_after: datetime | None = None, **arguments: Any) -> Job:
    """Ask for a job in the caller's transaction; the worker hears of it after the commit.

    With a ``key`` the job exists once for ever: asking again gives the same row, whatever its state.

    Raises:
        KeyError: no task has this name.
    """
    values = {"name": _tasks[name].name, "arguments": arguments, "created_by": actor.id, "run_after": run_after or now()}
    if key is None:
        job = Job(**values)
        db.session.add(job)
        db.session.flush()
    else:
        db.session.flush()
        insert_once(Job, key=key, **values)
        job = db.session.scalars(select(Job).where(Job.key == key)).one()
    wake_after_commit()
    return job


def progress(job: Job, done: int, total: int | None = None) -> None:
    """Show how far the job is and renew its lease, at once and for all to see.

    On SQLite nothing is written while the job itself holds the only write lock: nobody else can claim it then.

    Raises:
        LeaseLost: the job was handed to another worker.
    """
    if holds_write_lock():
        return
    lease = _tasks[job.name].lease
    mine = update(Job).where(Job.id == job.id, Job.version == job.version, Job.state == JobState.RUNNING)
    with apart() as connection:
        kept = connection.execute(mine.values(progress_done=done, progress_total=total, lease_until=now() + lease)).rowcount
    if not kept:
        raise LeaseLost(job.id)


def try_again(job: Job, *, actor: Actor) -> None:
    """Give a failed job a new row of attempts.

    Raises:
        InvalidTransition: the job has not failed.
    """
    authorise(actor, RETRY, job)
    if job.state != JobState.FAILED:
        raise InvalidTransition(_("Only a failed job can be tried again."))
    job.state, job.attempts, job.run_after = JobState.QUEUED, 0, now()
    record(actor, RETRY, job, after={"name": job.name})
    wake_after_commit()


def forget_finished(before: datetime) -> int:
    """Delete finished jobs last touched before that moment: their arguments may name people."""
    gone = delete(Job).where(Job.state.in_((JobState.DONE, JobState.FAILED)), Job.updated_at < before)
    return _changed(gone)


# --- the bell ----------------------------------------------------------------------------------------------


def wake_after_commit() -> None:
    """Have the worker look for work as soon as this transaction is committed."""
    db.session().info["wake_worker"] = True


def on_pulse(step: Callable[[str], int]) -> None:
    """Add a step to what the worker does when woken; it gets the worker's name and commits for itself."""
    if step not in _steps:
        _steps.append(step)


def on_tick(step: Callable[[], object]) -> None:
    """Add a step to what the worker does once a minute; it commits for itself and does nothing when nothing is due."""
    if step not in _ticks:
        _ticks.append(step)


def wake() -> None:
    """Ring the worker, or do its work here where the settings say so. Never fails: the minute's tick is the net."""
    if settings().run_jobs_inline:
        _work_here()
        return
    try:
        bell = huey_of(current_app)
        # A message still waiting is answered after this commit, so a second one adds nothing.
        if not bell.pending_count():
            current_app.extensions["icportal.queue.wake"]()
    except Exception:  # a bell that is out of order must not undo what was committed
        log.exception("the worker could not be woken")


def huey_of(app: Flask) -> Huey:
    """The application's bell: in Redis where that is set, else in a SQLite file of the instance folder."""
    if "icportal.queue" not in app.extensions:
        app.extensions["icportal.queue"] = _make_huey(cast("Flask", getattr(app, "_get_current_object", lambda: app)()))
    return cast("Huey", app.extensions["icportal.queue"])


def _make_huey(app: Flask) -> Huey:
    # Fifteen megabytes that a process which only answers readers never needs.
    from huey import RedisHuey, SqliteHuey, crontab

    configured = app.config["SETTINGS"]
    if configured.redis_url:
        # A Redis that does not answer must not hold up the request that rings.
        sign = "&" if "?" in configured.redis_url else "?"
        url = f"{configured.redis_url}{sign}socket_connect_timeout=1&socket_timeout=5"
        bell = RedisHuey("icportal", url=url, results=False)
    else:
        bell = SqliteHuey("icportal", filename=str(configured.instance / "huey.sqlite3"), results=False)
    me = new_worker_id()

    def answer() -> None:
        with app.app_context():
            pulse(me)

    def minute() -> None:
        with app.app_context():
            tick(me)

    app.extensions["icportal.queue.wake"] = bell.task(name="icportal_wake")(answer)
    bell.periodic_task(crontab(minute="*"), name="icportal_minute")(minute)
    return bell


def _work_here() -> None:
    if _running_inline.get():
        return
    token = _running_inline.set(True)
    try:
        # A context of its own gives a session of its own: the caller's is in the middle of its commit.
        with current_app.app_context():
            pulse(new_worker_id())
    finally:
        _running_inline.reset(token)


@event.listens_for(db.session, "after_commit")
def _committed(session: Session) -> None:
    if not session.in_nested_transaction() and session.info.pop("wake_worker", False):
        wake()


@event.listens_for(db.session, "after_rollback")
def _rolled_back(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("wake_worker", None)


# --- what the worker does ----------------------------------------------------------------------------------


def new_worker_id() -> str:
    """A name that says which process of which machine it is, and is never given twice."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(worker: str, me: str) -> bool:
    """Whether that worker surely is dead: on this machine, under a process id nobody has now."""
    host, pid, _nonce = worker.rsplit(":", 2) if worker.count(":") >= 2 else ("", "", "")  # noqa: PLR2004
    my_host, my_pid, _mine = me.rsplit(":", 2)
    if host != my_host or pid == my_pid:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def pulse(worker: str) -> int:
    """Everything that is due now: jobs, then the registered steps. Returns how many things were done."""
    total = 0
    for step in (run_due, *_steps):
        try:
            total += step(worker)
        except Exception:
            db.session.rollback()
            log.exception("step %s of the worker failed", step.__name__)
    return total


def tick(worker: str) -> None:
    """Once a minute: what the calendar asks for, then whatever is due."""
    for step in (_plan_the_day, *_ticks):
        try:
            step()
        except Exception:
            db.session.rollback()
            log.exception("step %s of the worker's minute failed", step.__name__)
    pulse(worker)


def recover(worker: str) -> int:
    """Give back at once the jobs of workers of this machine that are dead, instead of waiting for their leases."""
    freed = 0
    for held_id, version, holder in db.session.execute(
        select(Job.id, Job.version, Job.worker).where(Job.state == JobState.RUNNING)
    ).all():
        if is_gone(holder, worker):
            freed += _changed(update(Job).where(Job.id == held_id, Job.version == version).values(lease_until=now()))
    db.session.commit()
    return freed


def run_due(worker: str, limit: int | None = None) -> int:
    """Run jobs that are due, one after the other, each in its own transaction; how many were run.

    Commits, so the caller must have nothing pending.
    """
    done = 0
    while (limit is None or done < limit) and (claimed := _claim(worker)) is not None:
        _run(*claimed)
        done += 1
    return done


def _claim(worker: str) -> tuple[int, int] | None:
    """Take the next job that is due; its id and the version that proves the lease."""
    moment = now()
    due = (
        select(Job.id, Job.version, Job.name, Job.attempts)
        .where(
            or_(
                and_(Job.state == JobState.QUEUED, Job.run_after <= moment),
                and_(Job.state == JobState.RUNNING, Job.lease_until <= moment),
            )
        )
        .order_by(Job.run_after, Job.id)
        .limit(20)
    )
    for job_id, version, name, attempts in db.session.execute(due).all():
        seen = update(Job).where(Job.id == job_id, Job.version == version)
        if attempts >= MOST_ATTEMPTS:
            # It took its worker down every time: one more try would take down this one.
            stopped = {"state": JobState.FAILED, "lease_until": None, "error": "the worker stopped every time it ran this"}
            _changed(seen.values(version=version + 1, **stopped))
            db.session.commit()
            continue
        lease = _tasks[name].lease if name in _tasks else LEASE
        taken = _changed(
            seen.values(
                state=JobState.RUNNING,
                version=version + 1,
                attempts=attempts + 1,
                worker=worker,
                lease_until=moment + lease,
                error="",
                updated_at=moment,
            )
        )
        db.session.commit()
        if taken:
            return job_id, version + 1
    db.session.rollback()
    return None


def _run(job_id: int, version: int) -> None:
    mine = update(Job).where(Job.id == job_id, Job.version == version, Job.state == JobState.RUNNING)
    job = db.session.get_one(Job, job_id, populate_existing=True)
    attempts = job.attempts
    try:
        result = _tasks[job.name].function(job, **job.arguments)
        finished = {"state": JobState.DONE, "result": result, "lease_until": None, "version": version + 1, "updated_at": now()}
        if not _changed(mine.values(**finished)):
            raise LeaseLost(job_id)  # noqa: TRY301  the one way out that keeps nothing
        db.session.commit()
    except LeaseLost:
        db.session.rollback()
        log.warning("job %s was handed to another worker; this run is dropped", job_id)
    except Exception as error:
        db.session.rollback()
        # A refusal is an answer: the same question would be refused again.
        final = isinstance(error, DomainError) or attempts >= MOST_ATTEMPTS
        log.exception("job %s failed at attempt %s", job_id, attempts)
        _changed(
            mine.values(
                state=JobState.FAILED if final else JobState.QUEUED,
                lease_until=None,
                version=version + 1,
                updated_at=now(),
                run_after=now() + FIRST_DELAY * 4 ** (attempts - 1),
                error=f"{type(error).__name__}: {error}"[:LONGEST_ERROR],
            )
        )
        db.session.commit()
    finally:
        db.session.expunge_all()


def _plan_the_day() -> None:
    local = now().astimezone(PORTAL_ZONE)
    for daily in _daily.values():
        if local.hour >= daily.hour:
            enqueue(daily.name, actor=SYSTEM, key=f"{daily.name}@{local.date()}")
    db.session.commit()


def _changed(statement: Any) -> int:
    """Execute an UPDATE or DELETE; how many rows it met."""
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
