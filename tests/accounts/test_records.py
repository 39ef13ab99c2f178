from dataclasses import replace

import pytest
from conftest import settings_for

from icportal.config import Mode
from icportal.core.actors import SYSTEM
from icportal.core.audit import record
from icportal.core.db import db
from icportal.core.outbox import Mail, MailState, Recipient, queue_mail


@pytest.fixture
def mode():
    return Mode.TEST


@pytest.fixture
def settings(store, tmp_path, mode):
    return replace(settings_for(tmp_path / "instance", store.url("portal")), mode=mode)


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
