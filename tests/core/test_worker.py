"""A real worker process, killed in the middle of its work."""

import random
import signal
import subprocess
import sys
import time
from email import message_from_bytes

import pytest
from sqlalchemy import func, select

from icportal.config import ROOT
from icportal.core import queue
from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.outbox import Mail, MailState
from icportal.core.queue import Job, JobState
from icportal.core.throttle import ThrottleCounter

WORKER = """
import sys, time
sys.path[:0] = [{folder!r}, {root!r}]
from pathlib import Path
from conftest import make_kernel
from icportal.cli.worker import work
from icportal.core import housekeeping, queue
from icportal.core.db import db
from icportal.core.throttle import ThrottleCounter

def count(job, number, seconds):
    time.sleep(seconds / 2)
    row = db.session.get(ThrottleCounter, f"n{{number}}") or ThrottleCounter(key=f"n{{number}}", count=0, window_ends=1e12)
    row.count += 1
    db.session.add(row)
    db.session.flush()
    time.sleep(seconds / 2)

queue.register_task("t.count", count)
app = make_kernel(Path({instance!r}), database_url={url!r}, smtp_url={smtp!r})
housekeeping.register()
print("ready", flush=True)
work(app)
"""


@pytest.fixture
def kernel_settings(mailbox):
    return {"smtp_url": mailbox.url}


@pytest.fixture
def start(kernel, store, mailbox, monkeypatch):
    """Starts a worker on the kernel's database; ends it with the test."""
    monkeypatch.setitem(queue._tasks, "t.count", queue.Task("t.count", lambda job, number, seconds: None))
    script = WORKER.format(
        folder=str(ROOT / "tests/core"), root=str(ROOT), url=store.url("kernel"), smtp=mailbox.url,
        instance=str(kernel.config["SETTINGS"].instance),
    )  # fmt: skip
    running = []

    def start():
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        db.session.rollback()
        if condition():
            return
        time.sleep(0.05)
    states = db.session.execute(select(Job.state, Job.error, Job.attempts)).all()
    pytest.fail(f"it did not happen in time: {states}")


def open_jobs():
    return db.session.scalar(select(func.count()).where(Job.state.in_((JobState.QUEUED, JobState.RUNNING))))


def state():
    return db.session.scalar(select(Job.state).where(Job.name == "t.count"))


def ask(number, seconds=0.0):
    queue.enqueue("t.count", actor=SYSTEM, number=number, seconds=seconds)


def test_a_worker_hears_of_a_job_at_once_and_ends_in_order(start):
    process = start()
    time.sleep(1)
    ask(1, seconds=1.0)
    db.session.commit()
    asked = time.monotonic()
    until(lambda: state() == JobState.RUNNING)
    assert time.monotonic() - asked < 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    db.session.rollback()
    assert state() == JobState.DONE


@pytest.mark.slow
@pytest.mark.databases
def test_a_killed_worker_loses_no_job_and_doubles_no_mail(start, mailbox, kernel):
    chance = random.Random(7)
    accept = type(mailbox).handle_DATA

    async def slowly(self, server, session, envelope):
        import asyncio

        answer = await accept(self, server, session, envelope)
        await asyncio.sleep(0.03)
        return answer

    type(mailbox).handle_DATA = slowly
    try:
        for number in range(30):
            ask(number, seconds=0.06)
            db.session.add(
                Mail(
                    address=f"p{number}@b.example",
                    language="en",
                    subject=f"{number}",
                    text="t",
                    html="h",
                    message_id=f"<{number}@b>",
                )
            )
        db.session.commit()
        for _kill in range(8):
            process = start()
            time.sleep(chance.uniform(0.1, 0.9))
            process.kill()
            process.wait()
        start()
        until(lambda: open_jobs() == 0)
        until(lambda: not db.session.scalar(select(func.count()).where(Mail.state.in_((MailState.QUEUED, MailState.SENDING)))))
    finally:
        type(mailbox).handle_DATA = accept
    assert [job.state for job in db.session.scalars(select(Job).where(Job.name == "t.count"))] == [JobState.DONE] * 30
    counts = dict(db.session.execute(select(ThrottleCounter.key, ThrottleCounter.count)).all())
    assert counts == {f"n{number}": 1 for number in range(30)}
    arrived = [message_from_bytes(envelope.content)["Message-ID"] for envelope in mailbox.envelopes]
    assert len(arrived) == len(set(arrived))
    for mail in db.session.scalars(select(Mail)):
        assert mail.state in {MailState.SENT, MailState.UNCERTAIN}
        assert mail.state == MailState.UNCERTAIN or mail.message_id in arrived
