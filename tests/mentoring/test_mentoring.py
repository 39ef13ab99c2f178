"""Mentoring from the call to the agreement: who may do what, what is proposed, what is told, and what nobody else sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient
from mentoring_world import THEMES, Mentoring, apply, make_programme, pair
from reporting_world import person
from sqlalchemy import select

from icportal.core.actors import SYSTEM, Role
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotAllowed, NotFound, Stale
from icportal.core.outbox import Mail
from icportal.core.permissions import can
from icportal.mentoring import (
    applications,
    matchings,
    pairing_sides,
    pairing_worklists,
    pairings,
    pools,
    programme_worklists,
    programmes,
)
from icportal.mentoring.enums import PairingState, Phase, RuleKind
from icportal.mentoring.flow import APPLICATION
from icportal.mentoring.matching.pool import Pool, Settings
from icportal.mentoring.models import AvoidedCity, Pairing
from icportal.mentoring.services import answers, grants, matching
from icportal.mentoring.services import applications as applying
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services import programmes as running
from icportal.mentoring.services.applications import Draft, NeedDraft, OfferDraft
from icportal.mentoring.services.pairings import Agreement
from icportal.mentoring.services.programmes import Plan, Theme
from icportal.plans.enums import Permission as PlanPermission
from icportal.plans.queries import OfCity
from icportal.toolkits import loading
from icportal.workflow import engine

PERCEPTION, BODIES = THEMES
DAYS = ((today() + timedelta(days=30), today() + timedelta(days=120)),)


@pytest.fixture
def seeded(seeded_app: Flask) -> Any:
    with seeded_app.app_context():
        yield seeded_app


@pytest.fixture
def portal(app: Flask) -> Any:
    with app.app_context():
        yield app


def mails() -> list[str]:
    return list(db.session.scalars(select(Mail.subject).order_by(Mail.id)))


def match_world() -> Mentoring:
    """Genoa and Ghent offer, Riga and Oulu need; Riga speaks no language anybody shares."""
    world = make_programme(phase=Phase.APPLY)
    apply(world, "genoa", offers=(PERCEPTION,), languages=(("en", "c1"), ("it", "c2")))
    apply(world, "oulu", needs=(PERCEPTION,), languages=(("en", "c1"),))
    apply(world, "riga", needs=(PERCEPTION,), languages=(("lv", "c2"),))
    apply(world, "ghent", offers=(PERCEPTION,), languages=(("en", "b2"), ("nl", "c2")))
    running.move_programme(world.programme, "close_call", actor=world.coordinator, seen=world.programme.version)
    db.session.commit()
    return world


# --- programmes ----------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_call_opens_when_its_text_is_published_and_everything_has_its_days(portal: Flask) -> None:
    world = make_programme(phase=Phase.DRAFT)
    programme, coordinator = world.programme, world.coordinator
    with pytest.raises(InvalidTransition, match="text of the call"):
        running.move_programme(programme, "open_call", actor=coordinator, seen=programme.version)
    with pytest.raises(NotAllowed):
        running.move_programme(programme, "open_call", actor=person(Role.CITY_OFFICER, "oulu"), seen=programme.version)
    with pytest.raises(NotFound):
        programmes.open_programme("first", actor=person(Role.CITY_OFFICER, "oulu"))
    plan = running.plan_of(programme)
    first, last = plan.phases[Phase.MATCH]
    wrong = Plan({**plan.phases, Phase.MATCH: (last, first)}, plan.themes, None, 0, 45)
    with pytest.raises(FieldErrors) as refused:
        running.edit_programme(programme, wrong, actor=coordinator, seen=programme.version)
    assert {field for field, _message in refused.value.problems} >= {"match_to", "answer_days"}
    with pytest.raises(Stale):
        running.edit_programme(programme, plan, actor=coordinator, seen=programme.version + 1)


def test_themes_cities_have_named_stay(seeded: Flask) -> None:
    world = make_programme()
    apply(world, "riga", needs=(PERCEPTION,))
    programme, plan = world.programme, running.plan_of(world.programme)
    less = Plan(plan.phases, [Theme(BODIES)], None, plan.answer_days, plan.quiet_days)
    with pytest.raises(FieldErrors, match="stay"):
        running.edit_programme(programme, less, actor=world.coordinator, seen=programme.version)
    more = Plan(plan.phases, [*plan.themes, Theme("diverse-neighbourhoods", None, "A. Writer")], None, 14, 45)
    assert running.edit_programme(programme, more, actor=world.coordinator, seen=programme.version)
    assert [scheme.toolkit for scheme in programme.schemes] == [PERCEPTION, BODIES, "diverse-neighbourhoods"]


@pytest.mark.databases
def test_grants_are_asked_for_once_and_decided_with_a_reason(portal: Flask) -> None:
    world = make_programme()
    city, officer = world.city("riga"), world.officer("riga")
    grant = grants.ask_for_grant(world.programme, city, purpose="Interpreter", amount=800, currency="eur", actor=officer)
    with pytest.raises(FieldErrors, match="already"):
        grants.ask_for_grant(world.programme, city, purpose="Interpreter", amount=900, currency="EUR", actor=officer)
    with pytest.raises(NotFound):
        grants.ask_for_grant(world.programme, city, purpose="Other", amount=1, currency="EUR", actor=world.officer("oulu"))
    with pytest.raises(FieldErrors):
        grants.decide_grant(grant, granted=900, reason="", actor=world.coordinator, seen=None)
    with pytest.raises(FieldErrors):
        grants.decide_grant(grant, granted=None, reason=" ", actor=world.coordinator, seen=None)
    grants.decide_grant(grant, granted=500, reason="Half of it.", actor=world.coordinator, seen=None)
    with pytest.raises(InvalidTransition):
        grants.decide_grant(grant, granted=500, reason="", actor=world.coordinator, seen=None)
    assert len(programmes.grants_for(world.programme, officer)) == 1
    assert programmes.grants_for(world.programme, world.officer("oulu")) == []
    assert any("is decided" in subject for subject in mails())


# --- applications --------------------------------------------------------------------------------------------


def test_needs_and_offers_are_proposed_from_answers_evidence_and_practices(seeded: Flask) -> None:
    """The demonstration's answers of Genoa and Riga: nobody starts from an empty form."""
    world = make_programme()
    for slug in ("genoa", "riga", "oulu"):
        themes = applications.themes_of(world.programme, world.city(slug), None, "en")
        assert any(each.gap.size for each in themes)
        for each in themes:
            assert all(line["grade"] in {"partly", "not_at_all"} for line in each.gap.evidence)
            assert bool(each.strength.size) == bool(each.strength.evidence)
    genoa = applications.themes_of(world.programme, world.city("genoa"), None, "en")
    assert any(line["kind"] == "practice" for each in genoa for line in each.strength.evidence)
    proposal = applications.proposal_for(world.programme, world.city("oulu"))
    assert ("", "fi", "c2") in proposal.skills
    again = applications.proposal_for(world.programme, world.city("riga"))
    assert ("Project officer", "en", "c1") in again.skills, "what was said in the programme before is proposed again"


