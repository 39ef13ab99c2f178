"""Telling what came of a plan: the rounds, a note for each action, their approval, the report."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _n
from icportal.plans import loaded, progress, progress_words, queries, versions
from icportal.plans.enums import Permission, ProgressState
from icportal.plans.flow import PROGRESS
from icportal.plans.models import ProgressRound
from icportal.plans.progress import Line, OpenedRound
from icportal.plans.queries import OfCity
from icportal.plans.review_forms import ApproveTextsForm, BeginForm, NoteForm, ReviewStepForm, RoundForm
from icportal.plans.services import asking
from icportal.plans.services import progress as services
from icportal.plans.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint, languages, plan_context, plan_page, written_in
from icportal.web.decorators import requires
from icportal.web.forms import PortalForm
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.history import told

ROUND = "/work/plans/<slug:slug>/progress/<int:number>"


@blueprint.get("/work/plans/<slug:slug>/progress")
@requires(Permission.VIEW)
def list_progress(slug: str) -> Answer:
    """Every progress round of a plan, and when the next one begins."""
    return _list(queries.open_city(slug, actor=current_actor()))


@blueprint.post("/work/plans/<slug:slug>/progress")
@requires(Permission.REPORT)
def begin_progress(slug: str) -> Answer:
    """Open a round."""
    city, form = queries.open_city(slug, actor=current_actor()), BeginForm()
    status = UNPROCESSABLE
    if form.validate():
        try:
            round_ = services.begin_round(city, due_on=form.due_on.data, actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(_("The round is open. Say for each action what was done."), "success")
            return redirect(_address(city, round_), 303)
    return _list(city, form, status=status)


def _list(city: City, form: BeginForm | None = None, *, status: int = 200) -> Answer:
    plan = loaded.plan_row(city)
    rounds = progress.rounds_of(plan)
    may_report = can(current_actor(), Permission.REPORT, OfCity(city.id))
    is_open = any(each.state == ProgressState.OPEN for each in rounds)
    can_begin = may_report and not is_open and versions.reported_on(plan) is not None
    return render_template(
        "plans/progress_list.html", **plan_page(city, "progress"), rounds=rounds, states=PROGRESS, today=today(),
        form=form or (BeginForm(None, data={"due_on": today() + services.TIME_TO_ANSWER}) if can_begin else None),
        next_on=asking.next_round_on(plan) if plan and plan.published_version_id and not is_open else None,
    ), status  # fmt: skip


@blueprint.get(ROUND)
@requires(Permission.VIEW)
def show_progress(slug: str, number: int) -> Answer:
    """A round: what is said of each action, what is approved, and what can be done now."""
    city = queries.open_city(slug, actor=current_actor())
    return _page(city, progress.load_round(city, number))


@blueprint.route(f"{ROUND}/about", methods=["GET", "POST"])
@requires(Permission.REPORT)
def edit_progress(slug: str, number: int) -> Answer:
    """Write the summary of a round, and set its last day."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.REPORT, OfCity(city.id))
    row = progress.get_round(city, number)
    form = RoundForm(data={"summary": row.summary, "language": row.language, "due_on": row.due_on, "version": row.version})
    form.language.choices = languages(city)

    def act() -> None:
        services.edit_round(
            row, city, summary=form.summary.data or "", language=form.language.data or "", due_on=form.due_on.data,
            actor=current_actor(), seen=form.version.data or 0,
        )  # fmt: skip

    return _ask(form, act, "plans/progress_edit.html", city, newest=lambda: row.version, round=row)


