"""Whom a city counts as a migrant, stated by its officer."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from icportal.cities.queries import get_city
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.indicators import labels, services
from icportal.indicators.definition_forms import DefinitionForm
from icportal.indicators.definitions import of_city
from icportal.indicators.enums import Permission
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.route("/work/indicators/<slug:slug>/definitions", methods=["GET", "POST"], endpoint="definitions")
@requires(Permission.VIEW_DELIVERY)
def state_definition(slug: str) -> Answer:
    """The definitions a city has stated, and a form for the next one."""
    city = get_city(slug)
    authorise(current_actor(), Permission.VIEW_DELIVERY, city)
    form = DefinitionForm().offer(city)
    if form.is_submitted():
        authorise(current_actor(), Permission.ENTER, city)
    if form.validate_on_submit():
        try:
            services.state_definition(city, actor=current_actor(), **form.stated())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The definition is kept. New values of the years it holds for name it."), "success")
            return redirect(url_for("indicators.definitions", slug=slug), 303)
    return render_template(
        "indicators/definition_list.html",
        city=city,
        city_name=city.name_in(current_language().code),
        form=form,
        stated=of_city(city.id),
        families=labels.DEFINITION_FAMILIES,
        may_state=can(current_actor(), Permission.ENTER, city),
    ), 422 if form.errors or form.form_errors else 200
