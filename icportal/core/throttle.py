"""Limits on how often something may be tried, counted where all processes see it.

Counters live in the portal's database, or in Redis where that is set. Each try is counted in a transaction of
its own, so a refused or failed request still counts. Keys are hashed: the table holds no address and no name.
"""

from __future__ import annotations

import hmac
import logging
import math
import time
from typing import Any

from flask import current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import BigInteger, Float, String, case, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.db import Base
from icportal.core.errors import TooMany
from icportal.core.installation import settings
from icportal.core.strings import _n
from icportal.core.transactions import apart, holds_write_lock, writer_for

log = logging.getLogger(__name__)

MINUTE = 60
WHEN_UNCOUNTABLE = 5

_limits: dict[str, RateLimitItem] = {}


class ThrottleCounter(Base):
    """How often a hashed key was met in its current window, and when that window ends (seconds since 1970)."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    window_ends: Mapped[float] = mapped_column(Float(53), index=True)


class DatabaseStorage(Storage):
    """Counters for the ``limits`` library in the portal's own database, right over any number of processes."""

    STORAGE_SCHEME = ["icportal"]

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, **options)

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count in one statement, so that of many processes none overwrites another's count."""
        moment = time.time()
        over = ThrottleCounter.window_ends <= moment
        with apart() as connection:
            statement = writer_for(connection.dialect.name)(ThrottleCounter).values(
                key=key, count=max(amount, 0), window_ends=moment + expiry
            )
            statement = statement.on_conflict_do_update(
                index_elements=[ThrottleCounter.key],
                set_={
                    "count": case((over, max(amount, 0)), else_=ThrottleCounter.count + amount),
                    "window_ends": case((over, moment + expiry), else_=ThrottleCounter.window_ends),
                },
            )
            return int(connection.execute(statement.returning(ThrottleCounter.count)).scalar_one())

    def get(self, key: str) -> int:
        with apart() as connection:
            alive = select(ThrottleCounter.count).where(ThrottleCounter.key == key, ThrottleCounter.window_ends > time.time())
            return int(connection.execute(alive).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        with apart() as connection:
            end = connection.execute(select(ThrottleCounter.window_ends).where(ThrottleCounter.key == key)).scalar()
        return float(end or time.time())

    def check(self) -> bool:
        try:
            with apart() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        with apart() as connection:
            return connection.execute(delete(ThrottleCounter)).rowcount

    def clear(self, key: str) -> None:
        with apart() as connection:
            connection.execute(delete(ThrottleCounter).where(ThrottleCounter.key == key))


def set_limit(limit_name: str, rule: str) -> None:
    """Name a limit: ``set_limit("sign-in", "10 per 15 minutes")``."""
    _limits[limit_name] = parse(rule)


def hit(limit_name: str, key: object) -> None:
    """Count one try of this key (an address, a person's number). Called before the request writes anything.

    Raises:
        TooMany: the limit is reached, or the counters cannot be reached: then nobody gets past them either.
    """
    if holds_write_lock():
        message = f"limit {limit_name} has to be counted before the request writes"
        raise RuntimeError(message)
    limit, hidden = _limits[limit_name], _hidden(limit_name, key)
    for limiter in _limiters():
        try:
            if limiter.hit(limit, hidden):
                return
            raise _too_many(limiter.get_window_stats(limit, hidden).reset_time - time.time())
        except StorageError:
            log.exception("a counter for limit %s could not be reached", limit_name)
    raise _too_many(WHEN_UNCOUNTABLE)


def forgive(limit_name: str, key: object) -> None:
    """Start the key's count afresh, as after the right password. Like ``hit``, before the request writes."""
    for limiter in _limiters():
        try:
            return limiter.clear(_limits[limit_name], _hidden(limit_name, key))
        except StorageError:
            log.exception("a counter for limit %s could not be reached", limit_name)
    return None


def take_back(limit_name: str, key: object) -> None:
    """Uncount one try that turned out well. Like ``hit``, before the request writes.

    Unlike ``forgive`` it leaves the other tries counted: one right password must not clear a whole network.
    """
    for limiter in _limiters():
        try:
            limiter.hit(_limits[limit_name], _hidden(limit_name, key), cost=-1)
        except StorageError:
            log.exception("a counter for limit %s could not be reached", limit_name)
        else:
            return


def forget_expired() -> int:
    """Delete the counters whose window is over."""
    with apart() as connection:
        return connection.execute(delete(ThrottleCounter).where(ThrottleCounter.window_ends <= time.time())).rowcount


def _limiters() -> list[FixedWindowRateLimiter]:
    """Where to count, best first: Redis where set, and the database when Redis does not answer."""
    key = "icportal.throttle"
    if key not in current_app.extensions:
        addresses = ["icportal://"]
        options: dict[str, Any] = {}
        if settings().redis_url:
            addresses.insert(0, settings().redis_url)
            options = {"socket_connect_timeout": 1, "socket_timeout": 1}
        current_app.extensions[key] = [
            FixedWindowRateLimiter(
                storage_from_string(uri, wrap_exceptions=True, **({} if uri.startswith("icportal") else options))
            )
            for uri in addresses
        ]
    return list(current_app.extensions[key])


def _hidden(limit_name: str, key: object) -> str:
    secret = str(current_app.secret_key).encode()
    return f"{limit_name}:{hmac.digest(secret, str(key).casefold().encode('utf-8', 'replace'), 'sha256').hex()[:40]}"


def _too_many(seconds: float) -> TooMany:
    wait = max(1, math.ceil(seconds))
    if wait < MINUTE:
        sentence = _n(
            "That was tried too often. Try again in one second.", "That was tried too often. Try again in %(num)s seconds.", wait
        )
    else:
        sentence = _n(
            "That was tried too often. Try again in one minute.",
            "That was tried too often. Try again in %(num)s minutes.",
            math.ceil(wait / MINUTE),
        )
    return TooMany(sentence, wait)