def test_an_application_is_completed_sent_changed_and_withdrawn(seeded: Flask) -> None:
    world = make_programme()
    city, officer, programme = world.city("riga"), world.officer("riga"), world.programme
    need = NeedDraft(world.schemes[PERCEPTION], "", 1, ("F1",), (world.city("genoa").id,))
    draft = Draft(
        contact_name="Anna", contact_email="anna@riga.example", windows=DAYS, skills=(("Officer", "en", "c1"),), needs=(need,)
    )
    with pytest.raises(NotFound):
        applying.save_application(programme, city, draft, actor=world.officer("oulu"), seen=0)
    made = applying.save_application(programme, city, draft, actor=officer, seen=0)
    assert made.needs[0].gap > 0
    assert made.needs[0].evidence
    with pytest.raises(FieldErrors) as refused:
        applying.move_application(made, programme, "submit", actor=officer, seen=made.version)
    told = " ".join(str(message) for _field, message in refused.value.problems)
    assert "what you want to be able to do" in told
    assert "short lists" in told
    with pytest.raises(Stale):
        applying.save_application(programme, city, draft, actor=officer, seen=made.version + 5)
    better = Draft(**{**draft.__dict__, "needs": (NeedDraft(need.scheme_id, "Speak early", 1, ("F1",), ()),)})
    applying.save_application(programme, city, better, actor=officer, seen=made.version)
    applying.move_application(made, programme, "submit", actor=officer, seen=made.version)
    with pytest.raises(InvalidTransition):
        applying.save_application(programme, city, better, actor=officer, seen=made.version)
    pairing = pair(world, "genoa", "riga", state=PairingState.PROPOSED)
    applying.move_application(made, programme, "withdraw", actor=officer, seen=made.version, reason="No staff.")
    assert (pairing.state, pairing.because) == (PairingState.ENDED, "No staff.")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("contact_email", {"contact_email": "nobody"}),
        ("windows", {"windows": ((today(), today() - timedelta(days=1)),)}),
        ("windows", {"windows": ((today(), today() + timedelta(days=9)), (today() + timedelta(days=5), today() + timedelta(days=20)))}),
        ("skills", {"skills": (("Officer", "xx", "c1"),)}),
        ("most_as_mentee", {"most_as_mentee": 3}),
        ("population", {"population": 0}),
    ],
)  # fmt: skip
def test_what_does_not_do_is_named(seeded: Flask, field: str, change: dict[str, Any]) -> None:
    world = make_programme()
    with pytest.raises(FieldErrors) as refused:
        applying.save_application(world.programme, world.city("riga"), Draft(**change), actor=world.officer("riga"), seen=0)
    assert [name for name, _message in refused.value.problems] == [field]


