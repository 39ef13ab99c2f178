"""What a plan says of itself: its title, its introduction, the time it covers, how often progress is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.errors import FieldErrors, Stale
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_line, clean_text
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.plans.draft import LONGEST_TEXT, LONGEST_TITLE
from icportal.plans.models import ActionPlan
from icportal.plans.services.writing import authorise_writing, for_the_log, held_plan, require_writable, touch_plan

LABELS: dict[str, Text] = {
    "title": _l("Title"),
    "language": _l("Language you write in"),
    "introduction": _l("Introduction"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "months_between": _l("Months between two progress rounds"),
    "internal_note": _l("Internal note"),
}
SHORTEST, LONGEST = 1, 60
#: What no version has: it may be written at any time.
INSIDE = frozenset({"months_between", "internal_note"})


@dataclass(frozen=True)
class About:
    """What a plan says of itself; see ``ActionPlan``."""

    title: str = ""
    language: str = "en"
    introduction: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    months_between: int | None = 12
    internal_note: str = ""

    @property
    def seal(self) -> str:
        """A checksum of it: what somebody saw before changing it."""
        return sha256(_plain(asdict(self)))


def said_by(plan: ActionPlan | None, *, language: str = "en") -> About:
    """What the plan says of itself now."""
    return About(**{name: getattr(plan, name) for name in LABELS}) if plan else About(language=language)


def edit_plan(city: City, about: About, *, actor: Actor, seen: str | None) -> bool:
    """Change it; whether anything changed. The internal note and the months may be changed while the plan is read by others.

    ``seen`` is the seal of what was read; None where nothing was.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: the plan is read, endorsed or published as it stands.
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    authorise_writing(actor, city)
    plan = held_plan(city.id)
    old = said_by(plan)
    new = replace(
        about,
        title=clean_line(about.title),
        introduction=clean_text(about.introduction),
        internal_note=clean_text(about.internal_note),
    )
    changed = [name for name in LABELS if getattr(new, name) != getattr(old, name)]
    if seen is not None and seen != old.seal and changed:
        raise Stale(
            _("Somebody has changed this since you opened it."),
            [(LABELS[name], getattr(new, name), getattr(old, name)) for name in changed],
        )
    if set(changed) - INSIDE:
        require_writable(plan)
    if problems := _problems(new):
        raise FieldErrors(problems)
    if not changed:
        return False
    for name in changed:
        setattr(plan, name, getattr(new, name))
    db.session.flush()
    before, after = for_the_log(_plain(asdict(old))), for_the_log(_plain(asdict(new)))
    audit.record(
        actor, "plans.plan:edit", plan, before={name: before[name] for name in changed},
        after={name: after[name] for name in changed}, city_id=city.id,
    )  # fmt: skip
    if set(changed) - INSIDE:
        touch_plan(plan, actor=actor)
    return True


def _problems(about: About) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    for name, most in (("title", LONGEST_TITLE), ("introduction", LONGEST_TEXT), ("internal_note", LONGEST_TEXT)):
        if len(getattr(about, name)) > most:
            problems.append((name, _("This is too long: at most %(max)d characters.", max=most)))
    if about.language not in CONTENT_LANGUAGES:
        problems.append(("language", _("Choose the language you write in.")))
    if about.starts_on and about.ends_on and about.ends_on < about.starts_on:
        problems.append(("ends_on", _("The end is before the beginning.")))
    if about.months_between is None or not SHORTEST <= about.months_between <= LONGEST:
        message = _("Enter a number of months from %(first)s to %(last)s.", first=SHORTEST, last=LONGEST)
        problems.append(("months_between", message))
    return problems


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}
