"""The translators' desk: what waits in a language, and every practice in every language."""

from __future__ import annotations

from flask import render_template, request

from icportal.content.desk import languages_to_translate_into
from icportal.content.flow import CONTENT
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import Language
from icportal.practices import desk
from icportal.practices.enums import Permission
from icportal.practices.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/work/practices/translation")
@requires(Permission.TRANSLATE_ANY)
def translation_desk() -> Answer:
    """What is begun, behind or not begun in one language."""
    actor = current_actor()
    languages = languages_to_translate_into(actor)
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
