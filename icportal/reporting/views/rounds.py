"""Rounds as coordinators run them: planning, inviting, opening, closing, and what was frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, url_for

from icportal.accounts.directory import names_of
from icportal.core import files
from icportal.core.clock import today
from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.reporting import labels, rounds
from icportal.reporting.asked import offered_languages
from icportal.reporting.enums import Permission, RoundState
from icportal.reporting.flow import RESPONSE, ROUND
from icportal.reporting.models import Round
from icportal.reporting.round_forms import CitiesForm, DeadlineForm, RoundForm, StepForm
from icportal.reporting.services import rounds as services
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.forms import PortalForm, VersionedForm
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.history import told


@blueprint.get("/work/reporting")
@requires(Permission.LIST_ROUNDS)
def list_rounds() -> str:
    """The rounds for those who run them, and for people of a city what their city answers."""
    actor = current_actor()
    sees_all = can(actor, Permission.VIEW_BOARD)
    return render_template(
        "reporting/round_list.html",
        rounds=rounds.all_rounds() if sees_all else [],
        tallies=rounds.tallies() if sees_all else {},
        own=rounds.responses_for(actor),
        sees_all=sees_all,
        may_run=can(actor, Permission.RUN_ROUND),
        edition=labels.edition,
        period=labels.period,
        round_flow=ROUND,
        response_flow=RESPONSE,
    )


@blueprint.route("/work/reporting/rounds/new", methods=["GET", "POST"])
@requires(Permission.RUN_ROUND)
def new_round() -> Answer:
    """Plan a round; the cities are chosen next."""
    known = rounds.all_rounds()
    following = max((each.number for each in known), default=0) + 1
    before = next((each.id for each in known if each.state == RoundState.CLOSED), 0)
    form = RoundForm(data={"number": following, "previous_id": before, "smallest_group": 3})
    form.offer(rounds.versions_offered(current_language().code), [(each.id, labels.edition(each)) for each in known])
    made: list[Round] = []

    def act() -> None:
        made.append(services.create_round(form.plan(), actor=current_actor()))
        flash(_("The round is planned. See whether the right cities are invited."), "success")

    return ask(form, act, "reporting/round_edit.html", lambda: _to("choose_cities", made[0]), round=None)


@blueprint.get("/work/reporting/rounds/<slug:round_slug>")
@requires(Permission.VIEW_BOARD)
def show_round(round_slug: str) -> Answer:
    """A round: what is asked, of whom, until when, what can be done now, and what was frozen."""
    return _round_page(rounds.get_round(round_slug))


def _round_page(round_: Round, form: StepForm | None = None, status: int = 200) -> Answer:
    actor = current_actor()
    events = engine.history(ROUND, round_.id)
    snapshots = rounds.snapshots_of(round_)
    names = names_of({event.actor_id for event in events} | {snapshot.closed_by for snapshot in snapshots})
    version = round_.questionnaire_version
    titles = dict(rounds.versions_offered(current_language().code))
    typed = {form.transition.data: form.reason.data or ""} if form else {}
    return render_template(
        "reporting/round_show.html",
        **round_context(round_),
        form=form,
        reasons=typed,
        moves=engine.moves(ROUND, round_, actor=actor),
        questionnaire=titles.get(version.id, version.questionnaire.code),
        offered=offered_languages(version),
        previous=next((each for each in rounds.all_rounds() if each.id == round_.previous_id), None),
        tally=rounds.tallies().get(round_.id, rounds.Tally()),
        extensions=rounds.waiting_extensions(round_.id),
        snapshots=snapshots,
        names=names,
        progress=rounds.freezing(round_),
        is_over=round_.is_open and today() > round_.deadline,
        entries=told(ROUND, events, names),
    ), status


def round_context(round_: Round) -> dict[str, Any]:
    """What every page of a round shows: which it is, where it stands, and who may run it."""
    return {
        "round": round_,
        "edition": labels.edition(round_),
        "edition_of": labels.edition,
        "period": labels.period(round_),
        "state": ROUND.state(round_.state),
        "may_run": can(current_actor(), Permission.RUN_ROUND, round_),
    }


@blueprint.route("/work/reporting/rounds/<slug:round_slug>/edit", methods=["GET", "POST"])
@requires(Permission.RUN_ROUND)
def edit_round(round_slug: str) -> Answer:
    """Change what a round is planned with; of an open one only the deadline."""
    round_ = rounds.get_round(round_slug)
    authorise(current_actor(), Permission.RUN_ROUND, round_)
    form: Any = DeadlineForm(obj=round_) if round_.state != RoundState.DRAFT else RoundForm(obj=round_)
    if isinstance(form, RoundForm):
        known = [(each.id, labels.edition(each)) for each in rounds.all_rounds() if each.id != round_.id]
        form.offer(rounds.versions_offered(current_language().code), known)

    def act() -> None:
        current = services.plan_of(round_)
        plan = form.plan() if isinstance(form, RoundForm) else replace(current, deadline=form.deadline.data or current.deadline)
        services.edit_round(round_, plan, actor=current_actor(), version=form.version.data or 0)
        flash(_("Saved."), "success")

    return ask(form, act, "reporting/round_edit.html", lambda: _to("show_round", round_), subject=round_, **round_context(round_))


@blueprint.route("/work/reporting/rounds/<slug:round_slug>/cities", methods=["GET", "POST"])
@requires(Permission.RUN_ROUND)
def choose_cities(round_slug: str) -> Answer:
    """The list of cities to tick: who takes part."""
    round_ = rounds.get_round(round_slug)
    authorise(current_actor(), Permission.RUN_ROUND, round_)
    candidates = rounds.candidates(round_, current_language().code)
    form = CitiesForm(obj=round_, data={"cities": [each.city.id for each in candidates if each.invited]})

    def act() -> None:
        came, _gone = services.set_cities(round_, form.cities.data or [], actor=current_actor())
        flash(_("Saved."), "success")
        if came and round_.is_open:
            flash(_n("%(num)s city was invited by mail.", "%(num)s cities were invited by mail.", came), "info")

    groups = [(title, [each for each in candidates if each.standing == standing]) for standing, title in rounds.STANDINGS.items()]
    context = {"groups": groups, "chosen": set(form.cities.data or []), "subject": round_, **round_context(round_)}
    return ask(form, act, "reporting/round_cities.html", lambda: _to("show_round", round_), **context)


@blueprint.post("/work/reporting/rounds/<slug:round_slug>/move")
@requires(Permission.RUN_ROUND)
def move_round(round_slug: str) -> Answer:
    """Open, close or open again; refused, the page comes again with the reason typed."""
    round_ = rounds.get_round(round_slug)
    form = StepForm()
    if not form.validate():
        return _round_page(round_, form, 422)
    try:
        flash(_move(round_, form), "success")
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _round_page(round_, form, error.status)
    return redirect(_to("show_round", round_), 303)


def _move(round_: Round, form: StepForm) -> str:
    actor, version, step = current_actor(), form.version.data or 0, form.transition.data
    if step == "open":
        services.open_round(round_, actor=actor, version=version)
        return _("The round is open. The cities have their mail.")
    if step == "close":
        services.close_round(round_, actor=actor, version=version)
        return _("The round is closed.")
    if step == "reopen":
        services.reopen_round(round_, actor=actor, version=version, reason=form.reason.data or "")
        return _("The round is open again. The cities have your reason.")
    raise NotFound(_("There is no such step."))


@blueprint.get("/work/reporting/rounds/<slug:round_slug>/progress")
@requires(Permission.VIEW_BOARD)
def freeze_progress(round_slug: str) -> Answer:
    """How far the freezing is, for the page that shows it."""
    progress = rounds.freezing(rounds.get_round(round_slug))
    running = progress is not None and progress.running
    return {"running": running, "done": progress.done if progress else 0, "total": progress.total if progress else None}


@blueprint.get("/work/reporting/rounds/<slug:round_slug>/snapshots/<int:number>")
@requires(Permission.VIEW_BOARD)
def download_snapshot(round_slug: str, number: int) -> Response:
    """A frozen state as its file."""
    file = rounds.get_snapshot(rounds.get_round(round_slug), number).file
    assert file is not None
    return Response(files.open_file(file).getvalue(), headers={**files.headers_for(file), "Cache-Control": "no-store"})


# --- shared -------------------------------------------------------------------------------------------------


def ask(form: PortalForm, act: Callable[[], None], template: str, then: Callable[[], str], **context: Any) -> Answer:
    """Show the form, or do what it asks and go on; a refusal shows it again with everything that was typed."""
    if not form.is_submitted():
        return render_template(template, form=form, stale=None, **context)
    status, stale = 422, None
    if form.validate():
        try:
            act()
        except (NotAllowed, NotFound):
            raise
        except Stale as error:
            status, stale = error.status, error
            if isinstance(form, VersionedForm) and context.get("subject") is not None:
                form.version.raw_data, form.version.data = None, context["subject"].version
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            return redirect(then(), 303)
    return render_template(template, form=form, stale=stale, **context), status


def _to(endpoint: str, round_: Round) -> str:
    return url_for(f"reporting.{endpoint}", round_slug=round_.slug)
