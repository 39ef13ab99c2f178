"""Settings of one installation, read once at start and never changed afterwards.

They come from environment variables and from ``settings.toml`` in the instance folder; the environment wins.
A setting that is wrong or unsafe stops the start with one sentence that says what to do.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 32


class SettingsError(Exception):
    """A setting is missing, wrong or unsafe; the message says which one and what would do."""


class Mode(StrEnum):
    """What an installation is for: demonstration accounts exist in ``demo`` and ``test`` only."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True)
class IdentityProvider:
    """One OpenID Connect provider, as its administrator registered the portal with it."""

    key: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid email profile"


@dataclass(frozen=True)
class Settings:
    """Everything an installation can choose. Times are seconds, sizes bytes."""

    instance: Path
    secret_key: str = field(repr=False)
    mode: Mode = Mode.DEMO
    base_url: str = "http://127.0.0.1:8000"
    database_url: str = ""
    redis_url: str = ""
    files_url: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "portal@localhost"
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    identity_providers: tuple[IdentityProvider, ...] = ()
    upload_limit: int = 10 * 1024 * 1024
    session_idle: int = 8 * 3600
    session_lifetime: int = 12 * 3600
    page_cache: bool = True
    run_jobs_inline: bool = False

    @property
    def demo(self) -> bool:
        return self.mode is not Mode.PRODUCTION

    @property
    def sqlalchemy_url(self) -> str:
        """The database to use: the configured server, or the file in the instance folder."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'portal.sqlite3'}"
        return self.database_url.replace("postgres://", "postgresql+psycopg://", 1).replace(
            "postgresql://", "postgresql+psycopg://", 1
        )

    @classmethod
    def load(cls, instance: Path | None = None) -> Settings:
        """Read the environment and the instance folder.

        Raises:
            SettingsError: naming the setting that cannot be used.
        """
        folder = Path(instance or os.environ.get("ICPORTAL_INSTANCE") or ROOT / "instance").resolve()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".writable"
            probe.write_text("")
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"The instance folder {folder} cannot be written ({error.strerror}): "
                "give it to this user or set ICPORTAL_INSTANCE to another folder."
            ) from None
        stored = _stored(folder / "settings.toml")
        _known_names(stored)
        mode = _mode(_setting(stored, "mode", "demo"))
        settings = cls(
            instance=folder,
            mode=mode,
            secret_key=_secret_key(stored, folder, mode),
            base_url=_url("base_url", _setting(stored, "base_url", cls.base_url)),
            database_url=_database_url(_text("database_url", os.environ.get("DATABASE_URL", stored.get("database_url", "")))),
            redis_url=_service("REDIS_URL", stored, ("redis", "rediss", "unix"), "redis://localhost:6379/0"),
            files_url=_service("FILES_URL", stored, ("s3", "gs", "az", "file", "memory"), "s3://bucket/folder"),
            smtp_url=_service("SMTP_URL", stored, ("smtp", "smtps"), "smtp://user:password@mail.example.org:587"),
            mail_from=_address("mail_from", _setting(stored, "mail_from", cls.mail_from)),
            trusted_hosts=_hosts(stored.get("trusted_hosts", [])),
            proxies=_count("proxies", _setting(stored, "proxies", cls.proxies)),
            identity_providers=_providers(stored.get("identity_providers", {})),
            upload_limit=_number("upload_limit", _setting(stored, "upload_limit", cls.upload_limit)),
            page_cache=str(_setting(stored, "page_cache", "on")).lower() not in {"off", "false", "0", "no"},
        )
        if mode is Mode.PRODUCTION and urlsplit(settings.base_url).scheme != "https":
            raise SettingsError(
                "ICPORTAL_BASE_URL has to begin with https:// in production: it is the address people get by mail."
            )
        return settings


def _stored(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}.") from None


KNOWN = frozenset(
    (
        "mode", "secret_key", "base_url", "database_url", "redis_url", "files_url", "smtp_url", "mail_from", "trusted_hosts",
        "proxies", "identity_providers", "upload_limit", "page_cache",
    )
)  # fmt: skip


def _known_names(stored: dict[str, Any]) -> None:
    """A misspelt setting would be one that silently does nothing."""
    unknown = sorted(set(stored) - KNOWN)
    if unknown:
        raise SettingsError(f"settings.toml knows no '{unknown[0]}'; the settings are {', '.join(sorted(KNOWN))}.")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{name} is {value!r}; it is a text in quotation marks.")
    return value


def _service(variable: str, stored: dict[str, Any], schemes: tuple[str, ...], example: str) -> str:
    """The address of another service, empty for none."""
    value = _text(variable, os.environ.get(variable, stored.get(variable.lower(), "")))
    if value and urlsplit(value).scheme not in schemes:
        raise SettingsError(f"{variable} is '{value}'; it is an address such as {example}, or left out.")
    return value


def _address(name: str, value: Any) -> str:
    local, at, domain = _text(name, value).rpartition("@")
    if not (local and at and domain) or any(sign.isspace() for sign in value):
        raise SettingsError(f"ICPORTAL_{name.upper()} is '{value}'; it is a mail address such as portal@example.org.")
    return str(value)


def _hosts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(host, str) for host in value):
        raise SettingsError('trusted_hosts is a list of names such as ["portal.example.org"].')
    return tuple(value)


def _setting(stored: dict[str, Any], name: str, default: Any) -> Any:
    return os.environ.get(f"ICPORTAL_{name.upper()}", stored.get(name, default))


def _mode(value: str) -> Mode:
    try:
        return Mode(value)
    except ValueError:
        raise SettingsError(f"ICPORTAL_MODE is '{value}'; it is one of demo, production, test.") from None


def _number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (ValueError, TypeError):
        number = 0
    if number <= 0:
        raise SettingsError(f"ICPORTAL_{name.upper()} is '{value}'; it is a whole number above zero.")
    return number


def _count(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (ValueError, TypeError):
        number = -1
    if number < 0:
        raise SettingsError(f"ICPORTAL_{name.upper()} is '{value}'; it is a whole number, 0 for none.")
    return number


def _url(name: str, value: str) -> str:
    parts = urlsplit(_text(name, value))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"ICPORTAL_{name.upper()} is '{value}'; it is an address such as https://portal.example.org.")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    scheme = value.partition(":")[0].partition("+")[0]
    if value and scheme not in {"sqlite", "postgresql", "postgres"}:
        raise SettingsError(
            "DATABASE_URL begins with postgresql:// or sqlite:///; leave it out to use the file in the instance folder."
        )
    return value


def _secret_key(stored: dict[str, Any], folder: Path, mode: Mode) -> str:
    key = str(_setting(stored, "secret_key", ""))
    if mode is Mode.PRODUCTION:
        if len(key) < SHORTEST_KEY or len(set(key)) < 10:  # noqa: PLR2004  fewer signs than ten make a word, not a key
            raise SettingsError(
                f"ICPORTAL_SECRET_KEY has to be at least {SHORTEST_KEY} random characters in production: "
                "make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        return key
    if key:
        return key
    kept = folder / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return kept.read_text(encoding="ascii").strip()


def _providers(stored: dict[str, Any]) -> tuple[IdentityProvider, ...]:
    providers = []
    if not isinstance(stored, dict) or not all(isinstance(entry, dict) for entry in stored.values()):
        raise SettingsError(
            "identity_providers are sections such as [identity_providers.oulu] with label, issuer, client_id, client_secret."
        )
    for key, entry in stored.items():
        missing = {"label", "issuer", "client_id", "client_secret"} - set(entry)
        if missing:
            raise SettingsError(f"identity_providers.{key} lacks {', '.join(sorted(missing))}.")
        extra = set(entry) - {"label", "issuer", "client_id", "client_secret", "scope"}
        if extra:
            raise SettingsError(f"identity_providers.{key} knows no '{min(extra)}'.")
        providers.append(IdentityProvider(key=key, **{name: str(value) for name, value in entry.items()}))
    return tuple(providers)
