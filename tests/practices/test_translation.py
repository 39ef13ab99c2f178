"""A practice in other languages: piece by piece, stale exactly where the original changed, and never by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import practice_world
import pytest
from flask import Flask
from harness import PortalClient
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from practice_world import BODY, actor, draft, fill, published, rewrite, step, translated
from sqlalchemy import select

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.models import Autosave, LanguageVersion, MeaningClaim, Projection
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, Stale
from icportal.core.outbox import Mail
from icportal.practices import services, worklists
from icportal.practices.models import Practice

SignIn = Callable[..., PortalClient]


def desk_of(practice: Practice, code: str = "fr") -> str:
    return f"/en/work/practices/{practice.id}/{code}/translate"


def fresh(version: LanguageVersion | int) -> LanguageVersion:
    number = version if isinstance(version, int) else version.id
    db.session.rollback()
    return db.session.get_one(LanguageVersion, number)


def states(version: LanguageVersion) -> list[str]:
    return [answer.state for answer in content_queries.answers(version)]


def key_of(version: LanguageVersion, text: str) -> str:
    """The name of the field that translates this piece of the original."""
    place, answer = next((p, a) for p, a in enumerate(content_queries.answers(version)) if text in a.source)
    return f"t.{place}.{answer.source_hash}"


def french(world: Any, practice: Practice) -> LanguageVersion:
    """A published French version."""
    version = translated(world, practice, submit=True)
    step(practice, "approve", actor(world, "rene"), code="fr")
    return version


# --- through the pages ---------------------------------------------------------------------------------------


def test_from_finnish_into_french_and_one_sentence_later(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    sign_in(world.people["tina"])
    assert BODY["title"] in client.get("/en/work/practices/translation?into=fr").text
    started = client.post(f"/en/work/practices/{practice.id}/translations", data={"language": "fr"})
    assert started.location == desk_of(practice)
    page = client.get(desk_of(practice))
    assert "0 of 9 pieces are up to date" in page.text
    assert 'lang="fi" dir="ltr"' in page.text
    assert 'lang="fr" dir="ltr"' in page.text
    version = practice.item.version_in("fr")
    assert version is not None
    data = {f"t.{p}.{a.source_hash}": f"[{a.source}]" for p, a in enumerate(content_queries.answers(version))}
    assert client.post(desk_of(practice), data={**data, "version": version.version, "then": "done"}).status_code == 303
    moved = client.post(
        f"/en/work/practices/{practice.id}/fr/move", data={"transition": "submit", "version": fresh(version).version}
    )
    assert moved.status_code == 303
    sign_in(world.people["rene"])
    head = fresh(version).head
    assert head is not None
    client.post(
        f"/en/work/practices/{practice.id}/fr/move",
        data={"transition": "approve", "version": version.version, "seen_hash": head.sha256},
    )
    client.sign_out()
    assert "[Kieliapua naapurilta]" in client.get(f"/fr/practices/{practice.item.slug}").text

    db.session.rollback()
    rewrite(world, practice, summary=BODY["summary"].replace("Kirjasto antaa tilat.", "Kirjasto antaa tilat ja kahvin."))
    assert states(fresh(version)).count("stale") == 1
    assert "[Kirjasto antaa tilat.]" in client.get(f"/fr/practices/{practice.item.slug}").text, "the old translation stays public"
    sign_in(world.people["tina"])
    page = client.get(desk_of(practice) + "?only=open")
    assert "8 of 9 pieces are up to date" in page.text
    assert page.text.count("<textarea") == 1
    assert "kahvin" in page.text
    assert "<ins>" in page.text


@pytest.mark.parametrize(
    ("name", "code", "may"),
    [
        ("tina", "fr", True), ("tina", "de", False), ("tom", "en", True), ("tom", "fr", False), ("anna", "sv", True),
        ("ghent", "nl", False), ("riitta", "de", False), ("rene", "fr", False), ("mayor", "sv", False),
        ("coordinator", "de", True), ("administrator", "de", False), ("peer", "fr", False), ("nobody", "fr", False),
    ],
)  # fmt: skip
def test_who_may_translate_into_what(world: Any, client: PortalClient, name: str, code: str, *, may: bool) -> None:
    practice = published(world)
    client.sign_in(world.people[name])
    answer = client.post(f"/en/work/practices/{practice.id}/translations", data={"language": code})
    assert (answer.status_code == 303) is may
    db.session.rollback()
    assert (practice.item.version_in(code) is not None) is may


def test_a_translation_waits_for_a_published_original(world: Any) -> None:
    practice = draft(world)
    with pytest.raises(DomainError, match="published before"):
        services.start_translation(practice.item, "fr", actor=actor(world, "tina"))


def test_starting_twice_opens_the_one_there_is(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    sign_in(world.people["tina"])
    for _time in range(2):
        answer = client.post(f"/en/work/practices/{practice.id}/translations", data={"language": "fr"})
        assert answer.location == desk_of(practice)


def test_the_desk_keeps_what_is_typed_even_when_the_original_moves(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    version = translated(world, practice)
    rewrite(world, practice, results="Sata paria vuonna 2025.", summary="Uusi alku.\n\n" + BODY["summary"])
    seen, kept_key, lost_key = version.version, key_of(version, "Kirjasto"), key_of(version, "2025")
    sign_in(world.people["tina"])
    typed = {"version": seen, kept_key: "La bibliothèque prête", lost_key: "Cent paires"}
    saved = client.post(f"/en/work/practices/{practice.id}/fr/autosave", data=typed)
    assert saved.status_code == 200
    db.session.rollback()
    rewrite(world, practice, results="Aivan muuta.", summary=BODY["summary"])
    page = client.get(desk_of(practice))
    assert "La bibliothèque prête</textarea>" in page.text, "its piece still stands, elsewhere"
    assert "Cent paires" in page.text, "its piece is gone, the words are not"
    late = client.post(desk_of(practice), data=typed)
    assert late.status_code == 409
    assert "Cent paires" in late.text
    assert db.session.scalars(select(Autosave)).one().body[lost_key.removeprefix("t.")] == "Cent paires"
    assert client.post(f"/en/work/practices/{practice.id}/fr/discard").status_code == 303
    assert "Cent paires" not in client.get(desk_of(practice)).text


def test_two_translators_at_once_see_both(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    version = translated(world, practice)
    seen, key = version.version, key_of(version, "Sata")
    content.save_translation(version, {key.removeprefix("t."): "Cent couples"}, actor=actor(world, "coordinator"), seen=seen)
    db.session.commit()
    sign_in(world.people["tina"])
    answer = client.post(desk_of(practice), data={"version": seen, key: "Cent paires"})
    assert answer.status_code == 409
    assert "Cent couples" in answer.text
    assert "Cent paires" in answer.text


def test_an_incomplete_translation_is_not_sent(world: Any) -> None:
    practice = published(world)
    services.start_translation(practice.item, "fr", actor=actor(world, "tina"))
    with pytest.raises(DomainError, match="9 pieces are not translated"):
        step(practice, "submit", actor(world, "tina"), code="fr")


def test_four_eyes_hold_for_every_language(world: Any) -> None:
    practice = published(world)
    translated(world, practice, by="everything", submit=True)
    with pytest.raises(NotAllowed):
        step(practice, "approve", actor(world, "everything"), code="fr")
    db.session.rollback()
    with pytest.raises(NotAllowed):
        step(practice, "approve", actor(world, "riitta"), code="fr")
    db.session.rollback()
    step(practice, "approve", actor(world, "rene"), code="fr")


def test_meaning_unchanged_by_the_translator(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    version = french(world, practice)
    rewrite(world, practice, results="Sata paria vuonna  2024!", transfer="Tarvitaan tila.")
    assert version.stale_segments == 2
    stale = next(a for a in content_queries.answers(version) if a.field == "results")
    key = key_of(version, "Tarvitaan")
    sign_in(world.people["tina"])
    answer = client.post(
        desk_of(practice), data={"version": version.version, "unchanged": stale.source_hash, key: "Il faut un lieu."}
    )
    assert answer.status_code == 303
    assert fresh(version).stale_segments == 0, "one vouched for, the other typed in the same click"
    assert [c.claimed_by for c in db.session.scalars(select(MeaningClaim))] == [world.people["tina"]]
    assert "meaning declared unchanged" in client.get(desk_of(practice)).text


def test_a_withdrawn_original_takes_its_translations_and_stops_them(world: Any, client: PortalClient) -> None:
    practice = published(world)
    french(world, practice)
    german = translated(world, practice, by="coordinator", code="de", submit=True)
    step(practice, "withdraw", actor(world, "coordinator"), reason="Over")
    assert client.get(f"/fr/practices/{practice.item.slug}").status_code == 404
    with pytest.raises(InvalidTransition):
        step(practice, "approve", actor(world, "everything"), code="de")
    db.session.rollback()
    assert fresh(german).state == "review"


def test_translators_are_told_once_it_is_behind(world: Any) -> None:
    practice = published(world)
    french(world, practice)

    def told() -> list[str]:
        return [mail.address for mail in db.session.scalars(select(Mail)) if "/fr/translate" in mail.text]

    rewrite(world, practice, results="Kaksisataa.")
    assert told() == ["tina@example.eu"]
    rewrite(world, practice, results="Kaksisataa!", same_meaning="yes")
    assert told() == ["tina@example.eu"]
    lists = {entry.key: entry.count for entry in worklists.provide(actor(world, "tina"), 10)}
    assert lists["practices.translate"] == 1


def test_the_matrix_counts(world: Any, client: PortalClient, sign_in: SignIn) -> None:
    practice = published(world)
    french(world, practice)
    rewrite(world, practice, results="Kaksisataa.")
    sign_in(world.people["coordinator"])
    page = client.get("/en/work/practices/languages")
    assert "1 changed, 0 missing" in page.text
    sign_in(world.people["anna"])
    assert client.get("/en/work/practices/languages").status_code == 403


# --- the five bugs of others --------------------------------------------------------------------------------------


def test_publishing_a_renewed_translation_makes_it_up_to_date(world: Any) -> None:
    practice = published(world)
    version = french(world, practice)
    rewrite(world, practice, results="Kaksisataa paria.")
    assert db.session.get_one(Projection, version.id).source_changed_at is not None
    fill(world, version)
    assert db.session.get_one(Projection, version.id).source_changed_at is not None, "readers still have the old text"
    step(practice, "submit", actor(world, "tina"), code="fr")
    step(practice, "approve", actor(world, "rene"), code="fr")
    assert (version.stale_segments, version.missing_segments) == (0, 0)
    assert db.session.get_one(Projection, version.id).source_changed_at is None


def test_an_approved_piece_never_falls_back_to_another_state(world: Any) -> None:
    practice = published(world)
    version = french(world, practice)
    rewrite(world, practice, results="Kaksisataa paria.")
    before = dict(zip((a.source for a in content_queries.answers(version)), states(version), strict=True))
    fill(world, version)
    after = dict(zip((a.source for a in content_queries.answers(version)), states(version), strict=True))
    assert {source for source in before if before[source] != after[source]} == {"Kaksisataa paria."}


def test_vouching_in_one_language_leaves_the_others_alone(world: Any) -> None:
    practice = published(world)
    first = french(world, practice)
    second = translated(world, practice, by="coordinator", code="de")
    rewrite(world, practice, results="Sata paria vuonna 2024!")
    stale = next(a for a in content_queries.answers(first) if a.state == "stale")
    content.confirm_unchanged(first, stale.source_hash, actor=actor(world, "tina"))
    db.session.commit()
    assert (first.stale_segments, second.stale_segments) == (0, 1)


def test_saving_a_translation_again_makes_nothing_out_of_date(world: Any) -> None:
    practice = published(world)
    first = french(world, practice)
    second = translated(world, practice, by="coordinator", code="de")
    was = (first.state, first.version, second.state, second.version)
    for version, who in ((first, "tina"), (second, "coordinator")):
        targets = {f"{p}.{a.source_hash}": a.target for p, a in enumerate(content_queries.answers(version))}
        assert content.save_translation(version, targets, actor=actor(world, who), seen=version.version) is None
    db.session.commit()
    assert (first.state, first.version, second.state, second.version) == was
    assert set(states(first)) == set(states(second)) == {"fresh"}


def test_a_minor_edit_that_changes_nothing_touches_nothing(world: Any) -> None:
    practice = published(world)
    version = french(world, practice)
    source = practice.item.source
    was = (source.state, source.version, source.head_id)
    saved = content.save_source(source, BODY, actor=actor(world, "anna"), seen=source.version, same_meaning=True)
    db.session.commit()
    assert saved is None
    assert (source.state, source.version, source.head_id) == was
    assert set(states(version)) == {"fresh"}
    assert db.session.scalars(select(MeaningClaim)).all() == []


# --- staleness against another way of computing it -------------------------------------------------------------------

WORDS = st.sampled_from(["aamu", "ilta", "kahvi", "kirja", "koti", "lumi", "meri", "puu", "sana", "tie"])
PARAGRAPHS = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=8, unique=True)


@pytest.fixture(scope="module")
def one_world(store: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A portal kept for all examples: each makes a practice of its own."""
    from conftest import settings_for

    from icportal.app import create_app

    store.create("one_world", store.template("schema"))
    app: Flask = create_app(settings_for(tmp_path_factory.mktemp("one"), store.url("one_world")))
    with app.app_context():
        world = practice_world.make_world()
        yield world
        db.session.remove()
        db.engine.dispose()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs=PARAGRAPHS, data=st.data())
