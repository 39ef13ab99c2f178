"""The outbox: mail is a row written in the transaction that gives rise to it, and sent by the worker.

No mail is sent twice. SMTP cannot be part of a transaction, so one moment stays open: the server may have taken
the mail while we died before noting it. Therefore a row becomes ``sending``, committed, right before its text
leaves, and a row found in that state after a crash (or a connection that broke while the server's answer was
due) becomes ``uncertain``: it is *not* sent again by itself but listed for an administrator, who can see in the
mail server's log by the Message-ID whether it left, and decides. A lost mail somebody looks at was chosen over
a doubled one nobody notices. Everything before that moment (no connection, a server that says "later") is tried
again with growing delays.

Mail without a deadline waits as a notice for the person's weekly digest, unless the person chose otherwise.
"""

from __future__ import annotations

import hashlib
import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from itertools import groupby
from typing import Any, Protocol, cast
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from flask import current_app
from markupsafe import Markup
from sqlalchemy import CursorResult, ForeignKey, Index, String, Text, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core import queue
from icportal.core.actors import Actor
from icportal.core.audit import record
from icportal.core.clock import PORTAL_ZONE, now
from icportal.core.db import Base, HasId, HasVersion, UtcDateTime, db
from icportal.core.errors import DomainError, InvalidTransition
from icportal.core.installation import settings
from icportal.core.permissions import Predicate, authorise
from icportal.core.roles import is_administrator
from icportal.core.strings import Text as Sentence
from icportal.core.strings import _
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import insert_once

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
LEASE = timedelta(minutes=5)
SMTP_TIMEOUT = 20
DIGEST_WEEKDAY, DIGEST_HOUR = 0, 7
LONGEST_SUBJECT = 200
_PLAIN_ADDRESS = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+@[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+")

READ = "core.mail:read"
DECIDE = "core.mail:decide"
RULES: Mapping[str, Predicate] = {READ: is_administrator, DECIDE: is_administrator}


class MailState(StrEnum):
    """``digest`` waits for the weekly mail and is ``digested`` with it; ``shown`` replaces sending in a demonstration."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SHOWN = "shown"
    DIGEST = "digest"
    DIGESTED = "digested"


class MailPreference(StrEnum):
    """What a person wants to get besides mail with a deadline, which always comes at once."""

    AT_ONCE = "at_once"
    WEEKLY = "weekly"
    URGENT_ONLY = "urgent_only"


@dataclass(frozen=True)
class Recipient:
    """Whom to write to, in which language, and how often that person wants to hear."""

    address: str
    name: str = ""
    language: str = "en"
    id: int | None = None
    preference: MailPreference = MailPreference.WEEKLY


class Tongue(Protocol):
    """What the language switch yields: a code for ``lang`` and a direction for ``dir``."""

    @property
    def code(self) -> str: ...

    @property
    def direction(self) -> str: ...


@dataclass(frozen=True)
class _Notice:
    """A notice as the weekly digest shows it."""

    subject: str
    text: str
    html: Markup


@dataclass(frozen=True)
class _English:
    code: str = "en"
    direction: str = "ltr"


class Mail(Base, HasId, HasVersion):
    """One mail to one person. ``message_id`` is fixed with the row, so every try carries the same."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_state_next_try", "state", "next_try"),)

    recipient_id: Mapped[int | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(120), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default=MailState.QUEUED)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(String(120), default="")
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest_of: Mapped[int | None] = mapped_column(ForeignKey("mail.id", ondelete="SET NULL"), index=True)


Switch = Callable[[str], AbstractContextManager[Tongue]]
_switch: Switch = lambda _code: nullcontext(_English())  # noqa: E731  replaced by the languages at start


def set_language_switch(function: Switch) -> None:
    """Tell the outbox how to write in another language. Core knows no languages; ``i18n`` does."""
    global _switch
    _switch = function


# --- writing -----------------------------------------------------------------------------------------------


