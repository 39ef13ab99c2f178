"""The command line itself: what it lists exists, and what is wrong is one sentence."""

import json
import os
import socket
import subprocess
import sys
from secrets import token_urlsafe

import click
import pytest

from icportal.cli import COMMANDS, portal
from icportal.cli.run import Child, Supervisor
from icportal.config import ROOT, Settings


def call(*arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ICPORTAL_")}
    return subprocess.run(
        [sys.executable, "-m", "icportal.cli", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_listed_command_exists(name):
    assert isinstance(portal.get_command(click.Context(portal), name), click.Command)


def test_help_imports_no_web_framework():
    program = "import sys, icportal.cli as c; c.portal(['--help'], standalone_mode=False); sys.exit('flask' in sys.modules)"

    outcome = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert all(name in outcome.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"ICPORTAL_MODE": "banana"}, "ICPORTAL_MODE"),
        ({"ICPORTAL_INSTANCE": "/proc/nowhere"}, "/proc/nowhere"),
        ({"DATABASE_URL": "mysql://somewhere"}, "DATABASE_URL"),
        ({"ICPORTAL_MODE": "production", "ICPORTAL_SECRET_KEY": "short"}, "ICPORTAL_SECRET_KEY"),
    ],
)
def test_a_wrong_setting_is_one_sentence(environment, word, tmp_path):
    outcome = call("run", "--port", "1024", **{"ICPORTAL_INSTANCE": str(tmp_path), **environment})

    assert outcome.returncode == 2
    assert word in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_an_occupied_port_is_one_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        outcome = call("run", "--port", str(port), ICPORTAL_INSTANCE=str(tmp_path))

    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Error: Port {port} is in use by another program")
    assert len(outcome.stderr.splitlines()) == 1


def test_a_child_that_died_is_started_again_and_one_that_never_lives_ends_the_portal(tmp_path, capsys):
    supervisor = Supervisor(Settings(instance=tmp_path, secret_key="k"), "127.0.0.1", 1, 1)
    supervisor.children = [Child("worker", [sys.executable, "-c", "pass"])]

    assert supervisor.watch() == 1

    told = capsys.readouterr().err.splitlines()
    assert told[:2] == ["The worker has ended and is started again."] * 2
    assert told[2].startswith("The worker ends as soon as it is started")


def test_ending_reaches_a_child_that_does_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr("icportal.cli.run.PATIENCE", 0.5)
    supervisor = Supervisor(Settings(instance=tmp_path, secret_key="k"), "127.0.0.1", 1, 1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = Child("worker", [sys.executable, "-c", deaf])
    supervisor.children = [child]
    child.start()

    supervisor.end_children()

    assert child.process.wait(5) < 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "portal.example.org"])
def test_a_demonstration_stays_on_this_machine(host, tmp_path):
    outcome = call("run", "--host", host, ICPORTAL_INSTANCE=str(tmp_path))

    assert outcome.returncode == 1
    assert "ICPORTAL_MODE=production" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


@pytest.mark.slow
def test_the_first_administrator_gets_a_link_and_the_lists_leave_as_the_pages_give_them(tmp_path):
    known = {"ICPORTAL_INSTANCE": str(tmp_path / "instance")}
    arguments = ("init", "--email", "ada@city.example", "--name", "Ada", "--no-facts", "--language")
    refused = call(*arguments, "fi", **known)
    assert refused.returncode == 2
    assert "'fi' is not one of" in refused.stderr

    link = call(*arguments, "fr", **known).stdout.splitlines()[-1]
    assert link.startswith("http://127.0.0.1:8000/fr/invitations/")

    outcome = call("data", "export", str(tmp_path / "lists"), "--language", "de", **known)
    assert outcome.returncode == 0, outcome.stderr
    names = [f"{name}.{form}" for name in ("cities", "practices", "signatories") for form in ("csv", "json")]
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == names
    cities = json.loads((tmp_path / "lists" / "cities.json").read_text())
    # A demonstration is filled before its first start, so the names are there, in the language asked for.
    assert {"Wien"} == {city["name"] for city in cities["items"] if city["slug"] == "vienna"}
    assert (tmp_path / "lists" / "practices.csv").read_bytes().startswith(b"\xef\xbb\xbfslug,url,title")


def test_production_without_a_mail_server_says_so_once(tmp_path):
    production = {
        "ICPORTAL_MODE": "production",
        "ICPORTAL_BASE_URL": "https://portal.example.org",
        "ICPORTAL_SECRET_KEY": token_urlsafe(48),
    }
    outcome = call("worker", "--once", **production, ICPORTAL_INSTANCE=str(tmp_path))

    assert [line for line in outcome.stderr.splitlines() if "SMTP_URL" in line] == [
        "Warning: no mail leaves, because SMTP_URL is not set."
    ]
