"""What the world of the matrix has of mentoring and toolkits, and what can stand in their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import mentoring_world
import reporting_world
from security import meetings
from security.rounds import NOWHERE, OTHER, OWN, People
from sqlalchemy import select

from icportal.core.db import db
from icportal.mentoring.enums import PairingState, Phase
from icportal.mentoring.rating_words import Moment
from icportal.mentoring.services import grants, ledger, matching, ratings
from icportal.mentoring.services import pairings as working
from icportal.mentoring.services.pairings import Agreement
from icportal.mentoring.services.ratings import RatingDraft
from icportal.toolkits.models import Toolkit

if TYPE_CHECKING:
    from security.world import World
    from werkzeug.routing import Rule

Candidates = Iterator[tuple[str, dict[str, Any]]]

PROGRAMME, PLANNED, NOBODY = "matrix-mentoring", "matrix-planned", 999_999
THEME = mentoring_world.THEMES[0]
LEDGERS = frozenset({"mentoring.show_city_ledger", "mentoring.download_city_ledger"})
WHOSE = {"own": OWN, "other": OTHER}
#: What only the network's coordinators and the city itself read.
PRIVATE = ("mentoring.show_application", "mentoring.edit_application", "mentoring.move_application")


def fill_pairs(world: World, people: People, readers: dict[str, frozenset[str]]) -> None:
    """A programme whose proposals are out, with an application and a pairing of each city; ``readers`` but administrators read them."""
    made = mentoring_world.make_programme(phase=Phase.MATCH, slug=PROGRAMME)
    mentoring_world.make_programme(phase=Phase.DRAFT, slug=PLANNED)
    for slug in (OWN, OTHER):
        word, own = f"canarypair{slug}", readers[slug] - {"administrator"}
        mentoring_world.apply(made, slug, offers=(THEME,), note=f"{word}note")
        pairing = mentoring_world.pair(made, slug, "ghent", state=PairingState.ACCEPTED)
        officer = people.officers[slug]
        working.write_agreement(
            pairing, Agreement(goal=f"{word}goal", languages=("en",)), actor=officer, seen_sha256=pairing.agreement_sha256
        )
        day = pairing.last_activity_on
        assert day is not None
        working.write_journal(pairing, text=f"{word}journal", on=day, kind="note", language="en", city=None, actor=officer)
        draft = RatingDraft({"F1": {"level": 2, "text": f"{word}rating"}})
        ratings.save_rating(pairing, reporting_world.make_city(slug), Moment.BEFORE, draft, actor=officer, seen=0)
        meetings.fill_visit(world, pairing, slug, officer=officer, readers=own)
        city = reporting_world.make_city(slug)
        grant = grants.ask_for_grant(made.programme, city, purpose=f"{word}grant", amount=5, currency="EUR", actor=officer)
        world.ids |= {f"pairing {slug}": pairing.id, f"grant {slug}": grant.id}
        world.canaries |= {f"{word}{each}": own for each in ("note", "goal", "journal")} | {f"{word}grant": readers[slug]}
        spent = ledger.Spent(day, 2.5, 40, "visit", note=f"{word}spent")
        world.ids[f"entry {slug}"] = ledger.note_spent(pairing, reporting_world.make_city(slug), spent, actor=officer).id
        world.canaries[f"{word}spent"] = own
        # What is not handed in stays with the city that writes it.
        world.canaries[f"{word}rating"] = own - {"coordinator"}
    over = mentoring_world.pair(made, NOWHERE, "ghent", state=PairingState.COMPLETED)
    world.ids["certificate"] = ledger.certify(over, actor=people.coordinator).code
    scheme = made.scheme()
    cities = (reporting_world.make_city(NOWHERE), reporting_world.make_city(OTHER))
    rule = matching.rule_pair(scheme, *cities, "ban", reason="canarypairrule", actor=people.coordinator)
    matching.compute(made.programme, actor=people.coordinator)
    world.canaries["canarypairrule"] = frozenset({"coordinator", "administrator"})
    world.ids |= {"pair rule": rule.id, "programme": made.programme_id, "toolkit": db.session.scalars(select(Toolkit.id)).first()}


def is_private(address: Any) -> bool:
    """Whether somebody else's object stands in an address of mentoring."""
    of_city = meetings.OF_CITY | LEDGERS
    told = {"pairing_id", "visit_id"} & set(address.given) or address.endpoint in PRIVATE or address.endpoint in of_city
    return bool(told) and address.label.startswith(tuple(f"{whose} " for whose in WHOSE))


def of_mentoring(world: World, rule: Rule, wanted: set[str]) -> Candidates:
    found = meetings.of_meetings(world, rule.endpoint, wanted) or _of_outcomes(world, rule.endpoint, wanted)
    if found is not None:
        yield from found
    elif "pairing_id" in wanted:
        moment = {"moment": Moment.BEFORE} if "moment" in wanted else {}
        for label, slug in WHOSE.items():
            yield f"{label} pairing", {"pairing_id": world.ids[f"pairing {slug}"], **moment}
        yield "none", {"pairing_id": NOBODY, **moment}
    elif "programme_id" in wanted:
        for label, number in (("call", world.ids["programme"]), ("none", NOBODY)):
            yield label, {"programme_id": number, **{name: value for name, value in _TEXTS.items() if name in wanted}}
    elif "city_slug" in wanted:
        for label, city in (("own city", OWN), ("other city", OTHER), ("none", "no-such-city")):
            yield label, {"slug": PROGRAMME, "city_slug": city}
    else:
        known = {"grant_id": world.ids[f"grant {OWN}"], "rule_id": world.ids["pair rule"], "number": 1, "toolkit": THEME}
        more = {name: value for name, value in known.items() if name in wanted}
        yield "programme", {"slug": PROGRAMME, **more}
        yield "planned", {"slug": PLANNED, **more}
        yield "none", {"slug": "no-such-programme", **more}


def _of_outcomes(world: World, endpoint: str, wanted: set[str]) -> Candidates | None:
    """What can stand in an address of a ledger or a certificate; None for any other address."""
    if endpoint == "mentoring.show_certificate":
        return iter([("certificate", {"code": world.ids["certificate"]}), ("none", {"code": "AAAA-BBBB-CC"})])
    if endpoint in LEDGERS:
        return iter([("own city", {"slug": OWN}), ("other city", {"slug": OTHER}), ("none", {"slug": "no-such-city"})])
    if "entry_id" in wanted:
        there = [
            (f"{label} pairing", {"pairing_id": world.ids[f"pairing {slug}"], "entry_id": world.ids[f"entry {slug}"]})
            for label, slug in WHOSE.items()
        ]
        return iter([*there, ("none", {"pairing_id": NOBODY, "entry_id": NOBODY})])
    return None


_TEXTS = {"code": "en", "number": 1, "comment_id": NOBODY}
#: Where the code in an address is that of a factor, not of a language.
OF_FACTORS = frozenset({"toolkits.edit_factor", "toolkits.add_question", "toolkits.pick_practices"})


def of_toolkits(world: World, rule: Rule, wanted: set[str]) -> Candidates:
    if wanted == {"slug"}:
        yield "toolkit", {"slug": THEME}
        yield "none", {"slug": "no-such-toolkit"}
        return
    known = {**_TEXTS, "code": "F1"} if rule.endpoint in OF_FACTORS else _TEXTS
    for label, number in (("toolkit", world.ids["toolkit"]), ("none", NOBODY)):
        yield label, {"toolkit_id": number, **{name: value for name, value in known.items() if name in wanted}}
