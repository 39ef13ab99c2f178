"""Writing the source: the editor, what is typed and not saved, the preview."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request

from icportal.content import queries
from icportal.content import services as content
from icportal.content.desk.forms import LONGEST_TEXT, TextForm
from icportal.content.desk.opening import Answer, OpenText, seen_version, shown_again
from icportal.core.errors import DomainError, Stale
from icportal.core.strings import _
from icportal.core.text import render_markdown
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.web.forms import clean
from icportal.web.identity import current_actor


def edit_text(text: OpenText) -> Answer:
    """Write in the language of the authors."""
    version = text.version
    if request.method != "POST":
        return _editor(text, *_filled(text))
    form = text.form()
    if not form.validate():
        return _editor(text, form, status=422)
    try:
        text.desk.save(
            version, form.body, actor=current_actor(), seen=seen_version(form), same_meaning=bool(form["same_meaning"].data)
        )
    except Stale as error:
        return _editor(text, shown_again(form, version.version), stale=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _editor(text, form, status=422)
    flash(_("Saved. Nothing is public before a second person has approved it."), "success")
    return redirect(text.workspace, 303)


def _filled(text: OpenText) -> tuple[TextForm, Any]:
    """The editor as it opens: with what was typed and not saved, where there is such a thing."""
    version = text.version
    kept = queries.autosave_of(current_actor().id, version.id)
    if kept is not None:
        return text.form.for_body(kept.body, kept.base_version, formdata=None), kept
    return text.form.for_body(version.head.body if version.head else {}, version.version, formdata=None), None


def _editor(text: OpenText, form: TextForm, kept: Any = None, *, stale: Stale | None = None, status: int = 200) -> Answer:
    return render_template(
        "content/edit_text.html",
        text=text,
        version=text.version,
        written_in=text.written_in,
        form=form,
        fields=text.fields,
        kept=kept,
        stale=stale,
        comments=text.open_comments(),
    ), status


def autosave_text(text: OpenText) -> Answer:
    """Keep what is being typed, for this person only."""
    form = text.form()
    if not form.validate():
        return {"error": " ".join(message for _target, message in form.problems)}, 422
    kept = content.keep_typing(text.version, form.body, actor=current_actor(), seen=seen_version(form))
    return {"saved": kept.saved_at.isoformat(), "overtaken": text.version.version != kept.base_version}


def discard_typing(text: OpenText) -> Answer:
    """Forget what was typed and not saved, and open the saved text."""
    content.drop_typing(text.version, actor=current_actor())
    flash(_("What was not saved is gone. This is the saved text."), "info")
    return redirect(text.url("edit_text") if text.version.is_source else text.url_here("translate"), 303)


def preview() -> Response:
    """A piece of Markdown as readers will see it, for the frame in the editor."""
    text = str(clean(request.form.get("text", "")))[:LONGEST_TEXT]
    language = CONTENT_LANGUAGES.get(request.form.get("language", ""), current_language())
    page = render_template("content/edit_preview.html", html=render_markdown(text, heading_offset=2), written_in=language)
    response = Response(page)
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
