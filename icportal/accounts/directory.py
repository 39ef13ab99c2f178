"""Who holds which role and what people are called, for the lists and mails of the domains above."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, or_, select

from icportal.accounts.models import RoleGrant, User
from icportal.core.actors import Role
from icportal.core.db import db


def names_of(ids: Collection[int | None]) -> dict[int, str]:
    """What people are called, by their number."""
    wanted = {each for each in ids if each is not None}
    return (
        {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))} if wanted else {}
    )


def holders(role: Role, *, language: str | None = None, city_id: int | None = None) -> list[User]:
    """Active people who hold the role, for this language or city where one is named."""
    held = [RoleGrant.user_id == User.id, RoleGrant.role == role, RoleGrant.revoked_at.is_(None)]
    if language is not None:
        held.append(or_(RoleGrant.language.is_(None), RoleGrant.language == language))
    if city_id is not None:
        held.append(RoleGrant.city_id == city_id)
    return list(
        db.session.scalars(select(User).where(User.is_active.is_(True), select(1).where(and_(*held)).exists()).order_by(User.id))
    )


def cities_with(role: Role) -> frozenset[int]:
    """The cities in which somebody active holds the role; one query."""
    query = select(RoleGrant.city_id).join(User, User.id == RoleGrant.user_id)
    query = query.where(
        RoleGrant.role == role, RoleGrant.revoked_at.is_(None), RoleGrant.city_id.is_not(None), User.is_active.is_(True)
    )
    return frozenset(number for number in db.session.scalars(query.distinct()) if number is not None)


def people(ids: Collection[int]) -> list[User]:
    """The active ones among these."""
    return list(db.session.scalars(select(User).where(User.id.in_(ids), User.is_active.is_(True)).order_by(User.id)))


def reviewed_languages() -> set[str | None]:
    """The languages that have a reviewer; None among them means that somebody reviews all."""
    query = (
        select(RoleGrant.language)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == Role.REVIEWER, RoleGrant.revoked_at.is_(None), User.is_active.is_(True))
    )
    return set(db.session.scalars(query.distinct()))
