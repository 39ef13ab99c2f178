"""Where everything is measured: databases of a given size, and servers of two workers on them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from flask import Flask

from icportal.cli.run import FRUGAL
from icportal.config import ROOT, Mode, Settings
from tests import servers

WORKERS = 2
#: As `icportal run` starts it.
THREADS = "4"
SECRET = "only-for-measuring-0123456789-abcdefghij"


class Stage:
    """A folder for one run. Everything in it is gone at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filled: dict[tuple[str, int], str] = {}

    def database(self, kind: str, count: int) -> str:
        """The address of a database with so many practices, filled when it is asked for first."""
        if (kind, count) not in self._filled:
            began = time.monotonic()
            print(f"Filling {kind} with {count:,} practices in three languages ...", flush=True)
            self._filled[kind, count] = self._fill(kind, count)
            print(f"  {time.monotonic() - began:.0f} s", flush=True)
        return self._filled[kind, count]

    def _fill(self, kind: str, count: int) -> str:
        from flask_migrate import upgrade

        from benchmarks.fill import fill
        from icportal.cities.loading import load_cities
        from icportal.core.db import db
        from icportal.web.page_cache import PublicStamp

        url = self._create(kind, f"practices_{count}")
        app = self.portal(url)
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            load_cities()
            db.session.merge(PublicStamp(id=1, value=1))
            db.session.commit()
            fill(count)
            db.session.remove()
            db.engine.dispose()
        return url

    def _create(self, kind: str, name: str) -> str:
        from sqlalchemy import create_engine, text

        if kind == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        server = servers.postgres_url(self.folder, os.getpid())
        with create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return f"{server}/{name}"

    def portal(self, url: str, *, page_cache: bool = False) -> Flask:
        """The portal in this process."""
        from icportal.app import create_app

        settings = Settings(
            instance=self.folder, secret_key=SECRET, mode=Mode.TEST, database_url=url, page_cache=page_cache, run_jobs_inline=True
        )
        return create_app(settings)

    @contextlib.contextmanager
    def serve(self, what: str, url: str, **environment: str) -> Iterator[Server]:
        """A WSGI application (``module:name``) under granian, as the portal is served."""
        port = servers.free_port()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", what, "--host", "127.0.0.1", "--port", str(port)]
        command += ["--workers", str(WORKERS), "--blocking-threads", THREADS, "--log-level", "warning"]
        settings = {
            "ICPORTAL_INSTANCE": str(self.folder), "ICPORTAL_MODE": "demo", "ICPORTAL_SECRET_KEY": SECRET, "DATABASE_URL": url,
            "ICPORTAL_BASE_URL": f"http://127.0.0.1:{port}", "REDIS_URL": "", "FILES_URL": "", "SMTP_URL": "",
        }  # fmt: skip
        log = (self.folder / "server.log").open("ab")
        process = subprocess.Popen(
            command, cwd=ROOT, env={**FRUGAL, **os.environ, **settings, **environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=servers.end_with_parent,  # noqa: PLW1509  no thread starts a server
        )  # fmt: skip
        try:
            server = Server(f"http://127.0.0.1:{port}", process)
            server.wait(port)
            yield server
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()


class Server:
    """A server that runs, with its memory."""

    def __init__(self, address: str, process: subprocess.Popen[bytes]) -> None:
        self.address = address
        self.process = process

    def wait(self, port: int) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                connection.request("GET", "/hello")
                connection.getresponse()
                return  # noqa: TRY300  the server answers
            except (OSError, HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise RuntimeError("the server does not answer; see server.log in its folder")

    def get(self, path: str) -> bytes:
        """One page, which has to be there."""
        host = self.address.removeprefix("http://")
        connection = HTTPConnection(host, timeout=20)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return body

    def memory(self) -> tuple[float, float]:
        """(RSS, PSS) of the largest worker in MB."""
        found = []
        for number in self._children():
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
                sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
                found.append((sizes["Rss"], sizes["Pss"]))
        return max(found)

    def _children(self) -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text().rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid:
                    found.append(int(path.parent.name))
        return found


@contextlib.contextmanager
def set_up() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="icportal-benchmarks-", ignore_cleanup_errors=True) as folder:
        path = Path(folder)
        path.chmod(0o755)
        try:
            yield Stage(path)
        finally:
            servers.end_postgres(path)