def test_a_city_neither_wishes_for_itself_nor_for_whom_it_avoids(seeded: Flask) -> None:
    world = make_programme()
    own, other = world.city("riga").id, world.city("genoa").id
    scheme = world.schemes[PERCEPTION]
    for draft in (
        Draft(needs=(NeedDraft(scheme, "x", wishes=(own,)),)),
        Draft(offers=(OfferDraft(scheme, "x", wishes=(other,)),), avoided=(other,)),
        Draft(needs=(NeedDraft(scheme, "x", key_factors=("F99",)),)),
    ):
        with pytest.raises(FieldErrors):
            applying.save_application(world.programme, world.city("riga"), draft, actor=world.officer("riga"), seen=0)


# --- matching ------------------------------------------------------------------------------------------------


@pytest.mark.databases
def test_a_run_is_kept_repeats_and_touches_no_standing_pair(portal: Flask) -> None:
    world = match_world()
    programme, coordinator = world.programme, world.coordinator
    run = matching.compute(programme, actor=coordinator)
    assert run.number == 1
    assert matchings.repeats_itself(run)
    assert Pool.of(run.inputs).canonical() == run.inputs
    assert [each["mentee"] for each in run.outcome["best"]["left_over"]] == ["riga"]
    with pytest.raises(FieldErrors):
        matching.choose(programme, run, "best", why=" ", actor=coordinator)
    made = matching.choose(programme, run, "best", why="It serves most.", actor=coordinator)
    assert [(each.mentee_id, each.state) for each in made] == [(world.city("oulu").id, PairingState.PROPOSED)]
    assert programme.state == Phase.AGREE
    with pytest.raises(InvalidTransition):
        matching.choose(programme, run, "best", why="Again.", actor=coordinator)
    again = matching.compute(programme, actor=coordinator)
    assert [each[2] for each in again.outcome["standing"]] == ["oulu"]
    assert again.outcome["best"]["pairs"] == []
    with pytest.raises(NotAllowed):
        matching.compute(programme, actor=world.officer("oulu"))


def test_who_was_left_over_reads_why_adds_a_language_and_is_placed_without_touching_the_lock(portal: Flask) -> None:
    world = match_world()
    programme, coordinator, scheme = world.programme, world.coordinator, world.scheme()
    matching.rule_pair(
        scheme, world.city("genoa"), world.city("oulu"), RuleKind.LOCK, reason="They know each other.", actor=coordinator
    )
    run = matching.compute(programme, actor=coordinator)
    matching.choose(programme, run, "stable", why="Nobody would rather have another.", actor=coordinator)
    locked = db.session.scalars(select(Pairing).where(Pairing.mentee_id == world.city("oulu").id)).one()
    assert locked.mentor_id == world.city("genoa").id
    left = matchings.left_over_of(programme, world.city("riga"), actor=world.officer("riga"), language="en")
    assert len(left) == 1
    assert any("English" in sentence for sentence in left[0].changes)
    assert dict(left[0].mentors)["Ghent"] == ["They share no language at the level needed, and one of them wants no interpreter."]
    with pytest.raises(NotFound):
        matchings.left_over_of(programme, world.city("riga"), actor=world.officer("ghent"), language="en")
    application = applications.application_of(programme, world.city("riga").id)
    assert application is not None
    applying.move_application(application, programme, "change", actor=world.officer("riga"), seen=application.version)
    application.skills[0].language, application.skills[0].level = "en", "b2"
    applying.move_application(application, programme, "submit", actor=world.officer("riga"), seen=application.version)
    again = matching.compute(programme, actor=coordinator)
    placed = matching.choose(programme, again, "best", why="Riga is placed.", actor=coordinator)
    assert [(each.mentor_id, each.mentee_id) for each in placed] == [(world.city("ghent").id, world.city("riga").id)]
    assert locked.state == PairingState.PROPOSED
    assert matchings.left_over_of(programme, world.city("riga"), actor=world.officer("riga"), language="en") == []


def test_an_avoid_list_is_known_to_nobody_but_the_city_and_coordinators(portal: Flask) -> None:
    world = match_world()
    application = applications.application_of(world.programme, world.city("ghent").id)
    assert application is not None
    application.avoided.append(AvoidedCity(city_id=world.city("riga").id))
    db.session.flush()
    run = matching.compute(world.programme, actor=world.coordinator)
    matching.choose(world.programme, run, "best", why="So.", actor=world.coordinator)
    read = matchings.left_over_of(world.programme, world.city("riga"), actor=world.officer("riga"), language="en")
    words = " ".join(sentence for _name, sentences in read[0].mentors for sentence in sentences)
    assert "rather not work" not in words
    assert "coordinators know" in words
    asked = matchings.left_over_of(world.programme, world.city("riga"), actor=world.coordinator, language="en")
    assert "rather not work" in " ".join(s for _name, sentences in asked[0].mentors for s in sentences)


