"""What do the results of a round cost: to compute, and to read, with a hundred cities and with ten thousand?"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from datetime import date

from benchmarks import load
from benchmarks.stage import Stage
from icportal.config import ROOT

QUESTIONS, SMALL, LARGE = 200, 100, 10_000
PAGE_GOAL, COMPUTE_GOAL = 1.5, 100_000
COUNTRIES = ("AT", "BE", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "GR", "IE", "IT", "NL", "NO", "PL", "PT", "SE")
PAGES = {
    "round": "/en/results/round-5",
    "commitment": "/en/results/round-5/commitments/6",
    "second page": "/en/results/round-5/commitments/6?grade=fully&page=1",
    "question": "/en/results/round-5/questions/choice-1",
    "text": "/en/results/round-5/questions/text-1",
    "json": "/en/results/round-5.json",
}
#: Four megabytes for each of sixteen at once: a load of a second or two would end before the first answer.
SECONDS_OF = {"json": 10}


def ask(stage: Stage, kind: str, *, count: int, seconds: float, rounds: int) -> bool:  # noqa: ARG001  asked like the others
    """Print every figure; whether all goals are reached."""
    urls = {cities: _filled(stage, kind, cities) for cities in (SMALL, LARGE)}
    reached = _computes(stage, urls[LARGE], kind, rounds)
    with stage.portal(urls[SMALL]).app_context():
        _compute()
    print(
        f"\nResults of {SMALL:,} and {LARGE:,} cities × {QUESTIONS} questions, {kind}, pages not kept: time at most × {PAGE_GOAL}"
    )
    with ExitStack() as stack:
        portals = {
            cities: stack.enter_context(stage.serve("icportal.wsgi:application", url, ICPORTAL_PAGE_CACHE="off"))
            for cities, url in urls.items()
        }
        for name, page in PAGES.items():
            for portal in portals.values():
                portal.get(page)
            speeds = load.compare(
                {str(cities): portal.address + page for cities, portal in portals.items()},
                seconds=max(seconds, SECONDS_OF.get(name, 0)),
                rounds=rounds,
            )
            small, large = (speeds[str(cities)].rate for cities in (SMALL, LARGE))
            ratio = small / large
            reached = reached and ratio <= PAGE_GOAL
            missed = "" if ratio <= PAGE_GOAL else "  missed"
            print(f"  {name:<12} {small:6.0f} → {large:6.0f} a second, time × {ratio:4.2f}{missed}", flush=True)
    return reached


def _computes(stage: Stage, url: str, kind: str, rounds: int) -> bool:
    with stage.portal(url).app_context():
        runs = [_compute() for _round in range(rounds)]
    answers = runs[0][0]
    seconds = statistics.median(took for _answers, took in runs)
    reached = answers / seconds >= COMPUTE_GOAL
    print(
        f"\nComputing {answers:,} answers, {kind}: {seconds:.1f} s, {answers / seconds:,.0f} a second, "
        f"goal {COMPUTE_GOAL:,}{'' if reached else '  missed'}",
        flush=True,
    )
    return reached


def _compute() -> tuple[int, float]:
    """(answers, seconds) of one computation, kept as the worker keeps it."""
    from icportal.core.db import db
    from icportal.reporting.models import Round
    from icportal.reporting.services.computing import compute_results

    round_id = db.session.query(Round.id).filter_by(slug="round-5").scalar()
    began = time.perf_counter()
    done = compute_results(None, round_id=round_id)
    db.session.commit()
    took = time.perf_counter() - began
    db.session.remove()
    return done["answers"], took


def _filled(stage: Stage, kind: str, cities: int) -> str:
    from flask_migrate import upgrade

    from icportal.core.db import db

    url = stage._create(kind, f"results_{cities}")  # noqa: SLF001  the stage's own way to a database
    print(f"Filling {kind} with {cities:,} cities × {QUESTIONS} questions ...", flush=True)
    with stage.portal(url).app_context():
        upgrade(directory=str(ROOT / "migrations"))
        fill(cities, QUESTIONS)
        db.session.remove()
        db.engine.dispose()
    return url


def fill(cities: int, questions: int) -> None:
    """A closed round in which every city has answered everything: grades, choices, several choices and texts."""
    from sqlalchemy import text

    from icportal.core.bulk import insert_rows
    from icportal.core.db import db
    from icportal.reporting.models import PublishedAnswer, Response
    from icportal.web.page_cache import PublicStamp
    from tests.reporting_world import make_round, make_version

    structure = _structure(questions)
    day = date(2026, 1, 1)
    round_ = make_round(
        make_version(structure), is_open=False, slug="round-5", state="closed", period_from=day, period_to=day, opens_on=day, deadline=day
    )  # fmt: skip
    round_id = round_.id
    db.session.merge(PublicStamp(id=1, value=1))
    numbers = range(1, cities + 1)
    stamp = "2026-01-01 00:00:00.000000" if db.engine.dialect.name == "sqlite" else "2026-01-01 00:00:00+00"
    _cities(cities, stamp)
    said = {
        "state": "published", "state_since": stamp, "invited_at": stamp, "published_at": stamp, "created_at": stamp,
        "updated_at": stamp, "version": 1, "round_id": round_id,
    }  # fmt: skip
    insert_rows(Response, ("id", "city_id"), [(number, number) for number in numbers], said)
    fixed = {"round_id": round_id, "language": "en", "no_evidence": False, "evidence": "[]"}
    for first in range(1, cities + 1, 500):
        rows = [
            (number, number, question.name, *_answer(structure, question, number, place))
            for number in range(first, min(first + 500, cities + 1))
            for place, question in enumerate(structure.questions.values())
        ]
        insert_rows(PublishedAnswer, ("response_id", "city_id", "question", "value", "choice", "visibility"), rows, fixed)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _structure(questions: int):  # type: ignore[no-untyped-def]
    from icportal.reporting.questionnaires.definition import Question, Section, Structure, commitment_section

    commitments = [commitment_section(number) for number in range(1, 12)]
    more = questions - sum(len(section.questions) for section in commitments)
    kinds = ("choice", "choice", "choice", "multiple", "text")
    rest = tuple(
        Question(f"{kinds[place % 5]}-{place + 1}", kinds[place % 5], choices="" if place % 5 == 4 else "five")
        for place in range(more - 1)
    )
    last = (Question("text-1", "long_text"),)
    return Structure(
        (*commitments, Section("rest", (*rest, *last))),
        {"fulfilment": ("fully", "partly", "not_at_all"), "five": ("one", "two", "three", "four", "five")},
    )


def _answer(structure, question, city: int, place: int) -> tuple[str | None, str, str]:  # type: ignore[no-untyped-def]
    """(value, choice, visibility): mixed so that every page has something of everything."""
    mix = (city * 2654435761 + place * 40503) >> 4
    visibility = ("public", "public", "public", "network", "city")[mix % 5]
    if visibility == "city":
        return None, "", visibility
    choices = structure.choices.get(question.choices, ())
    if question.type == "choice":
        choice = choices[mix // 5 % len(choices)]
        return f'"{choice}"', choice, visibility
    if question.type == "multiple":
        return f'["{choices[mix // 5 % 5]}","{choices[(mix // 5 + 1) % 5]}"]', "", visibility
    return (
        '"A sentence or two on what the city does about it, and for whom."' if question.type != "practice" else "[1]",
        "",
        visibility,
    )


def _cities(cities: int, stamp: str) -> None:
    from icportal.cities.models import City
    from icportal.core.bulk import insert_rows

    rows = [
        (number, f"city-{number}", f"city {number:05}", f"City {number:05}", COUNTRIES[number % len(COUNTRIES)],
         None if number % 9 == 0 else 20_000 + number * 7919 % 2_000_000)
        for number in range(1, cities + 1)
    ]  # fmt: skip
    empty = {
        "names": "{}", "languages": "[]", "reports": "[]", "mayor": "", "website": "", "note": "", "source": "",
        "created_at": stamp, "updated_at": stamp, "version": 1,
    }  # fmt: skip
    insert_rows(City, ("id", "slug", "key", "name", "country", "population"), rows, empty)
