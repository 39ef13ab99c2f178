"""The translators' desk: what waits in a language, and a practice side by side with its original."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.content import queries as content_queries
from icportal.content import services as content
from icportal.content.enums import Permission as ContentPermission
from icportal.content.enums import SegmentState
from icportal.content.flow import CONTENT
from icportal.content.models import Autosave, LanguageVersion
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import Text, _, _lp
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES, Language
from icportal.i18n.staleness import Answer as Piece
from icportal.practices import comparison, desk, services
from icportal.practices.enums import Permission
from icportal.practices.forms import LONGEST_TEXT, EmptyForm, StartTranslationForm
from icportal.practices.kind import FIELDS
from icportal.practices.models import Practice
from icportal.practices.views.authoring import refused, workspace_page
from icportal.practices.views.pages import Answer, blueprint, shown_again
from icportal.web.decorators import requires
from icportal.web.forms import clean
from icportal.web.identity import current_actor
from icportal.web.routing import row_number

PREFIX = "t."
WORDS: dict[str, tuple[Text, str]] = {
    SegmentState.FRESH: (_lp("piece of a translation", "Up to date"), "done"),
    SegmentState.STALE: (_lp("piece of a translation", "Original has changed"), "waiting"),
    SegmentState.MISSING: (_lp("piece of a translation", "Not translated"), "draft"),
    SegmentState.GONE: (_lp("piece of a translation", "No longer in the original"), "stopped"),
}


@dataclass(frozen=True)
class Place:
    """One piece of the original with its translation as the page shows it."""

    key: str
    piece: Piece
    typed: str
    label: Text
    is_line: bool
    changes: list[tuple[str, str]]
    word: Text
    tone: str


@blueprint.get("/work/practices/translation")
@requires(Permission.TRANSLATE_ANY)
def translation_desk() -> Answer:
    """What is begun, behind or not begun in one language."""
    actor = current_actor()
    languages = desk.languages_to_translate_into(actor)
    chosen = _chosen(languages)
    return render_template(
        "practices/translate_desk.html",
        into=languages,
        chosen=chosen,
        begun=desk.to_translate(chosen.code, actor=actor) if chosen else [],
        unbegun=desk.not_begun(chosen.code, actor=actor, after=request.args.get("after", type=row_number)) if chosen else None,
        flow=CONTENT,
    )


def _chosen(languages: list[Language]) -> Language | None:
    """The language asked for, else the reader's own, else the first there is."""
    by_code = {language.code: language for language in languages}
    wanted = request.args.get("into", "")
    first = languages[0] if languages else None
    return by_code.get(wanted) or (
        first if wanted or current_actor().languages("translator") else by_code.get(current_language().code, first)
    )


@blueprint.post("/work/practices/<int:practice_id>/translations")
@requires(ContentPermission.TRANSLATE)
def start_translation(practice_id: int) -> Answer:
    """Open a practice for translation into a language."""
    practice = desk.open_practice(practice_id, actor=current_actor())
    form = StartTranslationForm()
    form.language.choices = [(language.code, language.autonym) for language in CONTENT_LANGUAGES.values()]
    if not form.validate():
        return workspace_page(practice, form, 422)
    try:
        version = services.start_translation(practice.item, form.language.data, actor=current_actor())
    except DomainError as error:
        if there := practice.item.version_in(form.language.data):
            return redirect(url_for("practices.translate", practice_id=practice.id, code=there.language), 303)
        return workspace_page(practice, refused(error), error.status)
    return redirect(url_for("practices.translate", practice_id=practice.id, code=version.language), 303)


