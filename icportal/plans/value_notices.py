"""Who is told what about values of indicators, each in their own language."""

from __future__ import annotations

from icportal.accounts.directory import people
from icportal.accounts.notices import Notice, tell
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.plans.plan_notices import TOPIC, approvers
from icportal.web.routing import external_url


def to_approve(city: City, *, actor: Actor) -> None:
    """Tell whoever approves that values wait to be approved."""
    notice = Notice(
        subject=lambda reads: _("Values of indicators of %(city)s wait to be approved", city=city.name_in(reads.code)),
        text=lambda _reads: _("They are part of the next report once they are approved. Approve those that are right, and take away those that are wrong."),
        url=lambda reads: external_url("plans.show_values", language=reads.code, slug=city.slug),
        button=_l("See the values"), urgent=True,
    )  # fmt: skip
    tell(approvers(city), notice, topic=TOPIC, actor=actor)


def taken_away(city: City, author: int | None, *, reason: str, actor: Actor) -> None:
    """Tell who reported a value that somebody else has taken it away, and why."""
    notice = Notice(
        subject=lambda _reads: _("A value you reported was taken away"),
        text=lambda _reads: _("Report it again as it is right. This is the reason:"),
        quote=reason, url=lambda reads: external_url("plans.show_values", language=reads.code, slug=city.slug),
        button=_l("See the values"), urgent=True,
    )  # fmt: skip
    tell(people([author] if author is not None else []), notice, topic=TOPIC, actor=actor)
