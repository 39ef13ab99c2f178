"""How migrations meet the database: one transaction for all of them, and one process at a time.

A migration must not import the application: columns of our own types are written as the plain types they store.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, event

from icportal.core.db import UtcDateTime, db

#: A number of our own, so that two servers starting together take turns on PostgreSQL.
TURN = 7_140_311


def plain_type(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Write our own column types as what the database stores."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def options(dialect: str) -> dict[str, Any]:
    return {
        "target_metadata": db.metadata,
        "render_item": plain_type,
        "compare_type": True,
        "transactional_ddl": True,
        "transaction_per_migration": False,
        # SQLite changes a table by making it anew.
        "render_as_batch": dialect == "sqlite",
        "include_name": lambda name, kind, _parents: not (kind == "table" and is_internal(name or "")),
    }


def is_internal(table: str) -> bool:
    """Tables made by raw SQL in a migration: the search index and its shadows."""
    return table.startswith(("sqlite_", "search_fts"))


def online(connection: Connection) -> None:
    dialect = connection.dialect.name
    raw = connection.connection.driver_connection
    if dialect == "sqlite":
        # The driver begins a transaction at the first change of rows only, too late for changes of tables.
        raw.isolation_level = None
        raw.execute("PRAGMA foreign_keys = OFF")
        event.listen(connection, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    context.configure(connection=connection, **options(dialect))
    with context.begin_transaction():
        if dialect == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        context.run_migrations()
        if dialect == "sqlite" and (orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            message = f"a migration left rows that point nowhere: {orphans[:5]}"
            raise RuntimeError(message)


def offline() -> None:
    """Print the SQL instead of running it."""
    url = db.engine.url
    context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"}, **options(url.get_backend_name()))
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    # A connection of its own, closed for good afterwards: it is set up differently from those of the pool.
    with sa.create_engine(db.engine.url, poolclass=sa.NullPool).connect() as connection:
        online(connection)