@blueprint.route(f"{ROUND}/actions/<int:action_id>", methods=["GET", "POST"])
@requires(Permission.REPORT)
def write_note(slug: str, number: int, action_id: int) -> Answer:
    """Say what was done for one action; what milestones and values already say is filled in."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.REPORT, OfCity(city.id))
    found = progress.load_round(city, number)
    line, facts = found.line(action_id), progress.facts_of(found, found.line(action_id))
    form = NoteForm(data=_note_data(line, facts, city))
    form.language.choices = languages(city)

    def act() -> None:
        services.write_note(found.round, city, action_id, form.draft, actor=current_actor(), seen=form.version.data or 0)

    def newest() -> int:
        note = progress.load_round(city, number).line(action_id).note
        return note.version if note else 0

    return _ask(form, act, "plans/progress_note.html", city, newest=newest, round=found.round, line=line, facts=facts)


def _note_data(line: Line, facts: dict[str, Any], city: City) -> dict[str, Any]:
    if line.note is None:
        return {"text": progress_words.first_words(facts), "language": written_in(city), "internal_note": "", "version": 0}
    note = line.note
    return {"text": note.text, "language": note.language, "internal_note": note.internal_note, "version": note.version}


def _ask(form: Any, act: Any, template: str, city: City, *, newest: Any, **more: Any) -> Answer:
    """A form of a round: shown, sent, or shown again with what was typed; of two who save, the second sees both."""
    stale, status, back = None, 200, _address(city, more["round"])
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                act()
            except (NotAllowed, NotFound):
                raise
            except Stale as error:
                stale, status = error, CONFLICT
                form.version.raw_data, form.version.data = None, newest()
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                flash(_("Saved."), "success")
                return redirect(back, 303)
    return render_template(template, **plan_context(city), form=form, stale=stale, round_url=back, **more), status


@blueprint.post(f"{ROUND}/approve")
@requires(Permission.APPROVE_PROGRESS)
def approve_texts(slug: str, number: int) -> Answer:
    """Approve the texts that were ticked, as they were read."""
    city = queries.open_city(slug, actor=current_actor())
    round_, form, status = progress.get_round(city, number), ApproveTextsForm(), UNPROCESSABLE
    if form.validate():
        try:
            count = services.approve(round_, city, form.versions, actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(_n("One text is approved.", "%(num)s texts are approved.", count), "success")
            return redirect(_address(city, round_), 303)
    return _page(city, progress.load_round(city, number), approving=form, status=status)


@blueprint.post(f"{ROUND}/move")
@requires(Permission.REPORT)
def move_progress(slug: str, number: int) -> Answer:
    """Close a round or open it again; refused, the page comes again with the reason typed."""
    city = queries.open_city(slug, actor=current_actor())
    round_, form = progress.get_round(city, number), ReviewStepForm()
    status = UNPROCESSABLE
    if form.validate():
        step, reason = form.transition.data or "", form.reason.data or ""
        try:
            services.move_round(round_, city, step, actor=current_actor(), seen=form.version.data, reason=reason)
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            flash(_("Done: it is now “%(state)s”.", state=PROGRESS.state(round_.state).label), "success")
            return redirect(_address(city, round_), 303)
    return _page(city, progress.load_round(city, number), form, status=status)


# --- the page --------------------------------------------------------------------------------------------------


def _page(
    city: City,
    found: OpenedRound,
    form: ReviewStepForm | None = None,
    *,
    approving: ApproveTextsForm | None = None,
    status: int = 200,
) -> Answer:
    actor, row = current_actor(), found.round
    events = engine.history(PROGRESS, row.id)
    texts: list[Any] = [row, *(line.note for line in found.lines if line.note)]
    names = names_of({event.actor_id for event in events} | {text.approved_by for text in texts})
    is_open = row.state == ProgressState.OPEN
    sent: PortalForm | None = approving or form
    return render_template(
        "plans/progress_show.html", **plan_page(city, "progress"), round=row, found=found, state=PROGRESS.state(row.state),
        facts={line.action.id: progress.facts_of(found, line) for line in found.lines}, is_open=is_open, names=names, own_id=actor.id,
        is_overdue_round=is_open and row.due_on < today(), obstacles=progress.obstacles(found) if is_open else [],
        may_report=is_open and can(actor, Permission.REPORT, OfCity(city.id)),
        may_approve=is_open and can(actor, Permission.APPROVE_PROGRESS, OfCity(city.id)),
        summary_waits=progress.waits(row), form=sent, approving=approving or ApproveTextsForm(None),
        moves=_moves(row, found), reasons={form.transition.data: form.reason.data or ""} if form else {},
        entries=told(PROGRESS, events, names),
    ), status  # fmt: skip


def _moves(row: ProgressRound, found: OpenedRound) -> list[Any]:
    """The steps; closing is not offered while something stands in its way, which the page says."""
    blocked = row.state == ProgressState.OPEN and progress.obstacles(found)
    moves = engine.moves(PROGRESS, row, actor=current_actor())
    return [move for move in moves if not (blocked and move.transition.name == "close")]


def _address(city: City, round_: ProgressRound) -> str:
    return url_for("plans.show_progress", slug=city.slug, number=round_.number)
