"""The request cycle: language, view, one commit, and what leaves after it.

A service flushes and never commits. A request that succeeded and was allowed to write is committed once, here;
every other request is rolled back, so a GET cannot write and a refused form leaves nothing. Work that must not
happen for a change that was not kept (mail, jobs) waits for ``after_commit``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from icportal.core.db import db
from icportal.core.errors import Stale
from icportal.core.strings import _

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PENDING = "after_commit"


class Portal(Flask):
    """Flask with one transaction a request."""

    def dispatch_request(self) -> Response:  # type: ignore[override]
        g.request_id = uuid.uuid4().hex
        response = self.make_response(super().dispatch_request())
        if request.method in SAFE or response.status_code >= 400:  # noqa: PLR2004  the first error status
            if db.session.registry.has():
                db.session.rollback()
        else:
            commit()
        return response


def commit() -> None:
    """Keep what was done. Also for command line and jobs.

    Raises:
        Stale: somebody else's change came first; nothing was kept.
    """
    try:
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise Stale(_("Somebody has changed this since you opened it. Nothing of yours was applied: look at it again.")) from None


def after_commit(act: Callable[[], Any]) -> None:
    """Do something once the current transaction is kept, and never if it is not."""
    db.session.info.setdefault(PENDING, []).append(act)


@event.listens_for(Session, "after_commit")
def _leave(session: Session) -> None:
    for act in session.info.pop(PENDING, []):
        act()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(PENDING, None)
