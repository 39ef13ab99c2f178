"""A small reporting round for tests: one questionnaire version in two languages, a round, cities with their people.

Works on the empty portal (``app``, fast) and on the filled one. Everything is kept (committed) as it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City
from icportal.content.models import ContentItem, LanguageVersion, Revision
from icportal.core import audit
from icportal.core.actors import SYSTEM, Actor, Role
from icportal.core.canonical import sha256
from icportal.core.clock import today
from icportal.core.db import db
from icportal.reporting.enums import EvidenceKind, QuestionRole, QuestionType, Visibility
from icportal.reporting.flow import RESPONSE, ROUND
from icportal.reporting.models import (
    Answer,
    AnswerEvidence,
    Evidence,
    PublishedAnswer,
    Questionnaire,
    QuestionnaireText,
    QuestionnaireVersion,
    Remark,
    Response,
    Round,
    Snapshot,
)
from icportal.reporting.questionnaires.definition import Column, Question, Section, Structure, commitment_section, text_keys
from icportal.reporting.services import steps
from icportal.reporting.snapshots import Signature, digest
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

CITIES = {
    "oulu": ("Oulu", "FI", {"fr": "Oulu"}, ["fi"]),
    "vienna": ("Vienna", "AT", {"de": "Wien", "fr": "Vienne"}, ["de"]),
    "nuremberg": ("Nuremberg", "DE", {"de": "Nürnberg", "fr": "Nuremberg"}, ["de"]),
}

#: Grades of commitments 1 and 4, and one question of every other type.
STRUCTURE = Structure(
    sections=(
        Section(
            "about",
            (
                Question("office", QuestionType.TEXT, required=True, role=QuestionRole.ORGANISATION),
                Question("budget", QuestionType.DECIMAL, visibility=Visibility.CITY),
                Question("staff", QuestionType.INTEGER, constraint=". >= 0", visibility=Visibility.NETWORK),
            ),
        ),
        commitment_section(1),
        commitment_section(4, with_provider=True),
        Section(
            "special",
            (
                Question(
                    "strategies",
                    QuestionType.TABLE,
                    role=QuestionRole.STRATEGIES,
                    columns=(
                        Column("title", required=True),
                        Column("year", QuestionType.INTEGER),
                        Column("kind", QuestionType.CHOICE, choices="kinds"),
                    ),
                ),
                Question("themes", QuestionType.MULTIPLE, choices="themes", role=QuestionRole.SPECIAL),
                Question("housing", QuestionType.LONG_TEXT, words=50, role=QuestionRole.SPECIAL, relevant="selected(${themes}, 'housing')"),
                Question("adopted", QuestionType.DATE),
                Question("website", QuestionType.LINK),
                Question("annex", QuestionType.FILE),
            ),
        ),
    ),
    choices={
        "fulfilment": ("fully", "partly", "not_at_all"),
        "provider": ("direct", "advocates"),
        "kinds": ("plan", "charter"),
        "themes": ("housing", "work", "school"),
    },
)  # fmt: skip

#: role -> (name, language); one person for each, of each city where the role is a city's.
PEOPLE: Mapping[str, tuple[str, str]] = {
    Role.CITY_OFFICER: ("Olli", "en"),
    Role.MAYOR_OFFICE: ("Maija", "en"),
    Role.COORDINATOR: ("Clara", "en"),
}


@dataclass
class World:
    """Ids and shortcuts; rows are read anew, so that a test may roll back or commit as it likes."""

    round_id: int
    cities: dict[str, int] = field(default_factory=dict)
    responses: dict[str, int] = field(default_factory=dict)

    @property
    def round(self) -> Round:
        return db.session.get_one(Round, self.round_id)

    def city(self, slug: str) -> City:
        return db.session.get_one(City, self.cities[slug])

    def response(self, slug: str) -> Response:
        return db.session.get_one(Response, self.responses[slug])

    def officer(self, slug: str) -> Actor:
        return person(Role.CITY_OFFICER, slug)

    def mayor(self, slug: str) -> Actor:
        return person(Role.MAYOR_OFFICE, slug)

    @property
    def coordinator(self) -> Actor:
        return person(Role.COORDINATOR)


def make_world(*slugs: str, number: int = 5, structure: Structure = STRUCTURE, **of_round: Any) -> World:
    """An open round with these cities (Oulu and Vienna, where none are named); nobody has answered anything."""
    version = make_version(structure, code=f"edition-{number}")
    round_ = make_round(version, number=number, **of_round)
    world = World(round_.id)
    for slug in slugs or ("oulu", "vienna"):
        invite(world, slug)
    db.session.commit()
    return world


def make_version(
    structure: Structure = STRUCTURE, *, code: str = "edition-5", languages: tuple[str, ...] = ("en", "fr")
) -> QuestionnaireVersion:
    """A questionnaire with its first version, complete in these languages (the first is the source)."""
    item = ContentItem(kind="questionnaire", slug=code, source_language=languages[0])
    db.session.add(item)
    db.session.flush()
    version = LanguageVersion(item_id=item.id, language=languages[0], is_source=True, title=code)
    db.session.add(version)
    db.session.flush()
    body, facts = words(structure, languages[0]), {"structure": structure.stored()}
    revision = Revision(language_version_id=version.id, number=1, body=body, facts=facts, sha256="")
    revision.sha256 = sha256(revision.content())
    db.session.add(revision)
    db.session.flush()
    audit.record(SYSTEM, "content.version:save", version, after={"revision": revision.sha256, "number": 1})
    questionnaire = Questionnaire(code=code, item_id=item.id, structure=structure.stored())
    db.session.add(questionnaire)
    db.session.flush()
    stored = structure.stored()
    made = QuestionnaireVersion(
        questionnaire_id=questionnaire.id, number=1, revision_id=revision.id, structure=stored, sha256=sha256(stored)
    )
    db.session.add(made)
    db.session.flush()
    for place, language in enumerate(languages):
        db.session.add(
            QuestionnaireText(
                questionnaire_version_id=made.id,
                language=language,
                is_source=place == 0,
                complete=True,
                texts=words(structure, language),
            )
        )
    db.session.flush()
    return made


def words(structure: Structure, language: str) -> dict[str, str]:
    """A text for every key: its own name, with the language in front where it is not English."""
    mark = "" if language == "en" else f"{language}: "
    return {
        each.key: mark + each.key.split(".", 1)[-1].replace("_", " ").replace(".", " ").capitalize()
        for each in text_keys(structure)
    }


def make_round(version: QuestionnaireVersion, *, number: int = 5, is_open: bool = True, **fields: Any) -> Round:
    day = today()
    given = {
        "slug": f"round-{number}",
        "period_from": date(day.year - 2, 1, 1),
        "period_to": date(day.year - 1, 12, 31),
        "opens_on": day - timedelta(days=10),
        "deadline": day + timedelta(days=60),
        **fields,
    }
    round_ = Round(number=number, questionnaire_version_id=version.id, **given)
    db.session.add(round_)
    db.session.flush()
    if is_open:
        engine.fire(ROUND, round_, "open", actor=SYSTEM)
    return round_


def invite(world: World, slug: str) -> Response:
    city = make_city(slug)
    response = Response(round_id=world.round_id, city_id=city.id)
    db.session.add(response)
    db.session.flush()
    world.cities[slug], world.responses[slug] = city.id, response.id
    return response


def make_city(slug: str) -> City:
    """The city of this slug: the one that is there, or a new one."""
    found = db.session.scalar(select(City).where(City.slug == slug))
    if found is None:
        name, country, names, languages = CITIES.get(slug, (slug.title(), "DE", {}, ["de"]))
        found = City(slug=slug, key=name.lower(), name=name, country=country, names=names, languages=languages)
        db.session.add(found)
        db.session.flush()
    return found


def person(role: str, slug: str = "", *, name: str = "", language: str = "") -> Actor:
    """Somebody with this role (in this city): the one of the tests, made where there is none."""
    city_id = make_city(slug).id if slug else None
    address = f"{name or str(role).replace('_', '.')}{'.' + slug if slug else ''}@reporting.example".lower()
    user = db.session.scalar(select(User).where(User.email_key == address))
    if user is None:
        known, speaks = PEOPLE.get(role, (str(role), "en"))
        user = User(email=address, email_key=address, name=name or f"{known} {slug.title()}".strip(), language=language or speaks)
        db.session.add(user)
        db.session.flush()
        db.session.add(RoleGrant(user_id=user.id, role=role, city_id=city_id))
        db.session.commit()
        db.session.refresh(user)
    return user.actor


def fill(response: Response, answers: Mapping[str, Any], *, author: Actor | None = None, **more: Any) -> dict[str, Answer]:
    """Write answers straight into the tables. A value may be a dict with ``value`` and other columns of ``Answer``.

    ``more`` holds for all of them. A grade without evidence gets the explicit ``no_evidence`` unless it is said otherwise.
    """
    structure = response.round.questionnaire_version.known
    kept = {each.question: each for each in db.session.scalars(select(Answer).where(Answer.response_id == response.id))}
    for code, said in answers.items():
        question = structure.questions[code]
        fields = dict(said) if isinstance(said, dict) and "value" in said else {"value": said}
        answer = kept.get(code)
        if answer is None:
            answer = kept[code] = Answer(
                response_id=response.id, question=code, visibility=question.visibility, no_evidence=question.is_grade
            )
            db.session.add(answer)
        if question.type == QuestionType.CHOICE:
            fields.setdefault("choice", fields["value"] or "")
        if author is not None:
            fields.setdefault("author_id", author.id)
        for name, value in {**more, **fields}.items():
            setattr(answer, name, value)
    db.session.commit()
    return {code: kept[code] for code in answers}


def attach(response: Response, question: str, **fields: Any) -> Evidence:
    """A piece of evidence of the city behind an answer."""
    given = {"kind": EvidenceKind.LINK, "title": "Council decision", "url": "https://city.example/decision", **fields}
    found = Evidence(city_id=response.city_id, **given)
    db.session.add(found)
    db.session.flush()
    db.session.add(AnswerEvidence(response_id=response.id, question=question, evidence_id=found.id))
    answer = db.session.scalar(select(Answer).where(Answer.response_id == response.id, Answer.question == question))
    if answer is not None:
        answer.no_evidence = False
    db.session.commit()
    return found


#: Enough to be sent in without an error or a warning.
GOOD: Mapping[str, Any] = {
    "office": "Integration office",
    "budget": "1250000.50",
    "staff": 12,
    "c01_grade": "fully",
    "c01_explanation": "The council decided the integration plan in 2023 and follows it every year.",
    "c01_challenges": "Staff changes often.",
    "c04_provider": "direct",
    "c04_grade": "partly",
    "c04_explanation": "Language courses are open to everybody, with waiting times.",
    "strategies": [{"title": "Integration plan", "year": 2023, "kind": "plan"}],
    "themes": ["housing", "work"],
    "housing": "Two hundred flats were built.",
    "adopted": "2023-05-17",
    "website": "https://city.example/integration",
}


def set_state(response: Response, *steps: str) -> Response:
    """Bring a response along its workflow without what services do beside it: for tests of what comes after."""
    for step in steps:
        transition = RESPONSE.find(step)
        sender = {
            "ask_sign_off": "officer", "take_back": "officer", "send_back": "mayor", "sign_off": "mayor",
        }.get(step, "coordinator")  # fmt: skip
        slug = db.session.get_one(City, response.city_id).slug
        role = {"officer": Role.CITY_OFFICER, "mayor": Role.MAYOR_OFFICE}.get(sender)
        actor = person(role, slug) if role else person(Role.COORDINATOR)
        bound = "0" * 64 if transition.binds else ""
        engine.fire(
            RESPONSE,
            response,
            step,
            actor=actor,
            reason="Because." if transition.needs_reason else "",
            revision_hash=bound,
            seen_hash=bound or None,
            city_id=response.city_id,
        )
    db.session.commit()
    return response


def remarks(response: Response) -> list[Remark]:
    return list(db.session.scalars(select(Remark).where(Remark.response_id == response.id).order_by(Remark.id)))


def evidence_of(response: Response) -> list[Evidence]:
    return list(db.session.scalars(select(Evidence).where(Evidence.city_id == response.city_id).order_by(Evidence.id)))


def snapshots(response: Response) -> list[Snapshot]:
    return list(db.session.scalars(select(Snapshot).where(Snapshot.response_id == response.id).order_by(Snapshot.id)))


def published(response: Response) -> dict[str, PublishedAnswer]:
    query = select(PublishedAnswer).where(PublishedAnswer.response_id == response.id)
    return {row.question: row for row in db.session.scalars(query)}


# --- steps as people take them -----------------------------------------------------------------------------

SIGNED = Signature("Maija Mäkinen", "Deputy mayor")


def step(response: Response, name: str, actor: Actor, **more: Any) -> WorkflowEvent:
    """Take a step through its service as somebody who has just read everything."""
    given: dict[str, Any] = {"seen": response.version, "seen_hash": digest(response)}
    if name == "sign_off":
        given["signed"] = SIGNED
    event = steps.move_response(response, name, actor=actor, **{**given, **more})
    db.session.commit()
    return event


def send(world: World, slug: str) -> Response:
    """Answered well by the city's officer and sent to the mayor's office."""
    response = world.response(slug)
    if not db.session.scalar(select(Answer.id).where(Answer.response_id == response.id).limit(1)):
        fill(response, GOOD, author=world.officer(slug))
    step(response, "ask_sign_off", world.officer(slug))
    return response


def sign(world: World, slug: str) -> Response:
    """Signed off by the mayor's office as well."""
    response = send(world, slug)
    step(response, "sign_off", world.mayor(slug))
    return response


def accept(world: World, slug: str) -> Response:
    """Accepted by a coordinator as well."""
    response = sign(world, slug)
    step(response, "accept", world.coordinator)
    return response


def publish(world: World, slug: str) -> Response:
    """All the way: everybody reads what is public."""
    response = accept(world, slug)
    step(response, "publish", world.coordinator)
    return response
