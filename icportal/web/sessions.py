"""Sessions. A signed-in person's session is a row on the server; the cookie holds an opaque key to it.

Signing out removes the row, so a copied cookie opens nothing afterwards. A visitor without an account needs
no row: the few values of a form or a sign-in under way travel in a signed cookie that opens nothing either.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import JSON, Index, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import CallbackDict

from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import Base, UtcDateTime, db

USER_KEY = "_user_id"
TOUCH = timedelta(minutes=1)
VISITOR_LIFETIME = 12 * 3600


class WebSession(Base):
    """A signed-in session. ``key`` is the SHA-256 of what the cookie holds: the row alone opens nothing."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_user_id", "user_id"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(200), default="")


class PortalSession(CallbackDict[str, Any], SessionMixin):
    """What Flask calls the session."""

    def __init__(self, data: dict[str, Any] | None = None, *, key: str = "", seen_at: datetime | None = None) -> None:
        super().__init__(data, self._changed)
        self.key = key
        self.seen_at = seen_at
        self.modified = False
        self.renewed = False
        self.agent = ""
        self.new = data is None

    @staticmethod
    def _changed(session: Any) -> None:
        session.modified = True

    def renew(self) -> None:
        """Take a new key when the answer is sent; the old one opens nothing from then on."""
        self.renewed = True
        self.modified = True
        self.pop("csrf_token", None)


class PortalSessions(SessionInterface):
    """Where sessions are kept. Writes in a transaction of its own, before the answer leaves."""

    def __init__(self, *, secret_key: str, secure: bool, idle: int, lifetime: int) -> None:
        self.cookie = "__Host-icportal" if secure else "icportal"
        self.secure = secure
        self.idle = timedelta(seconds=idle)
        self.lifetime = timedelta(seconds=lifetime)
        self.signer = URLSafeTimedSerializer(secret_key, salt="visitor")

    def open_session(self, app: Flask, request: Request) -> PortalSession:  # noqa: ARG002  Flask's signature
        session = self._opened(request.cookies.get(self.cookie, ""))
        session.agent = request.headers.get("User-Agent", "")[:200]
        return session

    def _opened(self, cookie: str) -> PortalSession:
        if cookie.startswith("s."):
            return self._stored(sha256(cookie)) or PortalSession()
        if cookie.startswith("v."):
            try:
                return PortalSession(self.signer.loads(cookie[2:], max_age=VISITOR_LIFETIME))
            except BadSignature:
                return PortalSession()
        return PortalSession()

    def save_session(self, app: Flask, session: Any, response: Response) -> None:  # noqa: ARG002  Flask's signature
        user = session.get(USER_KEY)
        if user is None:
            self._save_visitor(session, response)
            return
        if not session.key or session.renewed:
            cookie = "s." + secrets.token_urlsafe(32)
            self._start(session, sha256(cookie), int(str(user)))
            self._set(response, cookie)
        elif session.modified or (session.seen_at and now() - session.seen_at > TOUCH):
            self._write(update(WebSession).where(WebSession.key == session.key).values(data=dict(session), seen_at=now()))

    def _stored(self, key: str) -> PortalSession | None:
        with db.engine.connect() as connection:
            row = connection.execute(
                select(WebSession.data, WebSession.created_at, WebSession.seen_at).where(WebSession.key == key)
            ).first()
        if row is None or now() - row.seen_at > self.idle or now() - row.created_at > self.lifetime:
            return None
        return PortalSession(dict(row.data), key=key, seen_at=row.seen_at)

    def _start(self, session: PortalSession, key: str, user_id: int) -> None:
        """Write a session under a new key. A renewed one keeps its beginning: renewing does not prolong it."""
        moment = began = now()
        with db.engine.begin() as connection:
            if session.key:
                held = (WebSession.key == session.key, WebSession.user_id == user_id)
                began = connection.execute(select(WebSession.created_at).where(*held)).scalar() or moment
                connection.execute(delete(WebSession).where(WebSession.key == session.key))
            connection.execute(delete(WebSession).where(WebSession.created_at < moment - self.lifetime))
            connection.execute(
                insert(WebSession).values(
                    key=key, user_id=user_id, data=dict(session), created_at=began, seen_at=moment, agent=session.agent
                )
            )
        session.key = key

    def _save_visitor(self, session: PortalSession, response: Response) -> None:
        if session.key:
            self._write(delete(WebSession).where(WebSession.key == session.key))
        if not session.modified and not session.key:
            return
        if not session:
            response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")
            return
        self._set(response, "v." + self.signer.dumps(dict(session)))

    def _set(self, response: Response, value: str) -> None:
        response.set_cookie(self.cookie, value, path="/", secure=self.secure, httponly=True, samesite="Lax")

    @staticmethod
    def _write(statement: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(statement)


def end_sessions(user_id: int, *, except_key: str = "") -> None:
    """Sign a person out everywhere (but in the session with ``except_key``), in the caller's transaction."""
    db.session.execute(delete(WebSession).where(WebSession.user_id == user_id, WebSession.key != except_key))


def sessions_of(user_id: int) -> list[WebSession]:
    """A person's open sessions, newest first."""
    query = select(WebSession).where(WebSession.user_id == user_id).order_by(WebSession.seen_at.desc())
    return list(db.session.scalars(query))
