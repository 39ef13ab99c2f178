import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from icportal.core import queue
from icportal.core.actors import SYSTEM, Actor, Grant
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed
from icportal.core.queue import Job, JobState
from icportal.core.throttle import ThrottleCounter

pytestmark = pytest.mark.databases
ADMINISTRATOR = Actor(1, "A", grants=frozenset({Grant("administrator")}))


@pytest.fixture
def tasks(monkeypatch):
    """Job names of this test only."""
    monkeypatch.setattr(queue, "_tasks", {})
    monkeypatch.setattr(queue, "_daily", {})
    monkeypatch.setattr(queue, "_steps", [])
    return queue.register_task


def mark(key):
    """Something a job changes in the database."""
    db.session.add(ThrottleCounter(key=key, count=1, window_ends=0))
    db.session.flush()


def marks():
    return db.session.scalars(select(ThrottleCounter.key)).all()


def again(job):
    db.session.expire_all()
    return db.session.get_one(Job, job)


def asked(name, **arguments):
    job = queue.enqueue(name, actor=SYSTEM, **arguments)
    db.session.commit()
    return job.id


def due(job):
    again(job).run_after = now()
    db.session.commit()


def test_a_job_runs_after_the_commit_and_keeps_its_result(kernel, tasks):
    tasks("t.double", lambda job, number: {"is": number * 2})
    queue.enqueue("t.double", actor=SYSTEM, number=1)
    db.session.rollback()
    assert queue.run_due("w") == 0
    job = asked("t.double", number=4)
    assert queue.run_due("w") == 1
    assert (again(job).state, again(job).result, again(job).lease_until) == (JobState.DONE, {"is": 8}, None)
    assert queue.run_due("w") == 0


def test_an_unknown_name_is_refused_at_once(kernel, tasks):
    with pytest.raises(KeyError):
        queue.enqueue("t.nobody", actor=SYSTEM)


def test_a_key_makes_one_job(kernel, tasks):
    tasks("t.x", lambda job: mark("once"))
    assert asked("t.x", key="monday") == asked("t.x", key="monday")
    queue.run_due("w")
    assert asked("t.x", key="monday")
    queue.run_due("w")
    assert marks() == ["once"]


def test_a_failing_job_leaves_nothing_and_is_tried_five_times(kernel, tasks):
    def fail(job):
        mark("half")
        raise OSError("no disk")

    tasks("t.fail", fail)
    job = asked("t.fail")
    delays = []
    for _attempt in range(5):
        assert queue.run_due("w") == 1
        delays.append(again(job).run_after - now())
        assert queue.run_due("w") == 0
        due(job)
    assert again(job).state == JobState.FAILED
    assert "no disk" in again(job).error
    assert delays == sorted(delays)
    assert marks() == []
    with pytest.raises(NotAllowed):
        queue.try_again(again(job), actor=Actor(2, "B"))
    queue.try_again(again(job), actor=ADMINISTRATOR)
    db.session.commit()
    assert queue.run_due("w") == 1
    with pytest.raises(InvalidTransition):
        queue.try_again(again(job), actor=ADMINISTRATOR)


def test_a_refusal_is_not_asked_again(kernel, tasks):
    def refuse(job):
        raise DomainError("The file is gone.")

    tasks("t.refuse", refuse)
    job = asked("t.refuse")
    queue.run_due("w")
    assert (again(job).state, again(job).attempts) == (JobState.FAILED, 1)


def test_a_job_whose_lease_ran_out_takes_effect_once(kernel, tasks):
    """Two workers run the same job; the one that lost the lease keeps nothing."""

    def slow(job):
        if job.worker == "first":
            with kernel.app_context():
                db.session.get_one(Job, job.id).lease_until = now() - timedelta(seconds=1)
                db.session.commit()
                assert queue.run_due("second") == 1
        mark(f"by {job.worker}")

    tasks("t.slow", slow)
    job = asked("t.slow")
    queue.run_due("first")
    assert (again(job).state, again(job).worker, again(job).attempts) == (JobState.DONE, "second", 2)
    assert marks() == ["by second"]


