"""The database: one base class, its conventions, and the types both databases share."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Row, Select, TypeDecorator, event
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from icportal.core.clock import now

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment on both databases; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs its time zone"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All models. ``__public__`` marks a table whose rows the public reads: a change drops the kept pages."""

    __public__ = False
    # Given whole, because Flask-SQLAlchemy copies the class and SQLAlchemy then refuses to set up its parts again.
    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime})


class HasId:
    id: Mapped[int] = mapped_column(primary_key=True)


class HasStamps:
    """When the row was made and last changed, in UTC."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class HasVersion:
    """A number the database compares on every update, so that of two writers one is refused."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  a class method by SQLAlchemy's rule
        return {"version_id_col": cls.__table__.c.version if hasattr(cls, "__table__") else cls.version}


db = SQLAlchemy(model_class=Base)


def read_rows(query: Select[Any], values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Rows of a query that makes no objects: inside the session's transaction, or without one where none has begun."""
    if db.session.registry.has() and db.session().in_transaction():
        return db.session().connection().execute(query, values).all()
    with db.engine.connect() as connection:
        return connection.execute(query, values).all()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Foreign keys on, readers beside one writer, and a wait instead of an error when two write at once."""
    if isinstance(connection, sqlite3.Connection):
        cursor = connection.cursor()
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
