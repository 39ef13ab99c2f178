"""A programme from its first draft to its close: themes, calendar, rules of matching, phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from icportal.content import services as content
from icportal.content.models import LanguageVersion
from icportal.content.notifications import Before
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.transactions import hold
from icportal.mentoring import programme_notices, programmes
from icportal.mentoring.enums import CALENDAR, KIND, Permission, Phase
from icportal.mentoring.flow import PROGRAMME
from icportal.mentoring.labels import PHASES
from icportal.mentoring.models import Need, Offer, Pairing, PairRule, Programme, ProgrammePhase, Scheme, Wish
from icportal.toolkits import queries as toolkits
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

FEWEST_DAYS, MOST_DAYS = 1, 365
LONGEST_NAME, LONGEST_NOTE = 200, 5000

LABELS: dict[str, Text] = {
    "previous_id": _l("Programme before"),
    "answer_days": _l("Days to answer a proposal"),
    "quiet_days": _l("Days of silence before both are asked"),
}


@dataclass(frozen=True)
class Theme:
    """A scheme as it is planned: the toolkit it works with, and who facilitates."""

    toolkit: str
    facilitator_id: int | None = None
    facilitator_name: str = ""
    facilitator_organisation: str = ""
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """What a programme is planned with. ``phases`` gives the first and last day of each phase of the calendar."""

    phases: Mapping[str, tuple[date | None, date | None]] = field(default_factory=dict)
    themes: Sequence[Theme] = ()
    previous_id: int | None = None
    answer_days: int = 14
    quiet_days: int = 45


def plan_of(programme: Programme) -> Plan:
    """What a programme is planned with now."""
    themes = [
        Theme(each.toolkit, each.facilitator_id, each.facilitator_name, each.facilitator_organisation, each.note)
        for each in programme.schemes
    ]
    phases = {each.phase: (each.starts_on, each.ends_on) for each in programme.phases}
    return Plan(phases, themes, programme.previous_id, programme.answer_days, programme.quiet_days)


def create_programme(*, title: str, language: str, plan: Plan, actor: Actor, is_demonstration: bool = False) -> Programme:
    """Begin a programme with the title of its call; the call's text is written at the desk of texts.

    Raises:
        FieldErrors: naming what does not do.
    """
    authorise(actor, Permission.EDIT_PROGRAMME)
    problems = _problems(plan, None)
    if not title.strip():
        problems.insert(0, ("title", _("Give it a title: it is how you find it again.")))
    if problems:
        raise FieldErrors(problems)
    version = content.create_item(actor=actor, kind=KIND, language=language, title=title, city_id=None)
    programme = Programme(
        slug=version.item.slug, item_id=version.item_id, created_by=actor.id, is_demonstration=is_demonstration,
        previous_id=plan.previous_id, answer_days=plan.answer_days, quiet_days=plan.quiet_days,
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    _write_phases(programme, plan)
    _write_themes(programme, plan)
    audit.record(actor, "mentoring.programme:create", programme, after=_plain(plan_of(programme)) | {"title": title.strip()})
    return programme


def edit_programme(programme: Programme, plan: Plan, *, actor: Actor, seen: int) -> bool:
    """Change what a programme is planned with; whether anything changed. A theme cities have named is not taken away.

    Raises:
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
        InvalidTransition: the programme is closed.
    """
    authorise(actor, Permission.EDIT_PROGRAMME, programme)
    held = hold(programme)
    if not held:
        db.session.refresh(programme)
    before, after = _said(plan_of(programme)), _said(plan)
    if not held or programme.version != seen:
        changed = [name for name in after if after[name] != before.get(name)]
        raise Stale(_("Somebody has changed this since you opened it."), [(n, after[n], before.get(n, "")) for n in changed])
    if programme.state == Phase.CLOSED:
        raise InvalidTransition(_("The programme is closed: it can only be read."))
    problems = _problems(plan, programme) + _taken_away(programme, plan)
    if problems:
        raise FieldErrors(problems)
    old = _plain(plan_of(programme))
    programme.previous_id, programme.answer_days, programme.quiet_days = plan.previous_id, plan.answer_days, plan.quiet_days
    _write_phases(programme, plan)
    _write_themes(programme, plan)
    new = _plain(plan_of(programme))
    if old == new:
        return False
    audit.record(actor, "mentoring.programme:edit", programme, before=old, after=new)
    return True


def move_programme(programme: Programme, step: str, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Go on to the next phase, or open the call again. Cities are told when the call opens, and every pair when it is to prepare.

    Raises:
        NotFound: there is no such step.
        DomainError: the call cannot be opened: its text is not published, or it has no theme or calendar.
    """
    authorise(actor, Permission.RUN_PROGRAMME, programme)
    if not any(each.name == step and not each.automatic for each in PROGRAMME.transitions):
        raise NotFound(_("There is no such step."))
    if step == "open_call" and (problem := not_ready(programme)):
        raise InvalidTransition(problem)
    event = engine.fire(PROGRAMME, programme, step, actor=actor, version=seen, reason=reason)
    if step in {"open_call", "reopen_call"}:
        programme_notices.call_opened(programme)
    if step == "begin_preparing":
        programme_notices.preparation_begins(programme, programmes.running_pairs(programme))
    return event


def not_ready(programme: Programme) -> Text | None:
    """What is still missing before the call can be opened."""
    if not programme.item.source.is_published:
        return _("Publish the text of the call first: cities read it before they apply.")
    if not programme.schemes:
        return _("Choose at least one theme first.")
    if {each.phase for each in programme.phases} < set(CALENDAR):
        return _("Give every phase its days first.")
    return None


