"""Only what was read and approved is published; what is published stays until something else is approved."""

from __future__ import annotations

import pytest
from content.conftest import (
    Place,
    officer,
    person,
    published,
    read,
    reviewer,
    save_translation,
    submit_and_approve,
    translated,
    translator,
    written,
)

from icportal.content import services
from icportal.core.actors import Grant, Role
from icportal.core.db import db
from icportal.core.errors import DomainError, InvalidTransition, Stale

pytestmark = pytest.mark.databases


def test_a_change_after_reading_makes_the_approval_void(place: Place) -> None:
    version = written(place, "Read")
    services.submit(version, actor=officer(place))
    assert version.head is not None
    seen, seen_hash = version.version, version.head.sha256
    services.save_source(version, {"title": "Slipped in"}, actor=officer(place), seen=version.version)
    services.submit(version, actor=officer(place))
    db.session.commit()
    for given in ({"seen": seen, "seen_hash": seen_hash}, {"seen_hash": seen_hash}, {"seen_hash": ""}):
        with pytest.raises(Stale):
            services.approve(version, actor=reviewer(), **given)
        db.session.rollback()
        assert read(version.item_id, "en") is None
        assert not version.is_published


def test_the_same_words_again_are_another_revision(place: Place) -> None:
    """A text that went away and came back was not what the reviewer had before them."""
    version = written(place, "Same")
    services.submit(version, actor=officer(place))
    assert version.head is not None
    seen_hash = version.head.sha256
    services.save_source(version, {"title": "Other"}, actor=officer(place), seen=version.version)
    services.save_source(version, {"title": "Same"}, actor=officer(place), seen=version.version)
    services.submit(version, actor=officer(place))
    with pytest.raises(Stale):
        services.approve(version, actor=reviewer(), seen_hash=seen_hash)


def test_an_edit_takes_the_text_out_of_review(place: Place) -> None:
    version = written(place)
    services.submit(version, actor=officer(place))
    services.save_source(version, {"title": "Second thought"}, actor=officer(place), seen=version.version)
    assert version.state == "draft"
    assert version.head is not None
    with pytest.raises(InvalidTransition):
        services.approve(version, actor=reviewer(), seen_hash=version.head.sha256)


def test_published_stays_while_a_draft_is_written(place: Place) -> None:
    version = published(place, "Public")
    for act in (
        lambda: services.save_source(version, {"title": "Draft"}, actor=officer(place), seen=version.version),
        lambda: services.submit(version, actor=officer(place)),
        lambda: services.request_changes(version, actor=reviewer(), reason="No."),
        lambda: services.restore(version, 1, actor=officer(place), seen=version.version),
        lambda: services.submit(version, actor=officer(place)),
        lambda: services.retract(version, actor=officer(place)),
    ):
        act()
        db.session.commit()
        assert read(version.item_id, "en") == "Public"
    services.save_source(version, {"title": "Better"}, actor=officer(place), seen=version.version)
    submit_and_approve(version, officer(place), reviewer())
    assert read(version.item_id, "en") == "Better"


def test_withdrawing_the_original_withdraws_its_translations(place: Place) -> None:
    source = published(place, "Public")
    french = translated(source, "Publique")
    submit_and_approve(french, translator(), reviewer(language="fr"))
    db.session.commit()
    assert (read(source.item_id, "en"), read(source.item_id, "fr")) == ("Public", "Publique")
    services.withdraw(source, actor=officer(place), reason="Wrong figures.")
    db.session.commit()
    assert [read(source.item_id, code) for code in ("en", "fr", "de")] == [None, None, None]
    assert french.state == "withdrawn"
    services.reopen(french, actor=translator())
    with pytest.raises(DomainError):
        services.submit(french, actor=translator())


def test_withdrawing_a_translation_leaves_the_original_to_its_readers(place: Place) -> None:
    source = published(place, "Public")
    french = translated(source, "Publique")
    submit_and_approve(french, translator(), reviewer(language="fr"))
    services.withdraw(french, actor=person(8, Grant(Role.COORDINATOR)), reason="Badly translated.")
    assert (read(source.item_id, "en"), read(source.item_id, "fr")) == ("Public", "Public")


def test_a_translation_in_review_waits_for_its_withdrawn_original(place: Place) -> None:
    source = published(place, "Public")
    french = translated(source)
    services.submit(french, actor=translator())
    services.withdraw(source, actor=officer(place), reason="Wrong.")
    db.session.commit()
    assert french.head is not None
    with pytest.raises(InvalidTransition):
        services.approve(french, actor=reviewer(language="fr"), seen_hash=french.head.sha256)
    db.session.rollback()
    assert read(source.item_id, "fr") is None


def test_one_changed_sentence_of_the_original_makes_the_translation_stale_and_leaves_it_public(place: Place) -> None:
    source = published(place, "Public")
    french = translated(source, "Publique")
    submit_and_approve(french, translator(), reviewer(language="fr"))
    services.save_source(source, {"title": "Public now"}, actor=officer(place), seen=source.version)
    assert french.stale_segments == 0, "a draft of the original says nothing yet"
    submit_and_approve(source, officer(place), reviewer())
    assert (french.stale_segments, read(source.item_id, "fr")) == (1, "Publique")
    save_translation(french, "Publique maintenant", actor=translator())
    submit_and_approve(french, translator(), reviewer(language="fr"))
    assert (french.stale_segments, read(source.item_id, "fr")) == (0, "Publique maintenant")


def test_the_second_of_two_who_save_gets_both_texts(place: Place) -> None:
    version = written(place, "Ours")
    seen = version.version
    services.save_source(version, {"title": "Hers"}, actor=officer(place, 1), seen=seen)
    db.session.commit()
    with pytest.raises(Stale) as refusal:
        services.save_source(version, {"title": "His"}, actor=officer(place, 2), seen=seen)
    assert [(mine, theirs) for _label, mine, theirs in refusal.value.differences] == [("His", "Hers")]
    assert version.head is not None
    assert version.head.body == {"title": "Hers"}
