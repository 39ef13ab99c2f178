"""Who is told what about a plan on its way, each in their own language."""

from __future__ import annotations

from typing import Any

from icportal.accounts.directory import holders
from icportal.accounts.notices import Notice, Words, coordinators, people_of_city, tell
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.strings import _, _l
from icportal.plans.flow import RETURNS, WITHDRAWALS
from icportal.plans.models import PlanRemark
from icportal.plans.rules import mentors_of
from icportal.web.routing import external_url

TOPIC = _l("Action plans")


def moved(city: City, step: str, *, actor: Actor, reason: str = "") -> None:
    """Tell everybody whom a step concerns, each person once, but not who took it."""
    _STEPS[step](city, actor, reason)


def _submitted(city: City, actor: Actor, _reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("The action plan of %(city)s waits for your review", city=city.name_in(reads.code)),
        text=lambda reads: _(
            "%(city)s has sent a version of its action plan to review. You can read exactly this version, see what changed since "
            "the last one, and say what you think of it.",
            city=city.name_in(reads.code),
        ),
        url=_review(city), button=_l("Read the plan"), urgent=True,
    )  # fmt: skip
    tell([*coordinators(), *mentors(city)], notice, topic=TOPIC, actor=actor)


def _taken_back(city: City, actor: Actor, _reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("%(city)s has taken its action plan back", city=city.name_in(reads.code)),
        text=lambda _reads: _("The city writes on. There is nothing for you to read until it sends another version."),
        url=_review(city), button=_l("See the plan"),
    )  # fmt: skip
    tell([*coordinators(), *mentors(city)], notice, topic=TOPIC, actor=actor)


def _changes_requested(city: City, actor: Actor, reason: str) -> None:
    notice = Notice(
        subject=lambda _reads: _("Please change your action plan"),
        text=lambda _reads: _("A coordinator has read your plan and asks for changes. You can write on now."),
        quote=reason, url=_review(city), button=_l("Go on writing"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(city.id), notice, topic=TOPIC, actor=actor)


def _agreed(city: City, actor: Actor, _reason: str) -> None:
    notice = Notice(
        subject=lambda _reads: _("Your action plan can be endorsed"),
        text=lambda _reads: _(
            "A coordinator agrees to the plan. Put exactly this version before your council or administration, then record "
            "its decision on the portal."
        ),
        url=_review(city), button=_l("Record the decision"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(city.id), notice, topic=TOPIC, actor=actor)


def _endorsed(city: City, actor: Actor, _reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("The action plan of %(city)s is endorsed", city=city.name_in(reads.code)),
        text=lambda _reads: _("The decision is recorded. The city can publish the plan now."),
        url=_review(city), button=_l("See the plan"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators(), *mentors(city)], notice, topic=TOPIC, actor=actor)


def _published(city: City, actor: Actor, _reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("The action plan of %(city)s is public", city=city.name_in(reads.code)),
        text=lambda _reads: _("Everybody can read the version that was endorsed."),
        url=lambda reads: external_url("plans.show_public_plan", language=reads.code, slug=city.slug),
        button=_l("Read the plan"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators(), *mentors(city)], notice, topic=TOPIC, actor=actor)


def _withdrawn(city: City, actor: Actor, reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("The action plan of %(city)s is not public any more", city=city.name_in(reads.code)),
        text=lambda _reads: _("It was withdrawn, with this reason:"),
        quote=reason, url=_review(city), button=_l("See the plan"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators()], notice, topic=TOPIC, actor=actor)


def _revised(city: City, actor: Actor, reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("%(city)s writes a new version of its action plan", city=city.name_in(reads.code)),
        text=lambda _reads: _("The city writes on, for this reason:"),
        quote=reason, url=_review(city), button=_l("See the plan"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators()], notice, topic=TOPIC, actor=actor)


def _gone_back(city: City, actor: Actor, _reason: str) -> None:
    notice = Notice(
        subject=lambda reads: _("%(city)s writes no new version of its action plan", city=city.name_in(reads.code)),
        text=lambda _reads: _("The city has changed nothing and goes back: the version that was agreed to stands again."),
        url=_review(city), button=_l("See the plan"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators()], notice, topic=TOPIC, actor=actor)


_STEPS = {
    "submit": _submitted, "take_back": _taken_back, "request_changes": _changes_requested, "agree": _agreed, "endorse": _endorsed,
    "publish": _published, "revise": _revised, **dict.fromkeys(WITHDRAWALS, _withdrawn), **dict.fromkeys(RETURNS, _gone_back),
}  # fmt: skip


def corrected(city: City, number: int, *, actor: Actor, reason: str) -> None:
    """Tell the city and the coordinators that what stands of a decision was completed or corrected."""
    notice = Notice(
        subject=lambda reads: _("The decision on the action plan of %(city)s was corrected", city=city.name_in(reads.code)),
        text=lambda _reads: _("The paper of the decision, or what stands of it, is another one now, for this reason:"),
        quote=reason, button=_l("See the decision"),
        url=lambda reads: external_url("plans.show_version", language=reads.code, slug=city.slug, number=number),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators()], notice, topic=TOPIC, actor=actor)


def remarked(city: City, remark: PlanRemark, *, actor: Actor) -> None:
    """Tell the city that something was said of its plan."""
    notice = Notice(
        subject=lambda _reads: _("A remark on your action plan"),
        text=lambda _reads: _("Somebody who reads your plan says:"),
        quote=remark.text, url=_review(city), button=_l("Answer"),
    )  # fmt: skip
    tell(people_of_city(city.id, officers_only=True), notice, topic=TOPIC, actor=actor)


def replied(city: City, remark: PlanRemark, author: list[Any], *, actor: Actor) -> None:
    """Tell whoever made a remark what the city answers."""
    notice = Notice(
        subject=lambda reads: _("%(city)s has answered your remark", city=city.name_in(reads.code)),
        text=lambda _reads: _("This is what the city says:"),
        quote=remark.reply, url=_review(city), button=_l("See the plan"),
    )  # fmt: skip
    tell(author, notice, topic=TOPIC, actor=actor)


def approvers(city: City) -> list[Any]:
    """Who approves what the city tells: its mayor's office; where nobody holds it, the coordinators."""
    return holders(Role.MAYOR_OFFICE, city_id=city.id) or coordinators()


def mentors(city: City) -> list[Any]:
    """The officers of the cities that mentor this one."""
    return [user for number in sorted(mentors_of(city.id)) for user in holders(Role.CITY_OFFICER, city_id=number)]


def _review(city: City) -> Words:
    return lambda reads: external_url("plans.show_review", language=reads.code, slug=city.slug)
