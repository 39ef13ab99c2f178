"""Two pages for the council, and the questionnaire on paper: what stands in them, in which language, and who gets them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import docx
import pytest
from flask import Flask
from harness import ApartClient, PortalClient
from pypdf import PdfReader
from reporting_world import GOOD, World, attach, fill, invite, make_round, make_world, publish

from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.i18n.catalogues import in_language
from icportal.reporting import documents
from icportal.reporting.briefings import making
from icportal.reporting.briefings.material import Briefing, gather, languages_for
from icportal.reporting.models import Response

HERE = "/en/work/reporting/round-5/vienna"
PLANS = " ".join(f"word{number}" for number in range(200))


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        made = make_world("vienna")
        response = made.response("vienna")
        fill(
            response,
            {**GOOD, "c04_grade": "not_at_all", "c04_challenges": "Too few teachers.", "c01_plans": PLANS},
            author=made.officer("vienna"),
            language="de",
        )
        attach(response, "c01_grade", title="Council decision of 2023")
        publish(made, "vienna")
        yield made
        db.session.rollback()


def found(world: World, language: str = "de") -> Briefing:
    with in_language(language):
        return gather(world.response("vienna"), world.city("vienna"), language)


def test_it_says_what_the_city_published_and_marks_what_is_not_public(world: World) -> None:
    said = found(world)
    assert {row.number: (row.grade, row.is_public) for row in said.rows} == {1: ("fully", True), 4: ("not_at_all", False)}
    (strength,), (gap,), (plan,) = said.strengths, said.gaps, said.plans
    assert [words.text for words in strength.words] == ["Council decision of 2023"]
    assert ([words.text for words in gap.words], gap.is_public) == (["Too few teachers."], False)
    assert plan.words.text.endswith("word21 …")
    assert said.hides
    # What is typed after publishing is not in it.
    fill(world.response("vienna"), {"c04_challenges": "Something new."})
    assert [words.text for words in found(world).gaps[0].words] == ["Too few teachers."]


def test_its_language_is_the_citys_where_the_portal_speaks_it(world: World) -> None:
    assert languages_for(world.city("vienna")) == ["de", "en"]
    world.city("vienna").languages = ["fi"]
    assert languages_for(world.city("vienna")) == ["en"]


def test_what_changed_since_the_last_round_and_what_comes_next(world: World) -> None:
    later = make_round(world.round.questionnaire_version, number=6, previous_id=world.round_id, deadline=today() + timedelta(200))
    after = World(later.id)
    response = invite(after, "vienna")
    fill(response, {**GOOD, "c01_grade": "partly", "c04_grade": "fully"}, author=world.officer("vienna"))
    dates = found(world).dates
    assert len(dates) == 1
    assert "6" in dates[0][1]
    publish(after, "vienna")
    with in_language("en"):
        said = gather(response, after.city("vienna"), "en")
    assert [(row.number, row.change) for row in said.rows] == [(1, -1), (4, 1)]


@pytest.mark.parametrize("language", ["de", "ar-xb"])
def test_the_pdf_has_two_tagged_pages_and_the_word_file_styles(world: World, language: str) -> None:
    response, city = world.response("vienna"), world.city("vienna")
    data = making.pdf(response, city, language)
    read = PdfReader(io.BytesIO(data))
    assert len(read.pages) == 2
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith(language[:2])
    word = making.docx(response, city, language)
    names = {paragraph.style.name for paragraph in docx.Document(io.BytesIO(word)).paragraphs if paragraph.style}
    assert {"Title", "Heading 1", "List Bullet", "List Number"} <= names
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        xml = archive.read("word/document.xml").decode()
    assert xml.count('w:type="page"') == 1
    assert ("<w:bidi/>" in xml) == (language == "ar-xb")


def test_who_gets_it_and_not_before_the_answers_are_published(app: Flask, world: World) -> None:
    app.test_client_class = ApartClient
    officer: PortalClient = app.test_client()
    officer.sign_in(world.officer("vienna").id)
    assert "/briefing" in officer.get(HERE).text
    page = officer.get(f"{HERE}/briefing?language=en")
    assert "Too few teachers." in page.text
    assert "not public" in page.text
    file = officer.get(f"{HERE}/briefing.docx?language=de")
    assert "icportal-briefing-round-5-vienna-de.docx" in file.headers["Content-Disposition"]
    assert officer.get(f"{HERE}/briefing.docx?language=fi").status_code == 404
    stranger: PortalClient = app.test_client()
    stranger.sign_in(world.officer("oulu").id)
    assert stranger.get(f"{HERE}/briefing").status_code == 404
    waiting = invite(world, "nuremberg")
    db.session.commit()
    assert waiting.published_at is None
    with pytest.raises(NotFound), in_language("de"):
        gather(waiting, world.city("nuremberg"), "de")


# --- the questionnaire on paper ----------------------------------------------------------------------------


def test_the_empty_questionnaire_has_boxes_and_the_filled_one_answers(app: Flask, world: World) -> None:
    app.test_client_class = ApartClient
    officer: PortalClient = app.test_client()
    officer.sign_in(world.officer("vienna").id)
    empty = officer.get(f"{HERE}/document?content=empty").text
    assert "☐ Fulfilment partly" in empty
    assert "Too few teachers." not in empty
    filled = officer.get(f"{HERE}/document?content=filled&language=fr").text
    assert "Too few teachers." in filled
    assert "fr: C01 grade" in filled
    word = officer.get(f"{HERE}/document.docx?content=filled").data
    assert "Integration plan" in [cell.text for table in docx.Document(io.BytesIO(word)).tables for cell in table._cells]


def test_the_pdf_is_made_by_the_worker_for_the_one_who_asked(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app.test_client_class = ApartClient
    officer: PortalClient = app.test_client()
    officer.sign_in(world.officer("vienna").id)
    made: list[tuple[str, bool]] = []

    def pdf(_response: Response, _city: Any, language: str, *, is_filled: bool) -> bytes:
        made.append((language, is_filled))
        return b"%PDF-1.7 made"

    monkeypatch.setattr(documents, "pdf", pdf)
    asked = officer.post(f"{HERE}/document/pdf", data={"language": "en", "content": "filled"})
    number = int(asked.location.partition("job=")[2].partition("&")[0])
    # In tests the worker is at hand, and the job is done when the answer comes.
    assert officer.get(f"{HERE}/document/{number}/progress").json["running"] is False
    assert made == [("en", True)]
    assert "document.pdf" in officer.get(asked.location).text
    assert officer.get(f"{HERE}/document.pdf?job={number}").data == b"%PDF-1.7 made"
    mayor: PortalClient = app.test_client()
    mayor.sign_in(world.mayor("vienna").id)
    assert mayor.get(f"{HERE}/document.pdf?job={number}").status_code == 404
