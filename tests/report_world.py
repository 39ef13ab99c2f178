"""A small round whose answers are published, and the report on it, for tests."""

from __future__ import annotations

from typing import Any

from reporting_world import fill, make_world, person
from sqlalchemy import select

from icportal.content import services as content
from icportal.content.models import LanguageVersion
from icportal.core.actors import Actor, Role
from icportal.core.clock import now
from icportal.core.db import db
from icportal.reporting.enums import QuestionType, Visibility
from icportal.reporting.models import Answer, PublishedAnswer, Report, Response
from icportal.reporting.services import reports
from icportal.reporting.services.computing import compute_results

CITIES = ("oulu", "vienna", "nuremberg")
ANSWERS: dict[str, dict[str, Any]] = {
    "oulu": {
        "office": "Integration office",
        "c01_grade": "fully",
        "c01_explanation": "The council decided a plan in 2023. *Stars* and [brackets] <stay>. It is followed every year.",
        "c01_challenges": {"value": "Staff changes often.", "visibility": Visibility.NETWORK},
        "c04_provider": "direct",
        "c04_grade": "fully",
        "strategies": [{"title": "Integration plan & more", "year": 2023, "kind": "plan"}],
        "themes": ["housing", "work"],
    },
    "vienna": {
        "c01_grade": "partly",
        "c01_explanation": {"value": "Der Gemeinderat hat einen Plan beschlossen.", "language": "de"},
        "c04_provider": "advocates",
        "c04_grade": "partly",
        "themes": ["housing"],
    },
}


def make_reported(**of_round: Any) -> Any:
    """A round of three cities: two have answered and are published, the third is silent."""
    world = make_world(*CITIES, **of_round)
    for slug, answers in ANSWERS.items():
        fill(world.response(slug), answers)
        publish(world.response(slug))
    compute_results(None, round_id=world.round_id)
    db.session.commit()
    return world


def publish(response: Response) -> None:
    """What others read, as publishing writes it."""
    structure = response.round.questionnaire_version.known
    for answer in db.session.scalars(select(Answer).where(Answer.response_id == response.id)):
        own = answer.visibility == Visibility.CITY
        is_choice = structure.questions[answer.question].type == QuestionType.CHOICE
        db.session.add(
            PublishedAnswer(
                response_id=response.id, round_id=response.round_id, city_id=response.city_id, question=answer.question,
                value=None if own else answer.value, choice=answer.choice if is_choice and not own else "",
                language=answer.language, visibility=answer.visibility,
            )
        )  # fmt: skip
    response.published_at = now()
    db.session.commit()


def reader() -> Actor:
    """A second coordinator, who approves what the first wrote."""
    return person(Role.COORDINATOR, name="Rita")


def make_report(world: Any, language: str = "en") -> Report:
    report = reports.create_report(world.round, language=language, actor=world.coordinator)
    db.session.commit()
    return report


def approve(version: LanguageVersion, writer: Actor, reads: Actor) -> None:
    if version.state != "review":
        content.submit(version, actor=writer)
    assert version.head is not None
    content.approve(version, actor=reads, seen_hash=version.head.sha256)


def approve_all(report: Report, writer: Actor) -> None:
    """Every chapter approved by a second person."""
    for chapter in report.shown:
        if chapter.item.source.state != "published":
            approve(chapter.item.source, writer, reader())
    db.session.commit()
