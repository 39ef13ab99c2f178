"""What do workbooks, tables of a hundred thousand values and figures over a million of them cost?

Importing and exporting are compared with the fastest that reading and writing the same rows could be, in the same
process and the same minute. The import runs in a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.stage import Stage
from icportal.config import ROOT

ROWS = 100_000
COLUMNS = ("city", "indicator", "breakdown", "period", "value", "status", "conf", "note")
IMPORT_GOAL, MEMORY_GOAL, EXPORT_GOAL, TEMPLATE_GOAL, PREVIEW_GOAL, FIGURE_GOAL = 3.0, 400.0, 2.0, 0.3, 2.0, 1.5
SMALL, LARGE = 10_000, 1_000_000
FIGURES = {
    "bars": "/en/indicators/pop01?year=2024",
    "lines": "/en/indicators/pop01?view=lines",
    "picture": "/en/indicators/pop01/figure.svg?year=2024",
    "city": "/en/cities/vienna/indicators",
}


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print every figure; whether all goals are reached."""
    return all(
        [
            _imports(stage, kind, rounds),
            _exports(stage, kind, rounds),
            _workbooks(stage, kind),
            _figures(stage, kind, seconds, rounds),
        ]
    )


# --- a network's table -------------------------------------------------------------------------------------


def _imports(stage: Stage, kind: str, rounds: int) -> bool:
    times, limits, checks, memory = [], [], [], 0.0
    for number in range(rounds):
        url = _portal_with_facts(stage, kind, f"import_{number}")
        command = [sys.executable, "-m", "benchmarks.indicators", url, str(stage.folder)]
        answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        told = json.loads(answer.stdout.splitlines()[-1])
        times.append(told["import"])
        checks.append(told["check"])
        limits.append(told["limit"])
        memory = max(memory, told["memory"])
    took, limit = statistics.median(times), statistics.median(limits)
    ratio = took / limit
    reached = ratio <= IMPORT_GOAL and memory <= MEMORY_GOAL
    print(
        f"\nImport of {ROWS:,} rows × {len(COLUMNS)} columns, {kind}: {took:.2f} s with gate, checks and history; "
        f"limit (calamine + bulk insert) {limit:.2f} s, × {ratio:.2f}, goal {IMPORT_GOAL:.0f}; "
        f"preview alone {statistics.median(checks):.2f} s; memory {memory:.0f} MB with its child, goal {MEMORY_GOAL:.0f} MB"
        f"{'' if reached else '  missed'}",
        flush=True,
    )
    return reached


def _portal_with_facts(stage: Stage, kind: str, name: str) -> str:
    from flask_migrate import upgrade

    from icportal.cli.data import load_all
    from icportal.core.db import db

    url = stage._create(kind, name)  # noqa: SLF001  the stage's own way to a database
    with stage.portal(url).app_context():
        upgrade(directory=str(ROOT / "migrations"))
        load_all()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return url


def rows_of_a_network() -> Iterator[dict[str, Any]]:
    """Plausible values: every city, every breakdown that is asked for, year after year, changing slowly."""
    from icportal.data import catalogue, reader
    from icportal.indicators.facts import Facts

    cities = [fact.city for fact in reader.cities()]
    asked = {code: Facts.of(fixed) for code, fixed in catalogue.facts().items() if fixed.get("asked", True)}
    made = 0
    for year in range(2016, 2026):
        for place, city in enumerate(cities):
            for code, facts in asked.items():
                for part, breakdown in enumerate(facts.rows()):
                    share = 0.5 if "origin=" in breakdown and facts.adds_up else 1.0
                    value = round((20 + place % 7 + part % 5 + (year - 2016) * 0.3) * share, 1)
                    status = ("", "", "e", "p")[(place + part) % 4]
                    yield dict(zip(COLUMNS, (city, code, breakdown, str(year), value, status, "", ""), strict=True))
                    made += 1
                    if made == ROWS:
                        return


