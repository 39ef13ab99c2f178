import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from icportal.config import ROOT
from icportal.core import throttle
from icportal.core.db import db
from icportal.core.errors import TooMany
from icportal.core.throttle import ThrottleCounter

pytestmark = pytest.mark.databases

KNOCK = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from conftest import make_kernel
from icportal.core import throttle
from icportal.core.errors import TooMany
app = make_kernel(Path({instance!r}), database_url={url!r})
throttle.set_limit("test", "20/minute")
through = 0
with app.app_context():
    for _ in range(15):
        try:
            throttle.hit("test", "10.0.0.1")
            through += 1
        except TooMany:
            pass
print(through)
"""


@pytest.fixture(autouse=True)
def limits(monkeypatch):
    monkeypatch.setattr(throttle, "_limits", {})
    throttle.set_limit("test", "2 per 15 minutes")


def test_the_third_try_of_two_waits(kernel):
    throttle.hit("test", "a@city.example")
    throttle.hit("test", "A@CITY.EXAMPLE")
    with pytest.raises(TooMany, match="15 minutes") as refused:
        throttle.hit("test", "a@city.example")
    assert 890 < refused.value.seconds <= 900
    throttle.hit("test", "b@city.example")
    throttle.forgive("test", "a@city.example")
    throttle.hit("test", "a@city.example")


def test_a_try_counts_though_the_request_is_rolled_back(kernel):
    for _request in range(2):
        throttle.hit("test", "x")
        db.session.rollback()
    with pytest.raises(TooMany):
        throttle.hit("test", "x")


def test_the_window_ends(kernel, monkeypatch):
    throttle.hit("test", "x")
    throttle.hit("test", "x")
    real = throttle.time.time
    monkeypatch.setattr(throttle.time, "time", lambda: real() + 901)
    throttle.hit("test", "x")
    assert throttle.forget_expired() == 0
    monkeypatch.setattr(throttle.time, "time", lambda: real() + 3600)
    assert throttle.forget_expired() == 1


def test_no_address_is_kept(kernel):
    throttle.hit("test", "a@city.example")
    assert "city" not in db.session.scalars(select(ThrottleCounter.key)).one()


def test_a_dead_counter_lets_nobody_through(kernel, monkeypatch):
    ThrottleCounter.__table__.drop(db.engine)
    with pytest.raises(TooMany, match="seconds"):
        throttle.hit("test", "x")


def test_counting_after_a_write_is_a_mistake_found_at_once(kernel):
    db.session.add(ThrottleCounter(key="k", count=1, window_ends=0))
    db.session.flush()
    if db.engine.dialect.name != "sqlite":
        # This database has more than one writer.
        throttle.hit("test", "x")
        return
    with pytest.raises(RuntimeError, match="before the request writes"):
        throttle.hit("test", "x")


@pytest.mark.parametrize("kernel_settings", [{"redis_url": "redis://127.0.0.1:1/0"}])
def test_without_redis_the_database_counts(kernel):
    pytest.importorskip("redis")
    throttle.hit("test", "x")
    throttle.hit("test", "x")
    with pytest.raises(TooMany):
        throttle.hit("test", "x")


def test_four_processes_count_together(kernel, store, tmp_path):
    script = KNOCK.format(
        tests=str(Path(__file__).parent), root=str(ROOT), instance=str(tmp_path / "other"), url=store.url("kernel")
    )
    runs = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _process in range(4)]
    assert sum(int(run.communicate(timeout=60)[0]) for run in runs) == 20


def test_a_good_try_is_taken_back_and_earns_no_extra_one(kernel):
    throttle.take_back("test", "x")
    for _try in range(3):
        throttle.hit("test", "x")
        throttle.take_back("test", "x")
    throttle.hit("test", "x")
    throttle.hit("test", "x")
    with pytest.raises(TooMany):
        throttle.hit("test", "x")
