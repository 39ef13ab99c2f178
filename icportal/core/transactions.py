"""Short transactions beside the caller's own, and inserts that several writers race for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, inspect, update
from sqlalchemy.dialects import postgresql, sqlite

from icportal.core.db import Base, db

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@contextmanager
def apart() -> Iterator[Connection]:
    """A transaction of its own, committed at the end of the block whatever becomes of the caller's."""
    with db.engine.begin() as connection:
        yield connection


def holds_write_lock() -> bool:
    """Whether the caller's transaction is the one writer that SQLite allows.

    Then ``apart()`` would wait for a lock that this very thread holds.
    """
    session = db.session()
    if db.engine.dialect.name != "sqlite" or not session.in_transaction():
        return False
    return bool(getattr(session.connection().connection.dbapi_connection, "in_transaction", False))


def insert_once(model: type[Base], **values: Any) -> Any:
    """Insert a row unless a unique column already has its value; the new primary key, or ``None``.

    In the caller's transaction. A savepoint would do the same on PostgreSQL, but SQLite's driver commits
    when the first savepoint of a transaction is released.
    """
    key = inspect(model).primary_key[0]
    insert = _INSERTS[db.session.get_bind().dialect.name]
    return db.session.scalar(insert(model).values(**values).on_conflict_do_nothing().returning(key))


def writer_for(dialect: str) -> Any:
    """The ``INSERT`` of this database that knows ``ON CONFLICT``."""
    return _INSERTS[dialect]


def hold(row: Any) -> bool:
    """Wait for whoever is changing this row; whether it still has the version that was read.

    From here to the end of the transaction nobody else changes it, on both databases: an update that changes
    nothing takes the lock of the row (PostgreSQL) or of the one writer (SQLite).
    """
    db.session.flush()
    table = type(row).__table__
    same = {column.name: column for column in table.c if column.onupdate is not None or column.name == "version"}
    held = db.session.connection().execute(update(table).where(table.c.id == row.id, table.c.version == row.version).values(same))
    return held.rowcount == 1
