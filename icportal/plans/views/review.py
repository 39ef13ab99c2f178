"""A plan on its way: where it stands, what was said of it, the steps, the decision of the city's administration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.plans import freezing, loaded, queries, remarks, returning, versions
from icportal.plans.enums import WRITABLE, Permission, PlanState
from icportal.plans.flow import PLAN, RETURNS, WITHDRAWALS
from icportal.plans.loaded import LoadedPlan
from icportal.plans.models import ActionPlan, PlanVersion
from icportal.plans.queries import OfCity
from icportal.plans.review_forms import AboutForm, EndorseForm, RemarkForm, ReplyForm, ReviewStepForm
from icportal.plans.services import about, remarking, reviewing
from icportal.plans.services.writing import why_closed
from icportal.plans.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint, languages, plan_context, plan_page, written_in
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.engine import Move
from icportal.workflow.history import told

#: Steps that have a page or a form of their own.
APART = frozenset({"endorse"})


@blueprint.get("/work/plans/<slug:slug>/review")
@requires(Permission.VIEW)
def show_review(slug: str) -> Answer:
    """Where the plan stands, who has to move, what was said of it, and what can be done now."""
    return _page(queries.open_city(slug, actor=current_actor()))


@blueprint.post("/work/plans/<slug:slug>/review")
@requires(Permission.VIEW)
def move_plan(slug: str) -> Answer:
    """Take a step with the plan; refused, the page comes again with the reason typed."""
    city, form = queries.open_city(slug, actor=current_actor()), ReviewStepForm()
    if not form.validate():
        return _page(city, form, status=UNPROCESSABLE)
    try:
        _take(city, form)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _page(city, form, status=error.status)
    plan = loaded.plan_row(city)
    assert plan is not None
    if form.transition.data in WITHDRAWALS:
        flash(_("Done: nobody outside reads the plan any more."), "success")
    else:
        flash(_("Done: it is now “%(state)s”.", state=PLAN.state(plan.state).label), "success")
    return redirect(url_for("plans.show_review", slug=slug), 303)


def _take(city: City, form: ReviewStepForm) -> None:
    """The service of the step that was asked for."""
    step, reason, actor = form.transition.data or "", form.reason.data or "", current_actor()
    if step == "submit":
        reviewing.submit_plan(city, actor=actor, seen=form.version.data)
    elif step in reviewing.DECISIONS:
        reviewing.decide_review(city, step, actor=actor, seen_sha256=form.seen_hash.data or "", reason=reason)
    elif step in RETURNS:
        reviewing.go_back(city, actor=actor, seen=form.version.data)
    else:
        reviewing.move_plan(city, step, actor=actor, seen=form.version.data, reason=reason)


# --- the plan itself -------------------------------------------------------------------------------------------


@blueprint.route("/work/plans/<slug:slug>/about", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_plan(slug: str) -> Answer:
    """Say what the plan is called, why there is one, and how often progress is told."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    plan = loaded.plan_row(city)
    now = about.said_by(plan, language=written_in(city))
    form = AboutForm(data={**vars(now), "seen": now.seal})
    form.language.choices = languages(city)
    stale, status = None, 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                about.edit_plan(city, form.about, actor=current_actor(), seen=form.seen.data or "")
            except Stale as error:
                stale, status = error, CONFLICT
                form.seen.raw_data, form.seen.data = None, about.said_by(loaded.plan_row(city)).seal
            except DomainError as error:
                form.refuse(error)
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("plans.show_review", slug=slug), 303)
    closed = why_closed(plan) if plan else None
    return render_template("plans/plan_edit.html", **plan_context(city), form=form, stale=stale, closed=closed), status


# --- the decision ----------------------------------------------------------------------------------------------


@blueprint.route("/work/plans/<slug:slug>/endorse", methods=["GET", "POST"])
@requires(Permission.ENDORSE)
def endorse_plan(slug: str) -> Answer:
    """Record what the city's administration has decided on the version that was agreed to."""
    city, actor = queries.open_city(slug, actor=current_actor()), current_actor()
    authorise(actor, Permission.ENDORSE, OfCity(city.id))
    plan = loaded.plan_row(city)
    version = versions.version_in_hand(plan) if plan and plan.state == PlanState.REVIEWED else None
    form, status = EndorseForm(data={"seen": version.sha256 if version else ""}), 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                reviewing.endorse_plan(city, form.decision, actor=actor, seen_sha256=form.seen.data or "", upload=form.file)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                flash(_("The decision is recorded. The plan can be published now."), "success")
                return redirect(url_for("plans.show_review", slug=slug), 303)
    return render_template("plans/plan_endorse.html", **plan_context(city), form=form, version=version), status


# --- remarks ---------------------------------------------------------------------------------------------------