@pytest.mark.databases
def test_a_ban_reads_like_an_avoid_list_so_that_neither_can_be_told_from_the_other(portal: Flask) -> None:
    world = match_world()
    application = applications.application_of(world.programme, world.city("ghent").id)
    assert application is not None
    application.avoided.append(AvoidedCity(city_id=world.city("riga").id))
    db.session.flush()
    for mentor in ("genoa", "ghent"):
        matching.rule_pair(
            world.scheme(), world.city(mentor), world.city("riga"), RuleKind.BAN, reason="They share a border.", actor=world.coordinator
        )  # fmt: skip
    run = matching.compute(world.programme, actor=world.coordinator)
    matching.choose(world.programme, run, "best", why="So.", actor=world.coordinator)
    read = dict(
        matchings.left_over_of(world.programme, world.city("riga"), actor=world.officer("riga"), language="en")[0].mentors
    )
    assert read["Genoa"] == read["Ghent"], "banned, or banned and avoided: it reads the same"
    assert read["Genoa"][0] == "There is a reason against this pair that the coordinators know."
    asked = dict(matchings.left_over_of(world.programme, world.city("riga"), actor=world.coordinator, language="en")[0].mentors)
    assert "A coordinator has ruled this pair out." in asked["Genoa"]
    assert "One of the two would rather not work with the other." not in asked["Genoa"]
    assert "One of the two would rather not work with the other." in asked["Ghent"]


@pytest.mark.databases
def test_whose_proposals_took_the_places_of_a_mentor_is_told_to_coordinators_only(portal: Flask) -> None:
    world = make_programme(phase=Phase.MATCH)
    apply(world, "genoa", offers=(PERCEPTION,))
    for slug in ("oulu", "riga"):
        apply(world, slug, needs=(PERCEPTION,))
    run = matching.compute(world.programme, actor=world.coordinator)
    made = matching.choose(world.programme, run, "best", why="So.", actor=world.coordinator)
    served, left = ("Oulu", "riga") if made[0].mentee_id == world.city("oulu").id else ("Riga", "oulu")
    read = matchings.left_over_of(world.programme, world.city(left), actor=world.officer(left), language="en")
    assert dict(read[0].mentors) == {"Genoa": ["Its places are taken."]}
    asked = matchings.left_over_of(world.programme, world.city(left), actor=world.coordinator, language="en")
    assert dict(asked[0].mentors) == {"Genoa": [f"Its places are taken by {served}."]}


@pytest.mark.databases
def test_who_was_left_over_is_told_once_and_finds_it_among_what_waits_until_it_has_changed_something(portal: Flask) -> None:
    world = match_world()
    officer = world.officer("riga")
    first = matching.compute(world.programme, actor=world.coordinator)
    matching.choose(world.programme, first, "best", why="So.", actor=world.coordinator)
    told = [mail for mail in db.session.scalars(select(Mail)) if "No mentor for Riga yet" in mail.subject]
    assert [mail.recipient_id for mail in told] == [officer.id]
    assert "English" in told[0].text, "the first change that would help"
    assert "/en/work/mentoring/first/applications/riga" in told[0].text

    def waits() -> int:
        return {each.key: each.count for each in programme_worklists.provide(officer, 10)}["mentoring.left_over"]

    assert waits() == 1
    assert programme_worklists.provide(world.officer("oulu"), 10)[-1].count == 0
    application = applications.application_of(world.programme, world.city("riga").id)
    assert application is not None
    applying.move_application(application, world.programme, "change", actor=officer, seen=application.version)
    assert waits() == 0
    lists = {each.key: each for each in programme_worklists.provide(officer, 10)}
    assert lists["mentoring.applications"].count == 1, "it is to be sent again"
    applying.move_application(application, world.programme, "submit", actor=officer, seen=application.version)
    assert waits() == 0


def test_a_mail_never_says_whom_a_city_would_rather_not_work_with(portal: Flask) -> None:
    world = make_programme(phase=Phase.MATCH)
    apply(world, "genoa", offers=(PERCEPTION,))
    application = apply(world, "riga", needs=(PERCEPTION,))
    application.avoided.append(AvoidedCity(city_id=world.city("genoa").id))
    world.officer("riga")
    run = matching.compute(world.programme, actor=world.coordinator)
    matching.choose(world.programme, run, "best", why="So.", actor=world.coordinator)
    mail = db.session.scalars(select(Mail).where(Mail.subject.contains("No mentor for Riga yet"))).one()
    assert "Genoa" not in mail.text
    left = matchings.left_over_of(world.programme, world.city("riga"), actor=world.officer("riga"), language="en")
    assert any("Genoa" in sentence for sentence in left[0].changes), "its page does"


