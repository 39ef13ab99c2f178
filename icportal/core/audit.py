"""The audit log: who did what to what, before and after, in the same transaction as the change.

Entries form one chain of hashes per city (and one for the network), so that a row changed, removed or put in
behind the portal's back is found by ``icportal verify``. Names stay out of the entries: a person is a number,
so that erasing the person's row leaves the chain whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import g, has_request_context
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import Base, HasId, UtcDateTime, db

NETWORK = 0
MASKED = frozenset({"password", "password_hash", "token", "secret", "code"})


class AuditChain(Base):
    """The newest entry of one chain; its row is locked while an entry is added, so that a chain never forks."""

    __tablename__ = "audit_chain"

    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")


class AuditEntry(Base, HasId):
    """One act. ``before`` and ``after`` hold the values that changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("chain", "position"),)

    chain: Mapped[int] = mapped_column(ForeignKey("audit_chain.chain"))
    position: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    acting_for: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject_kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    request_id: Mapped[str] = mapped_column(String(40), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def content(self) -> dict[str, Any]:
        """What the hash is taken over."""
        return {
            "chain": self.chain, "position": self.position, "at": self.at.isoformat(), "actor": self.actor_id,
            "acting_for": self.acting_for, "action": self.action, "kind": self.subject_kind,
            "subject": self.subject_id, "before": self.before, "after": self.after, "previous": self.previous,
        }  # fmt: skip


def record(
    actor: Actor,
    action: str,
    subject: Any,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    city_id: int | None = None,
) -> AuditEntry:
    """Append an entry to the city's chain (or the network's). Flushes, does not commit."""
    key = city_id or NETWORK
    chain = db.session.scalar(select(AuditChain).where(AuditChain.chain == key).with_for_update())
    if chain is None:
        chain = AuditChain(chain=key, length=0, head="")
        db.session.add(chain)
        db.session.flush()
    entry = AuditEntry(
        chain=key,
        position=chain.length + 1,
        at=now(),
        actor_id=actor.id,
        acting_for=actor.acting_for,
        action=action,
        subject_kind=type(subject).__tablename__ if isinstance(subject, Base) else str(subject),
        subject_id=getattr(subject, "id", None),
        before=_masked(before),
        after=_masked(after),
        request_id=getattr(g, "request_id", "") if has_request_context() else "",
        previous=chain.head,
    )
    entry.hash = sha256(entry.content())
    chain.length, chain.head = entry.position, entry.hash
    db.session.add(entry)
    db.session.flush()
    return entry


def tampered() -> Iterator[str]:
    """Every place where the log is not what was written, named; nothing when all is well."""
    for chain in db.session.scalars(select(AuditChain).order_by(AuditChain.chain)):
        position, previous = 0, ""
        query = select(AuditEntry).where(AuditEntry.chain == chain.chain).order_by(AuditEntry.position)
        for position, entry in enumerate(db.session.scalars(query.execution_options(yield_per=1000)), start=1):
            if entry.position != position or entry.previous != previous or entry.hash != sha256(entry.content()):
                yield f"audit chain {chain.chain}, entry {entry.position} (row {entry.id})"
                break
            previous = entry.hash
        else:
            if (position, previous) != (chain.length, chain.head):
                yield f"audit chain {chain.chain}, after entry {position}: {chain.length} entries were written"
    strays = select(AuditEntry.chain).where(AuditEntry.chain.not_in(select(AuditChain.chain))).distinct()
    for key in db.session.scalars(strays.order_by(AuditEntry.chain)):
        yield f"audit chain {key} has entries and no beginning"


def _masked(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {
        key: "•••" if key in MASKED else value if isinstance(value, (int, float, bool, list, dict, type(None))) else str(value)
        for key, value in values.items()
    }
