"""The objectives of a plan, written as one list."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.plans import loaded, queries
from icportal.plans.enums import Permission
from icportal.plans.forms import EMPTY_ROWS, objectives_form
from icportal.plans.queries import OfCity
from icportal.plans.services import objectives
from icportal.plans.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint, plan_context
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.route("/work/plans/<slug:slug>/objectives", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_objectives(slug: str) -> Answer:
    """Say what the plan is to reach."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    form = objectives_form(loaded.load_plan(city).objectives)
    stale, status = None, 200
    if form.is_submitted() and "more" in request.form:
        for _row in range(EMPTY_ROWS):
            form.objectives.append_entry()
    elif form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                objectives.save_objectives(
                    city, form.drafts, language=current_language().code, actor=current_actor(), seen=form.seen.data or ""
                )
            except (NotAllowed, NotFound):
                raise
            except Stale as error:
                stale, status = error, CONFLICT
                form.renew(loaded.load_plan(city).objectives)
            except DomainError as error:
                form.refuse(error)
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("plans.show_plan", slug=slug), 303)
    return render_template("plans/objectives_edit.html", **plan_context(city), form=form, stale=stale), status