def test_exactly_the_changed_paragraph_is_stale(one_world: Any, paragraphs: list[str], data: st.DataObject) -> None:
    original = "\n\n".join(paragraphs)
    practice = published(one_world, {**BODY, "results": original})
    version = translated(one_world, practice)
    assert set(states(version)) == {"fresh"}
    chosen = data.draw(st.integers(0, len(paragraphs) - 1))
    changed = [*paragraphs[:chosen], paragraphs[chosen] + " uusi", *paragraphs[chosen + 1 :]]
    rewrite(one_world, practice, results="\n\n".join(changed))
    stale = [answer.source for answer in content_queries.answers(version) if answer.state != "fresh"]
    assert stale == [changed[chosen]]
    assert (version.stale_segments, version.missing_segments) == (1, 0)
    rewrite(one_world, practice, results=original)
    assert set(states(version)) == {"fresh"}, "putting the old words back needs no work"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=PARAGRAPHS, after=PARAGRAPHS)
def test_a_piece_is_fresh_when_and_only_when_its_words_were_translated(
    one_world: Any, before: list[str], after: list[str]
) -> None:
    """The oracle knows sets of words alone: no order, no neighbours, no hashes."""
    practice = published(one_world, {**BODY, "results": "\n\n".join(before)})
    version = translated(one_world, practice)
    assume(before != after)
    rewrite(one_world, practice, results="\n\n".join(after))
    answers = [answer for answer in content_queries.answers(version) if answer.field == "results"]
    assert [answer.source for answer in answers if answer.state != "gone"] == after
    assert {answer.source for answer in answers if answer.state == "fresh"} == set(before) & set(after)
    behind = len(set(before) ^ set(after)) and any(answer.state != "fresh" for answer in answers)
    assert bool(behind) == (set(before) != set(after))
    told = [answer.target for answer in answers if answer.target]
    assert sorted(told) == sorted(f"[{text}]" for text in before), "no translated word is lost"


