"""A small world with one of everything: two cities, a thing of each kind in each state, and somebody in every role.

Every private thing carries a word of its own (a canary), so that a leak is found wherever it comes out.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask
from security import numbers, pairs, rounds
from sqlalchemy import func, select

from icportal.accounts.models import Identity, Invitation, RoleGrant, User
from icportal.charter.models import CharterVersion, Delay, Signature
from icportal.cities.models import City, Contact
from icportal.content import services as content
from icportal.content.models import Comment, LanguageVersion
from icportal.core.actors import Actor, Grant, Role
from icportal.core.db import db
from icportal.core.outbox import Mail
from icportal.data import reader
from icportal.practices import services as practices
from icportal.practices.models import Practice

NOBODY = 999_999
OWN, OTHER = "vienna", "oulu"
#: The roles of the table and the accounts that stand for them; the last two are made here.
ROLES = {
    "visitor": None,
    "no role": "nobody@world.example",
    "mayor": "mayor.vienna@demo.example",
    "officer": "officer.vienna@demo.example",
    "other mayor": "mayor.oulu@demo.example",
    "other officer": "officer.oulu@demo.example",
    "translator": "translator@demo.example",
    "reviewer": "reviewer@demo.example",
    "peer": "peer@demo.example",
    "coordinator": "coordinator@demo.example",
    "administrator": "administrator@demo.example",
    "disabled": "disabled@world.example",
}


@dataclass
class World:
    """The ids of everything, by what it is."""

    app: Flask
    users: dict[str, int | None] = field(default_factory=dict)
    practices: dict[str, Practice] = field(default_factory=dict)
    signatures: dict[str, int] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    #: A private word, and the roles that may read it.
    canaries: dict[str, frozenset[str]] = field(default_factory=dict)


def build(app: Flask) -> World:
    """Fill the seeded portal; kept when it returns."""
    world = World(app)
    with app.app_context(), app.test_request_context("/en/"):
        _people(world)
        _practices(world)
        _signatures(world)
        _rest(world)
        _numbers(world)
        _rounds(world)
        db.session.commit()
        world.ids["practices"] = {name: (practice.id, practice.item.slug) for name, practice in world.practices.items()}
        world.ids["files"] = {name: practice.files[0].file_id for name, practice in world.practices.items()}
        db.session.remove()
    return world


def _city(slug: str) -> City:
    return db.session.scalars(select(City).where(City.slug == slug)).one()


def _user(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def _people(world: World) -> None:
    coordinator = RoleGrant(role=Role.COORDINATOR)
    db.session.add_all([
        User(email="nobody@world.example", email_key="nobody@world.example", name="Nobody Yet", grants=[]),
        User(email="disabled@world.example", email_key="disabled@world.example", name="Gone Away", is_active=False, grants=[coordinator]),
    ])  # fmt: skip
    db.session.flush()
    world.users = {role: _user(email).id if email else None for role, email in ROLES.items()}


def _practices(world: World) -> None:
    second = Actor(id=NOBODY, name="Second", grants=frozenset({Grant(Role.COORDINATOR)}))
    for slug, people in ((OWN, {"officer", "mayor"}), (OTHER, {"other officer", "other mayor"})):
        author = _user(ROLES["officer" if slug == OWN else "other officer"] or "").actor
        city = _city(slug)
        for state in ("draft", "review", "published", "withdrawn", "archived"):
            canary = f"canary{slug}{state}"
            practice = practices.create_practice(actor=author, city=city, language="en", title=f"Words of {slug} in {state}")
            source = practice.item.source
            _facts(practice, canary, author)
            _write(source, state, canary, author)
            if state != "draft":
                content.submit(source, actor=author)
            if state in {"published", "withdrawn"}:
                assert source.head is not None
                content.approve(source, actor=second, seen_hash=source.head.sha256)
            if state == "withdrawn":
                content.withdraw(source, actor=author, reason=f"{canary}reason")
            if state == "archived":
                content.retract(source, actor=author)
                content.archive(source, actor=author, reason=f"{canary}reason")
            comment = content.add_comment(source, actor=second, field="", text=f"{canary}comment")
            world.practices[f"{slug} {state}"] = practice
            world.ids[f"comment {slug} {state}"] = comment.id
            readers = people | {"coordinator", "administrator", "reviewer"}
            world.canaries |= {f"{canary}comment": frozenset(readers), f"{canary}contact": frozenset(readers | {"translator"})}
            if state != "published":
                world.canaries[f"{canary}text"] = frozenset(readers)
            if state in {"withdrawn", "archived"}:
                world.canaries[f"{canary}reason"] = frozenset(readers)
        shown = world.practices[f"{slug} published"]
        content.save_source(
            shown.item.source, _body(shown.item.source, f"canary{slug}revisedtext"), actor=author, seen=shown.item.source.version
        )
        world.canaries[f"canary{slug}revisedtext"] = frozenset(people | {"coordinator", "administrator", "reviewer"})
        translation = content.start_translation(shown.item, "fr", actor=author)
        world.ids[f"translation {slug}"] = translation.id


def _facts(practice: Practice, canary: str, author: Actor) -> None:
    facts = {
        "commitments": [1],
        "themes": [next(iter(reader.themes()))],
        "contact_name": "A Contact",
        "contact_email": f"{canary}contact@city.example",
    }
    practices.save_facts(practice, {**facts, "review_by": date(2040, 1, 1)}, actor=author, seen=practice.version)
    practices.add_file(practice, actor=author, stream=io.BytesIO(paper(canary)), filename=f"{canary}.pdf", label="A paper")


def paper(text: str) -> bytes:
    """The smallest PDF that is one."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% " + text.encode() + b"\nxref\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
    )


