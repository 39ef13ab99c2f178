"""A small network: two cities, the charter, and one person for each role."""

from __future__ import annotations

import io
from datetime import date, timedelta
from types import SimpleNamespace

from icportal.accounts.models import RoleGrant, User
from icportal.charter import loading, services
from icportal.charter.flow import SIGNATURE
from icportal.cities.models import City, Contact
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.db import db

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
    b"0000000054 00000 n \n0000000103 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n170\n%%EOF\n"
)

PEOPLE: dict[str, tuple[str, tuple[tuple[str, bool], ...]]] = {
    "mayor": ("de", ((Role.MAYOR_OFFICE, True),)),
    "officer": ("fr", ((Role.CITY_OFFICER, True),)),
    "coordinator": ("en", ((Role.COORDINATOR, False),)),
    "second_coordinator": ("nl", ((Role.COORDINATOR, False),)),
    "administrator": ("en", ((Role.ADMINISTRATOR, False),)),
    "everything": ("en", ((Role.ADMINISTRATOR, False), (Role.COORDINATOR, False), (Role.MAYOR_OFFICE, True))),
    "translator": ("it", ((Role.TRANSLATOR, False),)),
    "reviewer": ("it", ((Role.REVIEWER, False),)),
    "peer_reviewer": ("it", ((Role.PEER_REVIEWER, False),)),
    "nobody": ("es", ()),
}


def pdf(name: str = "decision.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def make_world() -> SimpleNamespace:
    loading.load_versions()
    vienna = City(
        slug="vienna", key="vienna", name="Vienna", country="AT", names={"de": "Wien", "fr": "Vienne"}, languages=["de"]
    )
    oulu = City(slug="oulu", key="oulu", name="Oulu", country="FI", languages=["fi"])
    db.session.add_all([vienna, oulu])
    db.session.flush()
    for position, name in enumerate(("Eva", "Max"), start=1):
        db.session.add(Contact(city_id=vienna.id, position=position, name=name, email=f"{name.lower()}@wien.example"))
    people: dict[str, int] = {}
    for name, (language, roles) in PEOPLE.items():
        people[name] = person(name, language, [(role, vienna.id if in_city else None) for role, in_city in roles])
    people["mayor_elsewhere"] = person("mayor_elsewhere", "en", [(Role.MAYOR_OFFICE, oulu.id)])
    db.session.commit()
    world = SimpleNamespace(vienna=vienna.id, oulu=oulu.id, people=people)
    db.session.remove()
    return world


def person(name: str, language: str, roles: list[tuple[str, int | None]]) -> int:
    address = f"{name}@example.eu"
    user = User(email=address, email_key=address, name=name.replace("_", " ").title(), language=language)
    db.session.add(user)
    db.session.flush()
    db.session.add_all([RoleGrant(user_id=user.id, role=role, city_id=city_id) for role, city_id in roles])
    db.session.flush()
    return user.id


def actor_of(world: SimpleNamespace, name: str) -> Actor:
    user = db.session.get_one(User, world.people[name])
    return user.actor


def some_day(days_ago: int = 30) -> date:
    return today() - timedelta(days=days_ago)


#: The steps people take; the others follow from something else.
STEPS = [transition.name for transition in SIGNATURE.transitions if not transition.automatic]


def take(signature, step, actor, reason="A reason"):
    version, seen = signature.version, services.signature_hash(signature)
    match step:
        case "sign":
            digest = signature.charter_version.hashes["en"]
            services.sign_on_screen(signature, actor=actor, version=version, language="en", seen_sha256=digest, confirmed=True)
        case "reopen":
            services.reopen_signature(signature, actor=actor, version=version)
        case "submit":
            services.submit_signature(signature, actor=actor, version=version)
        case "publish":
            services.publish_signature(signature, actor=actor, version=version, seen_hash=seen)
        case "request_changes":
            services.request_changes(signature, actor=actor, version=version, seen_hash=seen, reason=reason)
        case "withdraw":
            services.withdraw_signature(signature, actor=actor, version=version, reason=reason)
