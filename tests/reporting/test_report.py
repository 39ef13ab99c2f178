"""The report: blocks and their errors, drafting from data alone, mentions of cities, and what publishing demands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from report_world import approve, approve_all, make_report, make_reported, reader
from reporting_world import person
from sqlalchemy import select

from icportal.content import queries
from icportal.content import services as content
from icportal.core.actors import Role
from icportal.core.audit import AuditEntry
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, Stale
from icportal.core.outbox import Mail
from icportal.i18n.catalogues import in_language
from icportal.reporting import reports as reading
from icportal.reporting.enums import MentionOutcome
from icportal.reporting.models import Chapter, Mention, Report
from icportal.reporting.report import blocks, mention_pages
from icportal.reporting.report.blocks import Known
from icportal.reporting.report.drafting import drafts
from icportal.reporting.report.material import Material
from icportal.reporting.report.rendering import Renderer
from icportal.reporting.services import editions, mentions, reports
from icportal.reporting.services.computing import compute_results

KNOWN = Known(
    choices={"c04": ("fully", "partly", "not_at_all"), "c04_grade": ("fully", "partly", "not_at_all"), "themes": ("work",)},
    questions=frozenset({"c04_grade", "c04_explanation", "themes"}),
    cities=frozenset({"oulu", "vienna"}),
    answers={"oulu": frozenset({"c04_explanation"})},
    practices=frozenset({"one-stop-shop"}),
)


@pytest.fixture
def world(context: None) -> Any:
    return make_reported()


@pytest.fixture
def report(world: Any) -> Report:
    return make_report(world)


def chapter(report: Report, topic: str) -> Chapter:
    return next(each for each in report.chapters if each.topic == topic)


def text(report: Report, topic: str) -> str:
    head = chapter(report, topic).item.source.head
    assert head is not None
    return str(head.body.get("text", ""))


def write(report: Report, topic: str, words: str, actor: Any) -> None:
    source = chapter(report, topic).item.source
    reports.save_chapter(source, {"title": source.title, "text": words}, actor=actor, seen=source.version)
    db.session.commit()


# --- blocks


WRITTEN = [
    ("[[figure c04]]", ""),
    ("[[figure all]]\n\n[[table area2]]\n\n[[strategies]]\n\n[[cities]]\n\n[[practice one-stop-shop]]", ""),
    ("Of [[answers c04]] cities, [[count c04 fully]]. [[from oulu c04_explanation]]", ""),
    ("- [[cities count]] cities\n- [[count themes work]]", ""),
    ("[[cities count]]", ""),
    ("[[figure c12]]", "c12"),
    ("Text.\n\n[[chart c04]]", "There is no such block"),
    ("Here is [[figure c04]] inside.", "paragraph of its own"),
    ("[[count c04 often]] of them", "no choice “often”"),
    ("[[answers all]] of them", "all"),
    ("[[count c04]] of them", "[[count c04 fully]]"),
    ("[[practice gone]]", "no public practice"),
    ("Said. [[from lima c04_explanation]]", "lima"),
    ("Said. [[from vienna c04_explanation]]", "that others may read"),
    ("[[change c04]]", "earlier round"),
    ("Open [[figure c04", "begins with [["),
]


def test_a_wrong_block_is_refused_with_its_place(context: None) -> None:
    for written, said in WRITTEN:
        found = blocks.problems(written, KNOWN)
        assert bool(found) == bool(said), (written, list(map(str, found)))
        if said:
            assert said in str(found[0])
            assert f"Paragraph {2 if written.startswith('Text') else 1}" in str(found[0])


def test_saving_refuses_what_there_is_not(report: Report, world: Any) -> None:
    with pytest.raises(FieldErrors) as refused:
        write(report, "c01", "One.\n\n[[figure c99]]\n\nTwo. [[from nuremberg c01_explanation]]", world.coordinator)
    said = [str(message) for _field, message in refused.value.problems]
    assert len(said) == 2
    assert "Paragraph 2" in said[0]
    assert "Paragraph 3" in said[1]


def test_a_translation_with_other_blocks_is_not_sent_to_review(report: Report, world: Any) -> None:
    one = chapter(report, "c01")
    write(report, "c01", "All [[answers c01]].\n\n[[figure c01]]", world.coordinator)
    approve(one.item.source, world.coordinator, reader())
    translator = world.coordinator
    version = reports.start_translation(one.item, "fr", actor=translator)
    assert version.head is not None
    assert version.head.body["text"] == "[[figure c01]]"
    keys = {
        f"{place}.{answer.source_hash}": "Tous."
        for place, answer in enumerate(queries.answers(version))
        if "figure" not in answer.source
    }
    content.save_translation(version, keys, actor=translator, seen=version.version)
    with pytest.raises(FieldErrors, match="answers c01"):
        reports.move_version(one, version, "submit", actor=translator, seen=version.version)


# --- numbers and words


def test_a_chapter_as_a_reader_gets_it(report: Report, world: Any) -> None:
    renderer = Renderer(Material(world.round, "en"))
    html = renderer.html(text(report, "c01"))
    assert "&lt;stay&gt;" in html
    assert "*Stars*" in html
    assert "<stay>" not in html
    assert '<blockquote lang="de" dir="ltr">' in html, "a quotation in another language says which"
    assert "[[practice gone]]" in renderer.html("[[practice gone]]"), "what is not there any more says so"
    with in_language("fr"):
        french = Renderer(Material(world.round, "fr"))
        line = french.html("Oui : [[count c01 fully]] sur [[cities invited]] [[from vienna c01_explanation]]")
        assert "<bdi>1</bdi>" in line
        assert "<bdi>3</bdi>" in line
        assert "Vienne" in line
        assert str(french.html("[[figure all]]")).count("<tr>") == 3


# --- drafting


def test_the_draft_is_made_of_data_alone_and_leaves_what_people_wrote(report: Report, world: Any) -> None:
    assert [each.topic for each in report.chapters] == [
        "cover", "summary", "introduction", "trends", "area1", "c01", "area2", "c04", "special", "conclusion",
    ]  # fmt: skip
    drafted, known = text(report, "c01"), Material(world.round, "en").known
    assert "[[figure c01]]" in drafted
    assert "[[from oulu c01_explanation]]" in drafted
    assert "Staff changes often. [[from oulu c01_challenges]]" in drafted
    assert all(blocks.problems(text(report, each.topic), known) == [] for each in report.chapters)
    with in_language("fr"):
        french = {draft.topic: draft for draft in drafts(Material(world.round, "fr"))}
    assert "fr: " in french["trends"].text, "headings of questions are those of the language"
    with pytest.raises(DomainError, match="already"):
        reports.create_report(world.round, language="en", actor=world.coordinator)
    with pytest.raises(NotAllowed):
        reports.draft_chapters(report, actor=world.officer("oulu"))

    write(report, "c04", "Written by hand.", world.coordinator)
    world.response("oulu").published_at = None
    compute_results(None, round_id=world.round_id)
    db.session.commit()
    assert reports.draft_chapters(report, actor=world.coordinator) >= 1
    assert text(report, "c04") == "Written by hand."
    assert "[[from oulu" not in text(report, "c01")


# --- mentions


def by_excerpt(report: Report, words: str) -> Mention:
    return next(row for row in mentions.mentions_of(report) if words in row.excerpt)


def ask(report: Report, world: Any) -> None:
    reports.ask_cities(report, today() + timedelta(days=14), actor=world.coordinator)
    db.session.commit()


def test_an_approval_holds_as_long_as_the_paragraph(report: Report, world: Any) -> None:
    ask(report, world)
    officer, city = world.officer("oulu"), world.city("oulu")
    assert mentions.approve_all(report, city, actor=officer) == 3
    before = by_excerpt(report, "The council decided")
    drafted = text(report, "c01")
    write(report, "c01", f"New first sentence.\n\n{drafted}", world.coordinator)
    assert by_excerpt(report, "The council decided").outcome == MentionOutcome.APPROVED
    write(report, "c01", drafted.replace("The council decided", "The council just decided"), world.coordinator)
    changed = by_excerpt(report, "The council just decided")
    assert changed.id != before.id
    assert changed.outcome == MentionOutcome.PENDING
    write(report, "c01", drafted, world.coordinator)
    assert by_excerpt(report, "The council decided").outcome == MentionOutcome.APPROVED, "what comes back is approved still"


def test_a_city_is_asked_and_decides_about_its_own_mentions_only(report: Report, world: Any) -> None:
    response, officer = world.response("oulu"), world.officer("oulu")
    person(Role.CITY_OFFICER, "vienna", name="Vera", language="de")
    assert reading.used_in(response) == []
    with pytest.raises(InvalidTransition):
        mentions.approve_all(report, world.city("oulu"), actor=officer)
    ask(report, world)
    told = {mail.address: mail for mail in db.session.scalars(select(Mail))}
    assert told["vera.vienna@reporting.example"].language == "de"
    assert not [address for address in told if "nuremberg" in address]
    assert mentions.remind_cities(report, actor=world.coordinator) == 2

    mine = by_excerpt(report, "The council decided")
    with pytest.raises(NotAllowed):
        mentions.decide_mentions(report, world.city("vienna"), {mine.id: ("approved", "")}, actor=officer)
    with pytest.raises(NotAllowed):
        mentions.decide_mentions(report, world.city("oulu"), {mine.id: ("approved", "")}, actor=world.coordinator)
    with pytest.raises(Stale):
        mentions.decide_mentions(report, world.city("vienna"), {mine.id: ("approved", "")}, actor=world.officer("vienna"))
    with pytest.raises(FieldErrors, match="what is wrong"):
        mentions.decide_mentions(report, world.city("oulu"), {mine.id: ("objected", " ")}, actor=officer)
    assert [use.mention.origins for use in reading.used_in(response)] == [["office"], ["c01_explanation"], ["c01_challenges"]]
    assert reading.used_in(world.response("nuremberg")) == []


# --- publishing


@pytest.mark.databases
def test_publishing_waits_for_second_persons_and_cities_never_over_an_objection(report: Report, world: Any) -> None:
    ask(report, world)
    said = " ".join(map(str, editions.hindrances(report)))
    assert "second person" in said
    assert "Oulu has not answered" in said
    assert "Vienna" in said
    approve_all(report, world.coordinator)
    with pytest.raises(InvalidTransition):
        mentions.release_without_answer(report, world.city("oulu"), "Late.", actor=world.coordinator)
    wrong = by_excerpt(report, "Gemeinderat")
    mentions.decide_mentions(report, world.city("vienna"), {wrong.id: ("objected", "Not so.")}, actor=world.officer("vienna"))
    report.consent_until = today() - timedelta(days=1)
    db.session.flush()
    with pytest.raises(DomainError, match="Say why"):
        mentions.release_without_answer(report, world.city("oulu"), " ", actor=world.coordinator)
    with pytest.raises(InvalidTransition, match=r"to the network only.*Commitment 1"):
        mentions.release_without_answer(report, world.city("oulu"), "No answer in two weeks.", actor=world.coordinator)
    shown = {row.mention.excerpt: row.is_hidden for row in mention_pages.in_context(report, mentions.mentions_of(report))}
    assert {words for words, is_hidden in shown.items() if is_hidden} == {"Staff changes often."}
    assert mentions.not_public(report, mentions.mentions_of(report)) == {by_excerpt(report, "Staff changes often")}
    said = text(report, "c01")
    write(report, "c01", said.replace("> Staff changes often. [[from oulu c01_challenges]]", ""), world.coordinator)
    assert mentions.release_without_answer(report, world.city("oulu"), "No answer in two weeks.", actor=world.coordinator) == 2
    assert mentions.release_without_answer(report, world.city("vienna"), "Late.", actor=world.coordinator) == 0
    assert ["Commitment 1" in str(each) for each in editions.hindrances(report)] == [True, False], (
        "what was changed is read again"
    )
    approve_all(report, world.coordinator)
    assert ["Vienna objects" in str(each) for each in editions.hindrances(report)] == [True]
    with pytest.raises(FieldErrors, match="Vienna objects"):
        editions.release(report, actor=world.coordinator)


def test_a_city_reads_the_whole_passage_it_shares_with_another(report: Report, world: Any) -> None:
    both = "Two cities agree. [[from oulu c01_explanation]] [[from vienna c01_explanation]]"
    write(report, "c01", f"{both}\n\nNext. [[from vienna c01_explanation]]", world.coordinator)
    rows = mention_pages.in_context(report, mentions.mentions_of(report, city_id=world.city("oulu").id))
    shown = next(row for row in rows if row.mention.excerpt == "Two cities agree.")
    assert "Two cities agree." in shown.html
    assert "Next." not in shown.after


def test_all_complete_drafts_are_sent_to_review_at_once_and_the_others_stay(report: Report, world: Any) -> None:
    clara, rita = world.coordinator, reader()
    approve(chapter(report, "summary").item.source, clara, rita)
    reports.start_translation(chapter(report, "summary").item, "fr", actor=clara)
    own = reports.add_chapter(report, "What comes next", actor=clara)
    returned = chapter(report, "c04").item.source
    content.submit(returned, actor=clara)
    content.request_changes(returned, actor=rita, reason="Say more.")
    reports.arrange_chapter(chapter(report, "special"), actor=clara, left_out=True)
    db.session.commit()
    with pytest.raises(NotAllowed):
        reports.send_chapters(report, actor=world.officer("oulu"))

    sent, unsent = reports.send_chapters(report, actor=clara)
    db.session.commit()
    states = {each.topic: each.item.source.state for each in report.chapters}
    assert [topic for topic, state in states.items() if state != "review"] == ["summary", "c04", "special", own.topic]
    assert sent == len(states) - 4
    assert {(one.chapter.topic, one.version.language) for one in unsent} == {("summary", "fr"), ("c04", "en"), (own.topic, "en")}
    said = {one.chapter.topic: " ".join(map(str, one.reasons)) for one in unsent}
    assert "missing in the translation" in said["summary"]
    assert "asked for changes" in said["c04"]
    assert "Write the text" in said[own.topic]
    assert len(db.session.scalars(select(Mail).where(Mail.recipient_id == rita.id)).all()) == sent, "a mail for each chapter"
    logged = db.session.query(AuditEntry).filter_by(action="content.version:submit")
    assert logged.count() == sent + 2
    assert reports.send_chapters(report, actor=clara)[0] == 0, "nothing is sent twice"


def test_an_edition_has_the_languages_that_are_complete(report: Report, world: Any) -> None:
    approve_all(report, world.coordinator)
    assert list(editions.sources(report)) == ["en"]
    assert len(editions.sources(report)["en"]) == len(report.chapters)
    reports.arrange_chapter(chapter(report, "special"), actor=world.coordinator, left_out=True)
    assert [topic for topic, _level, _id in editions.sources(report)["en"]].count("special") == 0
