"""Passwords: how they are kept, and which are too easy to guess.

Length is asked for and nothing else: no rule about kinds of signs, nothing that keeps one from pasting.
"""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from icportal.accounts.common_passwords import COMMON_WORDS, PORTAL_WORDS
from icportal.core.errors import DomainError
from icportal.core.strings import _
from icportal.core.text import fold

SHORTEST = 12
LONGEST_BYTES = 4096
SHORTEST_WORD = 4
LITTLE = 4
_DISGUISE = str.maketrans("0134578@$!", "oieastbasi")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")

# OWASP's choice of memory over passes: about 45 ms on an ordinary core.
HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)


def is_too_long(password: str) -> bool:
    """Whether hashing it would be a way to keep the server busy."""
    return len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES


def hash_password(password: str) -> str:
    return HASHER.hash(password.encode("utf-8", "surrogatepass"))


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether it is the password. Costs the same when there is none to compare with, so that time tells nothing."""
    if is_too_long(password):
        return False
    try:
        return HASHER.verify(password_hash or _nobody(), password.encode("utf-8", "surrogatepass")) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether it was hashed with less than is asked for today."""
    return HASHER.check_needs_rehash(password_hash)


def require_good(password: str, *, about: tuple[str, ...] = (), field: str = "password") -> None:
    """Refuse a password that is too short, too long or among the first that are guessed.

    ``about`` is what anybody knows of the person: name and address.

    Raises:
        DomainError: says what to do instead.
    """
    if len(password) < SHORTEST:
        raise DomainError(
            _(
                "The password has %(length)s characters; it needs at least %(least)s. Several words are easy to keep in mind.",
                length=len(password),
                least=SHORTEST,
            ),
            field,
        )
    if is_too_long(password):
        raise DomainError(_("The password is longer than %(most)s bytes: choose a shorter one.", most=LONGEST_BYTES), field)
    if is_easily_guessed(password, about):
        raise DomainError(
            _(
                "This password is among the first that are guessed: it is made of common words, your name or a simple row. Choose other words."
            ),
            field,
        )


def is_easily_guessed(password: str, about: tuple[str, ...] = ()) -> bool:
    """Whether little is left of it without common words, what is known of the person, digits and simple rows."""
    known = {word for text in about for word in re.split(r"[\W_]+", fold(text)) if len(word) >= SHORTEST_WORD}
    words = sorted((word for word in COMMON_WORDS | PORTAL_WORDS | known if len(word) >= SHORTEST_WORD), key=len, reverse=True)
    folded = fold(password)
    return any(_worth(_without(form, words)) < LITTLE for form in (folded, folded.translate(_DISGUISE)))


def _without(text: str, words: list[str]) -> str:
    """The text less the words and less every piece of a row of the alphabet, the digits or the keyboard."""
    for word in words:
        text = text.replace(word, " ")
    for row in _ROWS:
        for direction in (row, row[::-1]):
            for start in range(len(direction) - SHORTEST_WORD + 1):
                text = text.replace(direction[start : start + SHORTEST_WORD], " ")
    return text


def _worth(rest: str) -> int:
    """How much a guesser still has to find: each letter once, and one for three other signs that differ."""
    letters = {sign for sign in rest if sign.isalpha()}
    others = [sign for sign in rest if not sign.isalpha() and not sign.isspace()]
    return len(letters) + min(len(others) // 3, len(set(others)))
