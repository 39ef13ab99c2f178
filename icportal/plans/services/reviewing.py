"""A plan on its way: sent to review, agreed to, endorsed, published, written anew. Every function is one act; the caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import IO

from sqlalchemy import select, update

from icportal.cities.models import City
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import PORTAL_ZONE, now, today
from icportal.core.db import db
from icportal.core.errors import FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.files import accept_upload
from icportal.core.filetypes import SCANS
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.text import clean_line
from icportal.plans import freezing, loaded, plan_notices, returning, timeline, versions
from icportal.plans.contents import Content
from icportal.plans.draft import LONGEST_NAME
from icportal.plans.enums import Permission, PlanState
from icportal.plans.flow import PLAN, WITHDRAWALS
from icportal.plans.models import Action, ActionPlan, Endorsement, PlanVersion, ProgressRound
from icportal.plans.queries import OfCity
from icportal.plans.services.writing import authorise_writing, held_plan
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

#: The steps of ``move_plan``; the others have functions of their own.
MOVES = WITHDRAWALS | {"take_back", "publish", "revise"}
#: What a coordinator decides about a version that was read.
DECISIONS = frozenset({"agree", "request_changes"})


@dataclass(frozen=True)
class Decision:
    """What the city's administration has decided: which body, on which day, under which reference."""

    body: str
    decided_on: date | None
    reference: str = ""


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    stream: IO[bytes]
    filename: str


