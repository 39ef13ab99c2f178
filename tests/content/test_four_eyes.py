"""Who may take which step from where: every role, author or not, every state, every step, on both databases."""

from __future__ import annotations

import pytest
from content.conftest import (
    Place,
    officer,
    person,
    published,
    reviewer,
    submit_and_approve,
    translated,
    translator,
    written,
)

from icportal.content import services
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion
from icportal.core.actors import ANONYMOUS, CITY_ROLES, Actor, Grant, Role
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound

pytestmark = pytest.mark.databases

#: From which states a step leads on, for a text as `states_of` builds it.
LEGAL = {
    "submit": {"draft", "revised", "changes_requested"},
    "approve": {"review"},
    "override": {"review"},
    "request_changes": {"review"},
    "retract": {"review"},
    "withdraw": {"published", "revised"},
    "archive": {"draft", "revised", "changes_requested", "published", "withdrawn"},
    "reopen": {"withdrawn", "archived"},
}
WRITERS = {"officer", "coordinator", "coordinator acting for the city"}
KEEPERS = {"officer", "coordinator", "coordinator acting for the city", "administrator"}
REVIEWERS = {"reviewer", "reviewer of all languages", "coordinator", "coordinator acting for the city"}
OVERRIDERS = {"coordinator", "coordinator acting for the city", "administrator"}
#: Who may take a step at all. A translation is written by translators of its language as well.
MAY = {
    "submit": WRITERS, "retract": WRITERS, "reopen": WRITERS, "approve": REVIEWERS, "request_changes": REVIEWERS,
    "override": OVERRIDERS, "withdraw": KEEPERS, "archive": KEEPERS,
}  # fmt: skip


def people(place: Place, language: str) -> dict[str, Actor]:
    coordinator = person(40, Grant(Role.COORDINATOR))
    return {
        "visitor": ANONYMOUS,
        "account without a role": person(41),
        "officer": officer(place, 42),
        "officer of another city": person(43, Grant(Role.CITY_OFFICER, city_id=place.other)),
        "mayor's office": person(44, Grant(Role.MAYOR_OFFICE, city_id=place.own)),
        "reviewer": reviewer(45, language),
        "reviewer of another language": reviewer(46, "de"),
        "reviewer of all languages": reviewer(47, None),
        "translator": translator(48, language),
        "translator of another language": translator(49, "de"),
        "peer reviewer": person(50, Grant(Role.PEER_REVIEWER)),
        "administrator": person(51, Grant(Role.ADMINISTRATOR)),
        "coordinator": coordinator,
        "coordinator acting for the city": coordinator.acting_for_city(place.own, tuple(CITY_ROLES)),
    }


def states_of(place: Place, *, translation: bool) -> dict[str, int]:
    """A text in each state, by the id of its version. `revised` is a published one that is being rewritten."""
    author, second = (translator(), reviewer(language="fr")) if translation else (officer(place), reviewer())

    def fresh(title: str) -> LanguageVersion:
        return translated(published(place, title), f"Fr {title}") if translation else written(place, title)

    def at(state: str) -> LanguageVersion:
        version = fresh(f"Text {state}")
        if state in {"review", "changes_requested"}:
            services.submit(version, actor=author)
        if state == "changes_requested":
            services.request_changes(version, actor=second, reason="More, please.")
        if state in {"published", "revised", "withdrawn"}:
            submit_and_approve(version, author, second)
        keeper = officer(place, 9)
        if state == "withdrawn":
            services.withdraw(version, actor=keeper, reason="Out of date.")
        if state == "archived":
            services.archive(version, actor=keeper, reason="Out of date.")
        if state == "revised":
            engine_revise(version, author, translation=translation)
        return version

    found = {state: at(state).id for state in [str(state.name) for state in CONTENT.states] + ["revised"]}
    db.session.commit()
    return found


def engine_revise(version: LanguageVersion, author: Actor, *, translation: bool) -> None:
    from content.conftest import save_translation

    if translation:
        save_translation(version, "Fr rewritten", actor=author)
    else:
        services.save_source(version, {"title": "Rewritten"}, actor=author, seen=version.version)


def expected(role: str, step: str, state: str, *, wrote: bool, translation: bool) -> str:
    may = MAY[step] | ({"translator"} if translation and MAY[step] is WRITERS else set())
    if role not in may:
        return "refused"
    if state not in LEGAL[step]:
        return "not now"
    return "refused" if step == "approve" and wrote else "done"


def attempt(version: LanguageVersion, step: str, actor: Actor) -> str:
    assert version.head is not None
    try:
        services.move(version, step, actor=actor, seen=version.version, seen_hash=version.head.sha256, reason="Because.")
    except (NotAllowed, NotFound):
        return "refused"
    except InvalidTransition:
        return "not now"
    return "done"


