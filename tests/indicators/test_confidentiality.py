"""A confidential value leaves by no way out: not by a page, a figure, a file, a mail, a job, a record or the command line."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask
from harness import PortalClient
from indicator_world import coordinator, definition, entry, officer, publish, put
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from icportal.cli.verify import findings
from icportal.core.db import db
from icportal.core.outbox import Mail
from icportal.indicators.enums import Confidentiality
from icportal.indicators.models import Observation, PublishedObservation
from icportal.indicators.services import releasing

SignIn = Callable[..., PortalClient]
#: What the value was while it was free, what it is now, and the words around both.
BEFORE, NOW, OTHERS = "64.28457", "73.31937", ("81.77353", "58.66149")
WORDS = ("Zebrafink", "Quittenmus", "Wermutstropfen", "Oleanderhain")
#: The numbers as any language or table writes them, cut off or not, and as the database keeps them.
NUMBERS = re.compile(r"73[.,٫]319|64[.,٫]284|81[.,٫]773|58[.,٫]661|7331937|6428457|8177353|5866149")
#: The same numbers rounded, where a person reads them.
ROUNDED = re.compile(r"(?<![\d.,])(73[.,٫]3|64[.,٫]3|81[.,٫]8|58[.,٫]7)(?!\d)")
HERE = "/en/work/indicators/vienna/2022"
#: The one table that holds the versions of values, which only the city and the coordinators read.
PRIVATE = {"observation"}
MOST_PAGES = 150


@pytest.fixture
def published(seeded_app: Flask) -> Flask:
    """Vienna has published one free value that became confidential, and one of each other kind that is not free."""
    with seeded_app.app_context():
        person = officer("vienna")
        put("vienna", 2022, {"POP01": entry(BEFORE, code="POP01", note=WORDS[0], source=WORDS[1])}, actor=person)
        publish("vienna", 2022)
        secret = {
            "POP01": entry(NOW, code="POP01", note=WORDS[2], source=WORDS[3], confidentiality=Confidentiality.CONFIDENTIAL),
            ("POP01", "sex=f"): entry(
                OTHERS[0], code="POP01", note=WORDS[2], bound="at_least", confidentiality=Confidentiality.NOT_FOR_PUBLICATION
            ),
            ("POP01", "sex=m"): entry(OTHERS[1], code="POP01", source=WORDS[3], confidentiality=Confidentiality.NON_STATISTICAL),
            "POP02": entry("11.11", code="POP02"),
        }
        put("vienna", 2022, secret, actor=person)
        publish("vienna", 2022)
        put("oulu", 2022, {"POP01": entry("22.22", code="POP01")}, actor=officer("oulu"))
        publish("oulu", 2022)
    return seeded_app


@pytest.fixture
def world(published: Flask) -> Iterator[Flask]:
    """The same with its context open."""
    with published.app_context():
        yield published
        db.session.rollback()


def leaks(data: bytes, *, where: str = "") -> list[str]:
    """What of the value stands in these bytes, archives unpacked."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [leak for name in archive.namelist() for leak in leaks(archive.read(name), where=f"{where}!{name}")]
    text = data.decode("utf-8", "replace")
    found = [word for word in WORDS if word.casefold() in text.casefold()] + NUMBERS.findall(text)
    if text.lstrip()[:1] == "<":
        found += ROUNDED.findall(unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)))
    return [f"{where}: {leak}" for leak in found]


def links(page: str, here: str) -> Iterator[str]:
    for target in re.findall(r'(?:href|src|data-src)="([^"#]+)', page):
        parts = urlsplit(urljoin(f"http://localhost{here}", unescape(target)))
        if parts.netloc == "localhost" and parts.path.startswith("/en/") and "/work" not in parts.path:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def concerns(address: str) -> bool:
    """Whether the value could stand there: Vienna, the indicator, lists of indicators, open data."""
    return any(word in address for word in ("pop01", "vienna", "/data", "open-data", "/cities.", "/indicators"))


def crawl(client: PortalClient, *first: str) -> dict[str, list[str]]:
    """Everything that can be reached by links from these pages, and what leaked there."""
    waiting, seen = list(first), {}
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        if address in seen:
            continue
        answer = client.get(address, lint=False)
        seen[address] = leaks(answer.data, where=address)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            # A page for every choice of a filter adds nothing: two of each path are opened.
            for link in links(answer.text, address):
                path = link.partition("?")[0]
                if concerns(link) and sum(known.partition("?")[0] == path for known in [*seen, *waiting]) < 3:
                    waiting.append(link)
    return seen


def release() -> None:
    releasing.publish_release("2026-11", "", actor=coordinator())
    db.session.commit()


STARTS = (
    "/en/", "/en/indicators", "/en/indicators/pop01", "/en/indicators/pop01?year=2022", "/en/cities/vienna",
    "/en/cities/vienna/indicators", "/en/data", "/en/data/releases/2026-11", "/en/open-data",
    "/en/indicators/pop01/figure.svg?year=2022", "/en/indicators/pop01/figure.csv?year=2022", "/en/indicators/pop01/figure.png",
    "/en/data/catalogue.ttl", "/en/data/catalogue.jsonld", "/robots.txt", "/en/cities.json", "/en/cities.csv", "/en/practices/feed.xml",
)  # fmt: skip


