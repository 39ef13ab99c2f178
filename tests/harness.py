"""The client of the tests. Every page it fetches is checked for what a page of the portal must always be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.web.sessions import WebSession

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
RAW_TOKEN = "0" * 40
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
UNLABELLED = frozenset({"hidden", "submit", "button", "image", "reset"})
OPTIONAL_END = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup"})


class PortalClient(FlaskClient):
    """A visitor's or a person's browser without scripts.

    Posts carry a valid token by themselves; ``csrf=False`` leaves it out. ``lint=False`` is for a page that is
    meant to be something else than a page of the portal.
    """

    def open(self, *args: Any, csrf: bool = True, lint: bool = True, **kwargs: Any) -> TestResponse:
        method = str(kwargs.get("method", "GET")).upper()
        if csrf and method not in SAFE:
            headers = dict(kwargs.pop("headers", None) or {})
            headers.setdefault("X-CSRFToken", self.token())
            kwargs["headers"] = headers
        before = connections_taken(self.application)
        response = super().open(*args, **kwargs)
        if lint:
            faults = faults_of_answer(response)
            assert not faults, f"{response.request.path}: " + "; ".join(faults)
        # A request gives back every connection it took: what it wrote is kept or gone when it answers.
        assert connections_taken(self.application) <= before, f"{response.request.path} left a transaction open"
        return response

    def sign_in(self, user_id: int) -> None:
        """Open a session for this person, as a sign-in does."""
        cookie = f"s.test-{user_id}-{now().timestamp()}"
        moment = now()
        row = {"_user_id": str(user_id), "_fresh": True, "csrf_token": RAW_TOKEN}
        with self.application.app_context(), db.engine.begin() as connection:
            connection.execute(
                WebSession.__table__.insert().values(
                    key=sha256(cookie), user_id=user_id, data=row, created_at=moment, seen_at=moment, agent=""
                )
            )
        self.set_cookie(self.sessions.cookie, cookie)

    def sign_out(self) -> None:
        self.delete_cookie(self.sessions.cookie)

    def token(self) -> str:
        """A token the portal accepts with the session this client has now."""
        held = self.get_cookie(self.sessions.cookie)
        value = held.value if held else ""
        if value.startswith("s."):
            raw = self._token_of_row(sha256(value))
        else:
            visitor = self.sessions.signer.loads(value[2:]) if value.startswith("v.") else {}
            raw = visitor.setdefault("csrf_token", RAW_TOKEN)
            self.set_cookie(self.sessions.cookie, "v." + self.sessions.signer.dumps(visitor))
        return str(URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token").dumps(raw))

    def _token_of_row(self, key: str) -> str:
        with self.application.app_context(), db.engine.begin() as connection:
            data = connection.execute(select(WebSession.data).where(WebSession.key == key)).scalar() or {}
            if "csrf_token" not in data:
                data = {**data, "csrf_token": RAW_TOKEN}
                connection.execute(update(WebSession).where(WebSession.key == key).values(data=data))
        return str(data["csrf_token"])

    @property
    def sessions(self) -> Any:
        return self.application.session_interface


def connections_taken(app: Any) -> int:
    with app.app_context():
        return int(getattr(db.engine.pool, "checkedout", lambda: 0)())


def faults_of_answer(response: TestResponse) -> list[str]:
    """What is wrong with this answer, in sentences; nothing for a good one."""
    faults = faults_of_headers(response)
    is_page = response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 304, 307, 308}
    if is_page and response.request.method != "HEAD":
        nonce = re.search(r"'nonce-([^']+)'", response.headers.get("Content-Security-Policy", ""))
        faults += faults_of_page(response.get_data(as_text=True), nonce[1] if nonce else "")
    return faults


def faults_of_headers(response: TestResponse) -> list[str]:
    headers, faults = response.headers, []
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "'unsafe-inline'" in policy or "'unsafe-eval'" in policy:
        faults.append(f"the content security policy is '{policy}'")
    if headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("X-Content-Type-Options is missing")
    if not headers.get("Referrer-Policy"):
        faults.append("Referrer-Policy is missing")
    faults += [f"{name} tells too much" for name in ("Server", "X-Powered-By") if "werkzeug" in headers.get(name, "").lower()]
    for cookie in headers.getlist("Set-Cookie"):
        faults += [f"a cookie lacks {word}" for word in ("HttpOnly", "SameSite") if word.lower() not in cookie.lower()]
    return faults


def faults_of_page(text: str, nonce: str = "") -> list[str]:
    """The rules of every page, whole documents and parts of one alike."""
    page = Page(nonce)
    page.feed(text)
    page.close()
    faults = page.faults
    if not text.lstrip().lower().startswith("<!doctype html>"):
        faults.append("the page has no doctype")
    if page.headings.count("h1") != 1:
        faults.append(f"{page.headings.count('h1')} h1 instead of one")
    if not page.title.strip():
        faults.append("the title is empty")
    faults += [f"the id {name} occurs {count} times" for name, count in Counter(page.ids).items() if count > 1]
    faults += [f"html has no {name}" for name in ("lang", "dir") if not page.root.get(name)]
    faults += [f"nothing labels the field {name}" for name in page.unlabelled()]
    faults += [f"{name} refers to the missing id {target}" for name, target in page.references if target not in set(page.ids)]
    faults += [f"<{tag}> is not closed" for tag in page.open if tag not in OPTIONAL_END]
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        if int(after[1]) > int(before[1]) + 1:
            faults.append(f"{after} follows {before}")
    if found := re.search(r"%\(\w+\)[sd]|\{\{|\{%|<built-in|object at 0x|\bUndefined\b", page.words):
        faults.append(f"the text shows '{found[0]}'")
    return faults


class Page(HTMLParser):
    """Reads a page and collects what the rules ask about."""

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.root: dict[str, str] = {}
        self.title = self.words = ""
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, str, bool]] = []
        self.references: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag == "html":
            self.root = given
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        self.check_safety(tag, given)
        self.check_form(tag, given)
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            self.references += [(name, target) for target in given.get(name, "").split()]
        if tag not in VOID:
            self.open.append(tag)

    def check_safety(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given or tag == "style":
            self.faults.append(f"<{tag}> carries a style")
        self.faults += [f"<{tag}> carries {name}" for name in given if name.startswith("on")]
        data_block = given.get("type", "") in {"application/json", "application/ld+json"}
        if tag == "script" and not data_block and (not given.get("nonce") or given["nonce"] != self.nonce):
            self.faults.append("a script has no valid nonce")
        if tag == "img" and "alt" not in given:
            self.faults.append("a picture has no alt")
        address = given.get("src", "") if tag in {"script", "img", "iframe"} else given.get("href", "") if tag == "link" else ""
        if tag == "link" and given.get("rel") in {"canonical", "alternate"}:
            address = ""
        if re.match(r"(https?:)?//", address) and not re.match(r"https?://(127\.0\.0\.1|localhost)\b", address):
            self.faults.append(f"<{tag}> loads {address}")

    def check_form(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form" and not given.get("action"):
            self.faults.append("a form has no action")
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"])
            self.references.append(("label", given["for"]))
        if tag in {"input", "select", "textarea"} and given.get("type", "text") not in UNLABELLED:
            named = bool(given.get("aria-label") or given.get("aria-labelledby") or "label" in self.open)
            self.fields.append((given.get("id", ""), given.get("name", "?"), named))

    def unlabelled(self) -> list[str]:
        return [name for identity, name, named in self.fields if not named and identity not in self.labelled]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            self.faults.append(f"</{tag}> closes nothing")
            return
        while (last := self.open.pop()) != tag:
            if last not in OPTIONAL_END:
                self.faults.append(f"<{last}> is not closed before </{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data
        if not {"script", "code", "pre", "textarea"} & set(self.open):
            self.words += data


class ApartClient(PortalClient):
    """A client beside the test's own context: each request finds nothing but what was kept, and leaves nothing behind."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.rollback()
        return Context().run(super().open, *args, **kwargs)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is sent to the database inside the block, without the stamp of public pages: that is looked up by the clock."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM public_stamp" not in statement:
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
