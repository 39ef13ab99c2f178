from dataclasses import replace

import pytest
from conftest import settings_for

from icportal.accounts import demonstration, passwords, services
from icportal.accounts.demonstration import DEMO_ACCOUNTS
from icportal.app import create_app
from icportal.config import Mode, SettingsError
from icportal.core.actors import Role
from icportal.core.db import db
from icportal.core.errors import NotAllowed, NotFound

PRODUCTION = {"mode": Mode.PRODUCTION, "base_url": "https://portal.example"}


def make(world):
    with world.changes():
        return [(user.email, user.actor, user.is_demonstration) for user in services.create_demonstration_accounts()]


def test_every_role_has_an_account_that_can_sign_in(world):
    made = make(world)

    assert {account.role for account in DEMO_ACCOUNTS} == set(Role)
    assert [email for email, _actor, _flag in made] == [account.email for account in DEMO_ACCOUNTS]
    assert all(flag and email.endswith("@demo.example") for email, _actor, flag in made)
    for account in DEMO_ACCOUNTS[:2]:
        response = world.app.test_client().post("/en/sign-in", data={"email": account.email, "password": account.password})
        assert response.status_code == 303
    assert make(world) == []


def test_oulu_has_somebody_to_approve_what_a_colleague_wrote(world):
    people = {email: actor for email, actor, _flag in make(world)}
    oulu = world.cities["oulu"]

    first, second = people["officer.oulu@demo.example"], people["officer2.oulu@demo.example"]
    assert first.has_in_city(oulu, Role.CITY_OFFICER)
    assert not first.has(Role.REVIEWER)
    assert second.has_in_city(oulu, Role.CITY_OFFICER)
    assert second.has_in_language("fi", Role.REVIEWER)


def test_the_first_account_of_a_role_is_the_one_shown_for_it():
    first = {}
    for account in DEMO_ACCOUNTS:
        first.setdefault(account.role, account.city or account.language)

    assert first[Role.CITY_OFFICER] == first[Role.MAYOR_OFFICE] == "vienna"


def test_accounts_whose_city_is_missing_are_not_made_by_halves(app):
    with app.app_context(), pytest.raises(NotFound):
        services.create_demonstration_accounts()


def test_a_password_everybody_knows_is_none_to_choose():
    assert not passwords.is_easily_guessed(demonstration.PASSWORD)


def test_production_has_none_and_does_not_start_with_them(world, settings, tmp_path):
    make(world)
    production = create_app(replace(settings, mode=Mode.TEST))
    production.config["SETTINGS"] = replace(settings, **PRODUCTION)

    with production.app_context(), pytest.raises(NotAllowed):
        services.create_demonstration_accounts()
    with pytest.raises(SettingsError, match=f"{len(DEMO_ACCOUNTS)} accounts of the demonstration"):
        demonstration.refuse_in_production(production)
    with production.app_context():
        db.session.remove()
        db.engine.dispose()


def test_an_account_that_slipped_in_opens_nothing_in_production(world):
    make(world)
    client = world.app.test_client()
    client.post("/en/sign-in", data={"email": DEMO_ACCOUNTS[0].email, "password": DEMO_ACCOUNTS[0].password})
    assert client.get("/en/profile").status_code == 200
    world.app.config["SETTINGS"] = replace(world.app.config["SETTINGS"], mode=Mode.PRODUCTION)

    assert client.get("/en/profile").status_code == 303
    again = world.app.test_client().post(
        "/en/sign-in", data={"email": DEMO_ACCOUNTS[0].email, "password": DEMO_ACCOUNTS[0].password}
    )
    assert again.status_code == 422


@pytest.mark.parametrize("mode", [Mode.PRODUCTION, Mode.DEMO])
def test_a_database_without_tables_is_no_reason_to_refuse(tmp_path, mode):
    app = create_app(replace(settings_for(tmp_path, f"sqlite:///{tmp_path / 'empty.sqlite3'}"), mode=Mode.TEST))
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mode=mode)

    demonstration.refuse_in_production(app)
