"""Server processes killed in the middle of answering: what was answered is kept, and nothing is half there."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import servers
from conftest import Store, settings_for, user_id
from flask import Flask
from harness import PortalClient
from sqlalchemy import func, select

from icportal.accounts.models import User
from icportal.app import create_app
from icportal.core.audit import AuditEntry
from icportal.core.db import db

WRITERS = ("administrator@demo.example", "coordinator@demo.example", "officer.oulu@demo.example")
ROUNDS = 2


def server_processes(address: str) -> list[int]:
    """The processes of granian that answer at this address: the children of whoever was started for its port."""
    port, found = str(urlsplit(address).port), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = Path(f"/proc/{parent}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"granian" in command and port.encode() in command and parent != os.getpid():
            found.append(int(folder.name))
    return found


class Writer(threading.Thread):
    """Somebody who gives themselves one name after another until the server is gone; ``kept`` counts the answers."""

    def __init__(self, address: str, client: PortalClient, name: str) -> None:
        super().__init__()
        self.host = urlsplit(address).netloc
        cookie = client.get_cookie("icportal")
        assert cookie is not None
        self.headers = {
            "Cookie": f"icportal={cookie.value}", "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": client.token(),
        }  # fmt: skip
        self.given = name
        self.kept = 0

    def run(self) -> None:
        while self.post(f"{self.given} {self.kept + 1}"):
            self.kept += 1

    def post(self, name: str) -> bool:
        connection = HTTPConnection(self.host, timeout=5)
        try:
            connection.request(
                "POST", "/en/profile", urlencode({"name": name, "language": "en", "mail_preference": "weekly"}), self.headers
            )
            return connection.getresponse().status == 303
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def state_of(app: Flask, user_id: int) -> tuple[str, int]:
    """The person's name, and how many changes of it are recorded."""
    with app.app_context():
        own = select(func.count()).where(AuditEntry.actor_id == user_id, AuditEntry.subject_id == user_id)
        found = db.session.get_one(User, user_id).name, db.session.scalar(own) or 0
        db.session.remove()
        db.engine.dispose()
        return found


def test_what_was_answered_outlives_a_killed_server(store: Store, tmp_path: Path) -> None:
    store.create("portal", store.template("seeded"))
    settings = replace(settings_for(tmp_path / "instance", store.url("portal")), run_jobs_inline=False)
    app = create_app(settings)
    app.test_client_class = PortalClient
    environment = {
        "ICPORTAL_INSTANCE": str(settings.instance), "ICPORTAL_MODE": "test", "ICPORTAL_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url, "REDIS_URL": "", "FILES_URL": "", "SMTP_URL": "",
    }  # fmt: skip
    people = {email: user_id(app, email) for email in WRITERS}
    chance = random.Random(20261123)
    for turn in range(ROUNDS):
        recorded = {email: state_of(app, number)[1] for email, number in people.items()}
        with servers.granian(environment, log=tmp_path / "server.log") as address:
            writers = {}
            for email, number in people.items():
                client = app.test_client()
                client.sign_in(number)
                writers[email] = Writer(address, client, f"Turn {turn} name")
                writers[email].start()
            until = time.monotonic() + 10
            while not all(writer.kept for writer in writers.values()) and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.02, 0.5))
            killed = server_processes(address)
            for process in killed:
                os.kill(process, signal.SIGKILL)
            for writer in writers.values():
                writer.join()
        assert killed, "no server process was found"
        for email, writer in writers.items():
            assert writer.kept, f"{email} got no answer"
            name, records = state_of(app, people[email])
            # The last request had no answer: it is kept whole, with its record, or not at all.
            whole = records - recorded[email]
            assert whole in {writer.kept, writer.kept + 1}
            assert name == f"{writer.given} {whole}"