def queue_mail(
    *, to: Recipient, template: str, context: Mapping[str, Any], urgent: bool = False, topic: Sentence = ""
) -> Mail | None:
    """Write a mail in the caller's transaction, in the recipient's language. Flushes, does not commit.

    ``template`` is ``domain/name``: the files ``domain/mail/name.txt`` (first line ``Subject: …``) and ``.html``.
    ``urgent`` is for what has a deadline or was asked for just now; anything else goes by the person's preference,
    and gives ``None`` where the person wants no such mail. ``topic`` is the heading it has in the digest.

    Raises:
        DomainError: the address is none.
    """
    address = _checked_address(to.address)
    if not urgent and to.preference is MailPreference.URGENT_ONLY:
        return None
    notice = not urgent and to.preference is MailPreference.WEEKLY
    domain, _slash, name = template.partition("/")
    subject, text, html, heading = _rendered(f"{domain}/mail/{name}", to, context, topic, notice=notice)
    mail = Mail(
        recipient_id=to.id,
        address=address,
        name=clean_line(to.name)[:200],
        language=to.language,
        subject=subject,
        text=text,
        html=html,
        topic=heading,
        urgent=urgent,
        state=MailState.DIGEST if notice else MailState.QUEUED,
        message_id=_message_id(uuid4().hex),
    )
    db.session.add(mail)
    db.session.flush()
    if not notice:
        queue.wake_after_commit()
    return mail


def _rendered(
    path: str, to: Recipient, context: Mapping[str, Any], topic: Sentence, *, notice: bool
) -> tuple[str, str, str, str]:
    """Subject, text, HTML and topic. As a ``notice`` the layout leaves out greeting and foot."""
    with _switch(to.language) as tongue:
        values = {
            **context, "recipient": to, "lang": tongue.code, "dir": tongue.direction, "as_notice": notice,
            "base_url": settings().base_url,
        }  # fmt: skip
        # Straight from Jinja: the page's context processors belong to a request, and a job has none.
        text = current_app.jinja_env.get_template(f"{path}.txt").render(values)
        first, _newline, body = text.lstrip().partition("\n")
        if not first.startswith("Subject:"):
            message = f"{path}.txt has to begin with 'Subject:'"
            raise ValueError(message)
        subject = clean_line(first.removeprefix("Subject:"))[:LONGEST_SUBJECT]
        html = current_app.jinja_env.get_template(f"{path}.html").render(values | {"subject": subject})
        body = re.sub(r"\n{3,}", "\n\n", clean_text(body))
        return subject, f"{body}\n", f"{clean_text(html)}\n", clean_line(str(topic))[:120]


def _checked_address(address: str) -> str:
    if not _PLAIN_ADDRESS.fullmatch(address.strip()):
        raise DomainError(_("This is not a mail address. It looks like name@city.example."))
    return address.strip()


def _message_id(unique: str) -> str:
    return f"<{unique}@{urlsplit(settings().base_url).hostname or 'localhost'}>"


# --- sending -----------------------------------------------------------------------------------------------


def send_due(worker: str, limit: int = 200, moment: datetime | None = None) -> int:
    """Send what is due, mail with a deadline first; how many were dealt with. Commits for each.

    Without a mail server a demonstration marks the rows as shown; a production portal lets them wait.
    """
    configured, moment = settings(), moment or now()
    _note_uncertain(worker, moment)
    if not configured.smtp_url:
        return _show(moment) if configured.demo else 0
    done = 0
    while done < limit and (mail := _claim(worker, moment)) is not None:
        _deliver(mail, configured.smtp_url, configured.mail_from)
        done += 1
    return done


def undelivered() -> Sequence[Mail]:
    """Mails an administrator has to look at: failed for good, or of uncertain fate."""
    return db.session.scalars(select(Mail).where(Mail.state.in_((MailState.UNCERTAIN, MailState.FAILED))).order_by(Mail.id)).all()


def decide(mail: Mail, *, actor: Actor, send_again: bool) -> None:
    """Settle a mail of uncertain fate, or a failed one: send it (again), or leave it as it is.

    Raises:
        InvalidTransition: the mail is neither.
    """
    authorise(actor, DECIDE, mail)
    if mail.state not in {MailState.UNCERTAIN, MailState.FAILED}:
        raise InvalidTransition(_("This mail needs no decision."))
    before = mail.state
    if send_again:
        mail.state, mail.attempts, mail.next_try, mail.lease_until = MailState.QUEUED, 0, now(), None
        queue.wake_after_commit()
    else:
        mail.state = MailState.SENT
    db.session.flush()
    record(actor, DECIDE, mail, before={"state": before}, after={"state": mail.state})


def forget_sent(before: datetime) -> int:
    """Delete mails that left before that moment: they hold names, and links that have expired."""
    ended = (MailState.SENT, MailState.SHOWN, MailState.DIGESTED, MailState.FAILED)
    return _changed(delete(Mail).where(Mail.state.in_(ended), Mail.created_at < before))


