"""Preparation and evaluation: both cities rate the mentee's key factors, and read each other's once both are handed in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import pairings, programmes, rated_factors, ratings
from icportal.mentoring.enums import Permission
from icportal.mentoring.models import Pairing
from icportal.mentoring.rating_forms import rating_form
from icportal.mentoring.rating_words import AGAIN, ANSWERS, HIGHEST, MOMENTS, QUESTIONS, WHEN, Moment
from icportal.mentoring.services import rated_factors as factors
from icportal.mentoring.services import ratings as services
from icportal.mentoring.views.pages import Answer, blueprint
from icportal.mentoring.views.programmes import ask
from icportal.mentoring.views.rating_parts import rating_parts
from icportal.mentoring.views.visit_pages import visit_context
from icportal.plans.enums import Permission as PlanPermission
from icportal.plans.flow import ACTION
from icportal.plans.queries import OfCity
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number

ADDRESS = "/work/mentoring/pairings/<int:pairing_id>/ratings"
ONE = f"{ADDRESS}/<any(before,after):moment>"


@blueprint.get(ADDRESS)
@requires(Permission.VIEW_PAIRING)
def show_ratings(pairing_id: int) -> Answer:
    """Every key factor before and after, as both cities see it; what is not handed in stays with the city that writes it."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    return _page(pairing)


@blueprint.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Permission.ANSWER_PAIRING)
def edit_rating(pairing_id: int, moment: str) -> Answer:
    """Rate the key factors for one's city: keep what one has so far, or hand it in."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    city, language = _own(pairing), current_language().code
    sheet = ratings.sheet_of(pairing, language, current_actor())
    benchmark, known = sheet.benchmark, sheet.seen.get((moment, city.id))
    first = services.draft_of(known, reading_language(language).code)
    form = rating_form(first, known.version if known else 0, benchmark)

    def act() -> None:
        seen = form.version.data or 0
        rating = services.save_rating(pairing, city, moment, form.draft, actor=current_actor(), seen=seen)
        if "hand_in" not in request.form:
            flash(_("Saved. Only your city reads it until it is handed in."), "success")
            return
        both = services.hand_in(rating, actor=current_actor())
        flash(
            _("Handed in. Both are there: read them side by side.") if both else _("Handed in. The other city is asked, too."),
            "success",
        )

    return ask(
        form, act, "mentoring/rating_edit.html", lambda: _back(pairing), version=lambda: _version(pairing, city, moment),
        benchmark=benchmark, moment=moment, moments=MOMENTS, city=city, is_mentee=city.id == pairing.mentee_id,
        earlier=sheet if moment == Moment.AFTER else None, answers=ANSWERS,
        questions=QUESTIONS if moment == Moment.AFTER else {}, **visit_context(pairing),
    )  # fmt: skip


@blueprint.post(f"{ONE}/take-back")
@requires(Permission.ANSWER_PAIRING)
def take_back_rating(pairing_id: int, moment: str) -> Answer:
    """Take back what was handed in, while the other city has not handed in."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    rating = services.rating_for(pairing, _own(pairing), moment)
    try:
        services.take_back(rating, actor=current_actor(), seen=request.form.get("version", -1, type=row_number))
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(str(error.message), "error")
        return _page(pairing), error.status
    flash(_("Taken back. You can change it and hand it in again."), "success")
    return redirect(url_for("mentoring.edit_rating", pairing_id=pairing.id, moment=moment), 303)


@blueprint.post(f"{ADDRESS}/actions")
@requires(Permission.VIEW_PAIRING)
def make_factor_action(pairing_id: int) -> Answer:
    """Take a key factor that is wanting into the mentee's plan."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    try:
        factors.make_action(pairing, request.form.get("factor", ""), actor=current_actor())
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        flash(str(error.message), "error")
        return _page(pairing), error.status
    flash(_("The key factor is an action of the plan now. Say there what is done, by whom and until when."), "success")
    return _back(pairing)


@blueprint.get("/work/mentoring/<slug:slug>/evaluation")
@requires(Permission.RUN_PROGRAMME)
def show_evaluation(slug: str) -> Answer:
    """What came of a programme, for its coordinators: who has handed in what, what changed, what cities say."""
    programme, language = programmes.open_programme(slug, actor=current_actor()), current_language().code
    authorise(current_actor(), Permission.RUN_PROGRAMME, programme)
    return render_template(
        "mentoring/evaluation_show.html",
        programme=programme,
        may_run=True,
        programme_url=url_for("mentoring.show_programme_work", slug=slug),
        outcome=ratings.outcome_of(programme, language),
        rows=pairings.pairings_for(current_actor(), language, programme),
        again=AGAIN, questions=QUESTIONS, when=WHEN, highest=HIGHEST, smallest=ratings.SMALLEST_GROUP, moments=list(Moment),
    )  # fmt: skip


def _page(pairing: Pairing) -> str:
    actor = current_actor()
    sheet = ratings.sheet_of(pairing, current_language().code, actor)
    home = OfCity(pairing.mentee_id)
    return render_template(
        "mentoring/rating_show.html", sheet=sheet, answers=ANSWERS, highest=HIGHEST, when=WHEN, questions=QUESTIONS, again=AGAIN,
        wanting=rated_factors.wanting(pairing, sheet.seen), taken=rated_factors.actions_of(pairing),
        actions=ACTION, may_take=can(actor, PlanPermission.EDIT, home), may_read=can(actor, PlanPermission.VIEW, home),
        **visit_context(pairing), **rating_parts(pairing),
    )  # fmt: skip


def _back(pairing: Pairing) -> Answer:
    return redirect(url_for("mentoring.show_ratings", pairing_id=pairing.id), 303)


def _version(pairing: Pairing, city: City, moment: str) -> int:
    known = ratings.ratings_of(pairing).get((moment, city.id))
    return known.version if known else 0


def _own(pairing: Pairing) -> City:
    """The city one speaks for; NotFound for whoever speaks for neither."""
    wanted = request.values.get("city", type=row_number)
    found = [city for city in pairings.own_sides(pairing, current_actor()) if wanted in (None, city.id)]
    if not found:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found[0]
