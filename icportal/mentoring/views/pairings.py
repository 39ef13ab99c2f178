"""A pairing: the proposal and its answers, the agreement and its signatures, the journal, the steps."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import labels, pairing_sides, pairings
from icportal.mentoring.enums import RUNNING, Permission
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.matching_forms import AnswerForm
from icportal.mentoring.models import Pairing
from icportal.mentoring.pairing_forms import AgreementForm, JournalForm, StepForm
from icportal.mentoring.services import answers
from icportal.mentoring.services import pairings as services
from icportal.mentoring.views.outcome_parts import outcome_parts
from icportal.mentoring.views.pages import UNPROCESSABLE, Answer, blueprint
from icportal.mentoring.views.programmes import ask
from icportal.mentoring.views.rating_parts import rating_parts
from icportal.mentoring.views.visit_pages import pairing_visits
from icportal.reporting import labels as reporting_labels
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine
from icportal.workflow.history import told

ADDRESS = "/work/mentoring/pairings/<int:pairing_id>"


@blueprint.get(ADDRESS)
@requires(Permission.VIEW_PAIRING)
def show_pairing(pairing_id: int) -> Answer:
    """Everything about one pairing, for those who work in it."""
    return _page(pairings.open_pairing(pairing_id, actor=current_actor()))


@blueprint.post(f"{ADDRESS}/accept")
@requires(Permission.ANSWER_PAIRING)
def accept_pairing(pairing_id: int) -> Answer:
    """Accept a proposal for one's city."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    both = answers.accept(pairing, _city(pairing), actor=current_actor())
    flash(_("Both cities have accepted.") if both else _("Accepted. The other city is told."), "success")
    return _back(pairing)


@blueprint.post(f"{ADDRESS}/decline")
@requires(Permission.ANSWER_PAIRING)
def decline_pairing(pairing_id: int) -> Answer:
    """Decline a proposal, with the reason."""
    pairing, form = pairings.open_pairing(pairing_id, actor=current_actor()), AnswerForm()
    try:
        answers.decline(pairing, _city(pairing), reason=form.reason.data or "", actor=current_actor())
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _page(pairing, form=form, status=error.status)
    flash(_("Declined. The other city and the coordinators are told."), "success")
    return _back(pairing)


@blueprint.route(f"{ADDRESS}/agreement", methods=["GET", "POST"])
@requires(Permission.WORK_ON_PAIRING)
def edit_agreement(pairing_id: int) -> Answer:
    """Write down what both agree on."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    authorise(current_actor(), Permission.WORK_ON_PAIRING, pairing)
    now = services.agreement_of(pairing)
    # Where nothing is agreed yet, the languages for which the two were paired are proposed.
    spoken = list(now.languages) if now.goal else pairing.reasons.get("languages", [])
    form = AgreementForm(
        data={
            **now.texts, "language": now.language, "languages": spoken, "starts_on": now.starts_on, "ends_on": now.ends_on,
            "version": pairing.agreement_sha256,
        }
    )  # fmt: skip
    form.offer()

    def act() -> None:
        services.write_agreement(pairing, form.agreement, actor=current_actor(), seen_sha256=form.version.data or "")
        flash(_("Saved. Both cities sign it on the page of the pairing."), "success")

    return ask(
        form,
        act,
        "mentoring/agreement_edit.html",
        lambda: _back(pairing),
        version=lambda: pairing.agreement_sha256,
        **_context(pairing),
    )


@blueprint.post(f"{ADDRESS}/sign")
@requires(Permission.SIGN_AGREEMENT)
def sign_agreement(pairing_id: int) -> Answer:
    """Sign the agreement exactly as it was read."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    seen = request.form.get("sha256", "")
    try:
        both = services.sign(pairing, _city(pairing), seen_sha256=seen, actor=current_actor())
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(" ".join(str(message) for _field, message in error.problems), "error")
        return _page(pairing, status=error.status)
    flash(_("Both have signed.") if both else _("Signed. The other city is told."), "success")
    return _back(pairing)