@blueprint.post("/work/plans/<slug:slug>/remarks")
@requires(Permission.REMARK)
def add_remark(slug: str) -> Answer:
    """Say something of the plan or of one action."""
    city = queries.open_city(slug, actor=current_actor())
    form = _remark_form(city)
    if form.validate():
        try:
            remark = remarking.add_remark(
                city, kind=form.kind.data or "", text=form.text.data or "", action_id=form.action_id.data or None,
                language=form.language.data or "", actor=current_actor(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your remark is there. The city is told."), "success")
            return redirect(f"{url_for('plans.show_review', slug=slug)}#remark-{remark.id}", 303)
    return _page(city, remark=form, status=UNPROCESSABLE)


@blueprint.post("/work/plans/<slug:slug>/remarks/<int:remark_id>/reply")
@requires(Permission.EDIT)
def reply_to_remark(slug: str, remark_id: int) -> Answer:
    """Answer a remark for the city; of two who answer, the second sees both."""
    city, form = queries.open_city(slug, actor=current_actor()), ReplyForm(prefix=f"r{remark_id}-")
    status = UNPROCESSABLE
    if form.validate():
        try:
            remarking.reply_to(city, remark_id, form.reply.data or "", actor=current_actor(), seen=form.seen.data or "")
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
            form.seen.raw_data, form.seen.data = None, remarks.reply_of(remark_id)
            status = error.status
        else:
            flash(_("Your answer is there."), "success")
            return redirect(f"{url_for('plans.show_review', slug=slug)}#remark-{remark_id}", 303)
    return _page(city, reply=(remark_id, form), status=status)


@blueprint.post("/work/plans/<slug:slug>/remarks/<int:remark_id>/settle")
@requires(Permission.REMARK)
def settle_remark(slug: str, remark_id: int) -> Answer:
    """Say that nothing more is to be done about a remark."""
    city = queries.open_city(slug, actor=current_actor())
    remarking.settle(city, remark_id, actor=current_actor())
    flash(_("The remark is settled."), "success")
    return redirect(f"{url_for('plans.show_review', slug=slug)}#remarks-title", 303)


@blueprint.post("/work/plans/<slug:slug>/remarks/<int:remark_id>/action")
@requires(Permission.EDIT)
def make_action(slug: str, remark_id: int) -> Answer:
    """Make a remark an action of the plan."""
    city = queries.open_city(slug, actor=current_actor())
    action = remarking.make_action(city, remark_id, actor=current_actor())
    flash(_("The action is in the plan as a draft. Its page says what is missing."), "success")
    return redirect(url_for("plans.show_action", slug=slug, action_id=action.id), 303)


# --- the page --------------------------------------------------------------------------------------------------


def _page(
    city: City, form: ReviewStepForm | None = None, *, remark: RemarkForm | None = None,
    reply: tuple[int, ReplyForm] | None = None, status: int = 200,
) -> Answer:  # fmt: skip
    plan, actor = loaded.plan_row(city), current_actor()
    history = engine.history(PLAN, plan.id) if plan else []
    said = remarks.remarks_of(plan)
    known = versions.versions_of(plan)
    names = names_of(
        {event.actor_id for event in history} | {each.remark.author_id for each in said} | {v.created_by for v in known}
    )
    sent = remark or (reply[1] if reply else form)
    may = {
        "may_remark": can(actor, Permission.REMARK, OfCity(city.id)),
        "may_endorse": can(actor, Permission.ENDORSE, OfCity(city.id)),
    }
    return render_template(
        "plans/plan_review.html", **plan_page(city, "review"), **_standing(city, plan, known), **may, plan=plan, form=sent,
        remarks=said, kinds=remarks.KINDS, names=names, own_id=actor.id,
        remark_form=(remark or _remark_form(city)) if may["may_remark"] and plan else None,
        replies={each.remark.id: _reply_form(each.remark.id, each.remark.reply, reply) for each in said if not each.remark.settled_at},
        reasons={form.transition.data: form.reason.data or ""} if form else {},
        entries=told(PLAN, history, names),
    ), status  # fmt: skip


def _standing(city: City, plan: ActionPlan | None, known: list[PlanVersion]) -> dict[str, Any]:
    """The state of the plan, the version in hand with what changed, and what stands in the way of sending the next."""
    now = loaded.load_plan(city)
    version = versions.version_in_hand(plan) if plan else None
    moves = (
        [move for move in engine.moves(PLAN, plan, actor=current_actor()) if move.transition.name not in APART] if plan else []
    )
    state = plan.state if plan else PlanState.DRAFT
    is_written = state in WRITABLE
    problems = freezing.obstacles(now, reviewing.agreed_content(known[0] if known else None)) if is_written else []
    return {
        "state": PLAN.state(state),
        "version": version,
        "changes": versions.changes_since_last(version) if version else None,
        "endorsement": versions.endorsement_of(version),
        "published": next((each for each in known if plan and each.id == plan.published_version_id), None),
        "moves": [*_back(now), *(move for move in moves if not (problems and move.transition.name == "submit"))],
        "obstacles": problems,
        "left_out": freezing.drafts(now) if is_written else [],
        "sent": len(freezing.included(now)) if is_written else 0,
    }


def _back(plan: LoadedPlan) -> list[Move]:
    """The step back to the version that was agreed to, for those who write the plan."""
    back = returning.way_back(plan) if can(current_actor(), Permission.EDIT, OfCity(plan.city.id)) else None
    if back is None:
        return []
    version, step = back
    label = _("Go back to version %(number)s", number=version.number)
    then = _("Nothing of it has changed: it stands again where it stood, and is not sent to review once more.")
    return [Move(replace(PLAN.find(step), label=label, next_step=then))]


def _remark_form(city: City) -> RemarkForm:
    plan = loaded.plan_row(city)
    form = RemarkForm(data={"language": written_in(city)})
    version = versions.latest(plan) if plan else None
    actions = [(each["id"], each["title"]) for each in version.content["actions"]] if version else []
    kinds = [(kind, remarks.KINDS[kind]) for kind in remarking.kinds_for(current_actor(), city)]
    form.offer(kinds, [(0, _("The whole plan")), *actions], [(str(each.value), each.label) for each in languages(city)])
    return form


def _reply_form(remark_id: int, there: str, sent: tuple[int, ReplyForm] | None) -> ReplyForm:
    if sent and sent[0] == remark_id:
        return sent[1]
    return ReplyForm(None, prefix=f"r{remark_id}-", data={"seen": there, "reply": there})
