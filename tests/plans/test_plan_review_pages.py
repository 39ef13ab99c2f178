"""The pages of a plan's review, its versions and its progress, as people use them; and what everybody reads."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import plan_review_world as way
import pytest
from flask import Flask
from harness import PortalClient, statements
from plan_world import days
from reporting_world import World

from icportal.core.actors import Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.plans import rules
from icportal.plans.models import Action, ActionIndicator, IndicatorValue, Milestone, ProgressRound
from icportal.plans.services import about, remarking
from icportal.plans.services import progress as telling

PLAN = "/en/work/plans/oulu"
PUBLIC = "/en/cities/oulu/plan"
#: What stands in the plan and is for nobody outside the city and the network's people.
INSIDE = ("The trainer may leave", "Aino K.", "No post", "Letters in plain words", "An idea", "The trainer was ill")


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    kept = list(rules._mentors), list(rules._mentees)
    with app.app_context():
        world = way.make()
        way.mentored(world)
        db.session.commit()
    yield world
    rules._mentors[:], rules._mentees[:] = kept


Enter = Callable[..., PortalClient]


@pytest.fixture
def enter(world: World, app: Flask, sign_in: Callable[..., PortalClient]) -> Enter:
    """Sign in as somebody of the world: a role, in a city."""

    def as_(role: str, slug: str = "") -> PortalClient:
        from reporting_world import person

        with app.app_context():
            who = person(role, slug).id
        return sign_in(who)

    return as_


def done(app: Flask, act: Callable[[], Any]) -> Any:
    """Something that was done before."""
    with app.app_context():
        made = act()
        db.session.commit()
        return made


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def step(client: PortalClient, name: str, *, reason: str = "") -> Any:
    """Take a step as the button on the page does."""
    page = client.get(f"{PLAN}/review").text
    data = {"transition": name, "reason": reason, "version": hidden(page, "version"), "seen_hash": hidden(page, "seen_hash")}
    return client.post(f"{PLAN}/review", data=data)


# --- review ----------------------------------------------------------------------------------------------------


def test_a_plan_goes_from_the_city_to_the_public(world: World, enter: Enter, app: Flask) -> None:
    officer = enter(Role.CITY_OFFICER, "oulu")
    page = officer.get(f"{PLAN}/review").text
    assert "2 drafts stay out of the version" in page
    assert step(officer, "submit").status_code == 303
    assert "What the version has stands still while it is read" in officer.get(f"{PLAN}/review").text

    coordinator = enter(Role.COORDINATOR)
    assert "It is the first version" in coordinator.get(f"{PLAN}/review").text
    read = coordinator.get(f"{PLAN}/versions/1").text
    assert "Train the staff" in read
    assert [word for word in INSIDE if word in read] == []
    assert step(coordinator, "agree").status_code == 303

    mayor = enter(Role.MAYOR_OFFICE, "oulu")
    assert "Record the decision" in mayor.get(f"{PLAN}/review").text
    form = mayor.get(f"{PLAN}/endorse").text
    data = {
        "seen": hidden(form, "seen"), "body": "City council", "decided_on": today().isoformat(), "reference": "2026/17",
        "upload": (io.BytesIO(way.PAPER), "decision.pdf"),
    }  # fmt: skip
    assert mayor.post(f"{PLAN}/endorse", data=data).status_code == 303
    assert mayor.get(f"{PLAN}/versions/1/decision").data == way.PAPER
    assert step(mayor, "publish").status_code == 303

    mayor.sign_out()
    public = mayor.get(PUBLIC).text
    assert "Endorsed by City council" in public
    assert "Train the staff" in public
    assert [word for word in INSIDE if word in public] == []
    assert mayor.get(f"{PUBLIC}/decision").data == way.PAPER
    assert "Action plan" in mayor.get("/en/cities/oulu").text


def test_a_refused_step_keeps_what_was_typed(world: World, enter: Enter, app: Flask) -> None:
    done(app, lambda: way.submit(world))
    coordinator = enter(Role.COORDINATOR)
    answer = coordinator.post(
        f"{PLAN}/review",
        data={"transition": "request_changes", "reason": "Who pays for it?", "seen_hash": "0" * 64, "version": "1"},
    )
    assert (answer.status_code, "Who pays for it?" in answer.text) == (409, True)
    assert "The text has changed since you read it" in answer.text
    assert coordinator.post(f"{PLAN}/review", data={"transition": "burn", "version": "1"}).status_code == 404
    empty = step(coordinator, "request_changes")
    assert (empty.status_code, 'href="#reason-request_changes"' in empty.text) == (409, True)


def test_an_upload_that_fails_keeps_what_was_typed(world: World, enter: Enter, app: Flask) -> None:
    done(app, lambda: (way.submit(world), way.agree(world)))
    mayor = enter(Role.MAYOR_OFFICE, "oulu")
    seen = hidden(mayor.get(f"{PLAN}/endorse").text, "seen")
    data = {
        "seen": seen, "body": "City council", "decided_on": (today() + timedelta(days=3)).isoformat(), "reference": "2026/17",
        "upload": (io.BytesIO(b"MZ"), "decision.pdf"),
    }  # fmt: skip
    answer = mayor.post(f"{PLAN}/endorse", data=data)
    assert (answer.status_code, 'value="City council"' in answer.text, 'value="2026/17"' in answer.text) == (422, True, True)
    assert 'href="#decided_on"' in answer.text
    data |= {"decided_on": today().isoformat(), "upload": (io.BytesIO(b"MZ"), "decision.pdf")}
    answer = mayor.post(f"{PLAN}/endorse", data=data)
    assert (answer.status_code, 'href="#upload"' in answer.text) == (422, True)
    assert mayor.post(f"{PLAN}/endorse", data={"seen": seen, "decided_on": "31 May"}).status_code == 422


def test_the_page_to_endorse_says_when_nothing_waits(world: World, enter: Enter) -> None:
    assert "No version waits for a decision" in enter(Role.MAYOR_OFFICE, "oulu").get(f"{PLAN}/endorse").text


def test_a_mentor_reads_and_remarks_and_the_city_answers(world: World, enter: Enter, app: Flask) -> None:
    done(app, lambda: way.submit(world))
    mentor = enter(Role.CITY_OFFICER, "vienna")
    assert "Oulu" in mentor.get("/en/work/plans").text
    page = mentor.get(f"{PLAN}/review").text
    assert ("Recommendation" in page, "Change needed" in page, 'value="agree"' in page) == (True, False, False)
    empty = mentor.post(f"{PLAN}/remarks", data={"kind": "advice", "text": "", "action_id": "0", "language": "en"})
    assert (empty.status_code, "Write what you want to say." in empty.text) == (422, True)
    said = mentor.post(f"{PLAN}/remarks", data={"kind": "advice", "text": "Ask Tampere.", "action_id": "1", "language": "en"})
    assert said.status_code == 303

    officer = enter(Role.CITY_OFFICER, "oulu")
    assert "Ask Tampere." in officer.get(f"{PLAN}/review").text
    assert officer.post(f"{PLAN}/remarks/1/reply", data={"r1-seen": "", "r1-reply": "We did."}).status_code == 303
    late = officer.post(f"{PLAN}/remarks/1/reply", data={"r1-seen": "", "r1-reply": "We will."})
    assert (late.status_code, "We did." in late.text, "We will." in late.text) == (409, True, True)
    assert officer.post(f"{PLAN}/remarks/1/settle").status_code == 303
    assert "settled" in officer.get(f"{PLAN}/review").text
    assert officer.post(f"{PLAN}/remarks/99/settle").status_code == 404


def test_what_a_plan_says_of_itself_is_changed_by_one_at_a_time(world: World, enter: Enter, app: Flask) -> None:
    officer = enter(Role.CITY_OFFICER, "oulu")
    form = {"seen": hidden(officer.get(f"{PLAN}/about").text, "seen"), "language": "en", "months_between": "6"}
    bad = officer.post(
        f"{PLAN}/about", data={**form, "title": "Mine", "starts_on": "2026-05-02", "ends_on": "2026-05-01", "months_between": "0"}
    )
    assert (bad.status_code, 'value="Mine"' in bad.text, 'href="#months_between"' in bad.text) == (422, True, True)
    done(app, lambda: about.edit_plan(way.oulu(world), about.About(title="Theirs"), actor=world.officer("oulu"), seen=None))
    late = officer.post(f"{PLAN}/about", data={**form, "title": "Mine"})
    assert (late.status_code, "Theirs" in late.text, 'value="Mine"' in late.text) == (409, True, True)
    again = officer.post(f"{PLAN}/about", data={**form, "title": "Mine", "seen": hidden(late.text, "seen")})
    assert again.status_code == 303
    assert "Mine" in officer.get(f"{PLAN}/review").text


def test_versions_are_listed_and_compared(world: World, enter: Enter, app: Flask) -> None:
    officer = enter(Role.CITY_OFFICER, "oulu")
    assert "No version yet" in officer.get(f"{PLAN}/versions").text
    assert "Nothing to compare" in officer.get(f"{PLAN}/versions/compare").text

    def twice() -> None:
        way.submit(world)
        way.move(world, "take_back")
        about.edit_plan(way.oulu(world), about.About(title="A title"), actor=world.officer("oulu"), seen=None)
        way.submit(world)

    done(app, twice)
    assert "Version 2" in officer.get(f"{PLAN}/versions").text
    for address in ("compare", "compare?from=1&to=2", "compare?from=2&to=1", "compare?from=x"):
        page = officer.get(f"{PLAN}/versions/{address}").text
        assert ("From version 1 to version 2" in page, "A title" in page) == (True, True), address
    assert "What changed since the version before" in officer.get(f"{PLAN}/versions/2").text
    assert officer.get(f"{PLAN}/versions/3").status_code == 404
    assert officer.get(f"{PLAN}/versions/1/decision").status_code == 404


def test_a_city_without_a_plan_is_told_how_to_begin(world: World, enter: Enter) -> None:
    officer = enter(Role.CITY_OFFICER, "vienna")
    page = officer.get("/en/work/plans/vienna/review").text
    assert "The plan is empty. Add an action first." in page
    for tail, words in (("/versions", "No version yet"), ("/progress", "No progress round yet"), ("/about", "Introduction")):
        assert words in officer.get(f"/en/work/plans/vienna{tail}").text
    assert officer.get("/en/work/plans/vienna/progress/1").status_code == 404


def test_strangers_find_nothing(world: World, enter: Enter, app: Flask) -> None:
    done(app, lambda: (way.publish(world), way.begin(world)))
    stranger = enter(Role.CITY_OFFICER, "ghent")
    for tail in ("/review", "/about", "/endorse", "/versions", "/versions/1", "/versions/compare", "/progress", "/progress/1"):
        assert stranger.get(PLAN + tail).status_code == 404, tail


# --- progress --------------------------------------------------------------------------------------------------


def test_progress_is_told_approved_closed_and_read(world: World, enter: Enter, app: Flask) -> None:
    done(app, lambda: way.publish(world))
    officer = enter(Role.CITY_OFFICER, "oulu")
    page = officer.get(f"{PLAN}/progress").text
    assert "The portal opens the next round on" in page
    refused = officer.post(f"{PLAN}/progress", data={"due_on": "2001-01-01"})
    assert (refused.status_code, "This day is over" in refused.text) == (422, True)
    assert officer.post(f"{PLAN}/progress", data={"due_on": hidden(page, "due_on")}).status_code == 303

    note = f"{PLAN}/progress/1/actions/1"
    prefilled = officer.get(note).text
    assert "1 of 2 milestones are reached." in prefilled
    data = {"text": "Half of them were trained.", "internal_note": "The trainer was ill.", "language": "en", "version": "0"}
    assert officer.post(note, data=data).status_code == 303
    late = officer.post(note, data={**data, "text": "All of them."})
    assert (late.status_code, "All of them." in late.text, "Half of them were trained." in late.text) == (409, True, True)
    about_ = f"{PLAN}/progress/1/about"
    form = officer.get(about_).text
    summary = {"summary": "It goes on.", "language": "en", "due_on": hidden(form, "due_on"), "version": hidden(form, "version")}
    assert officer.post(about_, data=summary).status_code == 303
    assert "What stands in the way of closing the round" in officer.get(f"{PLAN}/progress/1").text

    mayor = enter(Role.MAYOR_OFFICE, "oulu")
    page = mayor.get(f"{PLAN}/progress/1").text
    chosen = re.findall(r'name="chosen" value="([^"]+)"', page)
    assert len(chosen) == 2
    none = mayor.post(f"{PLAN}/progress/1/approve", data={"chosen": ["x.y"]})
    assert (none.status_code, "Choose at least one text." in none.text) == (422, True)
    assert mayor.post(f"{PLAN}/progress/1/approve", data={"chosen": chosen}).status_code == 303

    officer = enter(Role.CITY_OFFICER, "oulu")
    page = officer.get(f"{PLAN}/progress/1").text
    close = {"transition": "close", "version": hidden(page, "version")}
    assert officer.post(f"{PLAN}/progress/1/move", data={**close, "version": "0"}).status_code == 409
    assert officer.post(f"{PLAN}/progress/1/move", data=close).status_code == 303
    assert officer.post(note, data={**data, "version": "2"}).status_code == 409

    officer.sign_out()
    report = officer.get(f"{PUBLIC}/reports/1").text
    assert ("It goes on." in report, "Half of them were trained." in report) == (True, True)
    for page in (report, officer.get(PUBLIC).text, officer.get(f"{PUBLIC}.json").text, officer.get(f"{PUBLIC}.csv").text):
        assert [word for word in INSIDE if word in page] == []
    assert officer.get(f"{PUBLIC}/reports/2").status_code == 404


def test_a_mentor_reads_no_text_that_nobody_approved(world: World, enter: Enter, app: Flask) -> None:
    def tell() -> None:
        way.publish(world)
        round_ = way.begin(world)
        way.write(world, round_, "Train the staff", "Not read by anybody.", internal="The trainer was ill.")
        way.write(world, round_, "Hire interpreters", "One was hired.")
        note = way.note_of(round_, "Hire interpreters")
        assert note is not None
        telling.approve(round_, way.oulu(world), {note.id: note.version}, actor=world.mayor("oulu"))

    done(app, tell)
    page = enter(Role.CITY_OFFICER, "vienna").get(f"{PLAN}/progress/1").text
    assert ("One was hired." in page, "Not read by anybody." in page, "The trainer was ill." in page) == (True, False, False)


# --- the public ------------------------------------------------------------------------------------------------


def test_nobody_outside_reads_a_plan_that_is_not_published(world: World, client: PortalClient, app: Flask) -> None:
    tails = ("", ".json", ".csv", "/decision", "/reports/1")

    def statuses() -> set[int]:
        return {client.get(PUBLIC + tail).status_code for tail in tails}

    assert statuses() == {404}
    for act in (way.submit, way.agree, way.decide):
        done(app, lambda act=act: act(world))  # type: ignore[misc]
        assert statuses() == {404}
    assert "Read the plan" not in client.get("/en/cities/oulu").text
    done(app, lambda: way.move(world, "publish"))
    assert [client.get(PUBLIC + tail).status_code for tail in tails] == [200, 200, 200, 404, 404]
    assert "Read the plan" in client.get("/en/cities/oulu").text
    done(app, lambda: way.move(world, "withdraw", "Wait"))
    assert statuses() == {404}
    assert "Read the plan" not in client.get("/en/cities/oulu").text


def test_the_paper_of_a_decision_is_added_later_and_what_stands_of_it_corrected(world: World, enter: Enter, app: Flask) -> None:
    done(app, lambda: way.publish(world))
    here, mayor = f"{PLAN}/versions/1/decision/edit", enter(Role.MAYOR_OFFICE, "oulu")
    for page in (f"{PLAN}/review", f"{PLAN}/versions/1"):
        assert f'href="{here}"' in mayor.get(page).text
    page = mayor.get(here).text
    assert 'value="City council"' in page
    data = {
        "body": "City council", "decided_on": hidden(page, "decided_on"), "reference": "2026/18", "seen": hidden(page, "seen"),
        "reason": "",
    }  # fmt: skip
    assert mayor.post(here, data=data).status_code == 422
    data["reason"] = "The minutes came"
    paper = (io.BytesIO(way.PAPER), "minutes.pdf")
    assert mayor.post(here, data={**data, "upload": paper}, content_type="multipart/form-data").status_code == 303
    page = mayor.get(f"{PLAN}/versions/1").text
    assert ("2026/18" in page, "minutes.pdf" in page, "Correct the decision" in page) == (True, True, True)
    assert "2026/18" in mayor.get(PUBLIC).text
    assert mayor.get(f"{PLAN}/versions/1/decision").data == way.PAPER
    stale = mayor.post(here, data={**data, "reference": "2026/19"})
    assert (stale.status_code, "Somebody was faster" in stale.text, 'value="2026/19"' in stale.text) == (409, True, True)
    again = {**data, "reference": "2026/19", "seen": hidden(stale.text, "seen")}
    assert mayor.post(here, data=again).status_code == 303
    assert mayor.get(f"{PLAN}/versions/2/decision/edit").status_code == 404
    coordinator = enter(Role.COORDINATOR)
    assert f'href="{here}"' not in coordinator.get(f"{PLAN}/versions/1").text
    assert (coordinator.get(here).status_code, coordinator.post(here, data=data).status_code) == (403, 403)


def test_a_wrong_click_is_taken_back_by_whoever_writes_the_plan(world: World, enter: Enter, app: Flask) -> None:
    def begin_anew() -> None:
        way.submit(world)
        way.agree(world)
        way.decide(world)
        way.move(world, "revise", "A wrong click")

    done(app, begin_anew)
    assert "Go back to version 1" not in enter(Role.MAYOR_OFFICE, "oulu").get(f"{PLAN}/review").text
    officer = enter(Role.CITY_OFFICER, "oulu")
    assert "Go back to version 1" in officer.get(f"{PLAN}/review").text
    assert step(officer, "back_to_endorsed").status_code == 303
    page = officer.get(f"{PLAN}/review").text
    assert ("Done: it is now “Endorsed”." in page, "Publish the plan" in page) == (True, True)
    assert "Go back to the version that was endorsed" in page, "the history names the step"
    assert step(officer, "back_to_endorsed").status_code == 409


def test_a_coordinator_withdraws_what_is_public_while_its_successor_is_read(world: World, enter: Enter, app: Flask) -> None:
    def go_on() -> None:
        way.publish(world)
        way.move(world, "revise", "Two years later")
        there = about.said_by(way.plan_of(world))
        about.edit_plan(way.oulu(world), replace(there, title="Otherwise"), actor=world.officer("oulu"), seen=there.seal)
        way.submit(world)

    done(app, go_on)
    coordinator = enter(Role.COORDINATOR)
    assert "Withdraw the published version" in coordinator.get(f"{PLAN}/review").text
    assert step(coordinator, "withdraw_in_review").status_code == 409
    assert step(coordinator, "withdraw_in_review", reason="A name stands in it").status_code == 303
    page = coordinator.get(f"{PLAN}/review").text
    assert "Done: nobody outside reads the plan any more." in page
    assert ("In review" in page, "A name stands in it" in page) == (True, True)
    assert coordinator.get(PUBLIC).status_code == 404


def test_the_plan_is_data(world: World, client: PortalClient, app: Flask) -> None:
    checksum = done(app, lambda: way.publish(world).sha256)
    data = json.loads(client.get(f"{PUBLIC}.json").data)
    assert (data["total"], data["version_sha256"], data["endorsement"]["body"]) == (4, checksum, "City council")
    table = client.get(f"{PUBLIC}.csv").data.decode("utf-8-sig").splitlines()
    assert (len(table), table[0].split(",")[:3]) == (5, ["id", "objective", "title"])
    assert any("'=1+1" in line for line in table)


def test_every_page_asks_as_often_for_many_as_for_few(world: World, enter: Enter, app: Flask) -> None:
    def tell() -> None:
        way.publish(world)
        round_ = way.begin(world)
        way.write(world, round_, "Train the staff", "Done.")
        remarking.add_remark(way.oulu(world), kind="note", text="One", action_id=None, language="en", actor=world.coordinator)

    done(app, tell)
    coordinator = enter(Role.COORDINATOR)
    pages = [PLAN + tail for tail in ("/review", "/versions", "/versions/1", "/versions/compare", "/progress", "/progress/1")]
    pages += [PUBLIC, f"{PUBLIC}.json", f"{PUBLIC}.csv", "/en/cities/oulu", "/en/work"]

    def counts() -> list[int]:
        found = []
        for page in pages:
            assert coordinator.get(page).status_code == 200
            with statements(app) as count:
                coordinator.get(page)
            # When the stamp of public pages is looked at again depends on the clock.
            found.append(sum("public_stamp" not in each for each in count))
        return found

    few = counts()

    def more() -> None:
        plan = way.plan_of(world)
        rows = [
            Action(plan_id=plan.id, city_id=plan.city_id, title=f"More {n}", state="planned", due_on=days(n)) for n in range(30)
        ]
        db.session.add_all(rows)
        db.session.flush()
        way.complete([row.title for row in rows])
        for row in rows:
            measured = ActionIndicator(action_id=row.id, label="Reached", target=4)
            db.session.add_all([Milestone(action_id=row.id, title="Step", due_on=days(3)), measured])
            db.session.flush()
            db.session.add(IndicatorValue(indicator_id=measured.id, on_date=today(), value=1))
        for number in range(6):
            remarking.add_remark(
                way.oulu(world),
                kind="note",
                text=f"No. {number}",
                action_id=rows[number].id,
                language="en",
                actor=world.coordinator,
            )
        way.move(world, "revise", "More")
        newest = way.publish(world)
        round_ = db.session.query(ProgressRound).one()
        # As if it had begun with this version.
        round_.version_id = newest.id
        db.session.flush()
        for number in range(8):
            way.write(world, round_, f"More {number}", "Something.")

    done(app, more)
    assert counts() == few