@pytest.mark.databases
def test_one_set_of_phases_says_who_can_change_and_when_is_matched(portal: Flask) -> None:
    world = make_programme(phase=Phase.PREPARE)
    sent, begun = apply(world, "riga", needs=(PERCEPTION,)), apply(world, "oulu", needs=(PERCEPTION,), sent=False)
    assert applications.is_open(world.programme, sent)
    assert not applications.is_open(world.programme, begun), "late changes are for cities that had sent"
    assert matching.compute(world.programme, actor=world.coordinator).number == 1
    running.move_programme(world.programme, "begin_visits", actor=world.coordinator, seen=world.programme.version)
    assert not applications.is_open(world.programme, sent)


@pytest.mark.databases
def test_wishes_count_for_cities_that_take_part_and_only_they_are_shown_to_applicants(portal: Flask) -> None:
    world = make_programme()
    for slug in ("genoa", "ghent", "oslo"):
        apply(world, slug, offers=(PERCEPTION,))
    apply(world, "vienna", offers=(PERCEPTION,), sent=False)
    elsewhere = tuple((PERCEPTION, "mentee", slug) for slug in ("genoa", "oulu", "vienna"))
    short = apply(
        world, "riga", needs=(PERCEPTION,), wishes=elsewhere, sent=False, windows=[[day.isoformat() for day in DAYS[0]]]
    )
    assert [str(message) for _field, message in applying.missing(short)] == [
        "Name at least 3 wishes in a theme among the cities that take part in it, or none: short lists win nothing."
    ]
    named = applications.named_partners(world.programme, "en", actor=world.officer("riga"))
    assert named == {(world.schemes[PERCEPTION], "mentor"): ["Genoa", "Ghent", "Oslo"]}
    assert applications.named_partners(world.programme, "en", actor=world.officer("nuremberg")) == {}
    there = tuple((PERCEPTION, "mentee", slug) for slug in ("genoa", "ghent", "oslo"))
    assert applying.missing(apply(world, "vantaa", needs=(PERCEPTION,), wishes=there, sent=False)) == []
    few = apply(world, "nuremberg", needs=(PERCEPTION,), wishes=there[:2], sent=False)
    few.avoided.append(AvoidedCity(city_id=world.city("oslo").id))
    assert applying.missing(few) == [], "of fewer it names all"


def test_who_was_left_over_last_time_is_carried_over(portal: Flask) -> None:
    first = match_world()
    second = make_programme(slug="second", previous_id=first.programme_id)
    apply(second, "riga", needs=(PERCEPTION,))
    assert pools.left_over_before(second.programme)[first.city("riga").id] == 1
    pool = pools.pool_of(second.programme)
    assert pool.candidates[0].carried_over == 1


@pytest.mark.databases
def test_weights_are_checked_and_kept_with_the_run(portal: Flask) -> None:
    world = match_world()
    with pytest.raises(FieldErrors):
        matching.save_settings(world.programme, Settings(evidence=99), actor=world.coordinator, seen=world.programme.version)
    matching.save_settings(
        world.programme, Settings(evidence=9, level="c1"), actor=world.coordinator, seen=world.programme.version
    )
    run = matching.compute(world.programme, actor=world.coordinator)
    assert (run.inputs["settings"]["evidence"], run.inputs["settings"]["level"]) == (9, "c1")
    with pytest.raises(FieldErrors):
        matching.rule_pair(world.scheme(), world.city("riga"), world.city("riga"), "lock", reason="x", actor=world.coordinator)


# --- answers and pairings --------------------------------------------------------------------------------------


@pytest.mark.databases
def test_both_accept_write_down_what_they_want_and_sign_it(portal: Flask) -> None:
    world = make_programme(phase=Phase.AGREE)
    pairing = pair(world, "genoa", "riga", state=PairingState.PROPOSED)
    genoa, riga = world.city("genoa"), world.city("riga")
    with pytest.raises(NotFound):
        answers.accept(pairing, riga, actor=world.officer("oulu"))
    with pytest.raises(NotAllowed):
        answers.accept(pairing, genoa, actor=world.officer("riga"))
    assert not answers.accept(pairing, riga, actor=world.officer("riga"))
    assert answers.accept(pairing, genoa, actor=world.mayor("genoa"))
    with pytest.raises(InvalidTransition):
        answers.decline(pairing, riga, reason="Late.", actor=world.officer("riga"))
    rest = {"visits": "One each way", "costs": "Each its own", "exit": "A letter", "languages": ("en",)}
    agreed = Agreement(goal="Speak early", **rest)
    with pytest.raises(FieldErrors):
        working.write_agreement(pairing, Agreement(goal="x"), actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256)
    working.write_agreement(pairing, agreed, actor=world.officer("riga"), seen_sha256=pairing.agreement_sha256)
    first = pairing.agreement_sha256
    assert not working.sign(pairing, riga, seen_sha256=first, actor=world.mayor("riga"))
    better = Agreement(goal="Speak early, with one voice", **rest)
    working.write_agreement(pairing, better, actor=world.officer("genoa"), seen_sha256=pairing.agreement_sha256)
    assert pairing.mentee_signed_at is None, "a change takes the signatures back"
    with pytest.raises(Stale):
        working.sign(pairing, genoa, seen_sha256=first, actor=world.mayor("genoa"))
    for city, signer in ((genoa, world.mayor("genoa")), (riga, world.mayor("riga"))):
        working.sign(pairing, city, seen_sha256=pairing.agreement_sha256, actor=signer)
    assert pairing.state == PairingState.ACTIVE
    assert can(world.officer("genoa"), PlanPermission.VIEW, OfCity(riga.id))
    assert not can(world.officer("genoa"), PlanPermission.VIEW_INTERNAL, OfCity(riga.id))
    assert not can(world.officer("riga"), PlanPermission.VIEW, OfCity(genoa.id))