@blueprint.post(f"{ADDRESS}/journal")
@requires(Permission.WORK_ON_PAIRING)
def write_journal(pairing_id: int) -> Answer:
    """Add a line to the journal."""
    pairing, form = pairings.open_pairing(pairing_id, actor=current_actor()), JournalForm()
    on = form.on_date.data
    if form.validate() and on:
        sides = pairings.own_sides(pairing, current_actor())
        try:
            services.write_journal(
                pairing, text=form.text.data or "", on=on, kind=form.kind.data or "", language=_written_in(),
                city=sides[0] if len(sides) == 1 else None, actor=current_actor(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Noted."), "success")
            return _back(pairing)
    return _page(pairing, journal=form, status=UNPROCESSABLE)


@blueprint.post(f"{ADDRESS}/fine")
@requires(Permission.ANSWER_PAIRING)
def say_fine(pairing_id: int) -> Answer:
    """Say that all is well, with one click."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    services.all_is_well(pairing, _city(pairing), actor=current_actor())
    flash(_("Thank you. Nobody asks again for a while."), "success")
    return _back(pairing)


@blueprint.post(f"{ADDRESS}/move")
@requires(Permission.WORK_ON_PAIRING)
def move_pairing(pairing_id: int) -> Answer:
    """Pause, go on, complete or end; refused, the page comes again with the reason typed."""
    pairing, form = pairings.open_pairing(pairing_id, actor=current_actor()), StepForm()
    if not form.validate():
        return _page(pairing, form=form, status=UNPROCESSABLE)
    try:
        step, reason = form.transition.data or "", form.reason.data or ""
        services.move_pairing(pairing, step, actor=current_actor(), seen=form.version.data, reason=reason)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return _page(pairing, form=form, status=error.status)
    flash(_("Done: it is now “%(state)s”.", state=PAIRING.state(pairing.state).label), "success")
    return _back(pairing)


# --- shared ------------------------------------------------------------------------------------------------


def _back(pairing: Pairing) -> Answer:
    return redirect(url_for("mentoring.show_pairing", pairing_id=pairing.id), 303)


def _city(pairing: Pairing) -> City:
    """The city one answers for; NotFound where one cannot speak for it."""
    wanted = request.form.get("city", type=row_number)
    found = [city for city in pairings.own_sides(pairing, current_actor()) if wanted in (None, city.id)]
    if not found:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found[0]


def _written_in() -> str:
    return reading_language(current_language().code).code


def _context(pairing: Pairing) -> dict[str, Any]:
    language = current_language().code
    row = pairings.row_of(pairing, language)
    return {
        "pairing": pairing,
        "row": row,
        "mentor_name": row.mentor.name_in(language),
        "mentee_name": row.mentee.name_in(language),
        "programme": pairing.programme,
        "programme_url": url_for("mentoring.show_programme_work", slug=pairing.programme.slug),
        "pairing_url": url_for("mentoring.show_pairing", pairing_id=pairing.id),
    }


def _page(pairing: Pairing, *, form: Any = None, journal: JournalForm | None = None, status: int = 200) -> Answer:
    actor, language = current_actor(), current_language().code
    events, entries = engine.history(PAIRING, pairing.id), pairings.journal_of(pairing)
    names = names_of({event.actor_id for event in events} | {entry.author_id for entry in entries})
    may_work, agreement = can(actor, Permission.WORK_ON_PAIRING, pairing), services.agreement_of(pairing)
    return render_template(
        "mentoring/pairing_show.html",
        **_context(pairing),
        state=PAIRING.state(pairing.state),
        sides=pairings.own_sides(pairing, actor),
        why=pairings.why(pairing, language),
        said=pairing_sides.said_by_both(pairing, language, actor=actor),
        titles=texts.titles(language),
        grades=reporting_labels.GRADES,
        agreement=agreement,
        unsaid=services.missing(agreement) if pairing.state in RUNNING else [],
        agreement_labels=services.AGREEMENT,
        may_work=may_work,
        may_write=may_work and pairing.state in RUNNING,
        moves=engine.moves(PAIRING, pairing, actor=actor) if may_work else [],
        form=journal or form,
        decline=form if isinstance(form, AnswerForm) else AnswerForm(formdata=None),
        journal=journal or JournalForm(formdata=None, data={"on_date": today()}),
        reasons={form.transition.data: form.reason.data or ""} if isinstance(form, StepForm) else {},
        **pairing_visits(pairing),
        **rating_parts(pairing),
        **outcome_parts(pairing),
        entries=entries,
        entry_kinds=labels.ENTRY_KINDS,
        names=names,
        history=told(PAIRING, events, names),
    ), status
