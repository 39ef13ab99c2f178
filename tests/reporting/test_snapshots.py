"""What is kept of a response at each step, its hash, and what changed between two steps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import reporting_world as rw

from icportal.core import files
from icportal.core.actors import SYSTEM
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.filetypes import FileKind
from icportal.reporting.asked import asked
from icportal.reporting.models import Response
from icportal.reporting.snapshots import Change, answers_as_read, compare, content_of, digest, take

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def response() -> Response:
    world = rw.make_world("oulu")
    response = world.response("oulu")
    rw.fill(response, rw.GOOD, author=world.officer("oulu"))
    return response


def changes(response: Response, old: dict[str, Any]) -> dict[str, Change]:
    words = asked(response.round.questionnaire_version, "en")
    return {each.question: each for part in compare(old, answers_as_read(response), words, "en") for each in part.changes}


def test_everything_that_is_read_is_in_the_hash(response: Response) -> None:
    evidence = rw.attach(response, "c01_grade", expires_on=date(2030, 1, 1))
    stored = files.keep(b"%PDF-1.4 annex", "annex.pdf", kind=FileKind.PDF, actor=SYSTEM)
    ways: dict[str, Any] = {
        "a value": lambda: rw.fill(response, {"staff": 13}),
        "a row of a table": lambda: rw.fill(response, {"strategies": [{"title": "Another plan"}]}),
        "who reads it": lambda: rw.fill(response, {"staff": {"value": 13, "visibility": "city"}}),
        "that the city chose it": lambda: rw.fill(response, {"staff": {"value": 13, "visibility_chosen": True}}),
        "no evidence": lambda: rw.fill(response, {"c04_grade": {"value": "partly", "no_evidence": False}}),
        "still true": lambda: rw.fill(response, {"office": {"value": "Integration office", "still_true_on": date(2026, 5, 1)}}),
        "a comment": lambda: rw.fill(response, {"staff": {"value": 13, "comment": "Yes."}}),
        "a file": lambda: rw.fill(response, {"annex": stored.key}),
        "an answer gone": lambda: rw.fill(response, {"adopted": None}),
        "evidence": lambda: rw.attach(response, "c04_grade", title="Courses"),
    }
    for name in ("title", "url", "text", "owner"):
        ways[f"evidence: {name}"] = lambda name=name: setattr(evidence, name, "https://city.example/other")
    ways["evidence: visibility"] = lambda: setattr(evidence, "visibility", "public")
    ways["evidence: expiry"] = lambda: setattr(evidence, "expires_on", date(2031, 1, 1))
    seen = {digest(response)}
    for what, change in ways.items():
        change()
        db.session.commit()
        now = digest(response)
        assert now not in seen, what
        seen.add(now)
        db.session.expire_all()
        assert digest(response) == now, f"{what}: read anew it is the same"
    assert answers_as_read(response)["answers"]["annex"]["file"] == {
        "key": stored.key, "name": "annex.pdf", "sha256": stored.sha256,
    }  # fmt: skip


def test_a_blank_that_nothing_is_said_of_is_not_there(response: Response) -> None:
    before = digest(response)
    rw.fill(response, {"c01_plans": "", "c04_practices": []})
    assert digest(response) == before
    assert "c01_plans" not in answers_as_read(response)["answers"]


@pytest.mark.databases
def test_a_snapshot_keeps_what_stood_there(response: Response) -> None:
    kept = take(response, "ask_sign_off", SYSTEM)
    db.session.commit()
    rw.fill(response, {"staff": 13})
    db.session.expire_all()
    assert content_of(kept)["answers"]["staff"]["value"] == 12
    assert sha256(content_of(kept)) == kept.sha256 != digest(response)


def test_what_changed_is_said_in_words(response: Response) -> None:
    evidence = rw.attach(response, "c01_grade")
    old = answers_as_read(response)
    assert changes(response, old) == {}
    rw.fill(
        response,
        {
            "c01_explanation": "The council decided the integration plan in 2024 and follows it every year.",
            "c01_grade": {"value": "partly", "visibility": "network"},
            "c01_plans": "A new plan.",
            "adopted": None,
            "staff": {"value": 12, "comment": "Full-time posts."},
            "strategies": [{"title": "Integration plan", "year": 2024, "kind": "plan"}],
        },
    )
    evidence.title = "Decision of the council"
    db.session.commit()
    found = changes(response, old)
    assert {name: each.kind for name, each in found.items()} == {
        "c01_explanation": "changed", "c01_grade": "changed", "c01_plans": "added", "adopted": "removed", "staff": "about",
        "strategies": "changed",
    }  # fmt: skip
    assert [text.strip() for kind, text in found["c01_explanation"].parts if kind != "same"] == ["2023", "2024"]
    assert found["c01_grade"].parts == (("del", "Fulfilment fully"), ("same", " "), ("ins", "Fulfilment partly"))
    assert ("Everybody", "The network") in [(before, now) for _what, before, now in found["c01_grade"].about]
    assert [kind for kind, _line in found["c01_grade"].evidence] == ["del", "ins"]
    assert "Decision of the council" in found["c01_grade"].evidence[1][1]
    assert found["adopted"].parts == (("del", "17 May 2023"),)
    assert found["staff"].about[0][1:] == ("–", "Full-time posts.")
    assert [text.strip() for kind, text in found["strategies"].parts if kind != "same"] == ["2023", "2024"]


def test_a_question_that_is_gone_is_still_compared(response: Response) -> None:
    old = answers_as_read(response)
    old["answers"]["former"] = {**old["answers"]["office"], "value": "Said once"}
    change = changes(response, old)["former"]
    assert (change.kind, change.parts[0]) == ("removed", ("del", "Said once"))