@blueprint.route("/work/practices/<int:practice_id>/<slug:code>/translate", methods=["GET", "POST"])
@requires(ContentPermission.TRANSLATE)
def translate(practice_id: int, code: str) -> Answer:
    """The original on one side, its translation on the other, piece by piece."""
    practice, version = _opened(practice_id, code)
    if request.method != "POST":
        return _page(practice, version, *_restored(version))
    form, typed = EmptyForm(), _typed()
    if valid := form.validate():
        form.form_errors = _too_long(typed)
    if not valid or form.form_errors:
        return _page(practice, version, form, typed, status=422)
    try:
        content.save_translation(version, typed, actor=current_actor(), seen=form.version.data or 0)
        if vouched := request.form.get("unchanged"):
            content.confirm_unchanged(version, vouched, actor=current_actor())
    except Stale as error:
        return _page(practice, version, shown_again(form, version.version), typed, stale=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _page(practice, version, form, typed, status=422)
    flash(_("Saved."), "success")
    return _onwards(practice, version)


def _onwards(practice: Practice, version: LanguageVersion) -> Answer:
    if request.form.get("then") == "done":
        return redirect(url_for("practices.review", practice_id=practice.id, code=version.language), 303)
    values: dict[str, Any] = {"only": "open"} if request.args.get("only") == "open" else {}
    return redirect(url_for("practices.translate", practice_id=practice.id, code=version.language, **values), 303)


@blueprint.post("/work/practices/<int:practice_id>/<slug:code>/autosave")
@requires(ContentPermission.TRANSLATE)
def autosave_translation(practice_id: int, code: str) -> Answer:
    """Keep what is being typed, for this person only."""
    _practice, version = _opened(practice_id, code)
    form, typed = EmptyForm(), _typed()
    if problems := [*_too_long(typed), *(() if form.validate() else (message for _target, message in form.problems))]:
        return {"error": " ".join(problems)}, 422
    kept = content.keep_typing(version, typed, actor=current_actor(), seen=form.version.data or 0)
    return {"saved": kept.saved_at.isoformat(), "overtaken": version.version != kept.base_version}


@blueprint.get("/work/practices/languages")
@requires(Permission.OVERVIEW)
def matrix() -> Answer:
    """Every practice in every language, with states and counts."""
    states, behind = desk.matrix_counts()
    return render_template(
        "practices/translate_matrix.html",
        page=desk.matrix(after=request.args.get("after", type=row_number)),
        codes=sorted(states, key=lambda code: (-sum(states[code].values()), code)),
        states=states,
        behind=behind,
        flow=CONTENT,
    )


def _opened(practice_id: int, code: str) -> tuple[Practice, LanguageVersion]:
    practice = desk.open_practice(practice_id, actor=current_actor())
    version = desk.version_in(practice, code)
    authorise(current_actor(), ContentPermission.TRANSLATE, version)
    return practice, version


def _typed() -> dict[str, str]:
    """What was typed, by place and hash of the source piece."""
    return {name.removeprefix(PREFIX): str(clean(text)) for name, text in request.form.items() if name.startswith(PREFIX)}


def _too_long(typed: dict[str, str]) -> list[str]:
    if any(len(text) > LONGEST_TEXT for text in typed.values()):
        return [_("A piece is too long: at most %(max)s characters.", max=LONGEST_TEXT)]
    return []


def _restored(version: LanguageVersion) -> tuple[EmptyForm, dict[str, str], Autosave | None]:
    """What was typed and not saved: each piece where its source still stands, wherever that has moved."""
    kept = content_queries.autosave_of(current_actor().id, version.id)
    seen = kept.base_version if kept else version.version
    return EmptyForm(formdata=None, data={"version": seen}), dict(kept.body) if kept else {}, kept


def _page(
    practice: Practice,
    version: LanguageVersion,
    form: EmptyForm,
    typed: dict[str, str],
    kept: Autosave | None = None,
    *,
    stale: Stale | None = None,
    status: int = 200,
) -> Answer:
    places, homeless = _places(version, typed)
    open_only = request.args.get("only") == "open"
    return render_template(
        "practices/translate_text.html",
        practice=practice,
        version=version,
        source_in=CONTENT_LANGUAGES[practice.item.source_language],
        written_in=CONTENT_LANGUAGES[version.language],
        places=places,
        counts={state: sum(place.piece.state == state for place in places) for state in WORDS},
        words=WORDS,
        open_only=open_only,
        shown={place.key for place in places if not open_only or place.piece.state != SegmentState.FRESH},
        homeless=homeless,
        form=form,
        kept=kept,
        stale=stale,
        source_is_public=practice.item.source.is_published,
        may_submit=can(current_actor(), ContentPermission.SUBMIT, version),
        comments=[comment for comment in content_queries.comments_on(version.id) if comment.settled_at is None],
    ), status


def _places(version: LanguageVersion, typed: dict[str, str]) -> tuple[list[Place], list[str]]:
    """The pieces of the page, and what was typed for pieces that are no longer there."""
    by_hash: dict[str, list[str]] = {}
    for key in typed:
        by_hash.setdefault(key.partition(".")[2], []).append(key)
    fields, places, used = {field.name: field for field in FIELDS}, [], set()
    for number, piece in enumerate(content_queries.answers(version)):
        key = f"{number}.{piece.source_hash}"
        mine = key if key in typed else next((other for other in by_hash.get(piece.source_hash, []) if other not in used), None)
        if mine is not None and piece.state != SegmentState.GONE:
            used.add(mine)
        text = piece.target if mine is None else typed[mine]
        changes = comparison.words(piece.old_source, piece.source) if piece.state == SegmentState.STALE or piece.claimed else []
        word, tone = WORDS[piece.state]
        field = fields[piece.field]
        places.append(Place(key, piece, text, field.label, field.kind == "line", changes, word, tone))
    known = {place.piece.target for place in places}
    return places, [text for key, text in typed.items() if key not in used and text.strip() and text not in known]
