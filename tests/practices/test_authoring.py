"""A practice from its first word to the public: writing, facts, autosave, conflicts, limits, remarks, review, history."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from charter_world import PDF
from click.testing import CliRunner
from harness import PortalClient, statements
from practice_world import BODY, PEOPLE, actor, draft, published, step, translated
from sqlalchemy import func, select

from icportal.cli.practices import practices as practices_command
from icportal.content import services as content
from icportal.content.models import Autosave, Comment, LanguageVersion, Revision
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, NotAllowed, Stale
from icportal.core.outbox import Mail, MailState
from icportal.practices import services, tasks, worklists
from icportal.practices.models import Practice
from icportal.workflow.models import WorkflowEvent

SignIn = Callable[..., PortalClient]


def address(practice: Practice, rest: str = "") -> str:
    return f"/en/work/practices/{practice.id}{rest}"


def fresh(version_id: int) -> LanguageVersion:
    db.session.rollback()
    return db.session.get_one(LanguageVersion, version_id)


def mails(template_word: str = "") -> list[Mail]:
    return [mail for mail in db.session.scalars(select(Mail).order_by(Mail.id)) if template_word in mail.subject]


# --- the whole way through the pages -----------------------------------------------------------------------


def test_oulus_officer_writes_and_a_second_person_publishes(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    sign_in(world.people["anna"])
    page = client.get("/en/work/practices/new")
    assert page.text.index("Finnish (Suomi)") < page.text.index("Arabic"), "the city's languages come first"
    answer = client.post(
        "/en/work/practices/new", data={"city_id": world.cities["oulu"], "language": "fi", "title": BODY["title"]}
    )
    assert answer.status_code == 303
    practice = db.session.scalars(select(Practice)).one()
    assert practice.contact_email == "anna@example.eu"
    assert practice.review_by == today() + timedelta(days=730)

    source = practice.item.source
    editor = client.get(address(practice, "/edit"))
    assert 'lang="fi"' in editor.text
    assert client.post(address(practice, "/edit"), data={**BODY, "version": source.version}).status_code == 303
    refused = client.post(
        address(practice, "/fi/move?page=workspace"), data={"transition": "submit", "version": fresh(source.id).version}
    )
    assert refused.status_code == 422
    assert "at least one commitment" in refused.text

    db.session.rollback()
    facts = {
        "version": practice.version, "commitments": ["4", "5"], "themes": ["language"], "contact_name": "Anna", "links": "https://oulu.example Kirjasto",
        "contact_email": "anna@example.eu", "looking_for_partners": "y", "review_by": "2030-01-01",
    }  # fmt: skip
    assert client.post(address(practice, "/facts"), data=facts).status_code == 303
    sent = client.post(
        address(practice, "/fi/move?page=workspace"), data={"transition": "submit", "version": fresh(source.id).version}
    )
    assert sent.status_code == 303
    assert client.get(f"/en/practices/{practice.item.slug}").status_code == 404

    sign_in(world.people["riitta"])
    review = client.get(address(practice, "/fi"))
    head = fresh(source.id).head
    assert head is not None
    assert head.sha256[:12] in review.text
    approved = client.post(
        address(practice, "/fi/move"), data={"transition": "approve", "version": source.version, "seen_hash": head.sha256}
    )
    assert approved.status_code == 303
    client.sign_out()
    public = client.get(f"/en/practices/{practice.item.slug}")
    assert public.status_code == 200
    assert "Vapaaehtoiset auttavat." in public.text


def test_every_page_of_the_desk_stands(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    translated(world, practice, submit=True)
    waiting = draft(world)
    step(waiting, "submit", actor(world, "anna"))
    sign_in(world.people["everything"])
    pages = [
        "/en/work", "/en/work/practices/new", "/en/work/practices/review", "/en/work/practices/translation?into=fr",
        "/en/work/practices/languages", *(address(practice, rest) for rest in ("", "/edit", "/facts", "/fi", "/fr", "/fi/history",
        "/fr/history", "/fi/compare?old=1&new=2", "/fr/translate", "/fr/translate?only=open")), f"/en/practices/{practice.item.slug}/write",
    ]  # fmt: skip
    for path in pages:
        for language in ("en", "ar-xb"):
            assert client.get(path.replace("/en/", f"/{language}/", 1)).status_code == 200, path


def test_private_things_are_not_there_for_others(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = draft(world)
    for name, status in (
        ("ghent", 404),
        ("peer", 404),
        ("nobody", 404),
        ("tina", 404),
        ("rene", 404),
        ("mayor", 200),
        ("riitta", 200),
    ):
        sign_in(world.people[name])
        assert client.get(address(practice)).status_code == status, name
        assert client.get(address(practice, "/fi")).status_code == status, name
    client.sign_out()
    assert client.get(address(practice)).status_code in (303, 403)


# --- typing ------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_shown_again_and_dropped(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = draft(world)
    source = practice.item.source
    seen, revisions = source.version, db.session.scalar(select(func.count(Revision.id)))
    sign_in(world.people["anna"])
    typed = {**BODY, "summary": "Kesken jäänyt lause", "version": seen}
    answer = client.post(address(practice, "/autosave"), data=typed, headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["overtaken"] is False
    assert db.session.scalar(select(func.count(Revision.id))) == revisions, "typing makes no revision"
    assert fresh(source.id).version == seen

    again = client.get(address(practice, "/edit"))
    assert "Kesken jäänyt lause" in again.text
    assert "did not save" in again.text
    sign_in(world.people["olli"])
    assert "Kesken jäänyt lause" not in client.get(address(practice, "/edit")).text, "it is this person's alone"

    sign_in(world.people["anna"])
    assert client.post(address(practice, "/fi/discard")).status_code == 303
    assert "Kesken jäänyt lause" not in client.get(address(practice, "/edit")).text
    client.post(address(practice, "/autosave"), data=typed)
    client.post(address(practice, "/edit"), data=typed)
    assert db.session.scalar(select(func.count()).select_from(Autosave)) == 0, "saving ends the typing"


def test_the_second_to_save_sees_both_and_loses_nothing(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = draft(world)
    source = practice.item.source
    seen = source.version
    content.save_source(source, {**BODY, "results": "Ollin tulos"}, actor=actor(world, "olli"), seen=seen)
    db.session.commit()
    sign_in(world.people["anna"])
    mine = {**BODY, "results": "Annan tulos", "funding": "Kaupunki maksaa", "version": seen}
    late = client.post(address(practice, "/autosave"), data=mine)
    assert late.json is not None
    assert late.json["overtaken"] is True, "and yet it is kept"
    conflict = client.post(address(practice, "/edit"), data=mine)
    assert conflict.status_code == 409
    for text in ("Ollin tulos", "Annan tulos", "Kaupunki maksaa"):
        assert text in conflict.text
    head = fresh(source.id).head
    assert head is not None
    assert head.body["results"] == "Ollin tulos"
    assert f'name="version" type="hidden" value="{source.version}"' in conflict.text
    assert client.post(address(practice, "/edit"), data={**mine, "version": source.version}).status_code == 303
    head = fresh(source.id).head
    assert head is not None
    assert head.body["results"] == "Annan tulos"


def test_a_stale_form_of_facts_shows_both(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = draft(world)
    seen = practice.version
    services.save_facts(practice, {"themes": ["housing"]}, actor=actor(world, "olli"), seen=seen)
    db.session.commit()
    sign_in(world.people["anna"])
    data = {"version": seen, "commitments": ["4"], "themes": ["health"], "contact_name": "A", "contact_email": "a@b.example"}
    conflict = client.post(address(practice, "/facts"), data=data)
    assert conflict.status_code == 409
    assert "housing" in conflict.text
    assert "health" in conflict.text


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        ("title", 16, "has 16 words; at most 15"),
        ("beneficiaries", 41, "at most 40"),
        ("issue_and_goals", 151, "at most 150"),
        ("not_again", 101, "at most 100"),
    ],
)
def test_limits_bind_when_it_is_sent_and_not_before(world: Any, field: str, words: int, said: str) -> None:
    practice = draft(world, body={**BODY, field: "sana " * words})
    with pytest.raises(FieldErrors, match=said) as refusal:
        step(practice, "submit", actor(world, "anna"))
    assert refusal.value.problems[0][0] == field
    db.session.rollback()
    source = fresh(practice.item.source.id)
    content.save_source(source, {**BODY, field: "sana " * (words - 1)}, actor=actor(world, "anna"), seen=source.version)
    step(practice, "submit", actor(world, "anna"))


@pytest.mark.parametrize("field", ["summary", "issue_and_goals", "how_it_works", "results", "not_again", "transfer"])
def test_required_fields_bind_when_it_is_sent(world: Any, field: str) -> None:
    practice = draft(world, body={name: text for name, text in BODY.items() if name != field})
    with pytest.raises(FieldErrors) as refusal:
        step(practice, "submit", actor(world, "anna"))
    assert [target for target, _message in refusal.value.problems] == [field]


def test_facts_a_reviewed_practice_needs_cannot_be_taken_away(world: Any) -> None:
    practice = published(world)
    with pytest.raises(FieldErrors, match="commitment"):
        services.save_facts(practice, {"commitments": []}, actor=actor(world, "anna"), seen=practice.version)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"commitments": ["12"]}, "12"),
        ({"themes": ["magic"]}, "magic"),
        ({"contact_email": "nobody"}, "name@city.example"),
        ({"links": "javascript:alert(1) x"}, "does not begin with an address"),
        ({"visible_from": "2030-02-02", "visible_until": "2030-02-01"}, "on or after the first day"),
        ({"visible_from": "yesterday"}, "date"),
    ],
)
def test_bad_facts_are_refused_with_what_was_typed(
    world: Any, client: PortalClient, sign_in: SignIn, change: dict[str, Any], said: str
) -> None:
    practice = draft(world)
    sign_in(world.people["anna"])
    data = {
        "version": practice.version,
        "commitments": ["4"],
        "themes": ["language"],
        "contact_name": "Keep me",
        "contact_email": "a@b.example",
        **change,
    }
    answer = client.post(address(practice, "/facts"), data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Keep me" in answer.text
    db.session.rollback()
    assert practice.contact_name == "Anna"


def test_files_are_checked_shown_and_removed(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = draft(world)
    sign_in(world.people["anna"])
    false = client.post(address(practice, "/files"), data={"file": (io.BytesIO(b"MZ not a pdf"), "a.pdf"), "label": "Leaflet"})
    assert false.status_code == 422
    assert (
        client.post(address(practice, "/files"), data={"file": (io.BytesIO(PDF), "a.pdf"), "label": "Leaflet"}).status_code == 303
    )
    db.session.rollback()
    path = f"/en/practices/{practice.item.slug}/files/{practice.files[0].file_id}"
    assert client.get(path).data == PDF
    sign_in(world.people["ghent"])
    assert client.get(path).status_code == 404, "not public before the practice is"
    sign_in(world.people["anna"])
    assert client.post(address(practice, f"/files/{practice.files[0].file_id}/remove")).status_code == 303
    assert client.get(path).status_code == 404


# --- four eyes through page, command line and bulk -----------------------------------------------------------

#: Who may approve a Finnish text of Oulu that Anna and (in part) "everything" wrote.
APPROVERS = {"riitta", "olli", "coordinator"}


def in_review(world: Any) -> Practice:
    practice = draft(world)
    source = practice.item.source
    content.save_source(source, {**BODY, "funding": "Kaupunki"}, actor=actor(world, "everything"), seen=source.version)
    step(practice, "submit", actor(world, "anna"))
    return practice


def by_page(world: Any, practice: Practice, name: str, client: PortalClient) -> bool:
    source = practice.item.source
    assert source.head is not None
    client.sign_in(world.people[name])
    data = {"transition": "approve", "version": source.version, "seen_hash": source.head.sha256}
    return client.post(address(practice, "/fi/move"), data=data).status_code == 303


def by_bulk(world: Any, practice: Practice, name: str, client: PortalClient) -> bool:
    source = practice.item.source
    assert source.head is not None
    client.sign_in(world.people[name])
    return client.post("/en/work/practices/review", data={"text": f"{source.id}:{source.head.sha256}"}).status_code == 303


def by_command(world: Any, practice: Practice, name: str, _client: PortalClient) -> bool:
    source = practice.item.source
    assert source.head is not None
    arguments = ["approve", str(practice.id), "fi", source.head.sha256[:12], "--as", f"{name}@example.eu"]
    return CliRunner().invoke(practices_command, arguments).exit_code == 0


@pytest.fixture
def command_on_this_portal(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icportal.app.create_app", lambda: world.app)


@pytest.mark.parametrize("way", [by_page, by_bulk, by_command])
@pytest.mark.parametrize("name", PEOPLE)
def test_four_eyes_whatever_the_way(world: Any, client: PortalClient, command_on_this_portal: None, way: Any, name: str) -> None:
    practice = in_review(world)
    source_id = practice.item.source.id
    assert way(world, practice, name, client) is (name in APPROVERS)
    assert fresh(source_id).state == ("published" if name in APPROVERS else "review")


@pytest.mark.parametrize("state", ["draft", "changes_requested", "published", "withdrawn", "archived"])
@pytest.mark.parametrize("way", [by_page, by_bulk, by_command])
def test_only_what_is_in_review_can_be_approved(
    world: Any, client: PortalClient, command_on_this_portal: None, way: Any, state: str
) -> None:
    practice = draft(world)
    anna, riitta, coordinator = (actor(world, name) for name in ("anna", "riitta", "coordinator"))
    if state != "draft":
        step(practice, "submit", anna)
        step(practice, "request_changes" if state == "changes_requested" else "approve", riitta, reason="Figures")
    if state in ("withdrawn", "archived"):
        step(practice, {"withdrawn": "withdraw", "archived": "archive"}[state], coordinator, reason="Over")
    events = db.session.scalar(select(func.count(WorkflowEvent.id)))
    assert practice.item.source.state == state
    assert way(world, practice, "olli", client) is False
    assert db.session.scalar(select(func.count(WorkflowEvent.id))) == events


def test_one_changed_byte_after_reading_voids_the_approval_everywhere(
    world: Any, client: PortalClient, command_on_this_portal: None
) -> None:
    practice = draft(world)
    step(practice, "submit", actor(world, "anna"))
    source = practice.item.source
    assert source.head is not None
    read = source.head.sha256
    content.save_source(source, {**BODY, "funding": "."}, actor=actor(world, "anna"), seen=source.version)
    step(practice, "submit", actor(world, "anna"))
    client.sign_in(world.people["riitta"])
    page = client.post(
        address(practice, "/fi/move"), data={"transition": "approve", "version": source.version, "seen_hash": read}
    )
    assert page.status_code == 409
    assert client.post("/en/work/practices/review", data={"text": f"{source.id}:{read}"}).status_code == 422
    command = CliRunner().invoke(practices_command, ["approve", str(practice.id), "fi", read, "--as", "riitta@example.eu"])
    assert command.exit_code == 1
    assert "changed since you read it" in command.output
    assert fresh(source.id).state == "review"


def test_bulk_is_all_or_none_and_names_what_was_refused(world: Any, client: PortalClient) -> None:
    first, second = draft(world), draft(world, author="olli", body={**BODY, "title": "Ollin oma"})
    for practice in (first, second):
        step(practice, "submit", actor(world, "anna"))
    versions = [practice.item.source for practice in (first, second)]
    data = {"text": [f"{version.id}:{version.head.sha256}" for version in versions if version.head]}
    client.sign_in(world.people["olli"])
    refused = client.post("/en/work/practices/review", data=data)
    assert refused.status_code == 422
    assert "Ollin oma" in refused.text
    assert "second person" in refused.text
    assert [fresh(version.id).state for version in versions] == ["review", "review"]
    assert not mails("is published")
    client.sign_in(world.people["riitta"])
    assert client.post("/en/work/practices/review", data=data).status_code == 303
    assert [fresh(version.id).state for version in versions] == ["published", "published"]


def test_the_command_line_lists_and_submits(world: Any, command_on_this_portal: None) -> None:
    practice = draft(world)
    run = CliRunner().invoke
    assert run(practices_command, ["submit", str(practice.id), "fi", "--as", "anna@example.eu"]).exit_code == 0
    listed = run(practices_command, ["list", "--as", "riitta@example.eu"]).output
    assert BODY["title"] in listed
    assert run(practices_command, ["list", "--as", "ghent@example.eu"]).output == ""
    unknown = run(practices_command, ["list", "--as", "who@example.eu"])
    assert unknown.exit_code == 1
    assert "Traceback" not in unknown.output


def test_override_is_for_coordinators_with_a_reason(world: Any, client: PortalClient) -> None:
    practice = in_review(world)
    source = practice.item.source
    assert source.head is not None
    data = {"transition": "override", "version": source.version, "seen_hash": source.head.sha256}
    client.sign_in(world.people["anna"])
    assert client.post(address(practice, "/fi/move"), data={**data, "reason": "Hurry"}).status_code == 403
    client.sign_in(world.people["everything"])
    assert client.post(address(practice, "/fi/move"), data=data).status_code == 422
    assert client.post(address(practice, "/fi/move"), data={**data, "reason": "Conference tomorrow"}).status_code == 303
    assert "Conference tomorrow" in client.get(address(practice, "/fi/history")).text


# --- published stays, history, remarks --------------------------------------------------------------------------


def test_published_stays_while_a_draft_is_written_and_withdrawn_goes(world: Any, client: PortalClient) -> None:
    practice = published(world)
    path, source = f"/en/practices/{practice.item.slug}", practice.item.source
    content.save_source(source, {**BODY, "results": "Uusi tulos"}, actor=actor(world, "anna"), seen=source.version)
    db.session.commit()
    assert fresh(source.id).state == "draft"
    assert "Uusi tulos" not in client.get(path).text
    assert BODY["results"] in client.get(path).text
    step(practice, "submit", actor(world, "anna"))
    step(practice, "request_changes", actor(world, "riitta"), reason="Year?")
    assert BODY["results"] in client.get(path).text
    step(practice, "withdraw", actor(world, "coordinator"), reason="Mistaken")
    assert client.get(path).status_code == 404


def test_history_compares_and_restores(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    source = practice.item.source
    first = source.head.number if source.head else 0
    content.save_source(
        source, {**BODY, "results": "Kaksisataa paria vuonna 2024."}, actor=actor(world, "anna"), seen=source.version
    )
    db.session.commit()
    sign_in(world.people["anna"])
    compared = client.get(address(practice, f"/fi/compare?old={first}&new={first + 1}"))
    assert "Sata </del>" in compared.text.replace('<span class="visually-hidden">]</span>', "")
    assert "Kaksisataa" in compared.text
    assert client.get(address(practice, "/fi/compare?old=1&new=99")).status_code == 404
    late = client.post(address(practice, f"/fi/restore/{first}"), data={"version": 1})
    assert late.status_code == 409
    restored = client.post(address(practice, f"/fi/restore/{first}"), data={"version": fresh(source.id).version})
    assert restored.status_code == 303
    head = fresh(source.id).head
    assert head is not None
    assert (head.number, head.body["results"]) == (first + 2, BODY["results"])
    assert source.state == "draft"
    sign_in(world.people["riitta"])
    assert client.post(address(practice, f"/fi/restore/{first + 1}"), data={"version": source.version}).status_code == 403


def test_remarks_are_added_and_settled(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = draft(world)
    step(practice, "submit", actor(world, "anna"))
    sign_in(world.people["riitta"])
    assert client.post(address(practice, "/fi/comments"), data={"field": "results", "text": "Which year?"}).status_code == 303
    assert client.post(address(practice, "/fi/comments"), data={"field": "results", "text": " "}).status_code == 422
    assert client.post(address(practice, "/fi/comments"), data={"field": "magic", "text": "x"}).status_code == 422
    sign_in(world.people["anna"])
    assert "Which year?" in client.get(address(practice, "/edit")).text
    comment = db.session.scalars(select(Comment)).one()
    assert client.post(address(practice, f"/fi/comments/{comment.id}/settle")).status_code == 303
    assert "Which year?" not in client.get(address(practice, "/edit")).text
    assert "Which year?" in client.get(address(practice, "/fi")).text
    sign_in(world.people["ghent"])
    assert client.post(address(practice, "/fi/comments"), data={"field": "", "text": "Hello"}).status_code == 404


def test_why_not_is_said_beside_the_closed_step(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = in_review(world)
    sign_in(world.people["everything"])
    assert "a second person has to approve it" in client.get(address(practice, "/fi")).text
    sign_in(world.people["anna"])
    assert "You need to be a reviewer of this language." in client.get(address(practice, "/fi")).text


def test_a_reason_typed_is_kept_when_the_step_is_refused(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = in_review(world)
    sign_in(world.people["riitta"])
    answer = client.post(
        address(practice, "/fi/move"), data={"transition": "request_changes", "version": 1, "reason": "Which year?"}
    )
    assert answer.status_code == 409
    assert "Which year?" in answer.text
    assert client.post(address(practice, "/fi/move"), data={"transition": "explode", "version": 1}).status_code == 409


# --- who is told, and what waits ----------------------------------------------------------------------------------


def test_people_are_told_in_their_language(world: Any) -> None:
    practice = draft(world)
    step(practice, "submit", actor(world, "anna"))
    told = {mail.address: mail for mail in mails()}
    assert set(told) == {"riitta@example.eu", "olli@example.eu", "everything@example.eu"}
    assert told["riitta@example.eu"].language == "de"
    assert told["riitta@example.eu"].state == MailState.DIGEST
    step(practice, "request_changes", actor(world, "riitta"), reason="Which year?")
    last = mails()[-1]
    assert (last.address, last.urgent) == ("anna@example.eu", True)
    assert "Which year?" in last.text
    assert f"/en/work/practices/{practice.id}/edit" in last.text


def test_what_waits_is_counted_without_reading_it(world: Any) -> None:
    published(world)
    waiting, open_draft = draft(world), draft(world)
    step(waiting, "submit", actor(world, "anna"))

    def lists(name: str) -> dict[str, int]:
        return {entry.key: entry.count for entry in worklists.provide(actor(world, name), 0) if entry.count}

    assert lists("anna") == {"practices.write": 1, "practices.others": 1}
    assert lists("riitta") == {"practices.review": 1}
    assert lists("coordinator") == {"practices.review": 1}
    assert lists("ghent") == {}
    assert open_draft.item.source.state == "draft"


def test_lists_take_as_many_queries_for_one_as_for_ten(world: Any) -> None:
    step(draft(world), "submit", actor(world, "anna"))
    riitta = actor(world, "riitta")
    with statements(world.app) as one:
        worklists.provide(riitta, 50)
    for _number in range(9):
        step(draft(world), "submit", actor(world, "anna"))
    riitta = actor(world, "riitta")
    with statements(world.app) as ten:
        worklists.provide(riitta, 50)
    assert len(ten) <= len(one)


def test_review_by_reminds_once_for_each_date(world: Any) -> None:
    practice = published(world)
    unpublished = draft(world)
    practice.review_by = today() + timedelta(days=29)
    unpublished.review_by = today()
    db.session.commit()
    before = len(mails())
    assert services.remind_of_reviews() == 1
    assert services.remind_of_reviews() == 0
    reminders = mails()[before:]
    assert {mail.address for mail in reminders} == {"anna@example.eu", "olli@example.eu", "everything@example.eu"}
    practice.review_by = today() + timedelta(days=10)
    assert services.remind_of_reviews() == 1
    assert tasks.REMIND.startswith("practices.")


# --- partners -------------------------------------------------------------------------------------------------------


def test_a_message_reaches_the_contact_and_shows_no_address(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    path = f"/en/practices/{practice.item.slug}/write"
    assert client.post(path, data={"message": "Hello"}).status_code in (303, 403)
    assert not mails("writes about")
    sign_in(world.people["ghent"])
    assert "anna@example.eu" not in client.get(path).text
    assert client.post(path, data={"message": ""}).status_code == 422
    assert client.post(path, data={"message": "May we visit?"}).status_code == 303
    mail = mails("writes about")[-1]
    assert mail.address == "anna@example.eu"
    assert "May we visit?" in mail.text
    assert "ghent@example.eu" in mail.text
    for _try in range(8):
        client.post(path, data={"message": "Again"})
    assert client.post(path, data={"message": "Once too often"}).status_code == 429


def test_services_ask_again_who_may(world: Any) -> None:
    practice, stranger = draft(world), actor(world, "ghent")
    source = practice.item.source
    for act in (
        lambda: services.save_facts(practice, {}, actor=stranger, seen=practice.version),
        lambda: services.add_file(practice, actor=stranger, stream=io.BytesIO(PDF), filename="a.pdf", label="x"),
        lambda: content.save_source(source, BODY, actor=stranger, seen=source.version),
        lambda: content.keep_typing(source, BODY, actor=stranger, seen=1),
        lambda: content.restore(source, 1, actor=stranger, seen=source.version),
        lambda: content.add_comment(source, actor=stranger, field="", text="x"),
        lambda: services.approve_many([], actor=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(DomainError):
        services.approve_many([], actor=actor(world, "riitta"))
    with pytest.raises(Stale):
        content.restore(source, 1, actor=actor(world, "anna"), seen=0)
