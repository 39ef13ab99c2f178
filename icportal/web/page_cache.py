"""Public pages kept for visitors, dropped when something public changes.

A kept page is answered before Flask is asked, so it pays for no session, menu or translation. What makes a page
out of date is the *public stamp*: a number in the database that every transaction touching a public table
raises, and the calendar day, since what is visible and who counts as a signatory depend on it. Another process sees a new stamp within ``LOOK_AGAIN``; the one that wrote it, at once. A request with a
session cookie is never served from here and never kept.
"""

from __future__ import annotations

import gzip
import itertools
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, session
from markupsafe import Markup
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.http import quote_etag

from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import Base, db
from icportal.web.identity import current_actor

LOOK_AGAIN = 0.1
#: Most pieces of pages, and most bytes of whole pages, that one process keeps.
LARGEST = 2000
MOST_BYTES = 8 * 1024 * 1024
TOUCHED = "public_touched"
STAMP = "icportal.public_stamp"
Made = TypeVar("Made")
#: (how often something public has changed, day as a number)
Stamp = tuple[int, int]
_own_stamps = itertools.count(-2, -1)


class PublicStamp(Base):
    """One row: how many transactions have changed something public."""

    __tablename__ = "public_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class Kept:
    """An answer as it left, plain and packed."""

    stamp: Stamp
    headers: list[tuple[str, str]]
    body: bytes
    packed: bytes
    etag: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed)


