"""After an election: reminders, renewals, and more time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from charter_world import pdf
from sqlalchemy import select

from icportal.charter import dossier, notifications, services
from icportal.charter.models import Delay, Reminder, Signature
from icportal.cities.models import City, TimelineEntry
from icportal.core.actors import SYSTEM
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.outbox import Mail
from icportal.workflow.worklists import worklists

ELECTION = date(2030, 5, 5)
DUE = ELECTION + timedelta(days=90)


@pytest.fixture
def signed_long_ago(app, world):
    """Vienna's signature of 2025, and an election in 2030."""
    with app.app_context():
        city = db.session.get_one(City, world.vienna)
        city.next_election = ELECTION
        day = date(2025, 3, 1)
        older = services.adopt_historic_signature(
            actor=SYSTEM, city=city, earliest=day, latest=day, precision="day", source="List", note=""
        )
        db.session.commit()
        identity = older.id
        db.session.remove()
    return identity


def on(day):
    return time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), tick=False)


def remind(app):
    with app.app_context():
        count = services.remind_of_renewals()
        db.session.commit()
        db.session.remove()
        return count


def mails(app, template="renew"):
    with app.app_context():
        return [
            (mail.address, mail.language, mail.subject, mail.urgent)
            for mail in db.session.scalars(select(Mail).order_by(Mail.id))
        ]


def visit(app, world, name):
    client = app.test_client()
    client.sign_in(world.people[name])
    return client


def test_the_reminder_comes_once_in_each_reader_s_language(app, world, signed_long_ago):
    with on(DUE - timedelta(days=1)):
        assert remind(app) == 0
    with on(DUE):
        assert remind(app) == 1
        assert remind(app) == 0
    with on(DUE + timedelta(days=30)):
        assert remind(app) == 0
    written = mails(app)
    assert {(address, language) for address, language, _subject, _urgent in written} == {
        ("mayor@example.eu", "de"), ("everything@example.eu", "en"), ("eva@wien.example", "de"), ("max@wien.example", "de"),
    }  # fmt: skip
    assert all(urgent for *_rest, urgent in written)
    assert next(subject for address, _l, subject, _u in written if address == "mayor@example.eu").startswith("Wien")
    with app.app_context():
        assert db.session.scalars(select(Reminder)).one().due == DUE


def test_the_job_is_planned_every_day(app, world, signed_long_ago):
    from icportal.core import queue

    with on(DUE), app.app_context():
        queue.tick(queue.new_worker_id())
        queue.tick(queue.new_worker_id())
    assert len(mails(app)) == 4


def test_the_worklist_says_what_is_due_and_when(app, world, signed_long_ago):
    from charter_world import actor_of

    with on(ELECTION + timedelta(days=10)), app.test_request_context("/en/"):
        lists = {each.key: each for each in worklists(actor_of(world, "mayor"))}
        entry = lists["charter.renewals"].entries[0]
        assert entry.due.date() == DUE
        assert "charter.not_renewed" not in {each.key for each in worklists(actor_of(world, "coordinator"))}
    with on(DUE + timedelta(days=1)), app.test_request_context("/en/"):
        lists = {each.key: each for each in worklists(actor_of(world, "coordinator"))}
        assert lists["charter.not_renewed"].count == 1