def test_the_probe_would_find_a_leak(world: Flask) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("inner.csv", "vienna,73.31937")
    for data in (b"<p>73.3 %</p>", b"a,73.31937", b"73,31937", b"[73319370]", b"a zebrafink", archive.getvalue()):
        assert leaks(data), data
    assert not leaks(b'<p>22.2 %</p><rect width="73.3"/>')


@pytest.mark.parametrize("who", [None, "officer.oulu@demo.example"])
def test_nothing_public_tells_it(world: Flask, client: PortalClient, sign_in: SignIn, who: str | None) -> None:
    release()
    if who:
        sign_in(who)
    seen = crawl(client, *STARTS)
    assert [leak for leaked in seen.values() for leak in leaked] == []
    assert client.get("/en/indicators/pop01").status_code == 200
    visited = {endpoint_of(world, address) for address in seen}
    public = {
        rule.endpoint
        for rule in world.url_map.iter_rules()
        if rule.endpoint.startswith("indicators.")
        and "GET" in (rule.methods or ())
        and getattr(world.view_functions[rule.endpoint], "__access__", "") == "public"
    }
    assert public <= visited, "a public address of indicators was not looked at"
    assert {f"/en/data/releases/2026-11/{file}" for file in ("observations.xlsx", "sdmx.csv", "datapackage.zip")} <= set(seen)


def endpoint_of(app: Flask, address: str) -> str:
    try:
        return str(app.url_map.bind("localhost").match(address.partition("?")[0])[0])
    except Exception:  # noqa: BLE001  an address that only redirects has no endpoint of its own
        return ""


def test_the_public_knows_that_there_is_a_value_and_no_more(world: Flask, client: PortalClient) -> None:
    release()
    text = client.get("/en/data/releases/2026-11/observations.csv").text
    line = next(each for each in text.splitlines() if each.startswith("vienna,") and ",POP01," in each and ",2022," in each)
    assert ",:," in line
    assert ",C," in line


@pytest.mark.parametrize("language", ["de", "fr", "ar-xb"])
def test_no_language_tells_it(world: Flask, client: PortalClient, language: str) -> None:
    for path in ("indicators/pop01", "cities/vienna/indicators", "cities/vienna", "indicators/pop01/figure.svg", "data"):
        assert leaks(client.get(f"/{language}/{path}").data, where=path) == []


@pytest.mark.parametrize(
    "who",
    ["visitor", "officer.oulu@demo.example", "mayor.oulu@demo.example", "translator", "reviewer", "peer_reviewer"],
)
def test_nobody_else_opens_the_city_s_desk(published: Flask, client: PortalClient, sign_in: SignIn, who: str) -> None:
    if who != "visitor":
        sign_in(who)
    for path in (
        HERE, f"{HERE}/type-in", f"{HERE}/review", f"{HERE}/values/pop01", f"{HERE}/values/POP01", f"{HERE}/workbook.xlsx", f"{HERE}/upload",
        f"{HERE}/merge", "/en/work/indicators/vienna/departments", "/en/work/indicators", "/en/work/indicators/network",
        "/en/work/indicators/network/workbook.xlsx", "/en/work/indicators/network/workbook.xlsx?years=2022&cities=vienna",
        "/en/work/indicators/releases", "/en/work/indicators/catalogue", "/en/work",
    ):  # fmt: skip
        answer = client.get(path, lint=False)
        assert leaks(answer.data, where=path) == []
        if "vienna" in path:
            assert answer.status_code in {302, 303, 403, 404}, path