class PageCache:
    """WSGI middleware in front of the portal."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.wsgi = app.wsgi_app
        self.pages: OrderedDict[str, Kept] = OrderedDict()
        self.bytes = 0
        self.pieces: OrderedDict[tuple[Hashable, ...], tuple[Stamp, Markup]] = OrderedDict()
        self._changes = -1
        self._looked = 0.0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        key = self.key(environ)
        if key is None:
            return self.wsgi(environ, start)
        stamp = environ[STAMP] = self.stamp()
        kept = self.pages.get(key)
        if kept is not None and kept.stamp == stamp:
            return self._answer(kept, environ, start)
        return self.wsgi(environ, start)

    @staticmethod
    def key(environ: dict[str, Any]) -> str | None:
        """What names a page for a visitor, or None when this request must reach the portal."""
        if environ["REQUEST_METHOD"] != "GET" or "icportal=" in environ.get("HTTP_COOKIE", ""):
            return None
        query = environ.get("QUERY_STRING", "")
        return f"{environ.get('PATH_INFO', '')}?{query}" if query else environ.get("PATH_INFO", "")

    def stamp(self) -> Stamp:
        """The public stamp of today, looked up at most every ``LOOK_AGAIN`` seconds."""
        moment = time.monotonic()
        if moment - self._looked > LOOK_AGAIN:
            with self.app.app_context(), db.engine.connect() as connection:
                self._changes = connection.execute(select(PublicStamp.value)).scalar() or 0
            self._looked = moment
        return self._changes, today().toordinal()

    def expect_change(self) -> None:
        """Look again at the next request: this process has just changed something public."""
        self._looked = 0.0

    def keep(self, response: Response) -> Response:
        """Keep an answer a view marked as ``cached_page``, and give it its ETag.

        It is kept under the stamp read before it was made. Its nonce is kept with it: whoever changes what the
        page says raises the stamp, and the next one made has another nonce.
        """
        view = current_app.view_functions.get(request.endpoint or "")
        key = self.key(request.environ)
        if key is None or response.status_code != 200 or not getattr(view, "__cached_page__", False):  # noqa: PLR2004
            return response
        if session.modified or response.is_streamed:
            return response
        body = response.get_data()
        etag = quote_etag(sha256(body)[:32])
        response.headers["ETag"] = etag
        headers = [(name, value) for name, value in response.headers if name not in {"Content-Length", "Set-Cookie"}]
        kept = Kept(request.environ.get(STAMP, (-1, 0)), headers, body, gzip.compress(body, 6), etag)
        self._store(key, kept)
        response.make_conditional(request)
        return response

    def _store(self, key: str, kept: Kept) -> None:
        """Keep a page; the ones kept longest make room."""
        former = self.pages.pop(key, None)
        self.pages[key] = kept
        self.bytes += kept.size - (former.size if former else 0)
        while self.bytes > MOST_BYTES and self.pages:
            with suppress(KeyError):
                _key, oldest = self.pages.popitem(last=False)
                self.bytes -= oldest.size

    @staticmethod
    def _answer(kept: Kept, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start("304 Not Modified", [(n, v) for n, v in kept.headers if n != "Content-Type"])
            return []
        body, headers = kept.body, kept.headers
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            body, headers = kept.packed, [*headers, ("Content-Encoding", "gzip")]
        start("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]


def init_app(app: Flask, *, enabled: bool) -> None:
    cache = PageCache(app)
    app.extensions["page_cache"] = cache
    if enabled:
        app.wsgi_app = cache  # type: ignore[method-assign, assignment]
        app.after_request(cache.keep)


def public_stamp() -> Stamp:
    """The stamp under which what is computed from public tables may be kept.

    A transaction that has changed something public itself gets a stamp of its own each time: what it sees may yet
    be rolled back.
    """
    if db.session.registry.has() and db.session().info.get(TOUCHED):
        return next(_own_stamps), 0
    cache: PageCache = current_app.extensions["page_cache"]
    return cache.stamp()


def kept(size: int) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """Keep what a function makes of public tables until one of them changes.

    Its arguments say all else that it depends on (the language above all), and are hashable. What it gives back is
    shared: nobody changes it.
    """

    def decorate(make: Callable[..., Made]) -> Callable[..., Made]:
        @lru_cache(maxsize=size)
        def remember(_stamp: Stamp, _portal: PageCache, *args: Any) -> Made:
            return make(*args)

        @wraps(make)
        def look_up(*args: Any) -> Made:
            return remember(public_stamp(), current_app.extensions["page_cache"], *args)

        return look_up

    return decorate


def piece(key: tuple[Hashable, ...], draw: Callable[[], str]) -> Markup:
    """A piece of a public page, drawn once and kept for visitors until something public changes.

    The key names the piece and all that it depends on besides public tables, the language above all. For somebody
    signed in it is drawn each time.
    """
    if current_actor().is_signed_in:
        return Markup(draw())  # noqa: S704  drawn by a template
    cache: PageCache = current_app.extensions["page_cache"]
    stamp = public_stamp()
    found = cache.pieces.get(key)
    if found is None or found[0] != stamp:
        found = cache.pieces[key] = (stamp, Markup(draw()))  # noqa: S704  drawn by a template
        while len(cache.pieces) > LARGEST:
            cache.pieces.popitem(last=False)
    return found[1]


def touch_public() -> None:
    """Raise the stamp when this transaction is kept; for changes made without the unit of work."""
    db.session().info[TOUCHED] = True


@event.listens_for(Session, "before_flush")
def _notice(session: Session, _context: Any, _instances: Any) -> None:
    changed = (thing for group in (session.new, session.dirty, session.deleted) for thing in group)
    if not session.info.get(TOUCHED) and any(getattr(thing, "__public__", False) for thing in changed):
        session.info[TOUCHED] = True


@event.listens_for(Session, "before_commit")
def _raise(session: Session) -> None:
    """Last of all, so that no other transaction waits for this row longer than a commit takes."""
    session.flush()
    if session.info.get(TOUCHED):
        raised = session.execute(update(PublicStamp).values(value=PublicStamp.value + 1))
        if raised.rowcount == 0:  # type: ignore[attr-defined]
            session.execute(insert(PublicStamp).values(id=1, value=1))


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if session.info.pop(TOUCHED, None) and current_app:
        current_app.extensions["page_cache"].expect_change()


@event.listens_for(Session, "after_rollback")
def _dropped(session: Session) -> None:
    session.info.pop(TOUCHED, None)
