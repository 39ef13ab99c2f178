"""Who is told what about progress rounds, each in their own language."""

from __future__ import annotations

from icportal.accounts.notices import Notice, Words, coordinators, people_of_city, tell
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.i18n.formatting import day
from icportal.plans.models import ProgressRound
from icportal.plans.plan_notices import TOPIC, approvers, mentors
from icportal.web.routing import external_url


def begun(city: City, round_: ProgressRound, *, actor: Actor) -> None:
    """Tell the city's officers that they are asked what came of the plan."""
    notice = Notice(
        subject=lambda _reads: _("What came of your action plan?"),
        text=lambda _reads: _(
            "A progress round is open until %(day)s. Say for each action what was done; what milestones and values already say "
            "is filled in.",
            day=day(round_.due_on),
        ),
        url=_page(city, round_), button=_l("Report progress"), urgent=True,
    )  # fmt: skip
    tell(people_of_city(city.id, officers_only=True), notice, topic=TOPIC, actor=actor)


def to_approve(city: City, round_: ProgressRound, *, actor: Actor) -> None:
    """Tell whoever approves that texts wait to be approved."""
    notice = Notice(
        subject=lambda reads: _("Texts on the action plan of %(city)s wait to be approved", city=city.name_in(reads.code)),
        text=lambda _reads: _("They become public with the report. Read them and approve those that are right; nobody approves their own."),
        url=_page(city, round_), button=_l("Read and approve"), urgent=True,
    )  # fmt: skip
    tell(approvers(city), notice, topic=TOPIC, actor=actor)


def closed(city: City, round_: ProgressRound, *, actor: Actor) -> None:
    """Tell everybody who goes along with the plan that the report is there."""
    notice = Notice(
        subject=lambda reads: _("%(city)s has reported what came of its action plan", city=city.name_in(reads.code)),
        text=lambda _reads: _("The report of progress round %(number)s can be read.", number=round_.number),
        url=_page(city, round_), button=_l("Read the report"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators(), *mentors(city)], notice, topic=TOPIC, actor=actor)


def opened_again(city: City, round_: ProgressRound, *, actor: Actor, reason: str) -> None:
    """Tell the city and the coordinators that a report is corrected."""
    notice = Notice(
        subject=lambda reads: _("%(city)s corrects a report on its action plan", city=city.name_in(reads.code)),
        text=lambda _reads: _("Progress round %(number)s is open again, for this reason:", number=round_.number),
        quote=reason, url=_page(city, round_), button=_l("See the round"),
    )  # fmt: skip
    tell([*people_of_city(city.id), *coordinators()], notice, topic=TOPIC, actor=actor)


def remind(city: City, round_: ProgressRound, *, offset: int) -> int:
    """Remind the city's officers, and after the last day its mayor's office too; how many were told."""
    notice = Notice(
        subject=lambda _reads: _("Your report on the action plan is overdue") if offset > 0 else _("Your report on the action plan is due soon"),
        text=lambda _reads: _("It was due by %(day)s.", day=day(round_.due_on)) if offset > 0 else _("It is due by %(day)s.", day=day(round_.due_on)),
        url=_page(city, round_), button=_l("Report progress"), urgent=True,
    )  # fmt: skip
    return tell(people_of_city(city.id, officers_only=offset < 0), notice, topic=TOPIC)


def _page(city: City, round_: ProgressRound) -> Words:
    return lambda reads: external_url("plans.show_progress", language=reads.code, slug=city.slug, number=round_.number)
