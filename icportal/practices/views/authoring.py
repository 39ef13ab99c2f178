"""The authors' desk: start a practice, say the facts about it, take it on its way."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from icportal.content.desk import shown_again, with_autonym
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.practices import adoption, desk, services
from icportal.practices.enums import Permission
from icportal.practices.forms import FactsForm, FileForm, StartForm, links_as_text
from icportal.practices.models import Practice
from icportal.practices.views.pages import Answer, blueprint
from icportal.practices.views.texts import TEXTS, workspace_page
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.route("/work/practices/new", methods=["GET", "POST"])
@requires(Permission.CREATE)
def start_practice() -> Answer:
    """Choose city and language, give a title."""
    cities = desk.cities_to_write_for(current_actor())
    form = StartForm(city_id=request.args.get("city_id", type=row_number))
    form.city_id.choices = [(city.id, city.name_in(current_language().code)) for city in cities]
    form.language.choices = [(language.code, with_autonym(language.code)) for language in desk.languages_to_write_in(cities)]
    if form.validate_on_submit():
        city = next(city for city in cities if city.id == form.city_id.data)
        try:
            practice = services.create_practice(
                actor=current_actor(), city=city, language=form.language.data, title=form.title.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for("practices.edit_text", practice_id=practice.id), 303)
    return render_template("practices/edit_start.html", form=form), 422 if form.errors else 200


@blueprint.get("/work/practices/<int:practice_id>")
@requires(Permission.VIEW_WORKSPACE)
def workspace(practice_id: int) -> Answer:
    """Everything about one practice: its facts, its languages, and what can be done now."""
    return workspace_page(desk.open_practice(practice_id, actor=current_actor()))


@blueprint.route("/work/practices/<int:practice_id>/facts", methods=["GET", "POST"])
@requires(Permission.VIEW_WORKSPACE)
def edit_facts(practice_id: int) -> Answer:
    """Commitments, themes, contact, links, visibility: what is the same in all languages."""
    practice = desk.open_practice(practice_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_FACTS, practice)
    form = FactsForm(
        data={
            **practice.facts(),
            "links": links_as_text(practice.links),
            "adopted_from": adoption.addresses(practice.adopted_from),
            "version": practice.version,
        }
    )
    if not form.validate_on_submit():
        return _facts_page(practice, form)
    try:
        services.save_facts(practice, form.facts, actor=current_actor(), seen=form.version.data or 0)
    except Stale as error:
        return _facts_page(practice, shown_again(form, practice.version), stale=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _facts_page(practice, form)
    flash(_("The facts are saved."), "success")
    return redirect(url_for("practices.workspace", practice_id=practice.id), 303)


def _facts_page(
    practice: Practice, form: FactsForm, *, upload: FileForm | None = None, stale: Stale | None = None, status: int = 0
) -> Answer:
    shown = upload if upload is not None and upload.errors else form
    return render_template(
        "practices/edit_facts.html",
        text=TEXTS.opened(practice),
        practice=practice,
        facts=form,
        form=shown,
        upload=upload if upload is not None else FileForm(formdata=None),
        stale=stale,
    ), status or (422 if shown.errors else 200)


@blueprint.post("/work/practices/<int:practice_id>/files")
@requires(Permission.EDIT_FACTS)
def add_file(practice_id: int) -> Answer:
    """Put a file beside the practice."""
    practice = desk.open_practice(practice_id, actor=current_actor())
    form = FileForm()
    if form.validate():
        upload = form.file.data
        try:
            services.add_file(
                practice, actor=current_actor(), stream=upload.stream, filename=upload.filename or "", label=form.label.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The file is there. It is public once the practice is."), "success")
            return redirect(url_for("practices.edit_facts", practice_id=practice.id), 303)
    facts = FactsForm(
        formdata=None,
        data={
            **practice.facts(),
            "links": links_as_text(practice.links),
            "adopted_from": adoption.addresses(practice.adopted_from),
            "version": practice.version,
        },
    )
    return _facts_page(practice, facts, upload=form)


@blueprint.post("/work/practices/<int:practice_id>/files/<int:file_id>/remove")
@requires(Permission.EDIT_FACTS)
def remove_file(practice_id: int, file_id: int) -> Answer:
    """Take a file away again."""
    practice = desk.open_practice(practice_id, actor=current_actor())
    services.remove_file(practice, file_id, actor=current_actor())
    flash(_("The file is removed."), "success")
    return redirect(url_for("practices.edit_facts", practice_id=practice.id), 303)
