"""What the indicators of a plan have reached, and actions that say the same."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _n
from icportal.plans import alike, loaded, measured, queries
from icportal.plans.enums import Permission
from icportal.plans.queries import OfCity
from icportal.plans.services import indicators
from icportal.plans.value_forms import ApproveForm, TakeAwayForm
from icportal.plans.views.pages import UNPROCESSABLE, Answer, blueprint, plan_context
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get("/work/plans/<slug:slug>/values")
@requires(Permission.VIEW_INTERNAL)
def show_values(slug: str) -> Answer:
    """The values that are due and those that wait to be approved."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.VIEW_INTERNAL, OfCity(city.id))
    return _values_page(city)


@blueprint.post("/work/plans/<slug:slug>/values")
@requires(Permission.APPROVE_PROGRESS)
def approve_values(slug: str) -> Answer:
    """Approve the values that were ticked."""
    city = queries.open_city(slug, actor=current_actor())
    form = ApproveForm()
    if form.validate():
        try:
            count = indicators.approve_values(city, form.chosen.data or [], actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_n("One value is approved.", "%(num)s values are approved.", count), "success")
            return redirect(url_for("plans.show_values", slug=slug), 303)
    return _values_page(city, form=form, status=UNPROCESSABLE)


@blueprint.route("/work/plans/<slug:slug>/values/<int:value_id>/take-away", methods=["GET", "POST"])
@requires(Permission.VIEW_INTERNAL)
def take_away_value(slug: str, value_id: int) -> Answer:
    """Take a wrong value away, with the reason."""
    city = queries.open_city(slug, actor=current_actor())
    value = indicators.value_of(city, value_id, actor=current_actor())
    indicator, form, status = measured.indicator_of(value), TakeAwayForm(), 200
    is_due = measured.is_due_without(indicator, value)
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                indicators.take_away_value(city, value_id, reason=form.reason.data or "", actor=current_actor())
            except (NotAllowed, NotFound):
                raise
            except DomainError as error:
                form.refuse(error)
            else:
                flash(_("Taken away. A value is due again.") if is_due else _("Taken away."), "success")
                return redirect(url_for("plans.show_values", slug=slug), 303)
    names = names_of({value.created_by})
    return render_template(
        "plans/value_take_away.html", **plan_context(city), form=form, value=value, indicator=indicator, names=names,
        is_due=is_due,
    ), status  # fmt: skip


def _values_page(city: City, *, form: ApproveForm | None = None, status: int = 200) -> Answer:
    plan = loaded.load_plan(city)
    reported = measured.waiting(plan)
    return render_template(
        "plans/plan_values.html", **plan_context(city), form=form or ApproveForm(), due=measured.due(plan), reported=reported,
        names=names_of({each.value.created_by for each in reported}), own_id=current_actor().id,
        removable={each.value.id for each in reported if indicators.may_take_away(current_actor(), city, each.value)},
        may_approve=can(current_actor(), Permission.APPROVE_PROGRESS, OfCity(city.id)),
    ), status  # fmt: skip


@blueprint.get("/work/plans/<slug:slug>/alike")
@requires(Permission.EDIT)
def show_alike(slug: str) -> Answer:
    """Pairs of open actions that look alike, to be merged."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, OfCity(city.id))
    pairs = alike.pairs_of(loaded.load_plan(city).actions)
    return render_template("plans/plan_alike.html", **plan_context(city), pairs=pairs)
