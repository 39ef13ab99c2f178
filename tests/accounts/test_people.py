import pytest

from icportal.accounts import services
from icportal.core.actors import SYSTEM
from icportal.core.audit import AuditEntry
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError
from icportal.core.outbox import Mail


def grant_of(world, user_id, number=0):
    with world.changes():
        return world.user(user_id).grants[number].id


def test_a_role_counts_from_the_next_request_on(world, enter):
    administrator, olga = enter(world.person("ada", ("administrator", None))), world.person("olga")
    client = enter(olga)
    assert client.get("/en/audit").status_code == 403

    given = administrator.post(f"/en/people/{olga}/roles", data={"role": "coordinator"})
    assert given.status_code == 303
    assert client.get("/en/audit").status_code == 200
    taken = administrator.post(f"/en/people/{olga}/roles/{grant_of(world, olga)}/revoke")
    assert taken.status_code == 303
    assert client.get("/en/audit").status_code == 403

    page = administrator.get(f"/en/people/{olga}").text
    assert "given by Ada; taken by Ada" in " ".join(page.split())
    assert [mail[1] for mail in world.mails("olga@city.example")] == [
        "You have a new role: Coordinator",
        "A role of yours has ended: Coordinator",
    ]


@pytest.mark.parametrize(
    ("who", "data", "status"),
    [
        (("coordinator", None), {"role": "reviewer", "role_language": "fi"}, 303),
        (("coordinator", None), {"role": "reviewer"}, 422),
        (("coordinator", None), {"role": "reviewer", "role_language": "xx"}, 422),
        (("coordinator", None), {"role": "city_officer", "city_id": "oulu"}, 303),
        (("coordinator", None), {"role": "city_officer", "city_id": "999"}, 422),
        (("coordinator", None), {"role": "administrator"}, 422),
        (("coordinator", None), {"role": "emperor"}, 422),
        (("coordinator", None), {}, 422),
        (("mayor_office", "vienna"), {"role": "city_officer", "city_id": "vienna"}, 404),
        (("city_officer", "vienna"), {"role": "city_officer", "city_id": "vienna"}, 403),
    ],
)
def test_giving_a_role_on_the_page_of_a_person(world, enter, who, data, status):
    """The mayor's office does not see somebody without a role in the city: it invites them."""
    client, olga = enter(world.person("giver", who)), world.person("olga")
    data = {key: world.cities.get(value, value) for key, value in data.items()}

    assert client.post(f"/en/people/{olga}/roles", data=data).status_code == status
    with world.changes():
        assert len(world.user(olga).grants) == (1 if status == 303 else 0)


def test_a_role_is_given_once_and_taken_once(world, enter):
    client, olga = enter(world.person("ada", ("administrator", None))), world.person("olga", ("translator", "fr"))
    number = grant_of(world, olga)

    again = client.post(f"/en/people/{olga}/roles", data={"role": "translator", "role_language": "fr"})
    assert (again.status_code, "has this role already" in again.text) == (422, True)
    assert client.post(f"/en/people/{olga}/roles/{number}/revoke").status_code == 303
    assert client.post(f"/en/people/{olga}/roles/{number}/revoke").status_code == 422
    assert client.post(f"/en/people/{olga}/roles/99/revoke").status_code == 404
    assert client.post(f"/en/people/{olga}/roles", data={"role": "translator", "role_language": "fr"}).status_code == 303


def test_a_role_of_another_person_is_not_taken_by_its_number(world, enter):
    moritz = world.person("moritz", ("mayor_office", "vienna"))
    here, there = world.person("olga", ("city_officer", "vienna")), world.person("outi", ("city_officer", "oulu"))
    client = enter(moritz)

    assert client.post(f"/en/people/{here}/roles/{grant_of(world, there)}/revoke").status_code == 404
    assert client.post(f"/en/people/{there}/roles/{grant_of(world, there)}/revoke").status_code == 404
    assert client.post(f"/en/people/{moritz}/roles/{grant_of(world, moritz)}/revoke").status_code == 403
    assert client.post(f"/en/people/{here}/roles/{grant_of(world, here)}/revoke").status_code == 303


def test_the_last_administrator_stays(world, enter):
    ada, adam = world.person("ada", ("administrator", None)), world.person("adam", ("administrator", None))
    client = enter(ada)
    closed = client.post(f"/en/people/{adam}/disable")
    assert closed.status_code == 303

    alone = client.post(f"/en/people/{ada}/roles/{grant_of(world, ada)}/revoke")
    assert (alone.status_code, "last administrator" in alone.text) == (422, True)
    with world.changes(), pytest.raises(DomainError):
        services.disable_person(world.user(ada), actor=SYSTEM)
    assert client.post(f"/en/people/{ada}/disable").status_code == 422
    assert client.post(f"/en/people/{adam}/enable").status_code == 303
    assert client.post(f"/en/people/{ada}/roles/{grant_of(world, ada)}/revoke").status_code == 303
    assert client.get("/en/people").status_code == 403


def test_closing_and_opening_an_account(world, enter):
    client, olga = enter(world.person("clara", ("coordinator", None))), world.person("olga", ("city_officer", "vienna"))
    boss = world.person("ada", ("administrator", None))
    member = enter(olga)

    assert client.post(f"/en/people/{boss}/disable").status_code == 403
    assert client.post(f"/en/people/{olga}/disable").status_code == 303
    assert member.get("/en/profile").status_code == 303
    assert "This account is closed" in client.get(f"/en/people/{olga}").text
    assert client.post(f"/en/people/{olga}/disable").status_code == 422
    assert client.post(f"/en/people/{olga}/enable").status_code == 303
    assert client.post(f"/en/people/{olga}/enable").status_code == 422
    # The session that was ended stays ended.
    assert member.get("/en/profile").status_code == 303


