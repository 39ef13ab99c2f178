"""A setting that is wrong is one sentence that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from icportal.config import Mode, Settings, SettingsError

STRONG = "k3" * 10 + "Xy9-_qwertzuiop0815"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MODE", "SECRET_KEY", "BASE_URL", "MAIL_FROM", "UPLOAD_LIMIT", "PAGE_CACHE", "PROXIES", "INSTANCE"):
        monkeypatch.delenv(f"ICPORTAL_{name}", raising=False)
    for name in ("DATABASE_URL", "REDIS_URL", "FILES_URL", "SMTP_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ICPORTAL_MODE", "live"), ("ICPORTAL_BASE_URL", "portal"), ("ICPORTAL_MAIL_FROM", "garbage"), ("ICPORTAL_UPLOAD_LIMIT", "0"),
        ("ICPORTAL_PROXIES", "-1"), ("DATABASE_URL", "mysql://x"), ("REDIS_URL", "bar"), ("FILES_URL", "ftp://x"), ("SMTP_URL", "foo"),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refusal:
        Settings.load(tmp_path)
    assert variable in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("smpt_url = 'smtp://x'", "smpt_url"), ("base_url = 5", "base_url"), ("database_url = 5", "database_url"),
        ("upload_limit = [1]", "UPLOAD_LIMIT"), ("trusted_hosts = 'x'", "trusted_hosts"), ("identity_providers = 'x'", "identity_providers"),
        ("[identity_providers.oulu]\nlabel = 'x'", "oulu lacks"),
        ("[identity_providers.oulu]\nlabel='x'\nissuer='x'\nclient_id='x'\nclient_secret='x'\ncolour='x'", "colour"), ("mode = ", "TOML"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path: Path, line: str, named: str) -> None:
    (tmp_path / "settings.toml").write_text(line)
    with pytest.raises(SettingsError, match=named):
        Settings.load(tmp_path)


@pytest.mark.parametrize(
    ("key", "address", "missing"), [("short", "https://x.example", "SECRET_KEY"), (STRONG, "http://x.example", "https")]
)
def test_production_refuses_what_is_unsafe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, address: str, missing: str
) -> None:
    monkeypatch.setenv("ICPORTAL_MODE", "production")
    monkeypatch.setenv("ICPORTAL_SECRET_KEY", key)
    monkeypatch.setenv("ICPORTAL_BASE_URL", address)
    with pytest.raises(SettingsError, match=missing):
        Settings.load(tmp_path)


def test_a_demonstration_keeps_the_key_it_made(tmp_path: Path) -> None:
    first, second = Settings.load(tmp_path), Settings.load(tmp_path)
    assert first.secret_key == second.secret_key
    assert (len(first.secret_key) >= 32, first.mode) == (True, Mode.DEMO)