@pytest.mark.databases
def test_a_conflict_on_the_agreement_is_one_only_where_the_agreement_changed_and_names_everything(portal: Flask) -> None:
    world = make_programme(phase=Phase.VISITS)
    pairing = pair(world, "genoa", "riga", last_activity_on=today() - timedelta(days=3))
    genoa, riga = world.officer("genoa"), world.officer("riga")
    first = Agreement(goal="Speak early", visits="One each", costs="Each its own", exit="By mail", languages=("en",))
    version = pairing.version
    working.write_journal(pairing, text="A call.", on=today(), kind="contact", language="en", city=None, actor=riga)
    db.session.commit()
    assert (pairing.last_activity_on, pairing.version) == (today(), version)
    assert working.write_agreement(pairing, first, actor=genoa, seen_sha256="")

    seen = pairing.agreement_sha256
    theirs = replace(first, language="it", languages=("en", "it"), starts_on=today(), ends_on=today() + timedelta(days=90))
    working.write_agreement(pairing, theirs, actor=genoa, seen_sha256=seen)
    with pytest.raises(Stale) as stale:
        working.write_agreement(pairing, first, actor=riga, seen_sha256=seen)
    assert [(str(label), mine, other) for label, mine, other in stale.value.differences] == [
        ("Language you write in", "English", "Italiano"), ("Working languages", ["English"], ["English", "Italiano"]),
        ("First day", None, today()), ("Last day", None, today() + timedelta(days=90)),
    ]  # fmt: skip
    assert working.agreement_of(pairing) == theirs


@pytest.mark.databases
def test_a_proposal_nobody_answers_ends_and_its_places_are_free(portal: Flask) -> None:
    world = make_programme(phase=Phase.AGREE)
    late = pair(world, "genoa", "riga", state=PairingState.PROPOSED, answer_by=today() - timedelta(days=1))
    kept = pair(world, "ghent", "oulu", state=PairingState.PROPOSED)
    assert answers.lapse_unanswered() == 1
    assert (late.state, kept.state) == (PairingState.ENDED, PairingState.PROPOSED)
    assert answers.lapse_unanswered() == 0


@pytest.mark.databases
def test_a_quiet_pair_is_asked_and_after_a_week_of_silence_the_coordinators_are_told(portal: Flask) -> None:
    world = make_programme(phase=Phase.VISITS)
    world.officer("genoa"), world.officer("riga"), world.coordinator
    quiet = pair(world, "genoa", "riga", last_activity_on=today() - timedelta(days=45))
    pair(world, "ghent", "oulu", last_activity_on=today() - timedelta(days=44))
    pair(world, "ghent", "vantaa", state=PairingState.PAUSED, last_activity_on=today() - timedelta(days=300))
    assert working.ask_quiet_pairs() == (1, 0)
    assert working.ask_quiet_pairs(today() + timedelta(days=0)) == (0, 0)
    assert sum("still fine" in subject for subject in mails()) == 2
    assert working.ask_quiet_pairs(today() + timedelta(days=7))[1] == 1
    assert any("No sign of life" in subject for subject in mails())
    waiting = pairing_worklists.provide(world.officer("riga"), 10)[0]
    assert [entry.title for entry in waiting.entries] == ["Genoa"]
    working.all_is_well(quiet, world.city("riga"), actor=world.officer("riga"))
    assert (quiet.last_activity_on, quiet.asked_on, quiet.told_on) == (today(), None, None)
    assert pairing_worklists.provide(world.officer("riga"), 10)[0].count == 0