def test_progress_is_seen_at_once_and_renews_the_lease(kernel, tasks):
    seen = []

    def work(job):
        queue.progress(job, 1, 3)
        with kernel.app_context():
            other = db.session.get_one(Job, job.id)
            seen.append((other.progress_done, other.progress_total, other.lease_until > now()))
            db.session.remove()
        mark("written")
        queue.progress(job, 2, 3)

    tasks("t.work", work)
    job = asked("t.work")
    queue.run_due("w")
    assert seen == [(1, 3, True)]
    assert again(job).state == JobState.DONE


def test_a_job_that_stops_its_worker_every_time_is_given_up(kernel, tasks):
    tasks("t.bad", lambda job: None)
    job = asked("t.bad")
    row = again(job)
    row.state, row.attempts, row.lease_until = JobState.RUNNING, 5, now() - timedelta(minutes=1)
    db.session.commit()
    assert queue.run_due("w") == 0
    assert again(job).state == JobState.FAILED


def test_many_workers_share_the_jobs(kernel, tasks):
    tasks("t.number", lambda job, number: mark(f"n{number:02}"))
    for number in range(12):
        queue.enqueue("t.number", actor=SYSTEM, number=number)
    db.session.commit()
    done = []

    def work(name):
        with kernel.app_context():
            done.append(queue.run_due(name))
            db.session.remove()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 12
    assert sorted(marks()) == [f"n{number:02}" for number in range(12)]


@pytest.mark.parametrize("kernel_settings", [{"run_jobs_inline": True}])
def test_inline_jobs_run_at_commit_with_what_they_ask_for(kernel, tasks):
    def first(job):
        queue.enqueue("t.second", actor=SYSTEM)

    tasks("t.first", first)
    tasks("t.second", lambda job: mark("second"))
    queue.enqueue("t.first", actor=SYSTEM)
    assert marks() == []
    db.session.commit()
    assert marks() == ["second"]


def test_a_daily_job_is_planned_once_a_day(kernel, tasks, monkeypatch):
    queue.register_daily("t.daily", lambda job: None, hour=3)
    at = now().replace(hour=12)
    monkeypatch.setattr(queue, "now", lambda: at)
    for _minute in range(3):
        queue.tick("w")
    monkeypatch.setattr(queue, "now", lambda: at + timedelta(days=1))
    queue.tick("w")
    assert [job.state for job in db.session.scalars(select(Job))] == [JobState.DONE] * 2


def test_jobs_of_a_dead_worker_are_freed_at_once(kernel, tasks):
    me = queue.new_worker_id()
    host, _pid, _nonce = me.rsplit(":", 2)
    tasks("t.x", lambda job: None)
    job = asked("t.x")
    row = again(job)
    row.state, row.lease_until, row.worker = JobState.RUNNING, now() + timedelta(hours=1), f"{host}:4194305:aa"
    db.session.commit()
    assert queue.recover(me) == 1
    assert queue.run_due(me) == 1


def test_a_bell_out_of_order_undoes_nothing(kernel, tasks, monkeypatch):
    def broken(app):
        raise OSError("disk full")

    monkeypatch.setattr(queue, "huey_of", broken)
    tasks("t.x", lambda job: None)
    job = asked("t.x")
    assert again(job).state == JobState.QUEUED


def test_one_message_rings_for_many_jobs(kernel, tasks):
    tasks("t.x", lambda job: None)
    for _number in range(3):
        asked("t.x")
    assert queue.huey_of(kernel).pending_count() == 1


def test_old_finished_jobs_are_forgotten(kernel, tasks):
    tasks("t.x", lambda job: None)
    done, waiting = asked("t.x"), None
    queue.run_due("w")
    waiting = asked("t.x")
    assert queue.forget_finished(now() + timedelta(days=1)) == 1
    db.session.commit()
    assert db.session.get(Job, done) is None
    assert db.session.get(Job, waiting) is not None


@pytest.mark.parametrize("kernel_settings", [{"redis_url": "redis://127.0.0.1:1/0"}])
def test_a_redis_that_is_away_undoes_nothing(kernel, tasks):
    tasks("t.x", lambda job: None)
    job = asked("t.x")
    assert again(job).state == JobState.QUEUED
    assert queue.run_due("w") == 1
