"""What people of cities and their guests cannot do with reporting, beyond what the matrix asks of every address."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import docx
import pytest
from flask import Flask
from harness import ApartClient, PortalClient
from lxml import html as markup
from report_world import make_report
from reporting_world import GOOD, World, attach, fill, make_world, publish, set_state, step
from sqlalchemy import select
from workbooks import REFUSED

from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.files import keep
from icportal.core.filetypes import FileKind
from icportal.core.outbox import Mail
from icportal.indicators.exchange.layout import Unreadable
from icportal.reporting import documents, reading, responses, sharing
from icportal.reporting.briefings import making as briefings
from icportal.reporting.enums import EvidenceKind, QuestionType, Visibility
from icportal.reporting.exchange.reading import read_answers
from icportal.reporting.letters import Letter
from icportal.reporting.models import Evidence, SectionShare
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.questionnaires.xlsform.reading import read_xlsform
from icportal.reporting.report import printing, word
from icportal.reporting.report.drafting import drafts
from icportal.reporting.report.material import Material
from icportal.reporting.report.printing import Sheet
from icportal.reporting.report.rendering import Renderer
from icportal.reporting.services import sharing as giving
from icportal.reporting.services import writing
from icportal.reporting.services.computing import compute_results
from icportal.reporting.services.sharing import Colleague
from icportal.reporting.workbooks import context_for

#: What somebody may type where words are asked for: markup, addresses that act, blocks of the report, the renderer's own signs.
EVIL = (
    '<script>alert(1)</script> <img src="http://evil.example/x.png" onerror=alert(2)> [here](javascript:alert(3)) '
    "![p](http://evil.example/p.png) [[from vienna c01_explanation]] []][figure c01[]] \ue0010\ue002 \ue00199\ue002 </blockquote>"
)
ADDRESSES = frozenset({"href", "src", "action", "formaction", "srcset", "poster", "data"})
KAISA = Colleague("Kaisa\r\nBcc: all@evil.example", "kaisa@oulu.example", "Housing", "en")


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield make_world()
        db.session.rollback()


def browser(app: Flask) -> PortalClient:
    app.test_client_class = ApartClient
    client: PortalClient = app.test_client()
    return client


def entered(app: Flask, world: World, section: str) -> tuple[PortalClient, str, SectionShare]:
    """A guest's browser in which a link was opened."""
    share = giving.share_section(world.response("oulu"), section, KAISA, actor=world.officer("oulu"))
    db.session.commit()
    guest = browser(app)
    link = f"/en/reporting/link/{sharing.token_of(share)}"
    assert guest.post(f"{link}/open").status_code == 303
    return guest, link, share


# --- links to a section ------------------------------------------------------------------------------------


def test_a_link_opens_files_only_as_long_as_its_page(app: Flask, world: World) -> None:
    """Also when the answers were sent on before the time of the link was over."""
    response, officer = world.response("oulu"), world.officer("oulu")
    kept = keep(b"%PDF-1.7\n%%EOF", "annex.pdf", kind=FileKind.PDF, actor=officer, city_id=response.city_id)
    fill(response, {"annex": kept.key, "adopted": "2023-05-17"})
    guest, link, share = entered(app, world, "special")
    assert guest.get(f"{link}/files/annex").status_code == 200
    for wrong in (f"{link}/files/office", f"{link}/files/c01_grade", f"{link}/evidence/1"):
        assert guest.get(wrong).status_code == 404
    assert browser(app).get(f"{link}/files/annex").location == link, "another browser is told why"
    set_state(response, "ask_sign_off")
    assert guest.get(f"{link}/files/annex").location == link
    share.expires_at = now() - timedelta(minutes=1)
    db.session.commit()
    for path in (link, f"{link}/autosave"):
        refused = guest.post(path, data={"asked": ["adopted"], "a.adopted": "2024-01-01"}, lint=False)
        assert refused.status_code == 403
        assert "2023-05-17" not in refused.get_data(as_text=True), "nothing is shown after its last day"