def test_whom_one_sees(world, enter):
    clara = world.person("clara", ("coordinator", None))
    moritz = world.person("moritz", ("mayor_office", "vienna"))
    olga, outi = world.person("olga", ("city_officer", "vienna")), world.person("outi", ("city_officer", "oulu"))
    former = world.person("former", ("city_officer", "vienna"))
    with world.changes():
        world.user(former).grants[0].revoked_at = now()

    sees = {
        who: [name for name in (clara, moritz, olga, outi, former) if f'/people/{name}"' in enter(who).get("/en/people").text]
        for who in (clara, moritz)
    }
    opens = {
        who: [name for name in (clara, moritz, olga, outi, former) if enter(who).get(f"/en/people/{name}").status_code == 200]
        for who in (clara, moritz)
    }

    assert sees == opens == {clara: [clara, moritz, olga, outi, former], moritz: [moritz, olga]}
    assert enter(olga).get("/en/people").status_code == 403
    assert enter(moritz).get("/en/people/9999").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=OLG", ["olga"]),
        ("q=otto%40city", ["ótto"]),
        ("q=otto", ["ótto"]),
        ("q=100%25", []),
        ("q=_", []),
        ("role=reviewer", ["olga"]),
        ("role=emperor", ["clara", "olga", "ótto"]),
        ("q=" + "x" * 500, []),
        ("page=0", ["clara", "olga", "ótto"]),
        ("page=999999999999999999999", ["clara", "olga", "ótto"]),
        ("page=2147483647", []),
        ("city=99999999999999999999", ["clara", "olga", "ótto"]),
        ("page=x&city=y", ["clara", "olga", "ótto"]),
    ],
)
def test_searching_people(world, enter, query, found):
    client = enter(world.person("clara", ("coordinator", None)))
    world.person("olga", ("reviewer", "fi"))
    otto = world.person("otto")
    with world.changes():
        world.user(otto).name = "Ótto"

    page = client.get(f"/en/people?{query}").text

    assert [name for name in ("clara", "olga", "ótto") if f">{name.title()}</a>" in page.partition("<main")[2]] == found


def test_acting_for_a_city_is_said_everywhere_and_ends(world, enter):
    client = enter(world.person("clara", ("coordinator", None)))
    before = client.get_cookie("icportal").value

    assert client.post("/en/act-for-city/vienna", data={"next": "/en/people"}).location == "/en/people"
    assert client.get_cookie("icportal").value != before
    assert "You are acting for <strong>Vienna</strong>" in client.get("/en/people").text
    client.post(
        "/en/people/invite",
        data={"email": "nina@city.example", "role": "city_officer", "city_id": world.cities["vienna"], "language": "en"},
    )
    assert client.post("/en/stop-acting").status_code == 303
    assert 'class="acting"' not in client.get("/en/people").text

    with world.changes():
        entries = db.session.query(AuditEntry).filter(AuditEntry.action.in_(["accounts.city:act_for", "accounts.user:invite"]))
        assert [(entry.chain, entry.acting_for) for entry in entries.order_by(AuditEntry.id)] == [
            (world.cities["vienna"], None),
            (world.cities["vienna"], world.cities["vienna"]),
        ]
    assert "acting for Vienna" in client.get("/en/audit").text


@pytest.mark.parametrize(
    "who", [("administrator", None), ("mayor_office", "vienna"), ("city_officer", "vienna"), ("reviewer", "fr")]
)
def test_only_coordinators_act_for_cities(world, enter, who):
    client = enter(world.person("somebody", who))

    assert client.post("/en/act-for-city/vienna").status_code == 403
    assert 'class="acting"' not in client.get("/en/profile").text


def test_acting_ends_with_the_role_that_allows_it(world, enter):
    clara = world.person("clara", ("coordinator", None), ("reviewer", "fr"))
    client = enter(clara)
    client.post("/en/act-for-city/vienna")
    assert "You are acting for <strong>" in client.get("/en/profile").text
    with world.changes():
        world.user(clara).grants[0].revoked_at = now()

    page = client.get("/en/profile").text

    assert 'class="acting"' not in page
    assert client.get("/en/people").status_code == 403


def test_nobody_acts_for_a_city_there_is_not(world, enter):
    assert enter(world.person("clara", ("coordinator", None))).post("/en/act-for-city/atlantis").status_code == 404


def test_a_number_no_row_can_have_is_another_address(world, enter):
    client = enter(world.person("clara", ("coordinator", None)))

    assert [client.get(f"/en/people/{number}").status_code for number in (0, 2**31 - 1, 2**31, 10**30)] == [404] * 4


def test_a_role_waits_for_the_weekly_mail(world, enter):
    nina = world.person("nina", ("reviewer", "fr"))
    enter(world.person("anna", ("administrator", None))).post(
        f"/en/people/{nina}/roles", data={"role": "translator", "role_language": "fr"}
    )
    with world.changes():
        mail = db.session.query(Mail).one()
        assert (mail.state, mail.urgent, mail.topic) == ("digest", False, "Account")