def move_version(
    _programme: Programme,
    version: LanguageVersion,
    name: str,
    *,
    actor: Actor,
    seen: int | None,
    seen_hash: str = "",
    reason: str = "",
) -> WorkflowEvent:
    """Take a step with the text of the call and tell the people it concerns."""
    before = Before.of(version)
    event = content.move(version, name, actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    programme_notices.MAILS.after(version, event, before, actor=actor)
    return event


def save_call(version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False) -> Any:
    """Keep what was written of the call."""
    authorise(actor, Permission.EDIT_PROGRAMME)
    return content.save_source(version, body, actor=actor, seen=seen, same_meaning=same_meaning)


# --- pieces ------------------------------------------------------------------------------------------------


def _problems(plan: Plan, programme: Programme | None) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    last: date | None = None
    for phase in CALENDAR:
        starts, ends = plan.phases.get(phase, (None, None))
        if (starts is None) != (ends is None):
            found.append((f"{phase}_to" if starts else f"{phase}_from", _("Give both the first and the last day.")))
        elif starts and ends and ends < starts:
            found.append((f"{phase}_to", _("The end is before the beginning.")))
        elif starts and last and starts < last:
            found.append((f"{phase}_from", _("A phase cannot begin before the one before it.")))
        last = starts or last
    found += [
        (name, _("Enter a number of days between %(least)s and %(most)s.", least=FEWEST_DAYS, most=MOST_DAYS))
        for name in ("answer_days", "quiet_days")
        if not FEWEST_DAYS <= getattr(plan, name) <= MOST_DAYS
    ]
    known = {slug for slug, _title in programmes.themes_to_choose(programme, "en")}
    chosen = [theme.toolkit for theme in plan.themes]
    if len(set(chosen)) < len(chosen) or set(chosen) - known:
        found.append(("themes", _("Choose among the themes offered, each once.")))
    if plan.previous_id is not None:
        previous = db.session.get(Programme, plan.previous_id)
        if previous is None or previous is programme:
            found.append(("previous_id", _("Choose among the programmes offered.")))
    return found


def _taken_away(programme: Programme, plan: Plan) -> list[tuple[str | None, Text]]:
    kept = {theme.toolkit for theme in plan.themes}
    gone = [scheme for scheme in programme.schemes if scheme.toolkit not in kept]
    named, ruled = _named_in(gone, Need, Offer, Wish, Pairing), _named_in(gone, PairRule)
    found: list[tuple[str | None, Text]] = []
    if named:
        found.append(("themes", _("Cities have already named these themes, so they stay: %(themes)s.", themes=named)))
    if ruled:
        message = _("Pairs are locked or banned in these themes. Free them first, or keep the themes: %(themes)s.", themes=ruled)
        found.append(("themes", message))
    return found


def _named_in(schemes: Sequence[Scheme], *models: Any) -> str:
    """The toolkits of those schemes to which something of these belongs; empty where nothing does."""
    numbers = [scheme.id for scheme in schemes]
    used = {each for model in models for each in db.session.scalars(select(model.scheme_id).where(model.scheme_id.in_(numbers)))}
    return ", ".join(scheme.toolkit for scheme in schemes if scheme.id in used)


def _write_phases(programme: Programme, plan: Plan) -> None:
    known = {each.phase: each for each in programme.phases}
    for phase in CALENDAR:
        starts, ends = plan.phases.get(phase, (None, None))
        entry = known.get(phase)
        if starts is None or ends is None:
            if entry is not None:
                programme.phases.remove(entry)
        elif entry is None:
            programme.phases.append(ProgrammePhase(phase=phase, starts_on=starts, ends_on=ends))
        else:
            entry.starts_on, entry.ends_on = starts, ends
    db.session.flush()


def _write_themes(programme: Programme, plan: Plan) -> None:
    known = {each.toolkit: each for each in programme.schemes}
    for scheme in [each for each in programme.schemes if each.toolkit not in {theme.toolkit for theme in plan.themes}]:
        programme.schemes.remove(scheme)
    for place, theme in enumerate(plan.themes):
        entry = known.get(theme.toolkit)
        if entry is None:
            entry = Scheme(toolkit=theme.toolkit, benchmark_number=toolkits.latest_number(theme.toolkit) or 1)
            programme.schemes.append(entry)
        entry.position = place
        entry.facilitator_id = theme.facilitator_id
        entry.facilitator_name = theme.facilitator_name.strip()[:LONGEST_NAME]
        entry.facilitator_organisation = theme.facilitator_organisation.strip()[:LONGEST_NAME]
        entry.note = theme.note.strip()[:LONGEST_NOTE]
    db.session.flush()


def _plain(plan: Plan) -> dict[str, Any]:
    phases = {name: [day.isoformat() for day in days if day] for name, days in plan.phases.items()}
    themes = [[t.toolkit, t.facilitator_id, t.facilitator_name, t.facilitator_organisation, t.note] for t in plan.themes]
    return {
        "phases": phases, "themes": themes, "previous": plan.previous_id, "answer_days": plan.answer_days,
        "quiet_days": plan.quiet_days,
    }  # fmt: skip


def _said(plan: Plan) -> dict[Text, Any]:
    """Everything a person filled in, by its label, to set two against each other."""
    days = {PHASES[phase]: [day.isoformat() if day else "" for day in plan.phases.get(phase, (None, None))] for phase in CALENDAR}
    themes = [" · ".join(filter(None, (t.toolkit, t.facilitator_name, t.facilitator_organisation, t.note))) for t in plan.themes]
    return {
        **days, _l("Themes"): themes, LABELS["answer_days"]: str(plan.answer_days), LABELS["quiet_days"]: str(plan.quiet_days),
    }  # fmt: skip