def _write(source: LanguageVersion, state: str, canary: str, author: Actor) -> None:
    text = "Everybody may read this." if state == "published" else f"{canary}text"
    content.save_source(source, _body(source, text), actor=author, seen=source.version)


def _body(source: LanguageVersion, text: str) -> dict[str, str]:
    from icportal.content import kinds

    return {entry.name: source.title if entry.name == "title" else text for entry in kinds.get(source.item.kind).fields}


def _signatures(world: World) -> None:
    version = db.session.scalars(select(CharterVersion).where(CharterVersion.is_current)).one()
    for slug in (OWN, OTHER):
        for state in ("draft", "signed", "review", "changes_requested", "published", "withdrawn"):
            signature = Signature(
                city_id=_city(slug).id, charter_version=version, state=state, signer_name=f"Signer of {slug}",
                council_reference=f"canary{slug}{state}reference", mandate=f"canary{slug}{state}mandate", writers=[],
            )  # fmt: skip
            db.session.add(signature)
            db.session.flush()
            world.signatures[f"{slug} {state}"] = signature.id
            readers = {"coordinator", "administrator"} | (
                {"mayor", "officer"} if slug == OWN else {"other mayor", "other officer"}
            )
            world.canaries[f"canary{slug}{state}mandate"] = frozenset(readers)


def _numbers(world: World) -> None:
    officers = {slug: _user(f"officer.{slug}@demo.example").actor for slug in (OWN, OTHER)}
    network = {"coordinator", "administrator"}
    readers = {OWN: frozenset(network | {"officer", "mayor"}), OTHER: frozenset(network | {"other officer", "other mayor"})}
    numbers.fill(world, officers, _user("coordinator@demo.example").actor, readers)


def _rounds(world: World) -> None:
    officers, mayors = (
        {slug: _user(f"{name}.{slug}@demo.example").actor for slug in (OWN, OTHER)} for name in ("officer", "mayor")
    )
    people = rounds.People(officers, mayors, _user("coordinator@demo.example").actor)
    network = {"coordinator", "administrator"}
    readers = {OWN: frozenset(network | {"officer", "mayor"}), OTHER: frozenset(network | {"other officer", "other mayor"})}
    rounds.fill_rounds(world, people, readers)
    pairs.fill_pairs(world, people, readers)


def _rest(world: World) -> None:
    everybody = frozenset(ROLES) - {"visitor", "disabled"}
    for slug in (OWN, OTHER):
        city = _city(slug)
        position = (db.session.scalar(select(func.max(Contact.position)).where(Contact.city_id == city.id)) or 0) + 1
        db.session.add(
            Contact(city_id=city.id, position=position, name="A Contact", email=f"canary{slug}mail@city.example", phone="1")
        )
        world.canaries[f"canary{slug}mail@"] = everybody
        delay = Delay(city_id=city.id, deadline=date(2027, 1, 1), asked_until=date(2027, 3, 1), reason=f"canary{slug}delay")
        db.session.add(delay)
        db.session.flush()
        world.ids[f"delay {slug}"] = delay.id
        readers = {"coordinator", "administrator"} | ({"mayor", "officer"} if slug == OWN else {"other mayor", "other officer"})
        world.canaries[f"canary{slug}delay"] = frozenset(readers)
        for name in ("officer", "mayor"):
            user = _user(f"{name}.{slug}@demo.example")
            world.ids[f"{name} {slug}"] = user.id
            world.ids[f"grant {name} {slug}"] = user.grants[0].id
        identity = Identity(user_id=world.ids[f"officer {slug}"], issuer="https://issuer.example", subject=f"canary{slug}subject")
        invitation = Invitation(
            email=f"canary{slug}invited@city.example", email_key=f"canary{slug}invited@city.example", role=Role.CITY_OFFICER,
            city_id=city.id,
        )  # fmt: skip
        db.session.add_all([identity, invitation])
        db.session.flush()
        world.ids[f"identity {slug}"], world.ids[f"invitation {slug}"] = identity.id, invitation.id
        world.canaries[f"canary{slug}subject"] = frozenset({"officer" if slug == OWN else "other officer"})
        people = {"coordinator", "administrator", "mayor" if slug == OWN else "other mayor"}
        world.canaries[f"canary{slug}invited"] = frozenset(people)
    mail = Mail(
        address="canarymail@city.example", language="en", subject="About you", text="canarymailtext", html="", message_id="<1@x>"
    )
    db.session.add(mail)
    db.session.flush()
    world.ids["mail"] = mail.id
    world.ids["comments"] = [comment.id for comment in db.session.scalars(select(Comment))]
