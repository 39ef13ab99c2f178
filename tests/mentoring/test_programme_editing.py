"""Changing a programme at work: themes whose toolkit is withdrawn, themes with a lock or a ban, and the note to a scheme's cities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from harness import PortalClient
from mentoring_world import THEMES, Mentoring, apply, make_programme, pair
from reporting_world import person
from sqlalchemy import select

from icportal.core.actors import Role
from icportal.core.db import db
from icportal.core.errors import FieldErrors
from icportal.mentoring.enums import Phase, RuleKind
from icportal.mentoring.services import matching
from icportal.mentoring.services import programmes as running
from icportal.mentoring.services.programmes import Theme
from icportal.toolkits import queries as toolkits
from icportal.toolkits.models import Toolkit
from icportal.toolkits.services import toolkits as publishing

PERCEPTION, BODIES = THEMES
NOTE = "Bring your press officer.\nNo cameras."


def withdraw(slug: str) -> None:
    """Take the text of a toolkit off the public pages."""
    found = db.session.scalars(select(Toolkit).where(Toolkit.slug == slug)).one()
    text = found.item.source
    seen = text.head.sha256 if text.head else ""
    publishing.move_version(
        found, text, "withdraw", actor=person(Role.COORDINATOR), seen=text.version, seen_hash=seen, reason="Written anew."
    )
    db.session.commit()


def edit(world: Mentoring, **changed: Any) -> bool:
    plan = replace(running.plan_of(world.programme), **changed)
    return running.edit_programme(world.programme, plan, actor=world.coordinator, seen=world.programme.version)


@pytest.mark.databases
def test_a_programme_whose_toolkit_is_withdrawn_can_still_be_changed(seeded_app: Flask) -> None:
    with seeded_app.app_context():
        world, fresh = make_programme(), make_programme(slug="second", themes=(BODIES,))
        apply(world, "riga", needs=(PERCEPTION,))
        withdraw(PERCEPTION)
        assert PERCEPTION not in {row.slug for row in toolkits.all_toolkits("en")}
        assert edit(world, quiet_days=30)
        with pytest.raises(FieldErrors, match="Choose among the themes offered"):
            edit(fresh, themes=[Theme(BODIES), Theme(PERCEPTION)])


def test_the_form_offers_a_theme_that_was_chosen_before_its_toolkit_was_withdrawn(
    seeded_app: Flask, sign_in: Callable[..., PortalClient]
) -> None:
    with seeded_app.app_context():
        coordinator = make_programme().coordinator.id
        withdraw(PERCEPTION)
    client = sign_in(coordinator)
    offered = f'value="{PERCEPTION}"'
    assert offered in client.get("/en/work/mentoring/first/edit").get_data(as_text=True)
    assert offered not in client.get("/en/work/mentoring/new").get_data(as_text=True)


@pytest.mark.databases
@pytest.mark.parametrize("kind", list(RuleKind))
def test_a_theme_with_a_lock_or_a_ban_is_taken_away_once_it_is_freed(app: Flask, kind: str) -> None:
    with app.app_context():
        world = make_programme(phase=Phase.MATCH)
        cities = world.city("genoa"), world.city("riga")
        rule = matching.rule_pair(world.scheme(BODIES), *cities, kind, reason="They know each other.", actor=world.coordinator)
        with pytest.raises(FieldErrors, match="locked or banned in these themes") as refused:
            edit(world, themes=[Theme(PERCEPTION)])
        assert [field for field, _message in refused.value.problems] == ["themes"]
        matching.free_pair(rule, actor=world.coordinator)
        assert edit(world, themes=[Theme(PERCEPTION)])
        assert [scheme.toolkit for scheme in world.programme.schemes] == [PERCEPTION]


def test_the_note_to_the_cities_of_a_scheme_stands_where_they_work(
    seeded_app: Flask, sign_in: Callable[..., PortalClient]
) -> None:
    with seeded_app.app_context():
        world = make_programme()
        world.programme.item.source_language = "ar"
        world.scheme().note = NOTE
        apply(world, "riga", needs=(PERCEPTION, BODIES), sent=False)
        pairing, other = pair(world, "genoa", "riga"), pair(world, "ghent", "riga", toolkit=BODIES)
        officer = world.officer("riga").id
        numbers = pairing.id, other.id
        db.session.commit()
    client, shown = sign_in(officer), f'<div class="text as-typed" lang="ar" dir="rtl">{NOTE}</div>'
    work = "/en/work/mentoring"
    for address in ("first", "first/applications/riga", "first/applications/riga/edit", f"pairings/{numbers[0]}"):
        text = client.get(f"{work}/{address}").get_data(as_text=True)
        assert text.count(shown) == 1, address
        assert text.count("Note to the cities of the scheme") == 1, address
    assert "Note to the cities" not in client.get(f"{work}/pairings/{numbers[1]}").get_data(as_text=True)