def import_once(url: str, folder: Path) -> dict[str, float]:
    """Seconds of an import, of its preview and of the limit, and megabytes. In a process of its own."""
    import rustpy_xlsxwriter

    from icportal.core import files
    from icportal.core.actors import SYSTEM
    from icportal.core.db import db
    from icportal.core.filetypes import FileKind
    from icportal.indicators.models import ImportBatch
    from icportal.indicators.services import network

    path = folder / "network.xlsx"
    if not path.exists():
        rustpy_xlsxwriter.write_worksheet(rows_of_a_network(), str(path))
    stage = Stage(folder)
    with stage.portal(url).app_context():
        stored = files.keep(path.read_bytes(), "network.xlsx", kind=FileKind.WORKBOOK, actor=SYSTEM)
        batch = ImportBatch(scope="network", file_id=stored.id, sha256=stored.sha256)
        db.session.add(batch)
        db.session.commit()
        began = time.perf_counter()
        network.check_network(batch)
        db.session.commit()
        checked = time.perf_counter() - began
        began = time.perf_counter()
        done = network.accept_network(batch, actor=SYSTEM, seen_digest=batch.plan_digest)
        db.session.commit()
        took = time.perf_counter() - began
        if done["written"] != ROWS:
            raise RuntimeError(f"{done['written']} of {ROWS} rows were written")
        memory = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        engine_url = db.engine.url.render_as_string(hide_password=False)
        db.session.remove()
        db.engine.dispose()
    return {"import": took, "check": checked, "limit": _limit(path, engine_url, folder), "memory": memory}


def _limit(path: Path, url: str, folder: Path) -> float:
    """The fastest reader and the fastest insert of the same rows, with no check in between."""
    from python_calamine import CalamineWorkbook

    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    if url.startswith("sqlite"):
        with sqlite3.connect(folder / f"limit_{os.getpid()}.sqlite3") as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE plain (a TEXT, b TEXT, c TEXT, d TEXT, e REAL, f TEXT, g TEXT, h TEXT)")
            connection.executemany("INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    else:
        import psycopg

        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE plain (a text, b text, c text, d text, e double precision, f text, g text, h text)")
            with cursor.copy("COPY plain FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    return time.perf_counter() - began


# --- a table as it leaves ----------------------------------------------------------------------------------


def _exports(stage: Stage, kind: str, rounds: int) -> bool:
    import rustpy_xlsxwriter

    from icportal.indicators.exchange.tables import write_table
    from icportal.indicators.workbooks import PUBLISHED_COLUMNS, published_rows

    with stage.portal(_published(stage, kind, ROWS)).app_context():
        ours, theirs = [], []
        for _round in range(rounds):
            out = io.BytesIO()
            began = time.perf_counter()
            written = write_table(PUBLISHED_COLUMNS, published_rows(), out)
            ours.append(time.perf_counter() - began)
            plain = [dict(zip(PUBLISHED_COLUMNS, map(_plain, row), strict=True)) for row in published_rows()]
            began = time.perf_counter()
            rustpy_xlsxwriter.write_worksheet(plain, io.BytesIO())
            theirs.append(time.perf_counter() - began)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"\nExport of {written:,} rows × {len(PUBLISHED_COLUMNS)} columns as XLSX, reading them included, {kind}: "
        f"{statistics.median(ours):.2f} s, rustpy-xlsxwriter alone {statistics.median(theirs):.2f} s, × {ratio:.2f}, "
        f"goal {EXPORT_GOAL:.0f}{'' if ratio <= EXPORT_GOAL else '  missed'}",
        flush=True,
    )
    return ratio <= EXPORT_GOAL


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, type(None))) else float(value)


# --- a city's workbook -------------------------------------------------------------------------------------


def _workbooks(stage: Stage, kind: str) -> bool:
    """From an empty workbook to its preview, as an officer of a city meets it."""
    from icportal.accounts.models import User
    from icportal.cities.models import City
    from icportal.core.db import db
    from icportal.indicators import services
    from icportal.indicators.exchange.writing import write_workbook
    from icportal.indicators.workbooks import spec_for
    from tests.workbooks import fill

    with stage.portal(_portal_with_facts(stage, kind, "workbook")).app_context():
        city = db.session.query(City).filter_by(slug="nuremberg").one()
        actor = db.session.query(User).filter_by(email_key="officer.nuremberg@demo.example").one().actor
        templates, previews = [], []
        for year in (2021, 2022, 2023):
            began = time.perf_counter()
            spec = spec_for(city, year, "de")
            empty = write_workbook(spec)
            templates.append(time.perf_counter() - began)
            full = fill(empty, {row.key: {"value": 12.5} for row in spec.rows})
            began = time.perf_counter()
            batch = services.receive_import(io.BytesIO(full), "w.xlsx", city=city, year=year, reads_as="de", actor=actor)
            db.session.commit()
            previews.append(time.perf_counter() - began)
            if batch.state != "checked":
                raise RuntimeError(f"the workbook is {batch.state}")
    template, preview = statistics.median(templates), statistics.median(previews)
    reached = template <= TEMPLATE_GOAL and preview <= PREVIEW_GOAL
    print(
        f"\nA city's workbook of {len(spec.rows)} rows, {kind}: made in {template:.2f} s (goal {TEMPLATE_GOAL} s), "
        f"uploaded and previewed in {preview:.2f} s (goal {PREVIEW_GOAL:.0f} s){'' if reached else '  missed'}",
        flush=True,
    )
    return reached


