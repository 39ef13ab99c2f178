from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icportal.core import tokens
from icportal.core.db import db
from icportal.core.errors import DomainError

HOUR = timedelta(hours=1)


def test_a_link_works_once(kernel):
    token = tokens.make_token("invitation", {"id": 4})
    assert tokens.read_token("invitation", token, HOUR) == {"id": 4}
    assert tokens.use_token("invitation", token, HOUR) == {"id": 4}
    db.session.commit()
    for ask in (tokens.use_token, tokens.read_token):
        with pytest.raises(DomainError, match="already been used"):
            ask("invitation", token, HOUR)
    assert tokens.make_token("invitation", {"id": 4}) != token


def test_a_link_of_a_rolled_back_request_still_works(kernel):
    token = tokens.make_token("reset", 1)
    tokens.use_token("reset", token, HOUR)
    db.session.rollback()
    assert tokens.use_token("reset", token, HOUR) == 1


@pytest.mark.parametrize("change", [lambda t: t[:-2], lambda t: "", lambda t: t + "x", lambda t: "é" + t, lambda t: "\0"])
def test_a_changed_link_is_refused(kernel, change):
    with pytest.raises(DomainError, match="not complete"):
        tokens.read_token("reset", change(tokens.make_token("reset", 1)), HOUR)


def test_a_link_serves_its_purpose_only_and_expires(kernel):
    token = tokens.make_token("reset", 1)
    with pytest.raises(DomainError, match="not complete"):
        tokens.read_token("invitation", token, HOUR)
    with pytest.raises(DomainError, match="expired"):
        tokens.read_token("reset", token, timedelta(seconds=-1))


@given(st.integers(0, 9), st.integers(0, 9), st.sampled_from(tokens.DIGITS))
def test_a_mistyped_code_is_noticed(place, other, digit):
    code = tokens.receipt_code()
    plain = code.replace("-", "")
    assert tokens.read_receipt_code(f" {plain.lower()} ") == code
    wrong = plain[:place] + digit + plain[place + 1 :]
    assert (tokens.read_receipt_code(wrong) is None) == (wrong != plain)
    swapped = list(plain)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    assert (tokens.read_receipt_code("".join(swapped)) is None) == ("".join(swapped) != plain)


def test_letters_that_look_like_digits_are_forgiven():
    code = next(code for code in iter(tokens.receipt_code, None) if "0" in code or "1" in code)
    assert tokens.read_receipt_code(code.replace("0", "o").replace("1", "l")) == code
    assert tokens.read_receipt_code("") is None
