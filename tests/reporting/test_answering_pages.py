"""The pages on which a city answers: the list of sections, a section saved with and without scripts, check and send."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from harness import ApartClient, PortalClient, statements
from reporting_world import GOOD, STRUCTURE, World, attach, fill, make_round, make_version, make_world, set_state
from sqlalchemy import select

from icportal.accounts.models import RoleGrant
from icportal.core.clock import now
from icportal.core.db import db
from icportal.reporting import responses
from icportal.reporting.enums import QuestionType, RemarkKind
from icportal.reporting.models import Evidence, Remark, Response
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.seals import NOTHING

HERE = "/en/work/reporting/round-5/oulu"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield make_world()
        db.session.rollback()


@pytest.fixture
def officer(app: Flask, world: World) -> PortalClient:
    return signed_in(app, world.officer("oulu").id)


def signed_in(app: Flask, user_id: int | None) -> PortalClient:
    app.test_client_class = ApartClient
    client: PortalClient = app.test_client()
    assert user_id is not None
    client.sign_in(user_id)
    return client


def section_form(*questions: str, then: str = "stay", **fields: Any) -> dict[str, Any]:
    """What the page of a section sends: the questions it showed, and what stands in the fields."""
    seen = {f"seen.{name}": NOTHING for name in questions}
    return {"asked": list(questions), "then": then, "written_in": "fi", **seen, **fields}


def sealed(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen\.[^"]+)" value="([^"]+)"', page))


def answers(world: World) -> dict[str, Any]:
    db.session.rollback()
    return responses.values_of(responses.answers_of(world.response("oulu")))


def test_the_list_shows_every_section_with_its_state(officer: PortalClient, world: World) -> None:
    fill(world.response("oulu"), {"c01_grade": "partly"})
    page = officer.get(HERE).get_data(as_text=True)
    assert page.count("Not started") == 3
    assert "In progress" in page
    assert "Ask for more time" in page
    assert "1 of 2 commitments are graded." in page
    assert officer.get("/en/work/reporting/round-5/vienna").status_code == 404


def test_a_section_is_saved_and_the_next_one_opened(officer: PortalClient, world: World) -> None:
    form = section_form(
        "c01_grade", "c01_explanation", then="next", **{"a.c01_grade": "partly", "a.c01_explanation": "So it is."}
    )
    answer = officer.post(f"{HERE}/sections/c01", data=form)
    assert (answer.status_code, answer.location.rpartition("/")[2]) == (303, "c04")
    assert answers(world) == {"c01_grade": "partly", "c01_explanation": "So it is."}
    page = officer.get(f"{HERE}/sections/c01").get_data(as_text=True)
    assert "So it is." in page
    assert sealed(page)["seen.c01_plans"] == NOTHING != sealed(page)["seen.c01_grade"]


def test_what_cannot_be_understood_is_shown_again_and_the_rest_is_saved(officer: PortalClient, world: World) -> None:
    form = section_form("office", "budget", **{"a.office": "Integration office", "a.budget": "a lot"})
    answer = officer.post(f"{HERE}/sections/about", data=form)
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.get_data(as_text=True)
    assert answers(world) == {"office": "Integration office"}


def test_two_tabs_are_told_of_each_other_and_nothing_typed_is_lost(officer: PortalClient, world: World) -> None:
    both = {"a.office": "First tab", "a.budget": "5"}
    officer.post(f"{HERE}/sections/about", data=section_form("office", "budget", **both))
    second = officer.post(f"{HERE}/sections/about", data=section_form("office", "budget", **{**both, "a.office": "Second tab"}))
    page = second.get_data(as_text=True)
    assert second.status_code == 409
    assert "First tab" in page
    assert 'value="Second tab"' in page
    # The page knows now what stands there: saving again is a choice.
    again = section_form("office", "budget", **{**both, "a.office": "Second tab"}) | sealed(page)
    assert officer.post(f"{HERE}/sections/about", data=again).status_code == 303
    assert answers(world)["office"] == "Second tab"


def test_a_section_is_saved_as_one_types(officer: PortalClient, world: World) -> None:
    url = f"{HERE}/sections/about/autosave"
    first = officer.post(url, data=section_form("office", "staff", **{"a.office": "One", "a.staff": "many"}), lint=False)
    assert (first.status_code, first.json["version"]) == (422, 1)
    assert "many" in first.json["error"]
    assert answers(world) == {"office": "One"}
    seals = first.json["fields"]
    # What the page got back is what it saves over; a second tab does not know it.
    second = officer.post(url, data=section_form("office", **{"a.office": "Two"}) | seals, lint=False)
    assert (second.status_code, second.json["version"]) == (200, 2)
    assert answers(world) == {"office": "Two"}
    other = officer.post(url, data=section_form("office", **{"a.office": "Three"}) | seals, lint=False)
    assert other.status_code == 409
    assert [(each["mine"], each["theirs"]) for each in other.json["differences"]] == [("Three", "Two")]
    assert answers(world) == {"office": "Two"}


def test_what_was_typed_into_a_closed_section_stays_on_the_page(officer: PortalClient, world: World) -> None:
    set_state(world.response("oulu"), "ask_sign_off")
    answer = officer.post(f"{HERE}/sections/about", data=section_form("office", **{"a.office": "Too late"}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "sent on" in page
    assert 'value="Too late"' in page
    assert answers(world) == {}
    # Nor is it lost for somebody whose role has ended meanwhile.
    for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == world.officer("oulu").id)):
        grant.revoked_at = now()
    db.session.commit()
    ended = officer.post(f"{HERE}/sections/about", data=section_form("office", **{"a.office": "Written before"}))
    assert ended.status_code in {403, 404}
    assert "Written before" in ended.get_data(as_text=True)


def test_evidence_is_added_without_leaving_the_page_and_used_again(officer: PortalClient, world: World) -> None:
    typed = {"a.c01_grade": "fully", "a.c01_plans": "Many plans.", "new-c01_grade-title": "Decision"}
    form = section_form("c01_grade", "c01_plans", then="add:c01_grade", **typed)
    upload = {**form, "new-c01_grade-file": (io.BytesIO(PDF), "decision.pdf")}
    assert officer.post(f"{HERE}/sections/c01", data=upload).status_code == 303
    assert answers(world) == {"c01_grade": "fully", "c01_plans": "Many plans."}
    page = officer.get(f"{HERE}/sections/c01").get_data(as_text=True)
    (link,) = re.findall(r'href="(/en/work/reporting/evidence/oulu/\d+/file)"', page)
    sent = officer.get(link, lint=False)
    assert (sent.data, sent.headers["Content-Disposition"].split(";")[0]) == (PDF, "attachment")
    found = db.session.query(Evidence).one()
    attached = section_form(
        "c04_grade", then="attach:c04_grade", **{"a.c04_grade": "partly", "evidence.c04_grade": str(found.id)}
    )
    assert officer.post(f"{HERE}/sections/c04", data=attached).status_code == 303
    assert set(responses.evidence_of(world.response("oulu"))) == {"c01_grade", "c04_grade"}
    away = section_form(then=f"detach:c04_grade:{found.id}")
    assert officer.post(f"{HERE}/sections/c04", data=away).status_code == 303
    assert set(responses.evidence_of(world.response("oulu"))) == {"c01_grade"}


def test_evidence_that_is_not_what_it_says_is_refused_and_the_answers_are_kept(officer: PortalClient, world: World) -> None:
    form = section_form("c01_grade", then="add:c01_grade", **{"a.c01_grade": "fully", "new-c01_grade-title": "Decision"})
    answer = officer.post(
        f"{HERE}/sections/c01", data={**form, "new-c01_grade-file": (io.BytesIO(b"MZ program"), "decision.pdf")}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#new-c01_grade-file"' in page
    assert 'value="Decision"' in page
    assert answers(world) == {"c01_grade": "fully"}
    assert db.session.query(Evidence).all() == []


def test_last_time_stands_beside_with_a_button(app: Flask, world: World) -> None:
    first = world.response("oulu")
    fill(first, GOOD)
    attach(first, "c01_grade", title="Decision of the council")
    following = make_round(world.round.questionnaire_version, number=6, previous_id=world.round_id)
    later = Response(round_id=following.id, city_id=first.city_id)
    db.session.add(later)
    db.session.commit()
    officer, here = signed_in(app, world.officer("oulu").id), "/en/work/reporting/round-6/oulu/sections/c01"
    page = officer.get(here).get_data(as_text=True)
    assert "The council decided the integration plan" in page
    assert "Decision of the council" in page
    form = section_form("c01_plans", then="still:c01_grade", **{"a.c01_plans": "Typed, not saved yet."}) | sealed(page)
    assert officer.post(here, data=form).status_code == 303
    db.session.rollback()
    said = responses.values_of(responses.answers_of(db.session.get_one(Response, later.id)))
    assert said == {"c01_grade": "fully", "c01_plans": "Typed, not saved yet."}
    assert "Called still true" in officer.get(here).get_data(as_text=True)


def test_remarks_stand_at_the_question_and_are_replied_to_there(officer: PortalClient, world: World) -> None:
    response = world.response("oulu")
    remark = Remark(response_id=response.id, section="c01", question="c01_grade", kind=RemarkKind.CHANGE, text="Since when?")
    db.session.add(remark)
    db.session.commit()
    assert "Since when?" in officer.get(f"{HERE}/sections/c01").get_data(as_text=True)
    officer.post(f"{HERE}/sections/c01", data=section_form(**{f"reply.{remark.id}": "Since 2023."}))
    db.session.rollback()
    assert db.session.get_one(Remark, remark.id).reply == "Since 2023."


def test_a_file_answers_a_question(officer: PortalClient, world: World) -> None:
    form = section_form("annex") | {"a.annex": (io.BytesIO(PDF), "annex.pdf")}
    assert officer.post(f"{HERE}/sections/special", data=form).status_code == 303
    page = officer.get(f"{HERE}/sections/special").get_data(as_text=True)
    assert "annex.pdf" in page
    assert officer.get(f"{HERE}/sections/special/files/annex", lint=False).data == PDF
    officer.post(f"{HERE}/sections/special", data=section_form("annex", **{"a.annex.remove": "1"}))
    assert "annex" not in answers(world)


def test_the_check_blocks_and_asks_and_then_the_response_is_sent(officer: PortalClient, world: World) -> None:
    fill(world.response("oulu"), {**GOOD, "c01_grade": {"value": "fully", "no_evidence": False}})
    page = officer.get(f"{HERE}/check").get_data(as_text=True)
    assert "1 thing to mend" in page
    assert f'href="{HERE}/sections/c01?checked=1#a.c01_grade"' in page
    assert "sections are not marked as complete" in page
    step = {"transition": "ask_sign_off", "version": "1"}
    version = world.response("oulu").version
    refused = officer.post(f"{HERE}/send", data={**step, "version": version})
    assert refused.status_code == 422
    attach(world.response("oulu"), "c01_grade")
    assert "Nothing stands in the way." in officer.get(f"{HERE}/check").get_data(as_text=True)
    sent = officer.post(f"{HERE}/send", data={**step, "version": version})
    assert sent.status_code == 303
    db.session.rollback()
    assert world.response("oulu").state == "sign_off"
    assert "Take back" in officer.get(HERE).get_data(as_text=True)


def test_questions_that_an_answer_opens_are_shown_before_going_on(officer: PortalClient, world: World) -> None:
    form = section_form("themes", then="next", **{"a.themes": ["housing"]})
    answer = officer.post(f"{HERE}/sections/special", data=form)
    assert answer.location.endswith("special#a.housing")
    assert "further questions" in officer.get(answer.location).get_data(as_text=True)


# --- speed -------------------------------------------------------------------------------------------------


def long(number: int) -> Structure:
    """A section of so many questions of every kind that costs anything, and nothing else."""
    kinds = (QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.PRACTICE, QuestionType.FILE, QuestionType.MULTIPLE)
    questions = [
        Question(f"q{place}", kinds[place % len(kinds)], choices="themes" if kinds[place % len(kinds)] == "multiple" else "")
        for place in range(number)
    ]
    return Structure((Section("long", (*questions, *STRUCTURE.sections[1].questions)),), STRUCTURE.choices)


def queries_for(app: Flask, number: int) -> int:
    """How many queries the page of a section of so many questions takes, all answered this time and last time."""
    version = make_version(long(number), code=f"long-{number}")
    before = make_round(version, number=number, slug=f"before-{number}")
    world = make_world("oulu", structure=long(number), number=number + 1, previous_id=before.id)
    earlier = Response(round_id=before.id, city_id=world.cities["oulu"])
    db.session.add(earlier)
    db.session.commit()
    texts = {f"q{place}": "Text." for place in range(number) if place % 5 < 2}
    for response in (earlier, world.response("oulu")):
        fill(response, {**texts, "c01_grade": "fully"})
        for _piece in range(number // 5):
            attach(response, "c01_grade")
    officer = signed_in(app, world.officer("oulu").id)
    here = f"/en/work/reporting/round-{number + 1}/oulu/sections/long"
    officer.get(here)
    with statements(app) as seen:
        assert officer.get(here).status_code == 200
    return len(seen)


def test_a_section_of_sixty_questions_takes_as_many_queries_as_one_of_five(app: Flask) -> None:
    with app.app_context():
        few, many = queries_for(app, 5), queries_for(app, 60)
        assert few == many <= 48
