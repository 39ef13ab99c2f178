"""Who is told what about a practice, each in their own language."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import and_, or_, select

from icportal.accounts.models import RoleGrant, User
from icportal.cities.models import City
from icportal.content.models import LanguageVersion
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import get
from icportal.practices.models import Practice
from icportal.web.routing import external_url
from icportal.workflow.models import WorkflowEvent

TOPIC = _l("Practices")


def submitted(practice: Practice, version: LanguageVersion, *, actor: Actor) -> None:
    """Tell those who can review it: reviewers of the language, or the coordinators where it has none."""
    able = [user for user in _holders(Role.REVIEWER, language=version.language) if user.id not in version.contributor_ids]
    _tell(able or _holders(Role.COORDINATOR), "submitted", practice, version, actor=actor, endpoint="practices.review")


def sent_back(practice: Practice, version: LanguageVersion, event: WorkflowEvent, *, actor: Actor) -> None:
    """Tell the authors at once why, and where to go on."""
    endpoint = "practices.edit_text" if version.is_source else "practices.translate"
    authors = _people(version.contributor_ids)
    _tell(authors, "changes_requested", practice, version, actor=actor, endpoint=endpoint, urgent=True, reason=event.reason)


def published(practice: Practice, version: LanguageVersion, authors: Collection[int], *, actor: Actor) -> None:
    """Tell the authors that the public reads it."""
    _tell(_people(authors), "published", practice, version, actor=actor, endpoint="practices.workspace")


def withdrawn(practice: Practice, version: LanguageVersion, event: WorkflowEvent, *, actor: Actor) -> None:
    """Tell the city's officers that the public no longer reads it."""
    officers = _holders(Role.CITY_OFFICER, city_id=practice.city_id)
    _tell(officers, "withdrawn", practice, version, actor=actor, endpoint="practices.workspace", reason=event.reason)


def became_stale(practice: Practice, version: LanguageVersion, *, actor: Actor) -> None:
    """Tell the language's translators that the original has changed."""
    _tell(
        _holders(Role.TRANSLATOR, language=version.language),
        "stale",
        practice,
        version,
        actor=actor,
        endpoint="practices.translate",
    )


def review_due(practice: Practice) -> int:
    """Remind the city's officers (or the coordinators, where it has none) to look at it again; how many were told."""
    people = _holders(Role.CITY_OFFICER, city_id=practice.city_id) or _holders(Role.COORDINATOR)
    return _tell(
        people, "review_due", practice, practice.item.source, actor=None, endpoint="practices.workspace", urgent=True,
        due=practice.review_by,
    )  # fmt: skip


def partner_wrote(practice: Practice, message: str, *, actor: Actor) -> None:
    """Pass a message on to the practice's contact, in the language the practice is written in where we have it."""
    language = interface_language(practice.item.source_language).code
    recipient = Recipient(practice.contact_email, practice.contact_name, language)
    url = external_url("practices.show_practice", language=language, slug=practice.item.slug)
    context = {"title": practice.item.source.title, "sender": actor, "message": message, "url": url}
    queue_mail(to=recipient, template="practices/partner", context=context, urgent=True, topic=TOPIC)


def reviewed_languages() -> set[str | None]:
    """The languages that have a reviewer; None among them means that somebody reviews all."""
    query = (
        select(RoleGrant.language)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == Role.REVIEWER, RoleGrant.revoked_at.is_(None), User.is_active.is_(True))
    )
    return set(db.session.scalars(query.distinct()))


def _tell(
    people: Iterable[User],
    template: str,
    practice: Practice,
    version: LanguageVersion,
    *,
    actor: Actor | None,
    endpoint: str,
    urgent: bool = False,
    **more: Any,
) -> int:
    city = db.session.get_one(City, practice.city_id)
    told = 0
    for user in people:
        if actor is not None and user.id == actor.id:
            continue
        reads = interface_language(user.language)
        values: dict[str, Any] = {"practice_id": practice.id}
        if endpoint not in ("practices.workspace", "practices.edit_text"):
            values["code"] = version.language
        context = {
            "title": version.title or practice.item.source.title,
            "city": city.name_in(reads.code),
            "written_in": get(version.language).name_in(reads),
            "sender": actor.name if actor else "",
            "url": external_url(endpoint, language=reads.code, **values),
            **more,
        }
        to = Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
        queue_mail(to=to, template=f"practices/{template}", context=context, urgent=urgent, topic=TOPIC)
        told += 1
    return told


def _holders(role: Role, *, language: str | None = None, city_id: int | None = None) -> list[User]:
    """Active people who hold the role, for this language or city where one is named."""
    held = [RoleGrant.user_id == User.id, RoleGrant.role == role, RoleGrant.revoked_at.is_(None)]
    if language is not None:
        held.append(or_(RoleGrant.language.is_(None), RoleGrant.language == language))
    if city_id is not None:
        held.append(RoleGrant.city_id == city_id)
    return list(
        db.session.scalars(select(User).where(User.is_active.is_(True), select(1).where(and_(*held)).exists()).order_by(User.id))
    )


def _people(ids: Collection[int]) -> list[User]:
    return list(db.session.scalars(select(User).where(User.id.in_(ids), User.is_active.is_(True)).order_by(User.id)))
