"""Fixtures of all tests.

A test that asks for ``app`` runs on SQLite; marked ``databases``, on PostgreSQL as well (``--database`` narrows it).
The schema comes from the real migrations and the facts from the real loader, each made once a run and copied for
every test, so that a test may change what it likes.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import servers
from argon2 import PasswordHasher
from filelock import FileLock
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from harness import PortalClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Engine, NullPool, create_engine, event, text
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule

from icportal.accounts import passwords
from icportal.config import ROOT, Mode, Settings

BACKENDS = ("sqlite", "postgres")
#: Hashes passwords as the portal does.
COSTLY = passwords.HASHER
LOOPBACK = ("127.0.0.1", "::1", "localhost", "")
CHROMIUM_ARGUMENTS = [
    "--disable-quic",
    "--disable-sync",
    # No name leaves the browser: a page that loads anything from elsewhere fails.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgres", "both"],
        default=os.environ.get("ICPORTAL_TEST_DATABASE", "both"),
        help="where tests marked `databases` run",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `databases` run once on each database, those marked `postgres` on that one."""
    if "backend" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    if metafunc.definition.get_closest_marker("postgres"):
        backends: tuple[str, ...] = ("postgres",)
    elif metafunc.definition.get_closest_marker("databases"):
        backends = BACKENDS if chosen == "both" else (chosen,)
    else:
        backends = ("postgres",) if chosen == "postgres" else ("sqlite",)
    metafunc.parametrize("backend", backends, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that no process is left with one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and hasattr(config, "_tmp_path_factory"):
        factory: pytest.TempPathFactory = config._tmp_path_factory
        if factory._basetemp is not None:
            servers.end_postgres(factory._basetemp)


# Guards


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """A test that reaches beyond this machine fails, whatever library it does it with."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test wanted to reach {address[0]}")
        return connect(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOOPBACK and name != socket.gethostname():
            raise AssertionError(f"a test wanted to look up {name}")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


@pytest.fixture(autouse=True)
def no_mail(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sends mail but one that asks for the sink ``mailbox``."""
    if "mailbox" in request.fixturenames:
        return

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a test wanted to send mail without asking for `mailbox`")

    monkeypatch.setattr("smtplib.SMTP.__init__", refuse)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """A test has no secrets: hashing one costs it almost nothing. `costly_passwords` is for tests of the cost itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def costly_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as they are for people."""
    monkeypatch.setattr(passwords, "HASHER", COSTLY)


@pytest.fixture(autouse=True, scope="session")
def databases_that_need_not_last() -> Iterator[None]:
    """SQLite waits for no disk: nothing of a test has to outlive a power cut. Servers of their own wait as always."""

    def hurry(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", hurry)
    yield
    event.remove(Engine, "connect", hurry)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server on loopback that keeps what it gets."""
    from aiosmtpd.controller import Controller

    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


class Mailbox:
    """What arrived, oldest first."""

    def __init__(self) -> None:
        self.url = ""
        self.envelopes: list[Any] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        if self.answer.startswith("2"):
            self.envelopes.append(envelope)
        return self.answer


# Databases


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Path:
    """A folder common to all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base if worker == "alone" else base.parent


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


class Store:
    """One backend's databases: a template with the schema, one with the facts, and this process's own copy."""

    def __init__(self, shared: Path, own: Path, worker: str) -> None:
        self.shared = shared
        self.own = own
        self.worker = worker

    def template(self, kind: str) -> str:
        """The name of the template, made by the first process that needs it."""
        name = f"template_{kind}"
        source = self.template("schema") if kind == "seeded" else ""
        done = self.shared / f"{type(self).__name__}-{kind}.done"
        with FileLock(self.shared / f"{type(self).__name__}-{kind}.lock"):
            if not done.exists():
                self.create(name, source)
                fill(settings_for(self.own / name, self.url(name)), kind)
                self.settle(name)
                done.touch()
        return name

    def url(self, name: str) -> str:
        raise NotImplementedError

    def create(self, name: str, source: str) -> None:
        """Make the database anew, empty or as a copy of ``source``."""
        raise NotImplementedError

    def settle(self, name: str) -> None:
        """Leave the template so that it can be copied."""


class SqliteStore(Store):
    def path(self, name: str) -> Path:
        return (self.shared if name.startswith("template_") else self.own) / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def create(self, name: str, source: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{suffix}").unlink(missing_ok=True)
        if source:
            shutil.copyfile(self.path(source), self.path(name))

    def settle(self, name: str) -> None:
        engine = create_engine(self.url(name))
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()


class PostgresStore(Store):
    def __init__(self, shared: Path, own: Path, worker: str) -> None:
        super().__init__(shared, own, worker)
        run = os.getpid() if worker == "alone" else os.getppid()
        self.server = servers.postgres_url(shared, run)
        self.engine = create_engine(f"{self.server}/postgres", isolation_level="AUTOCOMMIT")
        #: Databases of this process that have the schema and what a test has left.
        self.used: dict[str, Engine] = {}

    def url(self, name: str) -> str:
        return f"{self.server}/{self.name(name)}"

    def name(self, name: str) -> str:
        return name if name.startswith("template_") else f"{name}_{self.worker}"

    def create(self, name: str, source: str) -> None:
        if name in self.used and source == "template_schema" and emptied(self.used[name]):
            return
        if (engine := self.used.pop(name, None)) is not None:
            engine.dispose()
        self.copy(name, source)
        if source == "template_schema":
            self.used[name] = create_engine(self.url(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def copy(self, name: str, source: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{self.name(name)}" WITH (FORCE)'))
            copied = f'TEMPLATE "{self.name(source)}" STRATEGY wal_log' if source else ""
            connection.execute(text(f'CREATE DATABASE "{self.name(name)}" {copied}'))

    def settle(self, name: str) -> None:
        engine = create_engine(self.url(name), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        engine.dispose()


def emptied(engine: Engine) -> bool:
    """Empty a database that a test has used: quicker than another copy. Whether it worked; nobody else may still hold a table."""
    with engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        kept = [table for table in tables if table != "alembic_version"]
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in kept)
        filled = ", ".join(f'"{table}"' for table in connection.scalars(text(asked)))
        try:
            connection.execute(text("SET lock_timeout = '2s'"))
            if filled:
                connection.execute(text(f"TRUNCATE {filled} CASCADE"))
        except OperationalError:
            return False
        counted = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
        connection.execute(text(counted))
    return True


def settings_for(instance: Path, url: str) -> Settings:
    instance.mkdir(parents=True, exist_ok=True)
    return Settings(
        instance=instance,
        secret_key="only-for-tests-0123456789-abcdefghij",
        mode=Mode.TEST,
        base_url="http://localhost",
        database_url=url,
        run_jobs_inline=True,
    )


def fill(settings: Settings, kind: str) -> None:
    """Bring a new database to the head of the migrations; for ``seeded`` load the real facts as well."""
    from flask_migrate import upgrade

    from icportal.app import create_app
    from icportal.core.db import db

    app = create_app(settings)
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        if kind == "seeded":
            from icportal.cli.data import load_all

            load_all()
            db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def store(backend: str, shared: Path, worker: str, tmp_path_factory: pytest.TempPathFactory) -> Store:
    own = tmp_path_factory.mktemp(f"store-{backend}")
    return SqliteStore(shared, own, worker) if backend == "sqlite" else PostgresStore(shared, own, worker)


# The portal


@pytest.fixture
def settings(store: Store) -> Settings:
    """Override in a module to test other settings: what is the same in each of its tests is made once."""
    return usual_settings(store)


def usual_settings(store: Store) -> Settings:
    return settings_for(store.own / "instance", store.url("portal"))


@pytest.fixture
def app(store: Store, settings: Settings) -> Iterator[Flask]:
    """The portal with an empty database."""
    yield from portal_on(store, "schema", settings)


@pytest.fixture
def seeded_app(store: Store, settings: Settings) -> Iterator[Flask]:
    """The portal as `make run` shows it: the real facts and the demonstration accounts."""
    yield from portal_on(store, "seeded", settings)


def compiled_templates(shared: Path) -> BytecodeCache:
    """What templates are compiled to, common to all portals of this run: each test has a portal of its own."""
    folder = shared / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(autouse=True, scope="session")
def memory_looked_through_seldom() -> Iterator[None]:
    """What all portals of this run share is never given back, and a portal is garbage once in a test: collecting takes a fifth of the time otherwise."""
    import icportal.app  # noqa: F401  everything that lives as long as the run is loaded before the rest is counted

    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 10)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


@pytest.fixture(autouse=True, scope="session")
def routes_compiled_once() -> Iterator[None]:
    """What a route is compiled to depends on the route alone: all portals of this run share it, each test having one of its own."""
    compile_rule, known = Rule.compile, {}
    compiled_to = ("_parts", "_trace", "_converters", "arguments")

    def compiled(self: Rule) -> None:
        key = (self.rule, self.subdomain, self.host, self.merge_slashes, str(self.defaults))
        if key not in known:
            compile_rule(self)
            known[key] = {name: getattr(self, name) for name in compiled_to}, self._build.__func__, self._build_unknown.__func__
        attributes, build, build_unknown = known[key]
        vars(self).update({name: copy(value) for name, value in attributes.items()})
        self._build, self._build_unknown = build.__get__(self, None), build_unknown.__get__(self, None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compiled)
        yield


@pytest.fixture(autouse=True, scope="session")
def statements_compiled_once() -> Iterator[None]:
    """An engine keeps what statements compile to: all portals of this run that have the same database share one, each test having one of its own."""
    make, known = SQLAlchemy._make_engine, {}

    def made(self: SQLAlchemy, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        key = str(sorted((name, str(value)) for name, value in options.items()))
        if key in known:
            # No connection outlives the database it was opened for.
            known[key].dispose()
        else:
            known[key] = make(self, bind_key, {**options, "query_cache_size": 5000}, app)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLAlchemy, "_make_engine", made)
        yield


def portal_on(store: Store, kind: str, settings: Settings) -> Iterator[Flask]:
    from icportal.app import create_app
    from icportal.core.db import db

    template = store.template(kind)
    store.create("portal", template)
    shutil.rmtree(settings.instance, ignore_errors=True)
    settings.instance.mkdir(parents=True)
    app = create_app(settings)
    app.test_client_class = PortalClient
    app.jinja_env.bytecode_cache = compiled_templates(store.shared)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, for tests of services."""
    with app.app_context():
        yield


@pytest.fixture
def client(request: pytest.FixtureRequest, backend: str) -> PortalClient:
    """A visitor (on ``backend``, which makes a marked test run on both). On the filled portal when the test asks for ``seeded_app``, otherwise on the empty one."""
    name = "seeded_app" if "seeded_app" in request.fixturenames else "app"
    return request.getfixturevalue(name).test_client()


@pytest.fixture
def sign_in(request: pytest.FixtureRequest, client: PortalClient) -> Callable[..., PortalClient]:
    """Sign the client in: by role (the demonstration account of that role), by address, or as a user."""

    def sign_in(who: Any) -> PortalClient:
        client.sign_in(who if isinstance(who, int) else getattr(who, "id", None) or user_id(client.application, str(who)))
        return client

    return sign_in


def user_id(app: Flask, who: str) -> int:
    """The id of a demonstration account, named by its role or address."""
    from icportal.accounts.models import User
    from icportal.cli.data import DEMO_ACCOUNTS
    from icportal.core.db import db

    address = who if "@" in who else next(account.email for account in DEMO_ACCOUNTS if str(account.role) == who)
    with app.app_context():
        found = db.session.query(User.id).filter_by(email=address).scalar()
        db.session.remove()
    assert found is not None, f"there is no account {who}"
    return int(found)


# A browser


@pytest.fixture(scope="module")
def live_environment(shared: Path, worker: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of the filled portal that the browser meets. One for each file: no journey finds what another has left."""
    own = tmp_path_factory.mktemp("live")
    store = SqliteStore(shared, own, worker)
    store.create("portal", store.template("seeded"))
    return {
        "ICPORTAL_INSTANCE": str(own / "instance"),
        "ICPORTAL_MODE": "test",
        "ICPORTAL_SECRET_KEY": replace(settings_for(own / "instance", "")).secret_key,
        "DATABASE_URL": store.url("portal"),
        "REDIS_URL": "",
        "FILES_URL": "",
        "SMTP_URL": "",
    }


@pytest.fixture(scope="module")
def live_server(live_environment: dict[str, str]) -> Iterator[str]:
    """The filled portal under granian on a database of its own; gives its address."""
    log = Path(live_environment["ICPORTAL_INSTANCE"]).parent / "server.log"
    with servers.granian(live_environment, log=log) as address:
        yield address


@pytest.fixture
def live_worker(live_server: str, live_environment: dict[str, str]) -> Iterator[None]:
    """A worker beside the live server, for what happens after a request."""
    with servers.worker({**live_environment, "ICPORTAL_BASE_URL": live_server}):
        yield


@pytest.fixture(scope="session")
def browser(no_network: None) -> Iterator[Any]:
    """Debian's Chromium, or the one that CHROMIUM names."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if program is None:
        pytest.fail("there is no Chromium: `make test` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Any, live_server: str) -> Iterator[Callable[..., Any]]:
    """Opens pages of separate people: each has cookies of its own. Script errors and refused loads fail the test."""
    contexts, problems = [], []

    def new_page(**options: Any) -> Any:
        context = browser.new_context(base_url=live_server, **{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                problems.append(f"{page.url}: {said.text}")
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )
        page.on(
            "requestfailed", lambda asked: problems.append(f"{page.url}: {asked.url} was not loaded") if foreign(asked) else None
        )
        return page

    def foreign(asked: Any) -> bool:
        return not asked.url.startswith((live_server, "data:", "blob:"))

    yield new_page
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One visitor's page."""
    return new_page()


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """Asks axe about a page by the rules of WCAG 2.2 AA; gives what it finds, one sentence each."""
    from axe_playwright_python.sync_playwright import Axe

    # Only what is wrong is described node by node: axe looks at the same things in half the time.
    rules = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        "resultTypes": ["violations"],
        "preload": False,
    }

    def look(page: Any) -> list[str]:
        found = Axe().run(page, options=rules).response["violations"]
        return [f"{page.url} {each['id']}: {each['help']} {[node['target'] for node in each['nodes']][:3]}" for each in found]

    return look


# A spreadsheet program


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """A real LibreOffice, or the one that SOFFICE names: opens the bytes of a file and saves them again.

    ``libreoffice(data)`` makes .xlsx of .xlsx; ``source`` and ``target`` name other endings.
    """
    program = os.environ.get("SOFFICE") or next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
    if program is None:
        pytest.fail("there is no LibreOffice: `make test` installs it")
    profile = tmp_path_factory.mktemp("libreoffice")

    def saved_again(data: bytes, *, source: str = "xlsx", target: str = "xlsx") -> bytes:
        folder = tmp_path_factory.mktemp("saved")
        (folder / f"file.{source}").write_bytes(data)
        out = folder / "out"
        command = [
            program,
            f"-env:UserInstallation={(profile / 'user').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            target,
            "--outdir",
            str(out),
            str(folder / f"file.{source}"),
        ]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        result = out / f"file.{target}"
        assert result.exists(), f"LibreOffice saved nothing: {done.stdout} {done.stderr}"
        return result.read_bytes()

    return saved_again
