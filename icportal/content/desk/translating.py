"""Translating: a text side by side with its original, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request

from icportal.content import queries
from icportal.content import services as content
from icportal.content.desk.comparison import words
from icportal.content.desk.forms import LONGEST_TEXT, EmptyForm, StartTranslationForm
from icportal.content.desk.opening import Answer, OpenText, refused, seen_version, shown_again
from icportal.content.enums import Permission, SegmentState
from icportal.content.kinds import ContentField
from icportal.content.models import Autosave
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import can
from icportal.core.strings import Text, _, _lp
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.i18n.staleness import Answer as Piece
from icportal.web.forms import clean
from icportal.web.identity import current_actor

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


def start_translation(text: OpenText) -> Answer:
    """Open a text for translation into a language."""
    form, page = StartTranslationForm(), text.desk.workspace_page
    form.language.choices = [(language.code, language.autonym) for language in CONTENT_LANGUAGES.values()]
    if not form.validate():
        return page(text.subject, form, 422)
    try:
        version = text.desk.start(text.item, form.language.data, actor=current_actor())
    except DomainError as error:
        if there := text.item.version_in(form.language.data):
            return redirect(text.of(there).url_here("translate"), 303)
        return page(text.subject, refused(error), error.status)
    return redirect(text.of(version).url_here("translate"), 303)


def translate(text: OpenText) -> Answer:
    """The original on one side, its translation on the other, piece by piece."""
    version = text.version
    if request.method != "POST":
        return _page(text, *_restored(text))
    form, typed = EmptyForm(), _typed()
    if valid := form.validate():
        form.form_errors = _too_long(typed)
    if not valid or form.form_errors:
        return _page(text, form, typed, status=422)
    try:
        content.save_translation(version, typed, actor=current_actor(), seen=seen_version(form))
        if vouched := request.form.get("unchanged"):
            content.confirm_unchanged(version, vouched, actor=current_actor())
    except Stale as error:
        return _page(text, shown_again(form, version.version), typed, stale=error, status=409)
    except DomainError as error:
        form.refuse(error)
        return _page(text, form, typed, status=422)
    flash(_("Saved."), "success")
    return _onwards(text)


def _onwards(text: OpenText) -> Answer:
    if request.form.get("then") == "done":
        return redirect(text.url_here("review"), 303)
    values: dict[str, Any] = {"only": "open"} if request.args.get("only") == "open" else {}
    return redirect(text.url_here("translate", **values), 303)


def autosave_translation(text: OpenText) -> Answer:
    """Keep what is being typed, for this person only."""
    form, typed = EmptyForm(), _typed()
    if problems := [*_too_long(typed), *(() if form.validate() else (message for _target, message in form.problems))]:
        return {"error": " ".join(problems)}, 422
    kept = content.keep_typing(text.version, typed, actor=current_actor(), seen=seen_version(form))
    return {"saved": kept.saved_at.isoformat(), "overtaken": text.version.version != kept.base_version}


def _typed() -> dict[str, str]:
    """What was typed, by place and hash of the source piece."""
    return {name.removeprefix(PREFIX): str(clean(text)) for name, text in request.form.items() if name.startswith(PREFIX)}


def _too_long(typed: dict[str, str]) -> list[str]:
    if any(len(text) > LONGEST_TEXT for text in typed.values()):
        return [_("A piece is too long: at most %(max)s characters.", max=LONGEST_TEXT)]
    return []


def _restored(text: OpenText) -> tuple[EmptyForm, dict[str, str], Autosave | None]:
    """What was typed and not saved: each piece where its source still stands, wherever that has moved."""
    kept = queries.autosave_of(current_actor().id, text.version.id)
    seen = kept.base_version if kept else text.version.version
    return EmptyForm(formdata=None, data={"version": seen}), dict(kept.body) if kept else {}, kept


def _page(
    text: OpenText,
    form: EmptyForm,
    typed: dict[str, str],
    kept: Autosave | None = None,
    *,
    stale: Stale | None = None,
    status: int = 200,
) -> Answer:
    places, homeless = _places(text, typed)
    open_only = request.args.get("only") == "open"
    return render_template(
        "content/translate_text.html",
        text=text,
        version=text.version,
        source_in=text.source_in,
        written_in=text.written_in,
        places=places,
        counts={state: sum(place.piece.state == state for place in places) for state in WORDS},
        words=WORDS,
        open_only=open_only,
        shown={place.key for place in places if not open_only or place.piece.state != SegmentState.FRESH},
        homeless=homeless,
        form=form,
        kept=kept,
        stale=stale,
        source_is_public=text.source.is_published,
        may_submit=can(current_actor(), Permission.SUBMIT, text.version),
        comments=text.open_comments(),
    ), status


def _places(text: OpenText, typed: dict[str, str]) -> tuple[list[Place], list[str]]:
    """The pieces of the page, and what was typed for pieces that are no longer there."""
    by_hash: dict[str, list[str]] = {}
    for key in typed:
        by_hash.setdefault(key.partition(".")[2], []).append(key)
    places: list[Place] = []
    used: set[str] = set()
    fields = {field.name: field for field in text.known_fields()}
    for number, piece in enumerate(queries.answers(text.version)):
        key = f"{number}.{piece.source_hash}"
        mine = key if key in typed else next((other for other in by_hash.get(piece.source_hash, []) if other not in used), None)
        if mine is not None and piece.state != SegmentState.GONE:
            used.add(mine)
        shown = piece.target if mine is None else typed[mine]
        changes = words(piece.old_source, piece.source) if piece.state == SegmentState.STALE or piece.claimed else []
        word, tone = WORDS[piece.state]
        field = fields.get(piece.field) or ContentField(piece.field, piece.field)
        places.append(Place(key, piece, shown, field.label, field.kind == "line", changes, word, tone))
    known = {place.piece.target for place in places}
    return places, [mine for key, mine in typed.items() if key not in used and mine.strip() and mine not in known]