@pytest.mark.databases
def test_the_record_stays_when_a_pairing_is_paused_completed_or_ended(portal: Flask) -> None:
    world = make_programme(phase=Phase.VISITS)
    pairing = pair(world, "genoa", "riga")
    working.write_journal(pairing, text="A call.", on=today(), kind="contact", language="en", city=None, actor=world.coordinator)
    with pytest.raises(DomainError):
        working.move_pairing(pairing, "pause", actor=world.officer("riga"), seen=pairing.version)
    working.move_pairing(pairing, "pause", actor=world.officer("riga"), seen=pairing.version, reason="Elections.")
    working.move_pairing(pairing, "resume", actor=world.officer("genoa"), seen=pairing.version)
    working.move_pairing(pairing, "complete_early", actor=world.officer("riga"), seen=pairing.version, reason="Done sooner.")
    assert (pairing.state, pairing.because) == (PairingState.COMPLETED_EARLY, "Done sooner.")
    assert len(pairings.journal_of(pairing)) == 1
    with pytest.raises(FieldErrors):
        working.write_journal(
            pairing, text="", on=today() + timedelta(days=1), kind="note", language="en", city=None, actor=world.coordinator
        )


@pytest.mark.databases
def test_a_pairing_is_private(portal: Flask) -> None:
    world = make_programme(phase=Phase.VISITS)
    pairing = pair(world, "genoa", "riga")
    for actor in (world.officer("oulu"), person(Role.ADMINISTRATOR), person(Role.TRANSLATOR)):
        with pytest.raises(NotFound):
            pairings.open_pairing(pairing.id, actor=actor)
    facilitator = person(Role.PEER_REVIEWER)
    with pytest.raises(NotFound):
        pairings.open_pairing(pairing.id, actor=facilitator)
    world.scheme().facilitator_id = facilitator.id
    db.session.flush()
    assert pairings.open_pairing(pairing.id, actor=facilitator) is pairing
    assert [row.pairing for row in pairings.pairings_for(facilitator, "en")] == [pairing]
    assert pairings.pairings_for(world.officer("oulu"), "en") == []


@pytest.mark.databases
def test_each_city_reads_what_the_other_says_before_it_answers_and_whom_to_reach_once_both_have(portal: Flask) -> None:
    world = make_programme(phase=Phase.AGREE)
    line = {"kind": "answer", "commitment": 1, "grade": "partly", "said": "Too late.", "edition": "2026"}
    need = apply(
        world, "riga", needs=(PERCEPTION,), language="fr", note="For coordinators.", wishes=((PERCEPTION, "mentee", "ghent"),)
    )
    need.needs[0].evidence = [{**line, "is_shared": True}, {**line, "said": "Not for others.", "is_shared": False}]
    apply(world, "genoa", offers=(PERCEPTION,), support_group=[{"name": "A. Member", "organisation": "", "role": ""}])
    pairing = pair(world, "genoa", "riga", state=PairingState.PROPOSED)
    read = pairing_sides.said_by_both(pairing, "en", actor=world.officer("genoa"))
    assert [(each.side, each.text, each.language) for each in read] == [
        ("mentee", "What we lack", "fr"), ("mentor", "What we have done", "en"),
    ]  # fmt: skip
    assert [each["said"] for each in read[0].evidence] == ["Too late."]
    assert not any(each.contact_name or each.contact_email or each.support_group for each in read)
    with pytest.raises(NotFound):
        pairing_sides.said_by_both(pairing, "en", actor=world.officer("oulu"))
    for slug in ("genoa", "riga"):
        answers.accept(pairing, world.city(slug), actor=world.officer(slug))
    read = pairing_sides.said_by_both(pairing, "en", actor=world.officer("riga"))
    assert (read[1].contact_email, read[1].support_group[0]["name"]) == ("somebody@city.example", "A. Member")
    engine.fire(APPLICATION, need, "change", actor=world.officer("riga"), city_id=need.city_id)
    assert not pairing_sides.said_by_both(pairing, "en", actor=world.officer("genoa"))[0].is_said, (
        "what is not sent is nobody else's"
    )


# --- pages -----------------------------------------------------------------------------------------------------