def _note_uncertain(worker: str, moment: datetime) -> None:
    """Set aside what a dead worker was sending, and free what it had only reserved."""
    held = select(Mail.id, Mail.version, Mail.state, Mail.worker, Mail.lease_until).where(Mail.lease_until.is_not(None))
    for mail_id, version, state, holder, until in db.session.execute(held).all():
        if until is not None and until > moment and not queue.is_gone(holder, worker):
            continue
        lost: dict[str, Any] = {"lease_until": None, "version": version + 1}
        if state == MailState.SENDING:
            lost |= {"state": MailState.UNCERTAIN, "error": "the worker stopped while the mail server had it"}
            log.error("mail %s may or may not have been sent; an administrator has to decide", mail_id)
        _changed(update(Mail).where(Mail.id == mail_id, Mail.version == version).values(**lost))
    db.session.commit()


def _show(moment: datetime) -> int:
    due = update(Mail).where(Mail.state == MailState.QUEUED, Mail.next_try <= moment)
    shown = _changed(due.values(state=MailState.SHOWN, sent_at=moment, version=Mail.version + 1))
    db.session.commit()
    return shown


def _claim(worker: str, moment: datetime) -> Mail | None:
    due = (
        select(Mail.id, Mail.version)
        .where(
            Mail.state == MailState.QUEUED, Mail.next_try <= moment, or_(Mail.lease_until.is_(None), Mail.lease_until <= moment)
        )
        .order_by(Mail.urgent.desc(), Mail.id)
        .limit(20)
    )
    for mail_id, version in db.session.execute(due).all():
        taken = _changed(
            update(Mail)
            .where(Mail.id == mail_id, Mail.version == version)
            .values(lease_until=now() + LEASE, worker=worker, attempts=Mail.attempts + 1, version=version + 1)
        )
        db.session.commit()
        if taken:
            return db.session.get_one(Mail, mail_id, populate_existing=True)
    db.session.rollback()
    return None


def _deliver(mail: Mail, url: str, sender: str) -> None:
    """One try. Everything but the text goes first, so that the uncertain moment is as short as it can be."""
    try:
        message = _message(mail, sender)
        with _connection(url) as server:
            _accepted(*server.mail(parseaddr(sender)[1]))
            _accepted(*server.rcpt(_ascii_address(mail.address)))
            _accepted(*server.docmd("DATA"), expected=354)
            if not _settle(mail, MailState.SENDING):
                return
            try:
                server.send(_quoted(message) + b".\r\n")
                code, answer = server.getreply()
            except (OSError, smtplib.SMTPException) as error:
                _settle(mail, MailState.UNCERTAIN, error=f"the answer of the mail server was lost: {error}", lease_until=None)
                return
            _accepted(code, answer)
    except _Refused as refusal:
        _fail(mail, str(refusal), final=refusal.final)
    except (OSError, smtplib.SMTPException) as error:
        _fail(mail, f"{type(error).__name__}: {error}", final=False)
    except ValueError as error:
        _fail(mail, f"the mail cannot be written: {error}", final=True)
    else:
        _settle(mail, MailState.SENT, sent_at=now(), error="", lease_until=None)


class _Refused(Exception):
    """The server said no: for now (4xx) or for good (5xx)."""

    def __init__(self, code: int, answer: bytes) -> None:
        super().__init__(f"{code} {answer.decode('utf-8', 'replace')}")
        self.final = code >= 500  # noqa: PLR2004  the class of answers SMTP calls permanent


def _accepted(code: int, answer: bytes, *, expected: int = 250) -> None:
    # 251 and 252 are also yes: the server forwards, or takes it without having looked.
    if code != expected and not (expected == 250 and code in {251, 252}):  # noqa: PLR2004
        raise _Refused(code, answer)


def _settle(mail: Mail, state: MailState, **values: Any) -> bool:
    """Commit the mail's new state, unless somebody else has it by now."""
    mine = update(Mail).where(Mail.id == mail.id, Mail.version == mail.version)
    kept = _changed(mine.values(state=state, version=mail.version + 1, **values))
    db.session.commit()
    db.session.refresh(mail)
    return bool(kept)


