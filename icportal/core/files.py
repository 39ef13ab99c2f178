"""Uploaded files: checked, kept by the hash of their content, handed out under a random key.

Content lies in a folder of the instance, or in an S3-compatible store by ``FILES_URL``. It is written only after
every check, so a refused upload leaves nothing; what a rolled-back request wrote is removed by ``purge_orphans``.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import secrets
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import IO, Any, cast
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from flask import current_app
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, from_url
from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import Base, HasId, UtcDateTime, db
from icportal.core.errors import DomainError, NotFound
from icportal.core.filetypes import IMAGES, KINDS, MB, FileKind, recognise
from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.core.text import without_marks

log = logging.getLogger(__name__)

LONGEST_NAME = 255
#: The kind of files the portal makes and nobody can upload: releases of data.
DATA = "data"
ORPHAN_AGE = timedelta(days=1)
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_UNSAFE_IN_NAMES = re.compile(r'[<>:"|?*\\/%]')


class FileState(StrEnum):
    """A ``held`` file is kept but handed to nobody."""

    READY = "ready"
    HELD = "held"


class StoredFile(Base, HasId):
    """One upload. Rows of equal content share one blob."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_sha256", "sha256"),)

    key: Mapped[str] = mapped_column(String(40), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    state: Mapped[str] = mapped_column(String(10), default=FileState.READY)
    city_id: Mapped[int | None] = mapped_column(index=True)
    uploaded_by: Mapped[int | None] = mapped_column(index=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def accept_upload(
    stream: IO[bytes],
    filename: str,
    *,
    kinds: Collection[FileKind],
    actor: Actor,
    city_id: int | None = None,
    field: str | None = None,
    limit: int | None = None,
) -> StoredFile:
    """Check an upload and keep it. Flushes, does not commit. ``limit`` in bytes, else the installation's.

    Raises:
        DomainError: at ``field``: empty, too large, of another kind, damaged, or able to do harm.
    """
    most = limit or settings().upload_limit
    data = stream.read(most + 1)
    if not data:
        raise DomainError(_("This file is empty. Choose another one."), field)
    if len(data) > most:
        raise DomainError(
            _("This file is larger than %(megabytes)s MB. Make it smaller and choose it again.", megabytes=_megabytes(most)),
            field,
        )
    kind = recognise(data, kinds, field=field)
    return keep(data, filename, kind=kind, actor=actor, city_id=city_id)


def keep(data: bytes, filename: str, *, kind: FileKind, actor: Actor, city_id: int | None = None) -> StoredFile:
    """Keep bytes the portal made or checked itself. Flushes, does not commit."""
    name, media_type = display_name(filename, kind), KINDS[kind].media_type
    return _stored(data, kind=kind, media_type=media_type, name=name, city_id=city_id, uploaded_by=actor.id)


def keep_data(data: bytes, name: str, *, media_type: str, actor: Actor) -> StoredFile:
    """Keep a data file the portal made itself, under exactly this name. Flushes, does not commit."""
    return _stored(data, kind=DATA, media_type=media_type, name=name, uploaded_by=actor.id)


def _stored(data: bytes, **about: Any) -> StoredFile:
    digest = hashlib.sha256(data).hexdigest()
    _store().put(_path(digest), data)
    stored = StoredFile(key=secrets.token_urlsafe(24), sha256=digest, size=len(data), **about)
    db.session.add(stored)
    db.session.flush()
    return stored


def open_file(file: StoredFile) -> io.BytesIO:
    """The content, after making sure that it still is what was uploaded.

    Raises:
        NotFound: the file is held back, missing, or was changed in the store.
    """
    if file.state != FileState.READY:
        raise NotFound(_("This file is being checked and cannot be opened yet."))
    try:
        data = bytes(_store().get(_path(file.sha256)).bytes())
    except (NotFoundError, FileNotFoundError):
        data = None
    if data is None or hashlib.sha256(data).hexdigest() != file.sha256:
        log.error("the content of file %s is missing or was changed", file.id)
        raise NotFound(_("The content of this file is missing."))
    return io.BytesIO(data)


def headers_for(file: StoredFile, *, inline: bool = False) -> dict[str, str]:
    """The headers under which a file is harmless. Only pictures may be shown ``inline``."""
    shown = inline and file.kind in IMAGES
    return harmless_headers(file.name, file.media_type, file.size, how="inline" if shown else "attachment")


def harmless_headers(name: str, media_type: str, size: int, *, how: str = "attachment") -> dict[str, str]:
    """The same for what is put together for one download; ``size`` in bytes."""
    return {
        "Content-Type": media_type,
        "Content-Length": str(size),
        "Content-Disposition": _disposition(how, name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def display_name(filename: str, kind: FileKind) -> str:
    """The name as it is shown: no path, no control or reordering signs, the ending of what the file is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    visible = "".join(
        " " if unicodedata.category(sign)[0] == "Z" else sign for sign in last if unicodedata.category(sign)[0] != "C"
    )
    name = " ".join(_UNSAFE_IN_NAMES.sub("_", visible).split()).strip(" .")
    stem, dot, ending = name.rpartition(".")
    endings = KINDS[kind].endings
    if not dot or ending.casefold() not in endings:
        stem, ending = name, endings[0]
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"file_{stem}".rstrip("_")
    room = LONGEST_NAME - len(ending.encode()) - 1
    return f"{stem.encode()[:room].decode(errors='ignore').rstrip(' .')}.{ending}"


def purge_orphans(older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove content that no row names and that is old enough not to belong to a request still running."""
    store, removed, latest = _store(), 0, now() - older_than
    for batch in store.list(chunk_size=500):
        old = {entry["path"]: entry["path"].rsplit("/", 1)[-1] for entry in batch if entry["last_modified"] < latest}
        named = set(db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(old.values()))))
        gone = [path for path, digest in old.items() if digest not in named]
        if gone:
            store.delete(gone)
            removed += len(gone)
    return removed


def missing_files() -> list[StoredFile]:
    """Rows whose content is absent or not what was uploaded, for ``icportal verify``."""
    bad = []
    for stored in db.session.scalars(select(StoredFile).order_by(StoredFile.id)):
        try:
            data = bytes(_store().get(_path(stored.sha256)).bytes())
        except (NotFoundError, FileNotFoundError):
            data = b""
        if hashlib.sha256(data).hexdigest() != stored.sha256:
            bad.append(stored)
    return bad


def _store() -> Any:
    """The store, opened once an application."""
    if "icportal.files" not in current_app.extensions:
        configured = settings()
        if configured.files_url:
            parts = urlsplit(configured.files_url)
            # Options of the store (endpoint, region …) stand in the query; secrets in the usual AWS_ variables.
            options = cast("Any", dict(parse_qsl(parts.query)))
            current_app.extensions["icportal.files"] = from_url(urlunsplit(parts._replace(query="")), config=options)
        else:
            current_app.extensions["icportal.files"] = LocalStore(configured.instance / "files", mkdir=True)
    return current_app.extensions["icportal.files"]


def _path(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _megabytes(size: int) -> str:
    return f"{size / MB:.1f}".removesuffix(".0")


def _disposition(how: str, name: str) -> str:
    """RFC 6266: a plain name for old readers, and the real one encoded by RFC 5987."""
    plain = "".join(sign for sign in without_marks(name) if " " <= sign < "\x7f" and sign not in '"\\%')
    stem = plain.rpartition(".")[0].strip(" ._")
    plain = plain if stem else f"file.{name.rpartition('.')[2]}"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
