"""Oulu and Ghent, one person for each part in a practice's way, and short words for what they do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City
from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.models import LanguageVersion
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.practices import services
from icportal.practices.models import Practice
from icportal.practices.queries import get_practice
from icportal.web.page_cache import PublicStamp

#: name → (language of the person, [(role, city, language of the role)])
PEOPLE: dict[str, tuple[str, list[tuple[str, str | None, str | None]]]] = {
    "anna": ("en", [(Role.CITY_OFFICER, "oulu", None)]),
    "olli": ("en", [(Role.CITY_OFFICER, "oulu", None), (Role.REVIEWER, None, "fi")]),
    "ghent": ("nl", [(Role.CITY_OFFICER, "ghent", None)]),
    "mayor": ("en", [(Role.MAYOR_OFFICE, "oulu", None)]),
    "riitta": ("de", [(Role.REVIEWER, None, "fi")]),
    "rene": ("fr", [(Role.REVIEWER, None, "fr")]),
    "tina": ("fr", [(Role.TRANSLATOR, None, "fr")]),
    "tom": ("en", [(Role.TRANSLATOR, None, "en")]),
    "coordinator": ("en", [(Role.COORDINATOR, None, None)]),
    "administrator": ("en", [(Role.ADMINISTRATOR, None, None)]),
    "everything": ("en", [(Role.COORDINATOR, None, None), (Role.ADMINISTRATOR, None, None), (Role.REVIEWER, None, None), (Role.CITY_OFFICER, "oulu", None)]),
    "peer": ("en", [(Role.PEER_REVIEWER, None, None)]),
    "nobody": ("en", []),
}  # fmt: skip

BODY = {
    "title": "Kieliapua naapurilta",
    "summary": "Vapaaehtoiset auttavat.\n\nKirjasto antaa tilat.",
    "issue_and_goals": "Moni ei puhu suomea.",
    "how_it_works": "- Ensin tavataan.\n- Sitten jutellaan.",
    "results": "Sata paria vuonna 2024.",
    "not_again": "Emme aloittaisi ilman kirjastoa.",
    "transfer": "Tarvitaan tila ja yksi työntekijä.",
}


def make_world() -> SimpleNamespace:
    """Kept; gives the ids of people and cities by name."""
    if db.session.get(PublicStamp, 1) is None:
        db.session.add(PublicStamp(id=1, value=0))
    cities = {
        "oulu": City(slug="oulu", key="oulu", name="Oulu", country="FI", names={"sv": "Uleåborg"}, languages=["fi", "sv"]),
        "ghent": City(
            slug="ghent", key="ghent", name="Ghent", country="BE", names={"nl": "Gent", "fr": "Gand"}, languages=["nl"]
        ),
    }
    db.session.add_all(cities.values())
    db.session.flush()
    people = {}
    for name, (language, roles) in PEOPLE.items():
        address = f"{name}@example.eu"
        user = User(email=address, email_key=address, name=name.title(), language=language)
        db.session.add(user)
        db.session.flush()
        for role, city, role_language in roles:
            db.session.add(
                RoleGrant(user_id=user.id, role=role, city_id=cities[city].id if city else None, language=role_language)
            )
        people[name] = user.id
    db.session.commit()
    return SimpleNamespace(people=people, cities={name: city.id for name, city in cities.items()})


def actor(world: Any, name: str) -> Actor:
    db.session.expire_all()
    return db.session.get_one(User, world.people[name]).actor


def draft(world: Any, *, author: str = "anna", body: dict[str, str] | None = None, facts: bool = True) -> Practice:
    """A complete practice in Finnish, kept, not sent anywhere yet."""
    person = actor(world, author)
    practice = services.create_practice(
        actor=person, city=db.session.get_one(City, world.cities["oulu"]), language="fi", title=BODY["title"]
    )
    if facts:
        chosen = {"commitments": [4], "themes": ["language"]}
        services.save_facts(practice, chosen, actor=person, seen=practice.version)
    source = practice.item.source
    content.save_source(source, BODY if body is None else body, actor=person, seen=source.version)
    db.session.commit()
    return practice


def step(practice: Practice, name: str, by: Actor, *, code: str = "fi", reason: str = "") -> None:
    version = practice.item.version_in(code)
    assert version is not None
    services.move_version(
        practice,
        version,
        name,
        actor=by,
        seen=version.version,
        seen_hash=version.head.sha256 if version.head else "",
        reason=reason,
    )
    db.session.commit()


def published(world: Any, body: dict[str, str] | None = None) -> Practice:
    practice = draft(world, body=body)
    step(practice, "submit", actor(world, "anna"))
    step(practice, "approve", actor(world, "riitta"))
    return practice


def rewrite(world: Any, practice: Practice, **changes: str) -> None:
    """A new published source: Anna writes, Riitta approves."""
    same_meaning = bool(changes.pop("same_meaning", ""))
    source = practice.item.source
    body = {**(source.head.body if source.head else {}), **changes}
    content.save_source(source, body, actor=actor(world, "anna"), seen=source.version, same_meaning=same_meaning)
    step(practice, "submit", actor(world, "anna"))
    step(practice, "approve", actor(world, "riitta"))


def translated(world: Any, practice: Practice, *, by: str = "tina", code: str = "fr", submit: bool = False) -> LanguageVersion:
    """A complete translation: every piece in brackets."""
    version = practice.item.version_in(code) or services.start_translation(practice.item, code, actor=actor(world, by))
    fill(world, version, by=by)
    practice = get_practice(practice.id)
    if submit:
        step(practice, "submit", actor(world, by), code=code)
    return version


def fill(world: Any, version: LanguageVersion, *, by: str = "tina") -> None:
    """Answer everything that is not up to date."""
    targets = {
        f"{place}.{answer.source_hash}": f"[{answer.source}]"
        for place, answer in enumerate(content_queries.answers(version))
        if answer.state in ("missing", "stale")
    }
    content.save_translation(version, targets, actor=actor(world, by), seen=version.version)
    db.session.commit()