def test_those_who_may_do_read_it(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    """The other tests mean something only when the value is there to be read."""
    sign_in("officer.vienna@demo.example")
    assert leaks(client.get(f"{HERE}/type-in", lint=False).data)


def test_no_table_but_the_city_s_own_holds_it(world: Flask) -> None:
    """Records, jobs, mails, the search index and what the public reads are all among these tables."""
    release()
    kept = [table for table in db.metadata.sorted_tables if table.name not in PRIVATE]
    assert {"published_observation", "audit_entry", "job", "mail"} <= {table.name for table in kept}
    found = []
    for table in kept:
        for row in db.session.execute(select(table)).all():
            text = repr(tuple(row))
            found += [f"{table.name}: {leak}" for leak in leaks(text.encode())]
    assert found == []
    assert leaks(repr([tuple(row) for row in db.session.execute(select(Observation.__table__)).all()]).encode())


def test_no_mail_tells_it(world: Flask) -> None:
    mails = [repr(vars(mail)) for mail in db.session.scalars(select(Mail))]
    assert mails, "publishing tells the city"
    assert [leak for mail in mails for leak in leaks(mail.encode())] == []


def test_the_store_of_files_has_no_file_with_it(world: Flask) -> None:
    release()
    found = [path for path in (world.config["SETTINGS"].instance / "files").rglob("*") if path.is_file()]
    assert len(found) > 10
    assert [leak for path in found for leak in leaks(path.read_bytes(), where=str(path))] == []


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_command_line_exports_it_not(world: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    from icportal.cli.indicators import export

    monkeypatch.setattr("icportal.app.create_app", lambda *_args, **_kwargs: world)
    path = tmp_path / f"out.{ending}"
    told = CliRunner().invoke(export, [str(path)])
    assert told.exit_code == 0, told.output
    assert leaks(path.read_bytes(), where=ending) == []
    assert leaks(told.output.encode()) == []


@pytest.mark.databases
@pytest.mark.parametrize("what", [{"amount": "1.5"}, {"note": "words"}, {"source": "words"}])
@pytest.mark.parametrize("flag", ["C", "N", "P"])
def test_the_database_itself_refuses_it(seeded_app: Flask, what: dict[str, Any], flag: str) -> None:
    from decimal import Decimal

    with seeded_app.app_context():
        (value,) = put("vienna", 2022, {"POP01": entry("12", code="POP01")}, actor=officer("vienna"))
        columns = {column.name: getattr(value, column.name, None) for column in PublishedObservation.__table__.columns}
        given = {"amount": None, "note": "", "source": "", **what}
        if given["amount"]:
            given["amount"] = Decimal(given["amount"])
        row = columns | {"observation_id": value.id, "published_at": value.created_at, "confidentiality": flag}
        with pytest.raises(IntegrityError, match="withheld"):
            db.session.execute(insert(PublishedObservation), row | given)
        db.session.rollback()
        db.session.execute(insert(PublishedObservation), row | {"amount": None, "note": "", "source": ""})
        db.session.rollback()


# --- a published value that becomes confidential -----------------------------------------------------------


@pytest.mark.databases
@pytest.mark.parametrize("flag", ["C", "N", "P"])
def test_what_becomes_confidential_leaves_the_public_at_once(seeded_app: Flask, client: PortalClient, flag: str) -> None:
    """Long before a coordinator has looked at it, and whatever becomes of the delivery."""
    pages = (
        "/en/indicators/pop01?year=2022", "/en/cities/vienna/indicators", "/en/indicators/pop01/figure.csv?year=2022",
        "/en/indicators/pop01/figure.svg?year=2022",
    )  # fmt: skip
    with seeded_app.app_context():
        free = {"POP01": entry(BEFORE, code="POP01", note=WORDS[0], source=WORDS[1]), "POP02": entry("11.11", code="POP02")}
        put("vienna", 2022, free, actor=officer("vienna"))
        publish("vienna", 2022)
    assert all(leaks(client.get(page).data) for page in pages[:3]), "the other half means something only if it was there"
    with seeded_app.app_context():
        secret = entry(NOW, code="POP01", note=WORDS[2], confidentiality=flag)
        (value,) = put("vienna", 2022, {"POP01": secret}, actor=officer("vienna"))
        where = value.key
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert leaks(answer.data, where=page) == []
    with seeded_app.app_context():
        rows = {row.indicator_id: row for row in db.session.scalars(select(PublishedObservation).where(
            PublishedObservation.city_id == where.city_id, PublishedObservation.year == 2022))}  # fmt: skip
        row, beside = rows[where.indicator_id], rows[definition("POP02").indicator_id]
        assert (row.amount, row.note, row.source, row.confidentiality) == (None, "", "", flag)
        assert (beside.amount, beside.confidentiality) == (entry("11.11").amount, "F"), "the rest stays as it was published"
        assert findings() == []
        again = entry(BEFORE, code="POP01", note=WORDS[0], source=WORDS[1])
        put("vienna", 2022, {"POP01": again}, actor=officer("vienna"))
        assert findings() == []
    assert leaks(client.get(pages[0]).data) == [], "free again, it still waits for the coordinator"
    with seeded_app.app_context():
        publish("vienna", 2022)
        assert findings() == []
    assert leaks(client.get(pages[2]).data)


def test_the_city_reads_what_was_withheld(world: Flask, client: PortalClient, sign_in: SignIn) -> None:
    put("vienna", 2022, {"POP02": entry("11.11", code="POP02", confidentiality="C")}, actor=officer("vienna"))
    sign_in("officer.vienna@demo.example")
    page = client.get(f"{HERE}/review?only=changed").text
    assert "withheld" in page
    assert "public now: 11.1" not in page
    assert "The public reads this" not in client.get(f"{HERE}/values/pop02").text


def test_verification_finds_what_should_be_withheld(world: Flask) -> None:
    value = db.session.scalars(
        select(Observation).where(Observation.year == 2022, Observation.amount == entry("11.11").amount)
    ).one()
    db.session.execute(update(Observation).where(Observation.id == value.id).values(current=False))
    columns = {column.name: getattr(value, column.name) for column in Observation.__table__.columns if column.name != "id"}
    db.session.execute(insert(Observation), columns | {"number": 2, "current": True, "confidentiality": "C"})
    assert [line for line in findings() if "withheld by now" in line]
