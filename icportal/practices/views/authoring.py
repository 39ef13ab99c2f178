"""The authors' desk: start a practice, write it, say the facts about it, take it on its way."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.enums import Permission as ContentPermission
from icportal.content.flow import CONTENT
from icportal.content.models import LanguageVersion
from icportal.core.errors import DomainError, FieldErrors, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.core.text import render_markdown
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.practices import desk, labels, notifications, services
from icportal.practices.enums import Permission
from icportal.practices.forms import (
    LONGEST_TEXT,
    EmptyForm,
    FactsForm,
    FileForm,
    StartForm,
    StartTranslationForm,
    TextForm,
    links_as_text,
)
from icportal.practices.kind import FIELDS, PRACTICE
from icportal.practices.models import Practice
from icportal.practices.views.pages import Answer, blueprint, seen_version, shown_again
from icportal.web.decorators import requires
from icportal.web.forms import clean
from icportal.web.identity import current_actor
from icportal.web.routing import row_number
from icportal.workflow import engine


@blueprint.route("/work/practices/new", methods=["GET", "POST"])
@requires(Permission.CREATE)
def start_practice() -> Answer:
    """Choose city and language, give a title."""
    cities = desk.cities_to_write_for(current_actor())
    form = StartForm(city_id=request.args.get("city_id", type=row_number))
    form.city_id.choices = [(city.id, city.name_in(current_language().code)) for city in cities]
    form.language.choices = [(language.code, _with_autonym(language.code)) for language in desk.languages_to_write_in(cities)]
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


def workspace_page(practice: Practice, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    actor, source = current_actor(), practice.item.source
    mine = can(actor, ContentPermission.VIEW_DRAFT, source)
    moves = [move for move in engine.moves(CONTENT, source, actor=actor) if not move.transition.binds] if mine else []
    starting = StartTranslationForm(formdata=None)
    starting.language.choices = [
        (language.code, _with_autonym(language.code))
        for language in desk.languages_to_translate_into(actor)
        if practice.item.version_in(language.code) is None
        and can(actor, ContentPermission.TRANSLATE, content.Planned(language.code, practice.city_id))
    ]
    return render_template(
        "practices/work_practice.html",
        practice=practice,
        source=source,
        city=desk.city_of(practice),
        versions=sorted(practice.item.versions, key=lambda version: (not version.is_source, version.language)),
        labels=labels,
        moves=moves,
        may_see={version.id: can(actor, ContentPermission.VIEW_DRAFT, version) for version in practice.item.versions},
        may_write={version.id: can(actor, _writing(version), version) for version in practice.item.versions},
        may_edit_facts=can(actor, Permission.EDIT_FACTS, practice),
        incomplete=content.incomplete(source) if can(actor, ContentPermission.SUBMIT, source) else [],
        reviewed=notifications.reviewed_languages(),
        flow=CONTENT,
        starting=starting,
        form=form,
        reasons=reasons,
    ), status


@blueprint.route("/work/practices/<int:practice_id>/edit", methods=["GET", "POST"])
@requires(ContentPermission.EDIT)
def edit_text(practice_id: int) -> Answer:
    """Write the practice in the language of its authors."""
    practice = desk.open_practice(practice_id, actor=current_actor())
    version = practice.item.source
    authorise(current_actor(), ContentPermission.EDIT, version)
    if request.method != "POST":
        return _editor(practice, version, *_opened(version))
    form = TextForm()
    if not form.validate():
        return _editor(practice, version, form, status=422)
    try:
        content.save_source(
            version, form.body, actor=current_actor(), seen=form.version.data or 0, same_meaning=form.same_meaning.data
        )
    except Stale as error:
        return _editor(practice, version, shown_again(form, version.version), differences=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _editor(practice, version, form, status=422)
    flash(_("Saved. Nothing is public before a second person has approved it."), "success")
    return redirect(url_for("practices.workspace", practice_id=practice.id), 303)


def _opened(version: LanguageVersion) -> tuple[TextForm, Any]:
    """The editor as it opens: with what was typed and not saved, where there is such a thing."""
    kept = content_queries.autosave_of(current_actor().id, version.id)
    if kept is not None:
        return TextForm.for_body(kept.body, kept.base_version, formdata=None), kept
    return TextForm.for_body(version.head.body if version.head else {}, version.version, formdata=None), None


def _editor(
    practice: Practice,
    version: LanguageVersion,
    form: TextForm,
    kept: Any = None,
    *,
    differences: Stale | None = None,
    status: int = 200,
) -> Answer:
    return render_template(
        "practices/edit_text.html",
        practice=practice,
        version=version,
        written_in=CONTENT_LANGUAGES[version.language],
        form=form,
        fields=FIELDS,
        kept=kept,
        stale=differences,
        comments=[comment for comment in content_queries.comments_on(version.id) if comment.settled_at is None],
        kind=PRACTICE,
        seen=seen_version(form),
    ), status


@blueprint.post("/work/practices/<int:practice_id>/autosave")
@requires(ContentPermission.EDIT)
def autosave_text(practice_id: int) -> Answer:
    """Keep what is being typed, for this person only."""
    version = desk.open_practice(practice_id, actor=current_actor()).item.source
    form = TextForm()
    if not form.validate():
        return {"error": " ".join(message for _target, message in form.problems)}, 422
    kept = content.keep_typing(version, form.body, actor=current_actor(), seen=form.version.data or 0)
    return {"saved": kept.saved_at.isoformat(), "overtaken": version.version != kept.base_version}


@blueprint.post("/work/practices/<int:practice_id>/<slug:code>/discard")
@requires(Permission.VIEW_WORKSPACE)
def discard_typing(practice_id: int, code: str) -> Answer:
    """Forget what was typed and not saved, and open the saved text."""
    version = desk.version_in(desk.open_practice(practice_id, actor=current_actor()), code)
    content.drop_typing(version, actor=current_actor())
    flash(_("What was not saved is gone. This is the saved text."), "info")
    if version.is_source:
        return redirect(url_for("practices.edit_text", practice_id=practice_id), 303)
    return redirect(url_for("practices.translate", practice_id=practice_id, code=code), 303)


@blueprint.post("/work/practices/preview")
@requires(Permission.VIEW_WORKSPACE)
def preview() -> Response:
    """A piece of Markdown as readers will see it, for the frame in the editor."""
    text = str(clean(request.form.get("text", "")))[:LONGEST_TEXT]
    language = CONTENT_LANGUAGES.get(request.form.get("language", ""), current_language())
    page = render_template("practices/edit_preview.html", html=render_markdown(text, heading_offset=2), written_in=language)
    response = Response(page)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.route("/work/practices/<int:practice_id>/facts", methods=["GET", "POST"])
@requires(Permission.VIEW_WORKSPACE)
def edit_facts(practice_id: int) -> Answer:
    """Commitments, themes, contact, links, visibility: what is the same in all languages."""
    practice = desk.open_practice(practice_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_FACTS, practice)
    form = FactsForm(data={**practice.facts(), "links": links_as_text(practice.links), "version": practice.version})
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
        formdata=None, data={**practice.facts(), "links": links_as_text(practice.links), "version": practice.version}
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


def refused(error: DomainError) -> EmptyForm:
    """A form that carries nothing but a refusal, for pages that show one."""
    form = EmptyForm(formdata=None)
    form.refuse(error if isinstance(error, FieldErrors) else FieldErrors([(None, message) for message in _sentences(error)]))
    return form


def _sentences(error: DomainError) -> list[Any]:
    return [error.message, *getattr(error, "reasons", [])]


def _writing(version: LanguageVersion) -> ContentPermission:
    return ContentPermission.EDIT if version.is_source else ContentPermission.TRANSLATE


def _with_autonym(code: str) -> str:
    language = CONTENT_LANGUAGES[code]
    name = language.name_in(current_language())
    return name if name == language.autonym else f"{name} ({language.autonym})"