def submit_plan(city: City, *, actor: Actor, seen: int | None) -> PlanVersion:
    """Freeze what the plan says publicly as its next version, and send that to review.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: it is not being written; or something stands in the way, which is said.
        Stale: somebody has changed the plan since.
    """
    authorise_writing(actor, city)
    plan = held_plan(city.id)
    db.session.flush()
    db.session.expire_all()
    last, content = versions.latest(plan), loaded.load_plan(city)
    if plan.state in _WRITTEN and (problems := freezing.obstacles(content, agreed_content(last))):
        raise InvalidTransition(problems[0])
    frozen, kept = freezing.content_of(content), [action.id for action in freezing.included(content)]
    checksum = sha256(frozen)
    engine.fire(PLAN, plan, "submit", actor=actor, version=seen, revision_hash=checksum, city_id=city.id)
    version = PlanVersion(
        plan_id=plan.id, number=last.number + 1 if last else 1, content=frozen, sha256=checksum, created_by=actor.id,
        written_by=list(plan.written_by),
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    plan.submitted_version_id, plan.written_by = version.id, []
    _mark_included(plan, kept)
    plan_notices.moved(city, "submit", actor=actor)
    return version


def agreed_content(version: PlanVersion | None) -> Content | None:
    """What a version says that a coordinator agreed to: sending the same again would ask for nothing new."""
    return version.content if version and version.agreed_at is not None else None


_WRITTEN = frozenset({PlanState.DRAFT, PlanState.CHANGES_REQUESTED})


def _mark_included(plan: ActionPlan, kept: list[int]) -> None:
    """Remember which actions the version has: those stand still while it is read. One statement for all of them."""
    of_plan = update(Action).where(Action.plan_id == plan.id)
    db.session.execute(of_plan.where(Action.id.in_(kept), Action.is_included.is_(False)).values(is_included=True))
    db.session.execute(of_plan.where(Action.id.not_in(kept), Action.is_included.is_(True)).values(is_included=False))
    db.session.flush()
    db.session.expire_all()


def decide_review(city: City, step: str, *, actor: Actor, seen_sha256: str, reason: str = "") -> WorkflowEvent:
    """Agree to the version that was read, or ask for changes with a reason. Nobody agrees to what they wrote any part of.

    Raises:
        NotFound: there is no such step.
        NotAllowed: the actor is no coordinator, or wrote part of it.
        Stale: the city has sent another version since, or taken it back.
        InvalidTransition: it is not under review, or the reason is missing.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    if step not in DECISIONS:
        raise NotFound(_("There is no such step."))
    authorise(actor, Permission.AGREE, OfCity(city.id))
    plan, version = _in_hand(city)
    if version is None or seen_sha256 != version.sha256:
        raise Stale(_("The text has changed since you read it. Read the new version before you decide."))
    event = engine.fire(
        PLAN, plan, step, actor=actor, reason=reason, revision_hash=version.sha256, seen_hash=seen_sha256, city_id=city.id
    )
    if step == "agree":
        version.agreed_by, version.agreed_at = actor.id, event.at
    else:
        _write_on(plan, version)
    db.session.flush()
    plan_notices.moved(city, step, actor=actor, reason=event.reason)
    return event


def endorse_plan(city: City, decision: Decision, *, actor: Actor, seen_sha256: str, upload: Upload | None = None) -> Endorsement:
    """Record that the city's administration has decided on the version a coordinator agreed to, with the paper that says so.

    Raises:
        NotAllowed: the actor is not of the city.
        InvalidTransition: no version waits for a decision.
        Stale: it is not the version that was seen.
        FieldErrors: naming what does not do; nothing of it is kept, the file neither.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    authorise(actor, Permission.ENDORSE, OfCity(city.id))
    plan, version = _in_hand(city)
    if version is None or plan.state != PlanState.REVIEWED:
        raise InvalidTransition(_("No version waits to be endorsed now: a coordinator has to agree to it first."))
    if seen_sha256 != version.sha256:
        raise Stale(_("The text has changed since you read it. Read the new version before you decide."))
    decision = cleaned(decision)
    if problems := problems_with(decision, version):
        raise FieldErrors(problems)
    assert decision.decided_on is not None
    kept = (
        accept_upload(upload.stream, upload.filename, kinds=SCANS, actor=actor, city_id=city.id, field="upload")
        if upload
        else None
    )
    endorsement = Endorsement(
        plan_id=plan.id, version_id=version.id, body=decision.body, decided_on=decision.decided_on, reference=decision.reference,
        file_id=kept.id if kept else None, recorded_by=actor.id,
    )  # fmt: skip
    db.session.add(endorsement)
    engine.fire(PLAN, plan, "endorse", actor=actor, revision_hash=version.sha256, city_id=city.id)
    plan_notices.moved(city, "endorse", actor=actor)
    return endorsement


def cleaned(decision: Decision) -> Decision:
    """A decision as it is kept."""
    return Decision(clean_line(decision.body), decision.decided_on, clean_line(decision.reference))


def problems_with(decision: Decision, version: PlanVersion) -> list[tuple[str | None, Text]]:
    """What does not do in what is said of the decision on a version, by field."""
    problems: list[tuple[str | None, Text]] = []
    if not decision.body:
        problems.append(("body", _("Say which body has decided, such as the city council.")))
    problems += [
        (name, _("This is too long: at most %(max)d characters.", max=LONGEST_NAME))
        for name in ("body", "reference")
        if len(getattr(decision, name)) > LONGEST_NAME
    ]
    if decision.decided_on is None:
        problems.append(("decided_on", _("Enter the day of the decision.")))
    elif decision.decided_on > today():
        problems.append(("decided_on", _("Choose a day that is not still to come.")))
    elif decision.decided_on < version.created_at.astimezone(PORTAL_ZONE).date():
        problems.append(("decided_on", _("This version did not exist yet on that day. Enter the day on which it was decided.")))
    return problems


def move_plan(city: City, step: str, *, actor: Actor, seen: int | None, reason: str = "") -> WorkflowEvent:
    """Take the plan back, publish it, begin a new version; or withdraw what is public, wherever its successor stands.

    Raises:
        NotFound: there is no such step.
        NotAllowed, Stale, InvalidTransition: as the engine says.
    """
    authorise(actor, Permission.VIEW, OfCity(city.id))
    if step not in MOVES:
        raise NotFound(_("There is no such step."))
    authorise(actor, PLAN.find(step).permission, OfCity(city.id))
    plan, version = _in_hand(city)
    concerned = versions.published_version(plan) if step in WITHDRAWALS else version
    digest = concerned.sha256 if concerned else ""
    # What is written meanwhile has nothing to do with the version that the public reads.
    read = None if step in WITHDRAWALS else seen
    event = engine.fire(PLAN, plan, step, actor=actor, version=read, reason=reason, revision_hash=digest, city_id=city.id)
    if step == "publish":
        assert version is not None
        _publish(plan, version)
    elif step in WITHDRAWALS:
        _withdraw(plan)
    elif version is not None:
        _write_on(plan, version)
    db.session.flush()
    plan_notices.moved(city, step, actor=actor, reason=event.reason)
    return event


def go_back(city: City, *, actor: Actor, seen: int | None) -> PlanVersion:
    """Let the version that was agreed to last stand again, where it stood: the city has changed nothing of it.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: no version was agreed to, or the text is another one by now.
        Stale: somebody has changed the plan since.
    """
    authorise_writing(actor, city)
    plan = held_plan(city.id)
    db.session.flush()
    db.session.expire_all()
    back = returning.way_back(loaded.load_plan(city))
    if back is None:
        raise InvalidTransition(
            _("There is no version to go back to, or the plan says something else by now. Send it to review.")
        )
    version, step = back
    engine.fire(PLAN, plan, step, actor=actor, version=seen, revision_hash=version.sha256, city_id=city.id)
    plan.submitted_version_id = version.id
    _mark_included(plan, [each["id"] for each in version.content["actions"]])
    plan_notices.moved(city, step, actor=actor)
    return version


# --- pieces ------------------------------------------------------------------------------------------------


def _in_hand(city: City) -> tuple[ActionPlan, PlanVersion | None]:
    """The plan, held until the end of the transaction, and the version that is read or endorsed now."""
    if loaded.plan_row(city) is None:
        raise NotFound(_("This city has no action plan yet."))
    plan = held_plan(city.id)
    return plan, versions.version_in_hand(plan)


def _write_on(plan: ActionPlan, version: PlanVersion) -> None:
    """The city writes again. Nobody has agreed to what they wrote before, so it counts as theirs until somebody does."""
    if version.agreed_at is None:
        plan.written_by = sorted({*plan.written_by, *version.written_by})
    plan.submitted_version_id = None


def _publish(plan: ActionPlan, version: PlanVersion) -> None:
    plan.published_version_id, plan.published_at = version.id, now()
    endorsement = versions.endorsement_of(version)
    assert endorsement is not None, "only an endorsed version is published"
    timeline.tell_published(plan, version, endorsement)
    for round_ in _rounds(plan):
        if round_.closed_at is not None:
            timeline.tell_report(plan, round_)


def _withdraw(plan: ActionPlan) -> None:
    plan.published_version_id = plan.published_at = None
    timeline.take_away(plan, versions.versions_of(plan), _rounds(plan))


def _rounds(plan: ActionPlan) -> list[ProgressRound]:
    return list(db.session.scalars(select(ProgressRound).where(ProgressRound.plan_id == plan.id)))