def _fail(mail: Mail, error: str, *, final: bool) -> None:
    final = final or mail.attempts >= MOST_ATTEMPTS
    log.warning("mail %s was not sent at attempt %s: %s", mail.id, mail.attempts, error)
    delay = min(FIRST_DELAY * 4 ** (mail.attempts - 1), LONGEST_DELAY)
    state = MailState.FAILED if final else MailState.QUEUED
    _settle(mail, state, error=error[:2000], next_try=now() + delay, lease_until=None)


@contextmanager
def _connection(url: str) -> Any:
    """A session with the mail server: ``smtps://`` encrypted from the start, ``smtp://`` as soon as it offers to.

    Signing in happens over an encrypted line only, except on this very machine.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    local_hosts = {"localhost", "127.0.0.1", "::1"}
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if secure:
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SMTP_TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SMTP_TIMEOUT)
    with server:
        server.ehlo_or_helo_if_needed()
        if not secure and server.has_extn("starttls") and host not in local_hosts:
            server.starttls(context=context)
            server.ehlo()
            secure = True
        if parts.username:
            if not secure and host not in local_hosts:
                message = "the mail server offers no encryption, so the password was not sent"
                raise smtplib.SMTPException(message)
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _message(mail: Mail, sender: str) -> bytes:
    """The mail as it travels. The header classes refuse line breaks; values are one line already."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    with _switch(mail.language):
        message["From"] = _named(name or _("Integrating Cities"), address)
    message["To"] = _named(mail.name, _ascii_address(mail.address))
    message["Subject"] = clean_line(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = mail.language
    # Out-of-office replies would go to an address nobody reads.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _named(name: str, address: str) -> Address:
    return Address(display_name=clean_line(name), addr_spec=address)


def _ascii_address(address: str) -> str:
    """The address with its domain as the name servers know it."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _quoted(message: bytes) -> bytes:
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _changed(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


# --- digest ------------------------------------------------------------------------------------------------


def digest_moment(moment: datetime) -> datetime:
    """The last Monday, 07:00 in the network's time zone, not after this moment."""
    local = moment.astimezone(PORTAL_ZONE)
    monday = (local - timedelta(days=(local.weekday() - DIGEST_WEEKDAY) % 7)).replace(
        hour=DIGEST_HOUR, minute=0, second=0, microsecond=0
    )
    return monday if monday <= local else monday - timedelta(days=7)


def send_digests(moment: datetime | None = None) -> int:
    """Gather the notices written before the last Monday morning into one mail a person; how many mails.

    Asking again gives nothing new: the mail's Message-ID is made of the address and the week. Commits for each.
    """
    until = digest_moment(moment or now())
    waiting = select(Mail).where(Mail.state == MailState.DIGEST, Mail.created_at < until).order_by(Mail.address, Mail.id.desc())
    written = 0
    for address, notices in groupby(db.session.scalars(waiting).all(), key=lambda notice: notice.address):
        written += _write_digest(address, list(notices), until)
        db.session.commit()
    return written


def _write_digest(address: str, notices: list[Mail], until: datetime) -> int:
    newest = notices[0]
    to = Recipient(address=address, name=newest.name, language=newest.language, id=newest.recipient_id)
    topics: dict[str, list[_Notice]] = {}
    for notice in notices:
        shown = _Notice(notice.subject, notice.text, Markup(notice.html))  # noqa: S704  rendered here with escaping
        topics.setdefault(notice.topic, []).append(shown)
    context = {"topics": topics, "count": len(notices)}
    subject, text, html, _topic = _rendered("mail/weekly_digest", to, context, "", notice=False)
    week = until.astimezone(PORTAL_ZONE).date().isoformat()
    unique = hashlib.sha256(f"digest {address} {week}".encode()).hexdigest()[:40]
    values = {
        "recipient_id": to.id, "address": address, "name": to.name, "language": to.language, "subject": subject, "text": text,
        "html": html, "message_id": _message_id(unique), "state": MailState.QUEUED,
    }  # fmt: skip
    digest_id = insert_once(Mail, **values)
    if digest_id is None:
        # This week's digest exists: what came in since then is for the next one.
        return 0
    ids = [notice.id for notice in notices]
    gathered = update(Mail).where(Mail.id.in_(ids), Mail.state == MailState.DIGEST)
    _changed(gathered.values(state=MailState.DIGESTED, digest_of=digest_id, version=Mail.version + 1))
    queue.wake_after_commit()
    return 1
