import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from icportal.accounts import passwords
from icportal.accounts.demonstration import PASSWORD
from icportal.core.errors import DomainError


def test_the_hash_is_as_costly_as_it_should_be(costly_passwords):
    parameters = extract_parameters(passwords.hash_password("lantern under the bridge"))

    assert parameters.type.name == "ID"
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (47104, 1, 1)


@pytest.mark.parametrize("password", ["x" * 64, "ü" * 1024, "🗝" * 1024, "tab\tand line\nbreak", " space around "])
def test_a_password_counts_to_its_last_sign(password):
    kept = passwords.hash_password(password)

    assert passwords.is_right(kept, password)
    assert not passwords.is_right(kept, password[:-1])
    assert not passwords.is_right(kept, password + "x")


def test_a_huge_password_is_refused_before_it_is_hashed(monkeypatch):
    def verify(*_):
        raise AssertionError("it was hashed")

    kept = passwords.hash_password("x" * 5000)
    monkeypatch.setattr(PasswordHasher, "verify", verify)

    assert not passwords.is_right(kept, "x" * 5000)


def test_nobody_costs_as_much_as_somebody(monkeypatch):
    """One comparison with a hash of the same cost: what takes the time is the same."""
    compared, verify = [], PasswordHasher.verify
    kept = passwords.hash_password("lantern under the bridge")

    def noted(self, password_hash, password):
        compared.append(extract_parameters(password_hash))
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    for value in (kept, None):
        assert not passwords.is_right(value, "another password")

    assert len(compared) == 2
    assert compared[0] == compared[1]


def test_not_even_the_password_of_the_dummy_opens_an_account_without_one():
    assert not passwords.is_right(None, "nobody has this password")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 4097, "longer than 4096"),
        ("passwordpassword", "guessed"),
        ("Password123456", "guessed"),
        ("P4ssw0rd!2024", "guessed"),
        ("aaaaaaaaaaaa", "guessed"),
        ("123456789012", "guessed"),
        ("qwertyuiop123", "guessed"),
        ("Sommer2024Wien!", "guessed"),
        ("integratingcities", "guessed"),
        ("charter2026portal", "guessed"),
        ("OlgaBerger1979", "guessed"),
        ("olga.berger@wien", "guessed"),
        ("iloveyouforever", "guessed"),
        ("wachtwoord2026", "guessed"),
        ("motdepasse1234", "guessed"),
        ("abcdefghijkl", "guessed"),
        ("111111222222", "guessed"),
    ],
)
def test_what_is_refused_says_why(app, password, why):
    with app.test_request_context(), pytest.raises(DomainError) as refused:
        passwords.require_good(password, about=("Olga Berger", "olga.berger@wien.example"))

    assert why in str(refused.value)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "lantern under the old bridge",
        "correct horse battery staple",
        "83920174650192837465",
        "kuvJ3-ha9q.Zt",
        "Вечер на мосту у реки",
        PASSWORD,
    ],
)
def test_what_is_taken_needs_no_kinds_of_signs(password):
    passwords.require_good(password, about=("Olga Berger", "olga.berger@wien.example"))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_can_be_judged(password, name):
    assert passwords.is_easily_guessed(password, (name,)) in {True, False}