def test_a_changed_piece_keeps_its_translation_when_another_is_put_before_it(world: Any) -> None:
    practice = published(world)
    version = translated(world, practice)
    rewrite(world, practice, summary="Vapaaehtoiset auttavat.\n\nUusi kappale.\n\nKirjasto antaa tilat ja kahvin.")
    answers = {answer.source: (answer.state, answer.target) for answer in content_queries.answers(version)}
    assert answers["Uusi kappale."] == ("missing", "")
    assert answers["Kirjasto antaa tilat ja kahvin."] == ("stale", "[Kirjasto antaa tilat.]")


@pytest.mark.databases
def test_claims_add_up(world: Any, backend: str) -> None:
    practice = published(world)
    version = french(world, practice)
    rewrite(world, practice, results="Sata paria.", same_meaning="yes")
    rewrite(world, practice, results="Sata paria!", same_meaning="yes")
    assert set(states(version)) == {"fresh"}
    rewrite(world, practice, results="Tuhat paria!")
    assert states(version).count("stale") == 1


def test_a_stale_save_of_a_translation_changes_nothing(world: Any) -> None:
    practice = published(world)
    version = translated(world, practice)
    with pytest.raises(Stale):
        content.save_translation(version, {"0.abc": "x"}, actor=actor(world, "tina"), seen=version.version)
