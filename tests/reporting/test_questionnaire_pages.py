"""The pages of questionnaires: editing without JavaScript, the test run, XLSForm, versions, and who may open them."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
import reporting_world
from flask import Flask
from harness import PortalClient, statements
from questionnaire_world import SMALL, answered, begun, make_people, publish, save, translate, without, words
from sqlalchemy import func, select

from icportal.core.actors import SYSTEM, Actor
from icportal.core.audit import AuditEntry
from icportal.core.db import db
from icportal.reporting import loading, questionnaire_desk
from icportal.reporting.models import Answer, Questionnaire
from icportal.reporting.questionnaires import shipped
from icportal.reporting.questionnaires.definition import Structure

DESK = "/en/work/reporting/questionnaires"


@pytest.fixture
def people(app: Flask) -> Mapping[str, Actor]:
    with app.app_context():
        return make_people()


@pytest.fixture
def desk(app: Flask, client: PortalClient, people: Mapping[str, Actor]) -> Desk:
    with app.app_context():
        made = begun(people).id
        db.session.commit()
    client.sign_in(people["clara"].id)
    return Desk(app, client, people, f"{DESK}/{made}", made)


class Desk:
    """The pages of one questionnaire, as Clara has them open."""

    def __init__(self, app: Flask, client: PortalClient, people: Mapping[str, Actor], place: str, number: int) -> None:
        self.app, self.client, self.people, self.place, self.number = app, client, people, place, number

    def get(self, page: str = "") -> str:
        response = self.client.get(self.place + page)
        assert response.status_code == 200, (page, response.status_code)
        return str(response.get_data(as_text=True))

    def post(self, page: str, values: Mapping[str, Any], status: int = 303) -> str:
        response = self.client.post(self.place + page, data=values)
        said = re.findall(r"<li><a href=.#[^>]*>([^<]*)", response.get_data(as_text=True))
        assert response.status_code == status, (page, response.status_code, said)
        return str(response.get_data(as_text=True))

    @property
    def version(self) -> int:
        with self.app.app_context():
            return db.session.get_one(Questionnaire, self.number).version

    @property
    def structure(self) -> Structure:
        with self.app.app_context():
            return Structure.of(db.session.get_one(Questionnaire, self.number).structure)

    def words(self) -> Mapping[str, str]:
        with self.app.app_context():
            head = db.session.get_one(Questionnaire, self.number).item.source.head
            assert head is not None
            return dict(head.body)


def publish_now(desk: Desk) -> None:
    with desk.app.app_context():
        publish(db.session.get_one(Questionnaire, desk.number), desk.people)
        db.session.commit()


def test_a_questionnaire_is_written_on_pages(desk: Desk, client: PortalClient) -> None:
    begin = {"code": "edition-7", "language": "fr", "title": "Septième édition"}
    response = client.post(f"{DESK}/new", data=begin)
    assert response.status_code == 303
    desk.place = response.location.removesuffix("/structure").removeprefix("http://localhost")
    desk.number = int(desk.place.rpartition("/")[2])
    desk.post("/blocks", {"commitment": "4", "version": desk.version})
    assert [question.role for question in desk.structure.sections[0].questions][:2] == ["provider", "grade"]
    assert desk.words()["q.c04_grade"] == shipped.shared("fr")["q.c04_grade"]
    assert desk.words()["c.provider.direct"] == shipped.shared("fr")["c.provider.direct"]
    desk.post("/structure", {"section-name": "more", "section-label": "Le reste", "section-version": desk.version})
    new = {"name": "plans", "type": "table", "label": "Plans", "version": desk.version}
    desk.post("/sections/more/questions", {f"question-{name}": value for name, value in new.items()})
    desk.post("/lists", {"list-name": "kinds", "list-version": desk.version})
    choices = {
        "choices-0-name": "plan",
        "choices-0-label": "Plan",
        "choices-1-name": "law",
        "choices-1-label": "Loi",
        "version": desk.version,
    }
    desk.post("/lists/kinds", choices)
    table = {
        "name": "plans", "section": "more", "type": "table", "label": "Quels plans ?", "hint": "Un par ligne", "visibility": "network",
        "relevant": "${c04_provider} = 'direct'", "words": "0", "most_rows": "5", "role": "strategies", "version": desk.version,
        "columns-0-name": "title", "columns-0-label": "Titre", "columns-0-type": "text", "columns-0-required": "y", "columns-0-choices": "", "choices": "",
        "columns-1-name": "kind", "columns-1-label": "Sorte", "columns-1-type": "choice", "columns-1-choices": "kinds",
    }  # fmt: skip
    desk.post("/questions/plans", table)
    plans = desk.structure.questions["plans"]
    assert [(column.name, column.type, column.choices, column.required) for column in plans.columns] == [
        ("title", "text", "", True),
        ("kind", "choice", "kinds", False),
    ]
    assert (plans.most_rows, plans.visibility, plans.relevant) == (5, "network", "${c04_provider} = 'direct'")
    assert desk.words()["q.plans.column.kind"] == "Sorte"
    desk.post("/change", {"what": "section_up", "name": "more", "version": desk.version})
    assert [section.name for section in desk.structure.sections] == ["more", "c04"]
    desk.post("/change", {"what": "section_remove", "name": "more", "version": desk.version})
    assert "q.plans" not in desk.words()
    for page in (
        "",
        "/structure",
        "/sections/c04",
        "/questions/c04_grade",
        "/lists/kinds",
        "/test-run/fr",
        "/import",
        "/versions",
    ):
        desk.get(page)


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    question = {
        "name": "office",
        "section": "about",
        "type": "text",
        "label": "My own words",
        "visibility": "public",
        "words": "0",
    }
    page = desk.post("/questions/office", {**question, "relevant": "${nobody} = 1", "version": desk.version}, 422)
    assert "nobody" in page
    assert "My own words" in page
    assert 'href="#relevant"' in page
    page = desk.post("/questions/office", {**question, "version": desk.version - 1}, 409)
    assert "Somebody else has changed this questionnaire" in page
    assert "Yours, not saved" in page
    assert "My own words" in page
    assert desk.structure == SMALL
    desk.post("/change", {"what": "question_remove", "name": "office", "version": desk.version - 1}, 409)
    desk.post("/change", {"what": "question_remove", "name": "nobody", "version": desk.version}, 409)
    assert desk.structure == SMALL


def test_a_published_code_stays_whatever_is_sent(desk: Desk) -> None:
    publish_now(desk)
    question = {
        "name": "bureau",
        "section": "about",
        "type": "text",
        "label": "Which?",
        "visibility": "public",
        "words": "0",
        "choices": "",
        "role": "",
    }
    assert "is published and stays" in desk.get("/questions/office")
    desk.post("/questions/office", {**question, "version": desk.version})
    assert "office" in desk.structure.questions
    page = desk.post("/questions/office", {**question, "type": "date", "version": desk.version}, 422)
    assert "needs another code" in page


def test_the_test_run_checks_and_keeps_nothing(desk: Desk, app: Flask) -> None:
    page = desk.get("/test-run/en")
    assert "Test run: nothing is kept" in page
    typed = {
        "asked": ["office", "staff", "themes", "plans"],
        "a.office": "",
        "a.staff": "-3",
        "a.themes": ["school"],
        "a.plans": "So many",
    }
    with app.app_context():
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with statements(app) as sent:
        page = desk.post("/test-run/en", typed, 200)
    assert not [each for each in sent if each.startswith(("INSERT", "UPDATE", "DELETE")) and "session" not in each]
    assert "A city would be told 2 things" in page
    assert "q.staff.message" in page
    assert "So many" in page
    assert re.search(r'value="school" checked', page)
    typed |= {"a.office": "The office", "a.staff": "3"}
    assert "A city could send this on." in desk.post("/test-run/en", typed, 200)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries
        assert db.session.scalar(select(func.count()).select_from(Answer)) == 0


def test_a_form_goes_out_and_comes_back(desk: Desk, client: PortalClient) -> None:
    data = client.get(desk.place + "/xlsform").get_data()
    before = desk.version
    page = desk.post("/import", {"upload": (io.BytesIO(data), "form.xlsx")}, 200)
    assert "can be taken over" in page
    assert desk.version == before
    key = re.search(r'name="file"[^>]*value="([^"]+)"', page)
    assert key is not None
    desk.post("/change", {"what": "question_remove", "name": "plans", "version": desk.version})
    page = desk.post("/import/take-over", {"file": key[1], "version": before}, 422)
    assert "Somebody else has changed" in page
    desk.post("/import/take-over", {"file": key[1], "version": desk.version})
    assert desk.structure == SMALL
    assert desk.words()["q.plans"] == "q.plans"
    page = desk.post("/import", {"upload": (io.BytesIO(b"not a workbook"), "form.xlsx")}, 422)
    assert desk.structure == SMALL


def test_a_form_with_faults_is_shown_with_their_places(desk: Desk) -> None:
    from openpyxl import Workbook  # a file that somebody else has written

    book, stream = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (
        ("type", "name", "label"),
        ("text", "office", "Which?"),
        ("text", "office", "Again"),
        ("select_one nowhere", "kind", "Kind?"),
    ):
        sheet.append(row)
    book.save(stream)
    page = desk.post("/import", {"upload": (io.BytesIO(stream.getvalue()), "form.xlsx")}, 422)
    assert "Nothing was saved." in page
    assert "nowhere" in page
    assert re.search(r'data-label="Row"[^>]*><div>4</div>', page)
    assert 'name="file"' not in page
    assert desk.structure == SMALL


def test_versions_show_what_became_of_each_question_and_a_round_goes_on(desk: Desk, app: Flask) -> None:
    with app.app_context():
        made = db.session.get_one(Questionnaire, desk.number)
        world = answered(publish(made, desk.people), office="The office", staff=3)
        save(made, without(SMALL, "staff"), desk.people, words={"q.office": "Which office is it?"})
        publish(made, desk.people)
        db.session.commit()
        round_id = world.round_id
    page = desk.get("/versions")
    assert "Version 2" in page
    assert "other words" in page
    assert "no longer asked" in page
    desk.post("/versions", {"round": round_id})
    with app.app_context():
        assert reporting_world.World(round_id).round.questionnaire_version.number == 2
    desk.post("/versions", {"round": 999_999}, 404)


def test_translators_work_at_the_desk_and_the_list_shows_every_language(desk: Desk, app: Flask, client: PortalClient) -> None:
    with app.app_context():
        made = db.session.get_one(Questionnaire, desk.number)
        publish(made, desk.people)
        translate(made, desk.people)
        save(made, SMALL, desk.people, words={"q.office": "Which office?"})
        publish(made, desk.people)
        db.session.commit()
    client.sign_in(desk.people["tom"].id)
    page = desk.get("/fr/translate")
    assert "Question office" in page
    assert "Original has changed" in page
    assert "fr: q.office" in page
    assert "Answer housing of the list themes" in page
    for place in ("", "/fr", "/fr/history", "/structure", "/test-run/fr"):
        desk.get(place)
    client.sign_in(desk.people["rita"].id)
    desk.get("/fr")
    listing = client.get(DESK).get_data(as_text=True)
    assert "not offered to cities" in listing
    assert "New questionnaire" not in listing


def test_remarks_on_a_long_field(desk: Desk) -> None:
    long = "a" * 50
    with desk.app.app_context():
        made = db.session.get_one(Questionnaire, desk.number)
        structure = Structure.of(
            {"sections": [{"name": "s", "questions": [{"name": long, "type": "table", "columns": [{"name": long}]}]}]}
        )
        save(made, structure, desk.people, words=words(structure))
        db.session.commit()
    field = f"q.{long}.column.{long}"
    desk.post("/en/comments", {"field": field, "text": "Say it shorter"})
    page = desk.get("/en")
    assert f"Column {long} of question {long}" in page
    assert "Say it shorter" in page


def test_cities_and_visitors_stay_out(desk: Desk, client: PortalClient) -> None:
    client.sign_in(desk.people["olli"].id)
    for page in ("", "/structure", "/versions", "/test-run/en", "/xlsform", "/sections/about"):
        assert client.get(desk.place + page).status_code == 403, page
    client.sign_in(desk.people["tom"].id)
    for page in ("/sections/about", "/questions/office", "/import", "/lists/themes"):
        assert client.get(desk.place + page).status_code == 403, page
    assert client.post(desk.place + "/change", data={"what": "section_remove", "name": "work"}).status_code == 403
    assert desk.structure == SMALL


def test_the_shipped_questionnaires_are_there_in_six_languages(app: Flask) -> None:
    with app.app_context():
        assert loading.load_questionnaires(actor=SYSTEM) == len(shipped.codes()) == 3
        assert loading.load_questionnaires(actor=SYSTEM) == 0
        for row in questionnaire_desk.listed():
            assert (row.number, row.offered) == (1, frozenset(shipped.LANGUAGES))
