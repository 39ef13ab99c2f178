"""Signed links that expire and work once, and codes short enough to be read out over the telephone."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, mapped_column

from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import Base, UtcDateTime, db
from icportal.core.errors import DomainError
from icportal.core.strings import _
from icportal.core.transactions import insert_once

# Crockford's digits: no I, L, O, U, so nothing is mistaken for a number or read as a word.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


class UsedToken(Base):
    """A link that was used; only its hash, so that a copy of the database opens nothing."""

    __tablename__ = "used_token"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def make_token(purpose: str, data: Any) -> str:
    """Sign ``data`` (JSON) for one purpose. Anybody can read it, nobody can change it."""
    return _serializer(purpose).dumps({"d": data, "n": secrets.token_urlsafe(9)})


def read_token(purpose: str, token: str, max_age: timedelta) -> Any:
    """What was signed, without using the link up: for the page that asks before it acts.

    Raises:
        DomainError: the link is broken, expired or used.
    """
    data = _open(purpose, token, max_age)
    if db.session.get(UsedToken, sha256(token)) is not None:
        raise DomainError(_("This link has already been used. Ask for a new one."))
    return data


def use_token(purpose: str, token: str, max_age: timedelta) -> Any:
    """What was signed; the link is used up with the caller's commit, and of two users at once one is refused.

    Raises:
        DomainError: the link is broken, expired or used.
    """
    data = _open(purpose, token, max_age)
    if insert_once(UsedToken, sha256=sha256(token), used_at=now()) is None:
        raise DomainError(_("This link has already been used. Ask for a new one."))
    return data


def forget_used(before: datetime) -> None:
    """Drop the marks of links that have long expired by themselves."""
    db.session.execute(delete(UsedToken).where(UsedToken.used_at < before).execution_options(synchronize_session=False))


def _open(purpose: str, token: str, max_age: timedelta) -> Any:
    try:
        return _serializer(purpose).loads(token, max_age=int(max_age.total_seconds()))["d"]
    except SignatureExpired:
        raise DomainError(_("This link has expired. Ask for a new one.")) from None
    except (BadSignature, KeyError, TypeError, ValueError):
        raise DomainError(_("This link is not complete. Copy the whole address from the mail, or ask for a new one.")) from None


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"icportal.{purpose}")


def receipt_code() -> str:
    """A random code such as ``7KQ4M-09XTA``: 45 bits and a check digit that finds one wrong or two swapped digits."""
    body = "".join(secrets.choice(DIGITS) for _place in range(CODE_LENGTH - 1))
    return _grouped(body + _check_digit(body))


def read_receipt_code(typed: str) -> str | None:
    """The code as we write it, or ``None`` when what was typed cannot be one. Forgives case, spaces, O for 0, I for 1."""
    code = typed.strip().upper().translate(_MISREAD)
    if len(code) != CODE_LENGTH or any(digit not in DIGITS for digit in code):
        return None
    return _grouped(code) if _check_digit(code[:-1]) == code[-1] else None


def _grouped(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"


def _check_digit(body: str) -> str:
    """A weighted sum in the field of 32 elements: it finds every single wrong digit and every swap of two."""
    check, weight = 0, 2
    for digit in body:
        check ^= _product(DIGITS.index(digit), weight)
        weight = _product(weight, 2)
    return DIGITS[check]


def _product(left: int, right: int) -> int:
    """Multiplication modulo x^5 + x^2 + 1, in which the powers of two take all 31 values."""
    result = 0
    while right:
        if right & 1:
            result ^= left
        left <<= 1
        if left & 0b100000:
            left ^= 0b100101
        right >>= 1
    return result