def test_a_renewal_from_the_reminder_to_the_registry(app, world, signed_long_ago, newest):
    with on(DUE + timedelta(days=1)):
        mayor = visit(app, world, "mayor")
        path = "/en/cities/vienna/signature/renewal"
        assert "A renewal is due" in mayor.get("/en/cities/vienna/signature").text
        filled = {"name": "Neu Gewählt", "office": "Mayor", "mandate": "Election of 5 May", "decision_stands": "yes"}
        answer = mayor.post(path, data=filled)
        assert answer.status_code == 422
        assert "no council decision from the earlier signature" in answer.text
        assert "Neu Gewählt" in answer.text
        filled |= {"decision_stands": "no", "decided_on": "2030-06-30", "upload": pdf()}
        assert mayor.post(path, data=filled).status_code == 303
        renewal = newest()
        assert (renewal.kind, renewal.renews_id) == ("renewal", signed_long_ago)
        page = mayor.get(f"/en/signatures/{renewal.id}/sign")
        data = {
            name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]
            for name in ("version", "language", "seen_sha256")
        }
        assert mayor.post(f"/en/signatures/{renewal.id}/sign", data={**data, "confirmed": "y"}).status_code == 303
        take(mayor, renewal.id, "submit")
        take(visit(app, world, "coordinator"), renewal.id, "publish")
        assert newest().state == "published"
        with app.app_context():
            assert db.session.get_one(Signature, signed_long_ago).state == "superseded"
            keys = set(db.session.scalars(select(TimelineEntry.key)))
            assert keys == {"charter_signed", "charter_renewed"}
            assert dossier.renewals_due(DUE + timedelta(days=1)) == []
        assert remind(app) == 0
        assert mayor.get(f"/en/signatures/{signed_long_ago}/history").status_code == 200


def take(client, signature_id, name):
    page = client.get(f"/en/signatures/{signature_id}")
    seen, version = (re.search(rf'name="{field}" value="([^"]*)"', page.text)[1] for field in ("seen_hash", "version"))
    answer = client.post(f"/en/signatures/{signature_id}/steps", data={"transition": name, "version": version, "seen_hash": seen})
    assert answer.status_code == 303, answer.text


def ask(client, until, reason="The council meets in autumn."):
    return client.post("/en/cities/vienna/signature/delay", data={"asked_until": until.isoformat(), "reason": reason})


def answer_delay(client, app, **data):
    with app.app_context():
        delay = db.session.scalars(select(Delay).order_by(Delay.id.desc())).first()
    return client.post(f"/en/delays/{delay.id}", data={"version": delay.version, **data})


def test_more_time_is_asked_for_and_granted_and_the_reminder_follows(app, world, signed_long_ago):
    later = DUE + timedelta(days=100)
    with on(DUE - timedelta(days=10)):
        mayor, coordinator = visit(app, world, "mayor"), visit(app, world, "coordinator")
        assert ask(mayor, later).status_code == 303
        again = ask(mayor, later)
        assert again.status_code == 409
        assert "already waits" in again.text
    with on(DUE):
        assert remind(app) == 0, "while the request waits"
    with on(DUE + timedelta(days=1)):
        coordinator = visit(app, world, "coordinator")
        assert answer_delay(visit(app, world, "everything"), app, decision="granted").status_code == 303
        assert remind(app) == 0
        stale = answer_delay(coordinator, app, decision="refused", reason="No")
        assert stale.status_code == 409
        assert any("Aufschub" in subject for address, _l, subject, _u in mails(app) if address == "mayor@example.eu")
    with on(later):
        assert remind(app) == 1
    with app.app_context():
        assert [reminder.due for reminder in db.session.scalars(select(Reminder))] == [later]


def test_a_refused_delay_leaves_the_day_as_it_was(app, world, signed_long_ago):
    with on(DUE + timedelta(days=2)):
        assert ask(visit(app, world, "mayor"), DUE + timedelta(days=50)).status_code == 303
        coordinator = visit(app, world, "coordinator")
        missing = answer_delay(coordinator, app, decision="refused")
        assert missing.status_code == 422
        assert "Say why" in missing.text
        assert answer_delay(coordinator, app, decision="").status_code == 422
        assert answer_delay(coordinator, app, decision="refused", reason="The conference is near.").status_code == 303
        assert remind(app) == 1


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (DUE, "after the present deadline"),
        (DUE + timedelta(days=400), "At most one year more"),
        (ELECTION, "after the present deadline"),
    ],
)
def test_a_day_that_cannot_be_asked_for_is_refused_and_kept(app, world, signed_long_ago, until, sentence):
    with on(DUE - timedelta(days=5)):
        answer = ask(visit(app, world, "mayor"), until, reason="Our words stay")
        assert answer.status_code == 422
        assert answer.text.count(sentence) >= 2
        assert "Our words stay" in answer.text
        assert until.isoformat() in answer.text


