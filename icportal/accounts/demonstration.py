"""The accounts of a demonstration. They exist in demonstrations and tests only; production refuses to start with them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from icportal.accounts import queries
from icportal.accounts.enums import Role
from icportal.accounts.models import User
from icportal.config import Mode, Settings, SettingsError
from icportal.core.db import db

#: Known to everybody who can read, and no good for anything but a demonstration.
PASSWORD = "eleven commitments, one city"  # noqa: S105


@dataclass(frozen=True)
class DemoRole:
    """A role and where it holds."""

    role: Role
    city: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demonstration. ``role``, ``city`` and ``language`` are its main role; ``more`` are further ones.

    ``interface`` is the language the person reads the portal in.
    """

    role: Role
    name: str
    email: str
    city: str | None = None
    language: str | None = None
    more: tuple[DemoRole, ...] = ()
    interface: str = "en"
    password: str = PASSWORD

    @property
    def roles(self) -> tuple[DemoRole, ...]:
        return DemoRole(self.role, self.city, self.language), *self.more


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(Role.ADMINISTRATOR, "Ada Novak", "administrator@demo.example"),
    DemoAccount(Role.COORDINATOR, "Clara Jansen", "coordinator@demo.example"),
    DemoAccount(Role.MAYOR_OFFICE, "Moritz Steiner", "mayor.vienna@demo.example", city="vienna", interface="de"),
    DemoAccount(Role.CITY_OFFICER, "Olga Berger", "officer.vienna@demo.example", city="vienna", interface="de"),
    DemoAccount(
        Role.TRANSLATOR,
        "Thierry Lefort",
        "translator@demo.example",
        language="en",
        more=(DemoRole(Role.TRANSLATOR, language="fr"),),
    ),
    DemoAccount(
        Role.REVIEWER, "Rachel Owens", "reviewer@demo.example", language="en", more=(DemoRole(Role.REVIEWER, language="fr"),)
    ),
    DemoAccount(Role.PEER_REVIEWER, "Paolo Conti", "peer@demo.example"),
    DemoAccount(Role.COORDINATOR, "Carlos Vidal", "coordinator2@demo.example"),
    DemoAccount(Role.CITY_OFFICER, "Outi Laine", "officer.oulu@demo.example", city="oulu"),
    DemoAccount(
        Role.CITY_OFFICER,
        "Onni Heikkinen",
        "officer2.oulu@demo.example",
        city="oulu",
        more=(DemoRole(Role.REVIEWER, language="fi"),),
    ),
    DemoAccount(Role.MAYOR_OFFICE, "Minna Saari", "mayor.oulu@demo.example", city="oulu"),
    DemoAccount(Role.CITY_OFFICER, "Nora Lindner", "officer.nuremberg@demo.example", city="nuremberg", interface="de"),
    DemoAccount(
        Role.TRANSLATOR,
        "Tessa de Wit",
        "translator2@demo.example",
        language="de",
        more=tuple(DemoRole(Role.TRANSLATOR, language=code) for code in ("es", "it", "nl")),
    ),
    DemoAccount(
        Role.REVIEWER,
        "Renate Vogel",
        "reviewer2@demo.example",
        language="de",
        more=tuple(DemoRole(Role.REVIEWER, language=code) for code in ("es", "it", "nl")),
    ),
    DemoAccount(Role.CITY_OFFICER, "Giulia Parodi", "officer.genoa@demo.example", city="genoa", interface="it"),
    DemoAccount(Role.MAYOR_OFFICE, "Matteo Ferrando", "mayor.genoa@demo.example", city="genoa", interface="it"),
    DemoAccount(Role.CITY_OFFICER, "Ilze Kalnina", "officer.riga@demo.example", city="riga"),
    DemoAccount(Role.MAYOR_OFFICE, "Janis Ozols", "mayor.riga@demo.example", city="riga"),
    DemoAccount(Role.CITY_OFFICER, "Chiara Brambilla", "officer.milan@demo.example", city="milan", interface="it"),
)


def refuse_in_production(app: Flask) -> None:
    """Stop the start of a production portal whose database holds accounts of a demonstration.

    Raises:
        SettingsError: it does, or the database cannot be asked.
    """
    settings: Settings = app.config["SETTINGS"]
    if settings.mode is not Mode.PRODUCTION:
        return
    with app.app_context():
        try:
            found = queries.open_demonstration_accounts() if inspect(db.engine).has_table(User.__tablename__) else 0
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise SettingsError(f"The database cannot be used ({reason}): check DATABASE_URL and the instance folder.") from None
        finally:
            db.session.remove()
    if found:
        raise SettingsError(
            f"The database holds {found} accounts of the demonstration, whose password everybody knows: "
            "begin production with an empty database, or set ICPORTAL_MODE to demo."
        )
