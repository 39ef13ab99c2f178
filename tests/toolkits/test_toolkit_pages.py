"""Toolkits on pages: what everybody reads, and how a coordinator makes one."""

from __future__ import annotations

from typing import Any

from flask import Flask
from harness import PortalClient, statements
from reporting_world import person
from sqlalchemy import select

from icportal.core.actors import Role
from icportal.core.db import db
from icportal.toolkits import editing, loading
from icportal.toolkits.models import Toolkit
from icportal.toolkits.services import toolkits
from icportal.toolkits.structure import Structure

SLUG = "public-perception"


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def toolkit(slug: str = SLUG) -> Toolkit:
    return db.session.scalars(select(Toolkit).where(Toolkit.slug == slug)).one()


def test_everybody_reads_them(seeded_app: Flask, client: PortalClient) -> None:
    listed = text_of(client.get("/en/toolkits"))
    assert all(f'href="/en/toolkits/{slug}"' in listed for slug in loading.SHIPPED)
    with statements(seeded_app) as asked:
        shown = text_of(client.get(f"/de/toolkits/{SLUG}"))
    assert len(asked) <= 6
    words = loading.words(SLUG, "de")
    assert all(words[name] in shown for name in ("F1.title", "F8.Q3", "standard"))
    assert 'href="/de/practices/' in shown
    assert 'href="/de/charter/commitments/1"' in shown
    assert 'hreflang="fr" href="/fr/toolkits/public-perception"' in shown
    assert text_of(client.get(f"/en/toolkits/{SLUG}?text=fr")).count(loading.words(SLUG, "fr")["title"]) >= 2
    for wrong in ("no-such", f"{SLUG}?version=9"):
        assert client.get(f"/en/toolkits/{wrong}").status_code == 404
    assert f"/en/toolkits/{SLUG}" in text_of(client.get("/en/charter/commitments/1"))


def test_an_older_version_says_so(seeded_app: Flask, client: PortalClient) -> None:
    with seeded_app.app_context():
        found, coordinator, reviewer = toolkit(), person(Role.COORDINATOR), person(Role.REVIEWER)
        fewer = editing.without_factor(Structure.of(found.structure), "F8")
        toolkits.save_structure(found, fewer, actor=coordinator, seen=found.version)
        for step, actor in (("submit", coordinator), ("approve", reviewer)):
            source = found.item.source
            toolkits.move_version(found, source, step, actor=actor, seen=source.version, seen_hash=source.head.sha256)
            db.session.commit()
    newest, older = (text_of(client.get(f"/en/toolkits/{SLUG}{query}")) for query in ("", "?version=1"))
    assert 'id="F8"' not in newest
    assert f'href="/en/toolkits/{SLUG}?version=1"' in newest
    assert 'id="F8"' in older
    assert "The newest is version 2." in older
    assert '<meta name="robots" content="noindex">' in older


def test_a_coordinator_makes_one_step_by_step(seeded_app: Flask, client: PortalClient, sign_in: Any) -> None:
    coordinator = sign_in(Role.COORDINATOR)
    assert coordinator.post("/en/work/toolkits/new", data={"title": "", "language": "en"}).status_code == 422
    begun = {"title": "Housing together", "language": "en", "series": "CITIES-GroW", "is_own": "y"}
    page = coordinator.post("/en/work/toolkits/new", data=begun).headers["Location"]

    def send(address: str, status: int = 303, *, version: int = 0, **data: Any) -> str:
        with seeded_app.app_context():
            seen = version or toolkit("housing-together").version
        prefix = {"questions": "question-", "structure": "factor-", "about": "about-"}.get(address.rpartition("/")[2], "")
        answer = coordinator.post(address, data={f"{prefix}version": seen, "version": seen, **data})
        assert answer.status_code == status, text_of(answer)
        return str(answer.headers.get("Location", "")) or text_of(answer)

    assert "Say in a few words" in send(page, 422, **{"factor-title": "", "factor-kind": "key"})
    factor = send(page, **{"factor-title": "Fair letting", "factor-kind": "key"})
    assert factor == f"{page}/F1"
    for question in ("Who lets?", "Who is refused?"):
        send(f"{factor}/questions", **{"question-text": question})
    change = f"{page}/change"
    send(change, what="question_up", name="F1", one="Q2")
    send(change, 409, what="question_up", name="F1", one="Q9")
    send(change, 409, what="no_such", name="F1")
    picker = text_of(coordinator.get(f"{factor}/practices?q=housing"))
    assert 'value="practice_add"' in picker
    with seeded_app.app_context():
        number = Structure.of(toolkit().structure).factors[0].practices[0]
    send(change, what="practice_add", name="F1", one=str(number))
    send(change, 422, what="practice_add", name="F1", one="99999")
    words = {"title": "Fair letting for all", "kind": "key", "commitments": ["2", "4"]}
    rows = {
        "questions-0-code": "Q2",
        "questions-0-text": "Who is turned away?",
        "questions-1-code": "Q1",
        "questions-1-text": "Who lets?",
    }
    send(factor, **words, **rows)
    send(f"{page}/about", **{"about-series": "CITIES-GroW", "about-is_own": "y"})
    stale = send(factor, 409, version=1, **{**words, "title": "Mine"}, **rows)
    assert "Somebody was faster" in stale
    assert 'value="Mine"' in stale
    assert "Somebody else has changed" in send(change, 409, version=1, what="factor_remove", name="F1")
    with seeded_app.app_context():
        found = toolkit("housing-together")
        only = Structure.of(found.structure).factors[0]
        assert (only.questions, only.commitments, only.practices) == (("Q2", "Q1"), (2, 4), (number,))
        assert found.item.source.head.body["F1.Q2"] == "Who is turned away?"
    assert "Fair letting for all" in text_of(coordinator.get(page))
    workspace = text_of(coordinator.get(page.removesuffix("/structure")))
    assert "F1: why it matters" in workspace, "what is missing is named"
    client.sign_out()
    assert client.get("/en/toolkits/housing-together").status_code == 404


def test_a_reviewer_sees_what_changed_in_the_structure(seeded_app: Flask, sign_in: Any) -> None:
    with seeded_app.app_context():
        found, coordinator = toolkit(), person(Role.COORDINATOR)
        moved = editing.without_practice(
            Structure.of(found.structure), "F1", Structure.of(found.structure).factors[0].practices[0]
        )
        toolkits.save_structure(found, moved, actor=coordinator, seen=found.version)
        source = found.item.source
        toolkits.move_version(found, source, "submit", actor=coordinator, seen=source.version)
        db.session.commit()
        number = found.id
    reviewer = sign_in(Role.REVIEWER)
    page = text_of(reviewer.get(f"/en/work/toolkits/{number}/en"))
    assert "F1 · Practice: " in page
    structure = text_of(reviewer.get(f"/en/work/toolkits/{number}/structure"))
    assert 'value="factor_remove"' not in structure, "a reviewer reads the structure and does not change it"
    assert "Toolkits to review" in text_of(reviewer.get("/en/work"))