def test_nobody_decides_what_they_asked_for_themselves(app, world, signed_long_ago):
    with on(DUE + timedelta(days=2)):
        own = visit(app, world, "everything")
        assert ask(own, DUE + timedelta(days=50)).status_code == 303
        assert answer_delay(own, app, decision="granted").status_code == 403
        assert answer_delay(visit(app, world, "coordinator"), app, decision="granted").status_code == 303


def test_a_coordinator_acting_for_the_city_is_named_so_in_the_history(app, world, newest):
    from charter_world import actor_of

    from icportal.charter import desk

    with app.test_request_context("/en/"):
        actor = actor_of(world, "coordinator").acting_for_city(world.vienna, ("mayor_office", "city_officer"))
        signature = services.start_signature(actor=actor, city=db.session.get_one(City, world.vienna))
        services.withdraw_signature(signature, actor=actor, version=signature.version, reason="Opened by mistake")
        entry = desk.history_entries(signature)[0]
        assert (entry["who"], entry["acting_for"], entry["reason"]) == ("Coordinator", "Vienna", "Opened by mistake")


def enter_election(client, **changed):
    """Send the form of Vienna as it was opened, but for this."""
    page = client.get("/en/cities/vienna/edit").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    data = {
        "name": "Vienna",
        "languages": ["de"],
        "name_de": "Wien",
        "name_fr": "Vienne",
        "mayor": "",
        "mayor_since": "",
        "next_election": "",
        "version": version,
    }
    return client.post("/en/cities/vienna/edit", data=data | changed)


@pytest.mark.parametrize(
    ("entered", "is_due"),
    [
        ({"next_election": "2035-05-06"}, True),
        ({"next_election": "", "mayor": "Clara Neu"}, True),
        ({"next_election": "2030-01-05"}, True),
        ({"next_election": ""}, False),
    ],
)
def test_a_renewal_stays_due_when_the_election_after_is_entered(app, world, signed_long_ago, entered, is_due):
    with on(ELECTION + timedelta(days=10)):
        officer = visit(app, world, "officer")
        assert enter_election(officer, **entered).status_code == 303
        with app.app_context():
            found = dossier.renewals_due(ELECTION + timedelta(days=10))
            expected = date(2030, 1, 5) if entered["next_election"] == "2030-01-05" else ELECTION
            assert [(each.city.slug, each.election) for each in found] == ([("vienna", expected)] if is_due else [])


def test_an_election_that_is_still_to_come_is_only_corrected(app, world, signed_long_ago):
    with on(ELECTION - timedelta(days=10)):
        assert enter_election(visit(app, world, "officer"), next_election="2030-05-12").status_code == 303
    with app.app_context():
        assert db.session.get_one(City, world.vienna).last_election is None


def test_only_what_has_a_deadline_or_was_asked_for_comes_at_once(app, world, signed_long_ago):
    with app.app_context():
        signature = db.session.get_one(Signature, signed_long_ago)
        for template in ("signature_published", "signature_withdrawn", "signature_changes_requested"):
            notifications.tell_city(signature, template, reason="Because")
        city = db.session.get_one(City, world.vienna)
        delay = Delay(
            city_id=city.id, deadline=DUE, asked_until=DUE, reason="Holiday", asked_by=world.people["mayor"], decision="granted"
        )
        notifications.tell_city_of_delay(delay, city)
        signature.receipt_code = "ABCDE-FGHJK"
        signature.text_language, signature.text_sha256, signature.signed_at = "de", "ab" * 32, now()
        notifications.send_receipt(signature, SYSTEM)
        found = {
            (mail.topic != "" and mail.state, mail.urgent)
            for mail in db.session.scalars(select(Mail).where(Mail.language == "fr"))
        }
        assert found == {("digest", False)}
        assert [mail.urgent for mail in db.session.scalars(select(Mail).where(Mail.language == "de").order_by(Mail.id))] == [
            False
        ] * 3 + [True] * 2
