"""Questionnaires: drafts of structure and words, four eyes, frozen codes, versions, and languages offered when complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import reporting_world
from flask import Flask
from harness import statements
from questionnaire_world import SMALL, answered, begun, changed, make_people, move, publish, save, translate, without, words
from sqlalchemy import select

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, Stale
from icportal.core.outbox import Mail
from icportal.reporting import asked, questionnaire_worklists, versions
from icportal.reporting.enums import QuestionType
from icportal.reporting.models import Answer, QuestionnaireText, QuestionnaireVersion
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.services import questionnaires, taking_over


@pytest.fixture
def people(context: None) -> Mapping[str, Actor]:
    return make_people()


def offered(version: QuestionnaireVersion) -> dict[str, bool]:
    query = select(QuestionnaireText).where(QuestionnaireText.questionnaire_version_id == version.id)
    return {text.language: text.complete for text in db.session.scalars(query)}


# --- drafts --------------------------------------------------------------------------------------------------------


def test_structure_and_words_are_one_revision_that_a_second_person_publishes(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    head = made.item.source.head
    assert head is not None
    assert head.facts == {"structure": SMALL.stored()}
    assert (head.body["title"], head.body["q.staff.message"]) == ("title", "q.staff.message")
    move(made, "submit", people["clara"])
    with pytest.raises(NotAllowed):
        move(made, "approve", people["clara"])
    assert versions.newest(made.id) is None
    move(made, "approve", people["carl"])
    version = versions.newest(made.id)
    assert version is not None
    assert (version.number, version.known, version.mapping) == (1, SMALL, {})
    assert asked.asked(version, "fr").label("office") == "q.office"
    assert offered(version) == {"en": True}
    assert [mail.address for mail in db.session.scalars(select(Mail).where(Mail.subject.contains("is published")))] == [
        people["clara"].email
    ]


def test_a_draft_may_lack_words_but_not_be_sent_to_review(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    more = replace(SMALL, sections=(*SMALL.sections, Section("more", (Question("why", QuestionType.LONG_TEXT),))))
    assert save(made, more, people)
    with pytest.raises(FieldErrors) as refused:
        move(made, "submit", people["clara"])
    assert {field for field, _message in refused.value.problems} == {"s.more", "q.why"}
    assert save(made, more, people, words={"s.more": "More", "q.why": "Why?"})
    publish(made, people)


def test_two_coordinators_at_once(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    seen = made.version
    save(made, changed(SMALL, "office", words=20), people)
    with pytest.raises(Stale) as stale:
        questionnaires.save_structure(made, without(SMALL, "office"), actor=people["carl"], seen=seen)
    assert stale.value.differences
    assert Structure.of(made.structure).questions["office"].words == 20


def test_what_cannot_be_asked_is_refused_with_its_place(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    broken = (
        changed(SMALL, "office", name="staff"),
        changed(SMALL, "themes", choices="nowhere"),
        changed(SMALL, "office", relevant="${nobody} = 1"),
        changed(SMALL, "office", relevant="${office} = 'x'"),
    )
    for structure in broken:
        with pytest.raises(FieldErrors):
            save(made, structure, people)
    assert Structure.of(made.structure) == SMALL


def test_only_coordinators_write(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    for name in ("tom", "olli"):
        with pytest.raises(NotAllowed):
            questionnaires.save_structure(made, SMALL, actor=people[name], seen=made.version)
    with pytest.raises(DomainError):
        questionnaires.create_questionnaire(actor=people["clara"], code="edition-6", language="en", title="Again")


# --- versions ------------------------------------------------------------------------------------------------------


def test_nobody_has_answered_so_the_version_is_made_anew(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    first = publish(made, people)
    save(made, changed(SMALL, "office", words=20), people)
    again = publish(made, people)
    assert (again.id, again.number) == (first.id, 1)
    assert again.known.questions["office"].words == 20


def test_after_the_first_answer_a_change_makes_the_next_version(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    first = publish(made, people)
    answered(first, office="The office", staff=3)
    fresh = Question("workers", QuestionType.INTEGER, former="staff")
    new = changed(without(SMALL, "staff"), "themes", choices="topics")
    new = replace(
        new,
        sections=(replace(new.sections[0], questions=(*new.sections[0].questions, fresh)), new.sections[1]),
        choices={"topics": ("housing", "school", "work")},
    )
    save(made, new, people, words={**words(new), "q.workers": "How many work there?"})
    second = publish(made, people)
    assert (second.number, first.known) == (2, SMALL)
    assert second.mapping == {"office": "office", "staff": "workers", "themes": "themes", "plans": "plans"}
    assert second.needs_look == ["workers", "themes"]
    old, now = versions.wording(first), versions.wording(second)
    why = {change.new: change.why for change in versions.changes(old, now, second.mapping)}
    assert why == {"workers": ("another condition on the answer", "other words"), "themes": ("other choices",)}


def test_words_that_mean_the_same_need_no_look(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    answered(publish(made, people), office="The office")
    source = made.item.source
    assert source.head is not None
    questionnaires.save_words(
        source,
        {**source.head.body, "q.office": "Which office is it?"},
        actor=people["clara"],
        seen=source.version,
        same_meaning=True,
    )
    second = publish(made, people)
    assert (second.number, second.needs_look) == (2, [])


def test_a_published_code_keeps_its_type_and_its_name(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    publish(made, people)
    with pytest.raises(FieldErrors, match="published"):
        save(made, changed(SMALL, "office", type=QuestionType.DATE), people)
    renamed = changed(SMALL, "office", name="bureau")
    with pytest.raises(FieldErrors, match="former"):
        save(made, renamed, people, words={"q.bureau": "q.office"})
    assert save(made, without(SMALL, "office"), people)


def test_a_running_round_goes_on_with_the_next_version(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    first = publish(made, people)
    world = answered(first, office="The office", staff=3, themes=["school"])
    new = changed(without(SMALL, "themes"), "staff", name="workers", former="staff")
    save(made, new, people, words={**words(new), "q.workers": "How many?"})
    second = publish(made, people)
    assert versions.answers_needing_a_look(world.response("oulu")) == []
    taking_over.take_over_version(world.round, second, actor=people["clara"])
    response = world.response("oulu")
    kept = {
        answer.question: answer.value for answer in db.session.scalars(select(Answer).where(Answer.response_id == response.id))
    }
    assert kept == {"office": "The office", "workers": 3, "themes": ["school"]}
    assert versions.answers_needing_a_look(response) == ["workers"]
    reporting_world.fill(response, {"workers": 4})
    assert versions.answers_needing_a_look(response) == []
    with pytest.raises(DomainError):
        taking_over.take_over_version(world.round, first, actor=people["clara"])
    with pytest.raises(NotAllowed):
        taking_over.take_over_version(world.round, second, actor=people["olli"])


def test_a_closed_round_stays_as_it_was_asked(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    first = publish(made, people)
    round_ = reporting_world.make_round(first, number=6)
    world = reporting_world.World(round_.id)
    reporting_world.invite(world, "oulu")
    reporting_world.fill(world.response("oulu"), {"office": "The office"})
    save(made, without(SMALL, "staff"), people)
    second = publish(made, people)
    from icportal.reporting.flow import ROUND  # the round is closed without what its service does beside
    from icportal.workflow import engine

    engine.fire(ROUND, world.round, "close", actor=people["clara"])
    with pytest.raises(InvalidTransition):
        taking_over.take_over_version(world.round, second, actor=people["clara"])


# --- languages -----------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_language_is_offered_when_it_is_complete_and_blocks_no_other(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    version = publish(made, people)
    translate(made, people, "fr")
    half = content.start_translation(made.item, "de", actor=people["tom"])
    piece = content_queries.answers(half)[0]
    content.save_translation(half, {f"0.{piece.source_hash}": "Titel"}, actor=people["tom"], seen=half.version)
    assert offered(version) == {"en": True, "fr": True}
    assert asked.asked(version, "fr").label("office") == "fr: q.office"
    save(made, SMALL, people, words={"q.office": "Which office?"})
    publish(made, people)
    assert offered(version) == {"en": True, "fr": False}
    assert asked.offered_languages(version) == ["en"]
    french = made.item.version_in("fr")
    assert french is not None
    stale = next(piece for piece in content_queries.answers(french) if piece.state == "stale")
    content.confirm_unchanged(french, stale.source_hash, actor=people["tom"])
    assert offered(version) == {"en": True, "fr": True}


def test_a_question_taken_out_leaves_translations_complete(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    publish(made, people)
    translate(made, people)
    save(made, without(SMALL, "staff"), people)
    version = publish(made, people)
    assert offered(version) == {"en": True, "fr": True}
    assert "q.staff" not in asked.asked(version, "fr").texts


def test_a_withdrawn_translation_is_no_longer_offered(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    version = publish(made, people)
    french = translate(made, people)
    questionnaires.move_version(made, french, "withdraw", actor=people["clara"], seen=french.version, reason="Wrong")
    assert offered(version) == {"en": True, "fr": False}


def test_a_form_comes_in_whole_with_translations_where_the_original_is_public(people: Mapping[str, Actor]) -> None:
    made = questionnaires.create_questionnaire(actor=people["clara"], code="edition-6", language="en", title="Edition 6")
    texts = {"en": words(SMALL), "fr": words(SMALL, "fr: ")}
    first = questionnaires.import_form(made, SMALL, texts, actor=people["clara"], seen=made.version)
    assert (first.changed, first.translated, first.waiting) == (True, {}, ("fr",))
    assert made.item.version_in("fr") is None
    publish(made, people)
    again = questionnaires.import_form(made, SMALL, texts, actor=people["clara"], seen=made.version)
    assert (again.changed, again.waiting, list(again.translated)) == (False, (), ["fr"])
    french = made.item.version_in("fr")
    assert french is not None
    assert (french.stale_segments, french.missing_segments) == (0, 0)
    broken = changed(SMALL, "office", name="staff")
    before = made.version
    with pytest.raises(FieldErrors):
        questionnaires.import_form(made, broken, {"en": words(broken)}, actor=people["clara"], seen=made.version)
    assert made.version == before


def test_pages_of_three_hundred_texts_ask_no_more_than_those_of_three(people: Mapping[str, Actor], app: Flask) -> None:
    made = begun(people)
    publish(made, people)
    french = translate(made, people)
    with statements(app) as few:
        content.recount(made.item)
    many = replace(SMALL, sections=(*SMALL.sections, Section("many", tuple(Question(f"q{number:03}") for number in range(150)))))
    save(made, many, people, words=words(many))
    publish(made, people)
    with statements(app) as more:
        content.recount(made.item)
    assert len(more) == len(few)
    assert french.missing_segments == 302


def test_what_waits_is_in_the_worklists(people: Mapping[str, Actor]) -> None:
    made = begun(people)
    lists = {each.key: each.count for each in questionnaire_worklists.provide(people["carl"], 5)}
    assert (lists["questionnaires.write"], lists["questionnaires.review"]) == (1, 0)
    move(made, "submit", people["clara"])
    lists = {each.key: each.count for each in questionnaire_worklists.provide(people["carl"], 5)}
    assert (lists["questionnaires.write"], lists["questionnaires.review"]) == (0, 1)
    assert questionnaire_worklists.provide(people["olli"], 5) == []
