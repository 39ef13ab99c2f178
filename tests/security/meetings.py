"""What the world of the matrix has of visits and calendars of mentoring, and what can stand in their addresses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from charter_world import PDF
from security.rounds import OTHER, OWN

from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.mentoring import feeds
from icportal.mentoring.models import Pairing
from icportal.mentoring.services import calendars, minutes, visits
from icportal.mentoring.services.minutes import DecisionDraft, MinutesDraft
from icportal.mentoring.visit_drafts import Item, Person, VisitDraft
from icportal.mentoring.visit_words import VisitKind

if TYPE_CHECKING:
    from security.world import World

NOBODY = 999_999
#: The pages of a city's calendar: whose it is stands in the name of the city.
OF_CITY = frozenset({"mentoring.show_city_calendar", "mentoring.renew_city_calendar", "mentoring.close_city_calendar"})


def fill_visit(world: World, pairing: Pairing, slug: str, *, officer: Actor, readers: frozenset[str]) -> None:
    """A visit of a pairing that is over, with a document, minutes and a decision; and its calendar with an address."""
    word, first = f"canaryvisit{slug}", today() - timedelta(days=20 if slug == OWN else 40)
    draft = VisitDraft(
        VisitKind.STUDY, pairing.mentor_id, f"{word}title", first, place=f"{word}place", languages=("en",),
        agenda=(Item(f"{word}agenda"),), people=(Person(f"{word}person"),),
    )  # fmt: skip
    visit = visits.plan_visit(pairing, draft, actor=officer)
    document = visits.add_document(visit, io.BytesIO(PDF), "slides.pdf", title=f"{word}document", actor=officer)
    said = MinutesDraft(f"{word}minutes", "en", (DecisionDraft(f"{word}decision", pairing.mentee_id),))
    minutes.write_minutes(visit, said, city=None, actor=officer, seen=0)
    calendars.renew_calendar(pairing, actor=officer)
    world.ids |= {
        f"visit {slug}": visit.id,
        f"document {slug}": document.id,
        f"mentoring calendar {slug}": feeds.secret_of(pairing),
        f"mentoring file {slug}": feeds.secret_of_visit(visit),
    }
    told = ("title", "place", "agenda", "person", "document", "minutes", "decision")
    world.canaries |= {f"{word}{each}": readers for each in told}


def of_meetings(world: World, endpoint: str, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]] | None:
    """What can stand in an address of a visit or a calendar; None for any other address."""
    if "visit_id" in wanted:
        return _of_visits(world, wanted)
    if "secret" in wanted:
        given = "mentoring file" if endpoint == "mentoring.visit_feed" else "mentoring calendar"
        secrets = {"the address": world.ids[f"{given} {OWN}"], "guessed": "guessed"}
        return iter([(label, {"secret": secret}) for label, secret in secrets.items()])
    if endpoint in OF_CITY:
        return iter([("own city", {"slug": OWN}), ("other city", {"slug": OTHER}), ("none", {"slug": "no-such-city"})])
    return None


def _of_visits(world: World, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for label, slug in (("own", OWN), ("other", OTHER)):
        document = {"document_id": world.ids[f"document {slug}"]} if "document_id" in wanted else {}
        yield f"{label} visit", {"visit_id": world.ids[f"visit {slug}"], **document}
    if "document_id" in wanted:
        yield (
            "own visit, document of the other",
            {"visit_id": world.ids[f"visit {OWN}"], "document_id": world.ids[f"document {OTHER}"]},
        )
    yield "none", {"visit_id": NOBODY, **({"document_id": NOBODY} if "document_id" in wanted else {})}