def test_a_programme_is_walked_on_pages(seeded_app: Flask, client: PortalClient, sign_in: Any) -> None:
    """Coordinator, officer and mayor's office: plan, apply, match, propose, answer; typed text survives what is refused."""
    with seeded_app.app_context():
        world = make_programme()
        slugs = {slug: world.city(slug).id for slug in ("genoa", "riga")}
        scheme = world.schemes[PERCEPTION]
        people = {slug: world.officer(slug).id for slug in slugs}
        coordinator_id = world.coordinator.id
        apply(world, "genoa", offers=(PERCEPTION,))
        db.session.commit()
    officer = sign_in(people["riga"])
    page = "/en/work/mentoring/first/applications/riga"
    assert "Apply for Riga" in officer.get("/en/work/mentoring/first").get_data(as_text=True)
    shown = officer.get(f"{page}/edit").get_data(as_text=True)
    assert "gap" in shown
    for language, typed in (("en", "sNaN"), ("de", "viele")):
        refused = officer.post(f"{page}/edit".replace("/en/", f"/{language}/"), data={"foreign_share": typed})
        assert refused.status_code == 422
        assert f'value="{typed}"' in refused.get_data(as_text=True)
    fields = {
        "version": "0", "language": "en", "contact_name": "Anna", "contact_email": "anna@riga.example", "interpreter": "none",
        "most_as_mentor": "1", "most_as_mentee": "1", "skills-0-person": "Officer", "skills-0-language": "en", "skills-0-level": "c1",
        "windows-0-first": DAYS[0][0].isoformat(), "windows-0-last": "", "themes-0-scheme_id": str(scheme), "themes-0-needs": "y",
        "themes-0-need_text": "To speak early", "themes-0-priority": "1", "themes-1-scheme_id": str(world.schemes[BODIES]),
    }  # fmt: skip
    refused = officer.post(f"{page}/edit", data=fields)
    assert refused.status_code == 422
    assert "To speak early" in refused.get_data(as_text=True)
    assert "Give both the first and the last day." in refused.get_data(as_text=True)
    more = officer.post(f"{page}/edit", data={**fields, "more": "1"})
    assert more.status_code == 200
    assert "To speak early" in more.get_data(as_text=True)
    saved = officer.post(f"{page}/edit", data={**fields, "windows-0-last": DAYS[0][1].isoformat()})
    assert saved.status_code == 303
    shown = officer.get(page).get_data(as_text=True)
    assert "To speak early" in shown
    assert "Apply for Riga" not in officer.get("/en/work/mentoring/first").get_data(as_text=True), "it is begun"
    with seeded_app.app_context():
        version = applications.application_of(world.programme, slugs["riga"]).version
    assert officer.post(f"{page}/move", data={"transition": "submit", "version": str(version)}).status_code == 303
    coordinator = sign_in(coordinator_id)
    desk = "/en/work/mentoring/first"
    assert "Riga" in coordinator.get(desk).get_data(as_text=True)
    with seeded_app.app_context():
        version = world.programme.version
    assert coordinator.post(f"{desk}/move", data={"transition": "close_call", "version": str(version)}).status_code == 303
    assert coordinator.get(f"{desk}/matching").status_code == 200
    assert coordinator.get(f"{desk}/matching/settings").status_code == 200
    run = coordinator.post(f"{desk}/matching/runs").headers["Location"]
    result = coordinator.get(run).get_data(as_text=True)
    assert "Both results side by side" in result
    assert coordinator.get(f"{run}/pairs?city=riga").status_code == 200
    assert coordinator.post(f"{run}/check").status_code == 303
    assert coordinator.post(f"{run}/choose", data={"aim": "best", "why": ""}).status_code == 422
    assert coordinator.post(f"{run}/choose", data={"aim": "best", "why": "It serves Riga."}).status_code == 303
    with seeded_app.app_context():
        pairing = db.session.scalars(select(Pairing.id)).one()
    address = f"/en/work/mentoring/pairings/{pairing}"
    officer = sign_in(people["riga"])
    assert "Why the two of you" in officer.get(address).get_data(as_text=True)
    assert "What we have done" in officer.get(address).get_data(as_text=True), "what the other offers"
    assert officer.post(f"{address}/decline", data={"city": str(slugs["riga"]), "reason": ""}).status_code in {400, 409, 422}
    assert officer.post(f"{address}/accept", data={"city": str(slugs["riga"])}).status_code == 303
    assert officer.post(f"{address}/accept", data={"city": str(slugs["genoa"])}).status_code == 404
    other = sign_in(people["genoa"])
    assert other.post(f"{address}/accept").status_code == 303
    public = "the public page of the programme names both cities, the theme"
    assert public in other.get(f"{address}/agreement").get_data(as_text=True)
    assert other.post(f"{address}/agreement", data={"goal": "", "visits": "Kept"}).status_code == 422
    assert "Kept" in other.post(f"{address}/agreement", data={"goal": "", "visits": "Kept", "version": "1"}).get_data(
        as_text=True
    )
    said = {"goal": "To speak early", "visits": "One each way", "costs": "Each its own", "exit": "By letter"}
    agreed = {**said, "language": "en", "languages": ["en"], "version": ""}
    assert other.post(f"{address}/agreement", data=agreed).status_code == 303
    to_sign = other.get(address).get_data(as_text=True)
    assert "Sign for Genoa" in to_sign
    assert public in to_sign
    assert client.get("/en/mentoring").status_code == 200
    assert other.get("/en/work/mentoring").status_code == 200
    assert other.get(f"{desk}/grants").status_code == 200


def test_lists_of_what_waits(seeded: Flask) -> None:
    world = make_programme()
    apply(world, "riga", needs=(PERCEPTION,), sent=False)
    lists = {each.key: each for each in programme_worklists.provide(world.officer("riga"), 10)}
    assert lists["mentoring.applications"].count == 1
    assert {each.key for each in programme_worklists.provide(world.coordinator, 10)} >= {"mentoring.grants"}
    assert programme_worklists.provide(SYSTEM, 10) == []
    assert loading.SHIPPED[0] == PERCEPTION
