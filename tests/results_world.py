"""Rounds whose answers stand where others read them, written straight into the tables: for tests of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporting_world import World, invite

from icportal.core.clock import now
from icportal.core.db import db
from icportal.reporting.enums import QuestionType, ResponseState, RoundState, Visibility
from icportal.reporting.models import PublishedAnswer
from icportal.reporting.questionnaires.definition import Structure, commitment_section
from icportal.reporting.services.computing import compute_results

#: The eleven commitments, as every edition asks about them.
ELEVEN = Structure(
    tuple(commitment_section(number, with_provider=number in {4, 5}) for number in range(1, 12)),
    {"fulfilment": ("fully", "partly", "not_at_all"), "provider": ("direct", "advocates")},
)
#: Edition I as far as it is known: how many of 23 cities said "not at all", and the one "just under half" partly.
CITIES_I = 23
NOT_AT_ALL_I = {6: 4, 10: 4, 11: 8}
PARTLY_I = {5: 11}


def say(
    world: World, slug: str, answers: Mapping[str, Any], *, visibility: str = Visibility.PUBLIC, published: bool = True
) -> None:
    """A city's accepted answers (or published ones). A value may be (value, visibility)."""
    response = world.response(slug) if slug in world.responses else invite(world, slug)
    structure = world.round.questionnaire_version.known
    for code, said in answers.items():
        value, readers = said if isinstance(said, tuple) else (said, visibility)
        told = None if readers == Visibility.CITY else value
        choice = told if structure.questions[code].type == QuestionType.CHOICE and told else ""
        db.session.add(
            PublishedAnswer(
                response_id=response.id, round_id=response.round_id, city_id=response.city_id, question=code, value=told,
                choice=choice, visibility=readers, language="en",
            )
        )  # fmt: skip
    response.state = ResponseState.PUBLISHED if published else ResponseState.ACCEPTED
    response.published_at = now() if published else None
    db.session.flush()


def close(world: World) -> None:
    world.round.state = RoundState.CLOSED
    db.session.flush()


def compute(world: World) -> dict[str, int]:
    done = compute_results(None, round_id=world.round_id)
    db.session.commit()
    return done


def edition_one(world: World, *, visibility: str = Visibility.PUBLIC) -> None:
    """Twenty-three cities that give the known counts of Report I; all other grades are fully or partly, as it says."""
    for place in range(CITIES_I):
        grades = {}
        for number in range(1, 12):
            low, partly = NOT_AT_ALL_I.get(number, 0), PARTLY_I.get(number, 9)
            grade = "not_at_all" if place < low else "partly" if place < low + partly else "fully"
            grades[f"c{number:02d}_grade"] = grade
        say(world, f"city-{chr(97 + place)}", grades, visibility=visibility)
