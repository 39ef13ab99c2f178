"""`icportal run`: make the database ready, then keep the server and the worker running until told to stop."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from types import FrameType
from urllib.parse import urlsplit

import click

from icportal.config import ROOT, Settings

#: A child that ends sooner than this did not really start; after so many in a row there is no use in trying again.
SHORT_LIFE, GIVE_UP_AFTER = 5.0, 3
PATIENCE = 10.0
SLOW_START = 30.0
PR_SET_PDEATHSIG = 1
#: Threads share one heap: glibc would give each its own and leave holes in all of them.
FRUGAL = {"MALLOC_ARENA_MAX": "1"}


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port of the portal.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Server processes.")
def run(port: int, host: str, workers: int) -> None:
    """Start the portal: database, server and worker."""
    settings = Settings.load()
    if settings.demo:
        require_loopback(host)
    if settings.base_url == Settings.base_url and port != 8000:  # noqa: PLR2004  the port in the default address
        os.environ["ICPORTAL_BASE_URL"] = f"http://{host}:{port}"
    require_free(host, port)
    sys.exit(Supervisor(prepare(), host, port, workers).watch())


def require_loopback(host: str) -> None:
    """Keep a demonstration, whose passwords everybody can read, on this machine."""
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise click.ClickException(
            f"A demonstration has passwords everybody knows and is not served at {host}: set ICPORTAL_MODE=production, or leave out --host."
        )


def require_free(host: str, port: int) -> None:
    """Refuse an address that cannot be had, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(why_not(error, host, port)) from None


def why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1  # noqa: PLR2004  the highest port
        return f"Port {port} is in use by another program: stop it, or take another port, for example `make run PORT={other}`."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for administrators: take a port above 1023, for example `make run PORT=8000`."
    return f"The portal cannot listen at {host}, port {port}: {error.strerror}."


def prepare() -> Settings:
    """Bring the database to the present form and fill an empty demonstration with the real facts."""
    from flask_migrate import upgrade
    from sqlalchemy import select
    from sqlalchemy.exc import OperationalError

    from icportal.app import create_app
    from icportal.cities.models import City
    from icportal.core.db import db

    settings = Settings.load()
    app = create_app(settings)
    with app.app_context():
        try:
            upgrade(directory=str(ROOT / "migrations"))
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"The database cannot be used ({reason}): check DATABASE_URL and the instance folder."
            ) from None
        if settings.demo and db.session.scalar(select(City.id).limit(1)) is None:
            from icportal.cli.data import load_all
            from icportal.core.actors import SYSTEM
            from icportal.indicators.services import releasing
            from icportal.reporting.services.demonstration import freeze_demonstration_rounds

            click.echo("Loading cities, charter, signatures and practices ...")
            load_all()
            # The worker writes their files as soon as it has started.
            freeze_demonstration_rounds()
            releasing.begin_releases("Values of the published reports.", actor=SYSTEM)
            db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return settings


@dataclass
class Child:
    """A process that is started again when it ends."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = field(default=0)

    def start(self) -> None:
        self.started = time.monotonic()
        # A session of its own: Ctrl-C reaches the supervisor alone, which then ends its children in order.
        self.process = subprocess.Popen(
            self.command,
            env={**FRUGAL, **os.environ},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  the supervisor has no threads
        )

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def send(self, number: int) -> None:
        """Send a signal to the process, or to all that it left behind when it is gone."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if self.process.poll() is None and number != signal.SIGKILL:
                self.process.send_signal(number)
            else:
                os.killpg(self.process.pid, number)


def die_with_parent() -> None:
    """Ask the system to end this process when the supervisor is killed. Other systems than Linux have no such call."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps server and worker running, and ends both when it is told to."""

    def __init__(self, settings: Settings, host: str, port: int, workers: int) -> None:
        self.settings = settings
        self.host = host
        self.port = port
        server = [sys.executable, "-m", "granian", "--interface", "wsgi", "icportal.wsgi:application"]
        server += ["--host", host, "--port", str(port), "--workers", str(workers), "--log-level", "error"]
        server += ["--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "5"]
        self.children = [
            Child("server", server),
            Child("worker", [sys.executable, "-m", "icportal.cli", "worker"]),
        ]
        self.stopping = False
        self.settled = False

    def watch(self) -> int:
        """Stay until a signal comes. The answer is the exit status."""
        before = {number: signal.signal(number, self.stop) for number in (signal.SIGTERM, signal.SIGINT)}
        for child in self.children:
            child.start()
        status, began = 0, time.monotonic()
        while not self.stopping and status == 0:
            time.sleep(0.1)
            status = self.look_after()
            if status or self.settled:
                continue
            if self.answers():
                self.settled = True
                self.welcome()
            elif time.monotonic() - began > SLOW_START:
                self.settled = True
                click.echo(
                    f"The portal does not answer at http://{self.host}:{self.port}/en/; its own message is above.", err=True
                )
        self.end_children()
        for number, handler in before.items():
            signal.signal(number, handler)
        return status

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def look_after(self) -> int:
        """Start again what has ended; give up on what ends at once every time."""
        for child in self.children:
            if self.stopping or not child.has_ended():
                continue
            child.failures = child.failures + 1 if time.monotonic() - child.started < SHORT_LIFE else 0
            if child.failures >= GIVE_UP_AFTER:
                click.echo(f"The {child.name} ends as soon as it is started; its own message is above.", err=True)
                return 1
            click.echo(f"The {child.name} has ended and is started again.", err=True)
            child.send(signal.SIGKILL)
            child.start()
        return 0

    def answers(self) -> bool:
        connection = HTTPConnection(self.host, self.port, timeout=2)
        try:
            # Under its own name: a portal for one host answers to no other.
            connection.request("GET", "/en/", headers={"Host": urlsplit(self.settings.base_url).netloc})
            return connection.getresponse().status == 200  # noqa: PLR2004  OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def welcome(self) -> None:
        click.echo(f"\nThe portal is at http://{self.host}:{self.port}/en/   (Ctrl-C ends it)")
        if self.settings.demo:
            from icportal.cli.data import DEMO_ACCOUNTS

            click.echo("\nDemonstration accounts, one for each role:")
            widths = [max(len(str(getattr(account, name))) for account in DEMO_ACCOUNTS) for name in ("role", "email")]
            for account in DEMO_ACCOUNTS:
                click.echo(f"  {account.role!s:<{widths[0]}}  {account.email:<{widths[1]}}  {account.password}")
        click.echo("")
        sys.stdout.flush()

    def end_children(self) -> None:
        """Ask both to finish what they are doing; end by force what does not."""
        for child in self.children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            child.send(signal.SIGKILL)
