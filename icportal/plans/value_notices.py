"""Who is told what about values of indicators, each in their own language."""

from __future__ import annotations

from icportal.accounts.directory import people
from icportal.accounts.notices import Notice, tell
from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.strings import _, _l
from icportal.plans.plan_notices import TOPIC
from icportal.web.routing import external_url


def taken_away(city: City, author: int | None, *, reason: str, actor: Actor) -> None:
    """Tell who reported a value that somebody else has taken it away, and why."""
    notice = Notice(
        subject=lambda _reads: _("A value you reported was taken away"),
        text=lambda _reads: _("Report it again as it is right. This is the reason:"),
        quote=reason, url=lambda reads: external_url("plans.show_values", language=reads.code, slug=city.slug),
        button=_l("See the values"), urgent=True,
    )  # fmt: skip
    tell(people([author] if author is not None else []), notice, topic=TOPIC, actor=actor)
