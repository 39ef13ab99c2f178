import re
from dataclasses import replace

import pytest
from conftest import usual_settings

from icportal.config import Mode
from icportal.core import queue
from icportal.core.actors import SYSTEM
from icportal.core.audit import record
from icportal.core.db import db
from icportal.core.outbox import Mail, MailState, Recipient, queue_mail


@pytest.fixture
def mode():
    return Mode.TEST


@pytest.fixture
def settings(store, mode):
    return replace(usual_settings(store), mode=mode)


def write_mail(world, address="olga@city.example", language="fr"):
    with world.changes():
        to = Recipient(address, "Olga", language)
        mail = queue_mail(
            to=to, template="accounts/password_reset", context={"url": "http://localhost/x?a=1&b=<b>", "minutes": 30}, urgent=True
        )
        return mail.id


def test_a_demonstration_shows_every_mail_to_everybody(world, client):
    number = write_mail(world)
    write_mail(world, "otto@city.example")

    assert "olga@city.example" in client.get("/en/mails").text
    assert "olga@city.example" not in client.get("/en/mails?to=OTTO@city.example").text
    page = client.get(f"/en/mails/{number}").text
    assert 'href="http://localhost/x?a=1&amp;b=' in page
    assert "<b>" not in page.partition('class="prose mail"')[2].partition("</div>")[0]
    assert client.get("/en/mails/99999").status_code == 404


@pytest.mark.parametrize("mode", [Mode.PRODUCTION])
def test_in_production_only_administrators_read_the_mails(world, client, enter, mode):
    number = write_mail(world)
    coordinator, administrator = (
        enter(world.person("clara", ("coordinator", None))),
        enter(world.person("ada", ("administrator", None))),
    )

    for path in ("/en/mails", f"/en/mails/{number}"):
        answers = [each.get(path).status_code for each in (client, coordinator, administrator)]
        assert answers == [303, 403, 200]
    assert "Show the mails" not in client.get("/en/sign-in").text


def test_an_administrator_settles_a_mail_of_uncertain_fate(world, enter):
    number = write_mail(world)
    with world.changes():
        db.session.get_one(Mail, number).state = MailState.UNCERTAIN
    client, other = enter(world.person("ada", ("administrator", None))), enter(world.person("clara", ("coordinator", None)))

    assert other.post(f"/en/mails/{number}/decide").status_code == 403
    assert "Did it leave?" in client.get(f"/en/mails/{number}").text
    assert client.post(f"/en/mails/{number}/decide").status_code == 303
    assert "Did it leave?" not in client.get(f"/en/mails/{number}").text
    assert client.post(f"/en/mails/{number}/decide").status_code == 409


@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 200), ("coordinator", 200), ("mayor_office", 403), ("translator", 403), (None, 303)]
)
def test_who_reads_the_audit_log(world, client, enter, who, status):
    scope = {"mayor_office": "vienna", "translator": "fr"}.get(who or "")
    reader = enter(world.person("reader", (who, scope))) if who else client

    assert reader.get("/en/audit").status_code == status


def test_the_audit_log_is_paged_by_key_and_filtered_by_city(world, enter):
    client = enter(world.person("ada", ("administrator", None)))
    with world.changes():
        for number in range(120):
            record(
                SYSTEM,
                f"try.number:{number}",
                "try",
                after={"text": "<script>"},
                city_id=world.cities["vienna"] if number % 2 else None,
            )

    seen, path = [], f"/en/audit?city={world.cities['vienna']}"
    while path:
        page = client.get(path).text
        seen += [int(part.partition("<")[0]) for part in page.split("try.number:<wbr>")[1:]]
        assert "<script>" not in page.partition("<main")[2]
        following = page.partition('rel="next" href="')[2].partition('"')[0]
        path = following.replace("&amp;", "&")

    assert seen == list(range(119, 0, -2))


@pytest.mark.parametrize(
    "query", ["city=999", "city=x", "city=99999999999999999999", "before=99999999999", "before=0", "before=-1", "before=x"]
)
def test_an_odd_question_to_the_log_is_an_empty_page(world, enter, query):
    assert enter(world.person("ada", ("administrator", None))).get(f"/en/audit?{query}").status_code == 200


@pytest.mark.parametrize("mode", [Mode.PRODUCTION])
def test_in_production_nobody_reads_what_a_mail_says(world, enter, mode):
    number = write_mail(world)
    ada = enter(world.person("ada", ("administrator", None)))

    page = ada.get(f"/en/mails/{number}").text

    assert "olga@city.example" in page
    assert "x?a=1" not in page
    assert "<iframe" not in page
    assert ada.get(f"/en/mails/{number}/page").status_code == 404
    assert "SMTP_URL is missing" in ada.get("/en/mails").text


def test_a_demonstration_shows_the_mail_as_a_page_in_a_frame_that_does_nothing(world, client):
    number = write_mail(world)
    shown = client.get(f"/en/mails/{number}").text
    assert re.search(rf'<iframe [^>]*src="/en/mails/{number}/page" sandbox>', shown)
    assert '<h1 lang="fr" dir="ltr">' in shown

    answer = client.get(f"/en/mails/{number}/page")

    assert "&amp;b=&lt;b&gt;" in answer.text
    assert answer.headers["Content-Security-Policy"].endswith("form-action 'none'; sandbox")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_administrators_are_led_to_the_mails_they_have_to_decide_about(world, client, enter):
    number = write_mail(world)
    write_mail(world, "otto@city.example")
    with world.changes():
        db.session.get_one(Mail, number).state = MailState.UNCERTAIN
    ada = enter(world.person("ada", ("administrator", None)))

    assert "waits for your decision" not in client.get("/en/mails").text
    page = ada.get("/en/mails").text
    assert "One mail waits for your decision" in page
    assert 'href="/en/mails?state=unsettled"' in page
    assert "otto@city.example" not in ada.get("/en/mails?state=unsettled").text


def test_an_administrator_has_a_failed_job_tried_again(world, enter):
    with world.changes():
        job = queue.Job(name="tests.lost", state="failed", attempts=5, error="OSError: the disk is full")
        db.session.add(job)
        db.session.flush()
        number = job.id
    ada, clara = enter(world.person("ada", ("administrator", None))), enter(world.person("clara", ("coordinator", None)))

    assert clara.get("/en/jobs").status_code == 403
    assert clara.post(f"/en/jobs/{number}/retry").status_code == 403
    assert "the disk is full" in ada.get("/en/jobs").text
    queue.register_task("tests.lost", lambda _job: "found")
    assert ada.post(f"/en/jobs/{number}/retry").location == "/en/jobs"
    with world.changes():
        assert db.session.get_one(queue.Job, number).state == "done"
    assert "No job has failed" in ada.get("/en/jobs").text
    assert ada.post(f"/en/jobs/{number}/retry").status_code == 409


@pytest.mark.parametrize("path", ["people", "profile", "audit", "mails", "jobs"])
def test_every_page_says_where_one_is(world, enter, path):
    page = enter(world.person("ada", ("administrator", None))).get(f"/en/{path}").text
    assert 'aria-current="page"' in page.partition('<nav class="breadcrumbs"')[2].partition("</nav>")[0]