@pytest.mark.parametrize("translation", [False, True], ids=["source", "translation"])
def test_every_role_state_and_step(place: Place, *, translation: bool) -> None:
    texts = states_of(place, translation=translation)
    wrong = []
    for role, actor in people(place, "fr" if translation else "en").items():
        for state, number in texts.items():
            for step in LEGAL:
                for wrote in (False, True):
                    version = db.session.get(LanguageVersion, number)
                    assert version is not None
                    assert version.head is not None
                    if wrote:
                        version.head.author_id = actor.id
                        db.session.flush()
                        db.session.expire(version, ["revisions"])
                    found = attempt(version, step, actor)
                    wanted = expected(role, step, state, wrote=wrote and actor.id is not None, translation=translation)
                    # A published text's newest revision is approved: whoever wrote it is not in the way any more.
                    if found != wanted:
                        wrong.append(f"{role}{' (wrote it)' if wrote else ''}: {step} from {state}: {found}, not {wanted}")
                    db.session.rollback()
    assert not wrong, "\n".join(wrong)


def test_the_table_names_every_step_a_person_can_take() -> None:
    assert {transition.name for transition in CONTENT.transitions if not transition.automatic} == set(LEGAL) == set(MAY)


def test_nobody_approves_own_words_whatever_roles_they_hold(place: Place) -> None:
    """Not even who holds every role at once, nor while acting for the city."""
    everything = frozenset(
        {Grant(role) for role in Role} | {Grant(Role.CITY_OFFICER, city_id=place.own), Grant(Role.REVIEWER, language="en")}
    )
    for acting_for in (None, place.own):
        almighty = Actor(id=77, name="All", grants=everything, acting_for=acting_for)
        version = written(place, "Mine", actor=almighty)
        services.submit(version, actor=almighty)
        assert version.head is not None
        with pytest.raises(NotAllowed) as refusal:
            services.approve(version, actor=almighty, seen_hash=version.head.sha256)
        assert refusal.value.reasons, "says why"
        assert not version.is_published
        db.session.rollback()


def test_a_word_of_mine_in_the_middle_still_counts(place: Place) -> None:
    """Who wrote an earlier revision since the last approval is an author, though another person wrote the last one."""
    first, second = officer(place, 1), officer(place, 2)
    version = written(place, "One", actor=first)
    services.save_source(version, {"title": "Two"}, actor=second, seen=version.version)
    services.submit(version, actor=second)
    assert version.head is not None
    both = person(1, Grant(Role.REVIEWER, language="en"))
    with pytest.raises(NotAllowed):
        services.approve(version, actor=both, seen_hash=version.head.sha256)


def test_emergency_needs_a_reason_and_leaves_it(place: Place) -> None:
    coordinator = person(5, Grant(Role.COORDINATOR))
    version = written(place, "Flood", actor=coordinator)
    services.submit(version, actor=coordinator)
    assert version.head is not None
    with pytest.raises(InvalidTransition):
        services.override(version, actor=coordinator, seen_hash=version.head.sha256, reason="  ")
    event = services.override(version, actor=coordinator, seen_hash=version.head.sha256, reason="The river rises.")
    assert (event.transition, event.reason, event.actor_id) == ("override", "The river rises.", 5)


def test_who_acts_for_a_city_is_named_in_every_trace(place: Place) -> None:
    from icportal.core.audit import AuditEntry

    acting = person(6, Grant(Role.COORDINATOR)).acting_for_city(place.own, tuple(CITY_ROLES))
    version = written(place, "For you", actor=acting)
    event = services.submit(version, actor=acting)
    assert version.head is not None
    assert {event.acting_for, version.head.acting_for} == {place.own}
    assert {entry.acting_for for entry in db.session.query(AuditEntry)} == {place.own}


@pytest.mark.parametrize("step", ["submit", "approve", "override", "request_changes", "retract", "withdraw", "archive", "reopen"])
def test_a_closed_button_always_says_why(place: Place, step: str) -> None:
    """What the page draws as open is open, and what is closed has its reason."""
    from icportal.workflow import engine

    texts = states_of(place, translation=False)
    for role, actor in people(place, "en").items():
        for state, number in texts.items():
            version = db.session.get(LanguageVersion, number)
            assert version is not None
            for move in engine.moves(CONTENT, version, actor=actor):
                if move.transition.name == step:
                    wanted = expected(role, step, state, wrote=False, translation=False) == "done"
                    assert move.is_open == wanted, f"{role}, {state}, {step}: open={move.is_open} {list(map(str, move.reasons))}"


def test_an_unknown_step_is_refused(place: Place) -> None:
    with pytest.raises(DomainError):
        services.move(written(place), "adopt", actor=officer(place), seen=1)