def test_a_forwarded_cookie_or_token_opens_no_other_section(app: Flask, world: World) -> None:
    guest, _link, share = entered(app, world, "c01")
    other = giving.share_section(world.response("oulu"), "c04", KAISA, actor=world.officer("oulu"))
    db.session.commit()
    held = guest.get_cookie(f"icportal-section-{share.id}")
    assert held is not None
    guest.set_cookie(f"icportal-section-{other.id}", held.value)
    there = f"/en/reporting/link/{sharing.token_of(other)}"
    assert guest.post(there, data={"asked": ["c04_plans"], "a.c04_plans": "Mine."}).status_code == 403
    # A secret that the visitor brings along binds nothing: the portal makes its own.
    mine = browser(app)
    mine.set_cookie(f"icportal-section-{other.id}", "chosen-by-somebody-else")
    assert mine.post(f"{there}/open").status_code == 303
    fixed = browser(app)
    fixed.set_cookie(f"icportal-section-{other.id}", "chosen-by-somebody-else")
    assert fixed.post(there, data={"asked": ["c04_plans"], "a.c04_plans": "Mine."}).status_code == 403
    assert responses.values_of(responses.answers_of(world.response("oulu"))) == {}


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_of_a_link_is_for_servers_only(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, *, secure: bool
) -> None:
    share = giving.share_section(world.response("oulu"), "c01", KAISA, actor=world.officer("oulu"))
    db.session.commit()
    guest = browser(app)
    monkeypatch.setattr(app.session_interface, "secure", secure)
    told = guest.post(f"/en/reporting/link/{sharing.token_of(share)}/open").headers.getlist("Set-Cookie")
    (cookie,) = [each for each in told if each.startswith("icportal-section-")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


def test_a_guest_is_offered_what_everybody_may_know_and_cannot_guess_the_rest(app: Flask, context: None) -> None:
    """Drafts of practices and confidential values of the city are not part of the section."""
    structure = Structure((Section("work", (Question("shown", QuestionType.PRACTICE),)),))
    world = make_world("oulu", structure=structure)
    from icportal.practices import services as practices

    draft = practices.create_practice(
        actor=world.officer("oulu"), city=world.city("oulu"), language="en", title="Nobody knows of this yet"
    )
    db.session.commit()
    number = draft.id
    guest, link, _share = entered(app, world, "work")
    assert "Nobody knows of this yet" not in guest.get(link).get_data(as_text=True)
    sent = guest.post(link, data={"asked": ["shown"], "a.shown": [str(number)], "seen.shown": "-"})
    assert sent.status_code in {403, 404, 422}
    assert "Nobody knows of this yet" not in sent.get_data(as_text=True)
    # What the city has named itself stays, also when a guest saves the section.
    fill(world.response("oulu"), {"shown": [number]})
    page = guest.get(link).get_data(as_text=True)
    seal = re.search(r'name="seen.shown" value="([^"]+)"', page)
    assert seal
    saved = guest.post(link, data={"asked": ["shown"], "a.shown": [str(number)], "seen.shown": seal[1]})
    assert saved.status_code == 303
    db.session.rollback()
    assert responses.answers_of(world.response("oulu"))["shown"].value == [number]


# --- what the public reads ---------------------------------------------------------------------------------


def test_what_is_kept_back_is_in_no_form_of_a_public_page(app: Flask, context: None) -> None:
    """Whoever asks first, in every language, as a page, as data, and again by its tag."""
    world = make_world("oulu", "vienna", "nuremberg")
    low = {
        "c04_grade": {"value": "not_at_all", "no_evidence": True}, "c04_explanation": "CANARYLOW",
        "c01_challenges": {"value": "CANARYNETWORK", "visibility": Visibility.NETWORK, "visibility_chosen": True},
        "c01_plans": {"value": "CANARYCITY", "visibility": Visibility.CITY, "visibility_chosen": True},
        "office": {"value": "Office", "comment": "CANARYCOMMENT"},
    }  # fmt: skip
    for slug in world.cities:
        more = low if slug == "oulu" else {"c04_grade": {"value": "fully", "no_evidence": True}}
        fill(world.response(slug), {**GOOD, **more}, author=world.officer(slug))
    evidence = attach(world.response("oulu"), "c04_grade", title="CANARYEVIDENCE", visibility=Visibility.PUBLIC)
    assert evidence.id
    for slug in world.cities:
        publish(world, slug)
    compute_results(None, round_id=world.round_id)
    db.session.commit()
    coordinator = browser(app)
    coordinator.sign_in(world.coordinator.id or 0)
    pages = (
        "results", "results/round-5", "results/round-5/commitments/1", "results/round-5/commitments/4", "results/round-5.csv",
        "results/round-5.json", "results/round-5/questions/c04_explanation", "results/round-5/questions/c01_challenges",
        "results/round-5/questions/c01_plans", "results/round-5/figure.svg", "cities/oulu", "cities/oulu/answers/round-5",
    )  # fmt: skip
    for language in ("en", "fr", "ar-xb"):
        for path in pages:
            first = coordinator.get(f"/{language}/{path}", lint=False)
            seen = browser(app).get(f"/{language}/{path}", lint=False)
            assert seen.status_code == 200, path
            tag = seen.headers.get("ETag", "")
            again = browser(app).get(f"/{language}/{path}", headers={"If-None-Match": tag}, lint=False)
            assert again.status_code in {200, 304}
            for answer in (first, seen, again):
                words = answer.get_data(as_text=True)
                assert "CANARY" not in words, path
            if path.endswith(("csv", "json", "commitments/4")):
                counted = [
                    line for line in seen.get_data(as_text=True).splitlines() if "c04_grade" in line and "not_at_all" in line
                ]
                assert not any(re.search(r",not_at_all,[1-9]", line) for line in counted), counted


def test_a_public_file_is_one_of_this_city_and_this_round(app: Flask, context: None) -> None:
    world = make_world()
    keys = {}
    for slug in world.cities:
        officer, response = world.officer(slug), world.response(slug)
        fill(response, GOOD, author=officer)
        for width in Visibility:
            kept = keep(b"%PDF-1.7\n%%EOF", f"{width}.pdf", kind=FileKind.PDF, actor=officer, city_id=response.city_id)
            attach(response, "c01_grade", kind=EvidenceKind.FILE, url="", file_id=kept.id, title=str(width), visibility=width)
            keys[slug, width] = kept.key
        publish(world, slug)
    client = browser(app)
    found = {
        (slug, width): client.get(f"/en/cities/oulu/answers/round-5/files/{key}", lint=False).status_code
        for (slug, width), key in keys.items()
    }
    assert {place for place, status in found.items() if status == 200} == {("oulu", Visibility.PUBLIC)}
    assert set(found.values()) == {200, 404}


# --- what a city types -------------------------------------------------------------------------------------


def test_what_a_city_types_stays_words_wherever_it_goes(app: Flask, context: None) -> None:
    """On its pages, in the report, on paper and in Word: no markup, no block, nothing that is fetched, no link that acts."""
    with app.test_request_context("/en/"):
        world = make_world()
        said = {"office": EVIL, "c01_explanation": EVIL, "c01_plans": EVIL, "c04_explanation": EVIL, "housing": EVIL,
                "strategies": [{"title": EVIL, "year": 2023, "kind": "plan"}]}  # fmt: skip
        fill(world.response("oulu"), {**GOOD, **said}, author=world.officer("oulu"))
        attach(world.response("oulu"), "c01_grade", title=EVIL[:300], text=EVIL, visibility=Visibility.PUBLIC)
        publish(world, "oulu")
        compute_results(None, round_id=world.round_id)
        db.session.commit()
        report = make_report(world)
        material = Material(world.round, "en")
        renderer = Renderer(material)
        chapters = [renderer.html(each.text) for each in drafts(material)]
        assert any("alert(1)" in str(each) for each in chapters), "it is quoted"
        city, response = world.city("oulu"), world.response("oulu")
        sheets = [
            documents.sheet_for(response, city, "en", is_filled=True),
            Sheet("Report", chapters[0], "en", "ltr", [printing.Section("x", 1, EVIL, each) for each in chapters]),
        ]
        papers = [printing.document(sheet) for sheet in sheets]
        title, body = briefings.body(response, city, "en")
        for html in (*map(str, chapters), *papers, str(body), title):
            assert_harmless(html)
        for data in (*(word.write(sheet) for sheet in sheets), briefings.docx(response, city, "en")):
            document = docx.Document(io.BytesIO(data))
            outside = [each.target_ref for each in document.part.rels.values() if each.is_external]
            assert not [each for each in outside if not each.startswith("http://localhost/")], outside
        assert report.slug
        officer, coordinator = browser(app), browser(app)
        officer.sign_in(world.officer("oulu").id or 0)
        coordinator.sign_in(world.coordinator.id or 0)
    here = "/en/work/reporting/round-5/oulu"
    for client, paths in (
        (officer, (f"{here}/sections/c01", f"{here}/sections/special", f"{here}/review", f"{here}/document?content=filled")),
        (coordinator, (f"/en/work/reporting/reports/{report.slug}/preview", "/en/work/reporting/reports")),
        (browser(app), ("/en/cities/oulu/answers/round-5", "/en/results/round-5/commitments/1", "/en/results/round-5/questions/office")),
    ):  # fmt: skip
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert_harmless(answer.get_data(as_text=True))


def assert_harmless(html: str) -> None:
    """Nothing of ``EVIL`` has become anything but words."""
    page = markup.fromstring(f"<div>{html}</div>")
    for element in page.iter():
        assert not (element.tag == "script" and "alert" in (element.text or ""))
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            assert name not in ADDRESSES or not re.match(r"\s*(javascript:|http://evil)", value), value
    # Words of a city do not name another city as the source of what it says.
    assert not [each for each in page.find_class("report-from") if "Vienna" in each.text_content()]


def test_the_paper_fetches_nothing(context: None) -> None:
    from icportal.reporting.report import printing_child

    for address in ("http://localhost/x", "file:///etc/passwd", "data:text/html,x"):
        with pytest.raises(ValueError, match="does not fetch"):
            printing_child.refuse(address)


# --- files that come in ------------------------------------------------------------------------------------

#: Those of the torture files that are bad whatever they are sent as.
BAD = (
    "encrypted", "xls", "html renamed", "csv renamed", "some archive", "truncated", "300 MB expanding", "lying sizes", "entities",
    "an entity from outside", "macros", "very many parts", "a cell at XFD1048576",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_workbook_is_refused_as_a_form_and_as_answers(world: World, name: str) -> None:
    data = REFUSED[name][0]()
    form = read_xlsform(data, language="en")
    assert form.errors
    assert not form.structure.questions
    with pytest.raises(Unreadable):
        read_answers(data, context_for(world.response("oulu"), world.city("oulu"), written_in="en"))


# --- mails and forms ---------------------------------------------------------------------------------------


def test_nothing_typed_becomes_a_heading_of_a_mail(world: World) -> None:
    evil = Letter("Reminder\r\nBcc: all@evil.example\n\nBody", "Text\n\n<a href='http://evil.example'>x</a>")
    keys = [each.key for each in writing.people_of([world.cities["oulu"]])[world.cities["oulu"]].everybody]
    if not keys:
        world.officer("oulu")
        keys = [each.key for each in writing.people_of([world.cities["oulu"]])[world.cities["oulu"]].everybody]
    writing.send_letter(world.response("oulu"), evil, to=keys, language="en", actor=world.coordinator)
    giving.share_section(world.response("oulu"), "c01", KAISA, actor=world.officer("oulu"), note="<b>x</b>\r\nBcc: y")
    mails = list(db.session.scalars(select(Mail)))
    assert len(mails) > 1
    for mail in mails:
        for line in (mail.subject, mail.name, mail.address):
            assert "\n" not in line
            assert "\r" not in line
        assert "<b>x" not in mail.html
        assert "<a href='http://evil" not in mail.html


def test_a_form_sets_only_the_fields_it_has(app: Flask, world: World) -> None:
    officer, coordinator = browser(app), browser(app)
    officer.sign_in(world.officer("oulu").id or 0)
    coordinator.sign_in(world.coordinator.id or 0)
    made = attach(world.response("oulu"), "c01_grade")
    more = {"city_id": str(world.cities["vienna"]), "created_by": "1", "file_id": "1", "kind": "file", "id": "77"}
    form = {
        "title": "Renamed",
        "url": "https://oulu.example/x",
        "visibility": "city",
        "language": "en",
        "version": str(made.version),
    }
    assert officer.post(f"/en/work/reporting/evidence/oulu/{made.id}", data={**form, **more}).status_code == 303
    state = {"state": "published", "published_at": "2020-01-01", "certified_by": "1", "deadline": "2099-01-01", "city_id": "1"}
    answered = {"asked": ["c01_plans"], "a.c01_plans": "More.", "seen.c01_plans": "-"}
    officer.post("/en/work/reporting/round-5/oulu/sections/c01", data={**answered, **state})
    deadline = {"deadline": (world.round.deadline + timedelta(days=3)).isoformat(), "version": str(world.round.version)}
    more = {"slug": "mine", "state": "closed", "number": "77", "is_demonstration": "1", "smallest_group": "2"}
    assert coordinator.post("/en/work/reporting/rounds/round-5/edit", data={**deadline, **more}).status_code == 303
    db.session.rollback()
    db.session.expire_all()
    evidence, response, round_ = db.session.get_one(Evidence, made.id), world.response("oulu"), world.round
    assert (evidence.title, evidence.city_id, evidence.kind, evidence.file_id) == ("Renamed", world.cities["oulu"], "link", None)
    assert (response.state, response.published_at, response.deadline, response.city_id) == (
        "draft",
        None,
        None,
        world.cities["oulu"],
    )
    assert (round_.slug, round_.state, round_.number, round_.is_demonstration) == ("round-5", "open", 5, False)


def test_a_response_that_was_reopened_keeps_what_is_public_to_its_readers(app: Flask, context: None) -> None:
    """Reopening shows nothing more to anybody, and what a city narrows meanwhile is not public before it is published again."""
    world = make_world("oulu")
    fill(world.response("oulu"), GOOD, author=world.officer("oulu"))
    publish(world, "oulu")
    step(world.response("oulu"), "reopen", world.coordinator, reason="A wrong year.")
    fill(world.response("oulu"), {"c01_plans": "CANARYNEW", "office": "CANARYNEW"})
    response, city = reading.public_response("oulu", "round-5")
    found = reading.public_reading(response, city, "en")
    said = [str(answer.said["value"]) for section in found.sections for answer in section.answers]
    assert said
    assert not [each for each in said if "CANARY" in each]
    assert "CANARY" not in browser(app).get("/en/cities/oulu/answers/round-5").get_data(as_text=True)
