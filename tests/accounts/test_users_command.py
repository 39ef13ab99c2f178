"""``icportal users``: the same services as the pages, from the machine."""

import pytest
from click.testing import CliRunner

from icportal.cli.users import users
from icportal.core.audit import AuditEntry
from icportal.core.db import db

from .conftest import PASSWORD

NEW = "quiet harbour with six boats"


@pytest.fixture
def call(world, settings, monkeypatch):
    monkeypatch.setattr("icportal.app.create_app", lambda _settings: world.app)
    monkeypatch.setattr("icportal.config.Settings.load", lambda: settings)

    def call(*arguments, typed=None):
        outcome = CliRunner().invoke(users, arguments, input=typed)
        assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
        return outcome.exit_code, outcome.output

    return call


def test_inviting_prints_a_link_that_works(world, client, call):
    status, said = call("invite", "nina@city.example", "mayor_office", "--city", "vienna", "--name", "Nina")

    assert status == 0
    link = said.strip().splitlines()[-1].removeprefix("http://localhost")
    assert client.post(link, data={"name": "Nina", "password": NEW, "language": "en"}).status_code == 303
    assert len(world.mails("nina@city.example")) == 1


def test_roles_are_given_listed_and_taken(world, call):
    world.person("olga")

    assert call("grant", "olga@city.example", "reviewer", "--language", "fi")[0] == 0
    assert call("list", "olg")[1] == "olga@city.example\tOlga\topen\treviewer(fi)\n"
    status, said = call("revoke", "olga@city.example", "reviewer", "--language", "sv")
    assert (status, "Roles: reviewer(fi)." in said) == (1, True)
    assert call("revoke", "olga@city.example", "reviewer", "--language", "fi")[0] == 0
    assert call("list", "olg")[1].endswith("\t-\n")
    with world.changes():
        entries = db.session.query(AuditEntry).filter(AuditEntry.action.in_(["accounts.role:grant", "accounts.role:revoke"]))
        assert {entry.actor_id for entry in entries} == {None}


def test_closing_opening_and_a_new_password(world, client, enter, call):
    member = enter(world.person("olga"))

    assert call("disable", "olga@city.example")[0] == 0
    assert member.get("/en/profile").status_code == 303
    assert call("enable", "olga@city.example")[0] == 0
    assert call("set-password", "olga@city.example", typed=f"{NEW}\n{NEW}\n")[0] == 0
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        assert client.post("/en/sign-in", data={"email": "olga@city.example", "password": password}).status_code == status


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("grant", "nobody@city.example", "coordinator"), "No account has the address"),
        (("grant", "olga@city.example", "city_officer"), "choose the city"),
        (("grant", "olga@city.example", "city_officer", "--city", "atlantis"), "There is no city atlantis"),
        (("grant", "olga@city.example", "translator", "--language", "xx"), "choose the language"),
        (("grant", "olga@city.example", "emperor"), "is not one of"),
        (("revoke", "olga@city.example", "administrator"), "last administrator"),
        (("disable", "olga@city.example"), "last administrator"),
        (("enable", "olga@city.example"), "open already"),
        (("set-password", "olga@city.example", "--password", "short"), "at least 12"),
        (("invite", "no address", "administrator"), "not a mail address"),
    ],
)
def test_what_is_refused_is_one_sentence_and_changes_nothing(world, call, arguments, sentence):
    user_id = world.person("olga", ("administrator", None))
    with world.changes():
        before = db.session.query(AuditEntry).count()

    status, said = call(*arguments)

    assert status != 0
    assert sentence in said
    assert "Traceback" not in said
    with world.changes():
        assert db.session.query(AuditEntry).count() == before
        assert world.user(user_id).is_active