# --- figures -----------------------------------------------------------------------------------------------


def _figures(stage: Stage, kind: str, seconds: float, rounds: int) -> bool:
    urls = {size: _published(stage, kind, size) for size in (SMALL, LARGE)}
    print(f"\nFigures over {SMALL:,} and {LARGE:,} observations, {kind}, pages not kept: time at most {FIGURE_GOAL} times")
    reached = True
    with ExitStack() as stack:
        portals = {
            size: stack.enter_context(stage.serve("icportal.wsgi:application", url, ICPORTAL_PAGE_CACHE="off"))
            for size, url in urls.items()
        }
        for name, page in FIGURES.items():
            addresses = {str(size): portal.address + page for size, portal in portals.items()}
            for portal in portals.values():
                portal.get(page)
            speeds = load.compare(addresses, seconds=seconds, rounds=rounds)
            small, large = (speeds[str(size)].rate for size in (SMALL, LARGE))
            ratio = small / large
            reached = reached and ratio <= FIGURE_GOAL
            missed = "" if ratio <= FIGURE_GOAL else "  missed"
            print(f"  {name:<12} {small:6.0f} → {large:6.0f} a second, time × {ratio:4.2f}{missed}", flush=True)
    return reached


def _places(definitions: list[Any]) -> Iterator[tuple[Any, str, int]]:
    """What is filled, in an order that gives the pages measured here the same rows at every size."""
    years = range(2024, 1965, -1)
    yield from ((definitions[0], definitions[0].rows[0], year) for year in years)
    for definition in definitions:
        for breakdown in definition.rows[:3]:
            if breakdown != definitions[0].rows[0] or definition is not definitions[0]:
                yield definition, breakdown, 2024
    for year in years:
        for definition in definitions:
            for place, breakdown in enumerate(definition.rows):
                is_there = (year == 2024 and place < 3) or (definition is definitions[0] and not place)
                if not is_there:
                    yield definition, breakdown, year


_FILLED: dict[tuple[str, int], str] = {}


def _published(stage: Stage, kind: str, count: int) -> str:
    """The address of a portal with so many published observations, filled when it is asked for first."""
    if (kind, count) not in _FILLED:
        began = time.monotonic()
        print(f"Filling {kind} with {count:,} observations ...", flush=True)
        url = _portal_with_facts(stage, kind, f"observations_{count}")
        with stage.portal(url).app_context():
            _fill(count)
        _FILLED[kind, count] = url
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    return _FILLED[kind, count]


def _fill(count: int) -> None:
    from sqlalchemy import delete, select, text

    from icportal.cities.models import City
    from icportal.core.bulk import insert_rows
    from icportal.core.db import db
    from icportal.indicators.catalogue import catalogue
    from icportal.indicators.models import Observation, PublishedObservation

    db.session.execute(delete(PublishedObservation))
    db.session.execute(delete(Observation))
    number = 0
    cities = db.session.scalars(select(City.id).order_by(City.id)).all()
    definitions = [definition for definition in catalogue("en").values() if definition.asked]
    key = ("city_id", "indicator_id", "version_id", "breakdown", "period", "year", "amount", "unit", "counting")
    caveats = {
        "missing": "", "statuses": "", "confidentiality": "F", "bound": "exact", "geography": "city", "source_kind": "register",
        "source": "", "note": "", "period_assumed": False,
    }  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for definition, breakdown, year in islice(_places(definitions), -(-count // len(cities))):
        said = (definition.indicator_id, definition.version_id, breakdown, str(year), year)
        unit = definition.unit_of(breakdown)
        rows += [
            (city, *said, (20 + place % 30) * 1_000_000 + year * 1000, unit, definition.facts.counting)
            for place, city in enumerate(cities)
        ]
    stamp = "2026-01-01 00:00:00.000000" if db.engine.dialect.name == "sqlite" else "2026-01-01 00:00:00+00"
    written = {
        "number": 1,
        "current": True,
        "how": "loaded",
        "batch_id": None,
        "author_id": None,
        "acting_for": None,
        "created_at": stamp,
    }
    insert_rows(
        Observation, ("id", *key), [(number + place, *row) for place, row in enumerate(rows, start=1)],
        {**caveats, "definition_id": None, **written},
    )  # fmt: skip
    insert_rows(
        PublishedObservation, ("observation_id", *key), [(number + place, *row) for place, row in enumerate(rows, start=1)],
        {**caveats, "definition_id": None, "published_at": stamp},
    )  # fmt: skip
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


if __name__ == "__main__":
    print(json.dumps(import_once(sys.argv[1], Path(sys.argv[2]))))
