"""Editing a benchmark on pages: its factors, one factor with its questions, and the practices that show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.content.desk import shown_again
from icportal.core.errors import DomainError, NotFound, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.practices import labels
from icportal.toolkits import desk, editing, versions
from icportal.toolkits.enums import Permission
from icportal.toolkits.forms import AboutForm, FactorForm, NewFactorForm, NewQuestionForm, factor_form
from icportal.toolkits.kind import KINDS
from icportal.toolkits.models import Toolkit
from icportal.toolkits.queries import open_toolkit
from icportal.toolkits.services.toolkits import save_structure
from icportal.toolkits.structure import Factor, Structure, question_key, title_key
from icportal.toolkits.views.desk import TEXTS
from icportal.toolkits.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number

PLACE = "/work/toolkits/<int:toolkit_id>/structure"
LONGEST_SEARCH = 200
SEARCH = ("q", "commitment", "after")


def _opened(toolkit_id: int) -> tuple[Toolkit, Structure]:
    """The toolkit and its working copy, for somebody who may change them."""
    toolkit = open_toolkit(toolkit_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT, toolkit)
    return toolkit, Structure.of(toolkit.structure)


def _save(toolkit: Toolkit, structure: Structure, form: Any, words: dict[str, str] | None = None) -> bool:
    """Whether it was saved; refused, the form says why and knows the version that stands now."""
    try:
        save_structure(toolkit, structure, actor=current_actor(), seen=form.version.data or 0, words=words)
    except Stale as error:
        form.stale = error
        shown_again(form, toolkit.version)
    except DomainError as error:
        form.refuse(error)
    else:
        return True
    return False


def _stale(form: Any) -> Stale | None:
    """What somebody else has changed meanwhile, where that was found."""
    found: Stale | None = getattr(form, "stale", None)
    return found


def _status(form: Any) -> int:
    return 409 if _stale(form) else 422 if form is not None and (form.errors or form.form_errors) else 200


def _empty(toolkit: Toolkit) -> dict[str, Any]:
    """What a form is made with that was not sent."""
    return {"formdata": None, "data": {"version": toolkit.version}}


# --- the whole -----------------------------------------------------------------------------------------------------


@blueprint.get(PLACE)
@requires(Permission.VIEW)
def edit_structure(toolkit_id: int) -> Answer:
    """The factors with their questions, in their order."""
    return _structure_page(open_toolkit(toolkit_id, actor=current_actor()))


@blueprint.post(PLACE)
@requires(Permission.EDIT)
def add_factor(toolkit_id: int) -> Answer:
    """One factor more; the portal gives it the next code."""
    toolkit, structure = _opened(toolkit_id)
    form = NewFactorForm(prefix="factor")
    if form.validate():
        code = versions.next_factor(toolkit)
        changed = editing.with_factor(structure, Factor(code, form.kind.data))
        if _save(toolkit, changed, form, {title_key(code): form.title.data or ""}):
            return _to_factor(toolkit, code, _("The factor is there. Add its guiding questions."))
    return _structure_page(toolkit, new=form)


@blueprint.post(f"{PLACE}/about")
@requires(Permission.EDIT)
def edit_about(toolkit_id: int) -> Answer:
    """Where the toolkit belongs, and who wrote it."""
    toolkit, structure = _opened(toolkit_id)
    form = AboutForm(prefix="about")
    if form.validate() and _save(toolkit, form.changed(structure), form):
        return _to_structure(toolkit)
    return _structure_page(toolkit, about=form)


def _structure_page(toolkit: Toolkit, *, refused: str = "", status: int = 0, **forms: Any) -> Answer:
    structure = Structure.of(toolkit.structure)
    form = next(iter(forms.values()), None)
    data = {"version": toolkit.version, "series": structure.series, "is_own": structure.is_own}
    return render_template(
        "toolkits/work_structure.html",
        text=TEXTS.opened(toolkit),
        toolkit=toolkit,
        structure=structure,
        words=desk.words_of(toolkit),
        kinds=KINDS,
        keys=(title_key, question_key),
        gone=versions.gone_factors(toolkit),
        new=forms.get("new") or NewFactorForm(prefix="factor", **_empty(toolkit)),
        about=forms.get("about") or AboutForm(prefix="about", formdata=None, data=data),
        refused=refused,
        may_edit=can(current_actor(), Permission.EDIT, toolkit),
        form=form,
        stale=_stale(form),
    ), status or _status(form)


# --- one step at a time --------------------------------------------------------------------------------------------


@blueprint.post(f"{PLACE}/change")
@requires(Permission.EDIT)
def change_structure(toolkit_id: int) -> Answer:
    """Move, remove or bring back a factor, a question or a practice: one button each."""
    toolkit, structure = _opened(toolkit_id)
    what, code = request.form.get("what", ""), request.form.get("name", "")
    page = PAGES.get(what.partition("_")[0], _structure_page)
    form = NewFactorForm(formdata=None, data={"version": request.form.get("version", type=row_number) or 0})
    changed = _changed(toolkit, structure, what, code)
    if changed is None:
        return _structure_page(toolkit, refused=_("It is no longer there."), status=409)
    if _save(toolkit, changed, form):
        flash(_("Saved. Nothing is public before a second person has approved it."), "success")
        return redirect(_address(toolkit, what, code), 303)
    stale = _stale(form)
    said = str(stale.message) if stale else " ".join(message for _target, message in form.problems)
    factor = Structure.of(toolkit.structure).factor(code)
    if factor is None or page is _structure_page:
        return _structure_page(toolkit, refused=said, status=409 if stale else 422)
    return page(toolkit, factor, refused=said, status=409 if stale else 422)


def _changed(toolkit: Toolkit, structure: Structure, what: str, code: str) -> Structure | None:
    """The structure with one thing changed; None where that is not there."""
    is_practice = what.startswith("practice_")
    one: Any = request.form.get("one", type=row_number) if is_practice else request.form.get("one", "")
    factor = structure.factor(code)
    if what == "factor_restore":
        gone = next((each.factor for each in versions.gone_factors(toolkit) if each.factor.code == code), None)
        return editing.with_factor(structure, gone) if gone else None
    if factor is None or one is None:
        return None
    if what == "question_restore":
        known = dict(versions.gone_questions(toolkit, factor))
        return editing.with_question(structure, code, one) if one in known else None
    if what.startswith("question_") and one not in factor.questions:
        return None
    return CHANGES[what](structure, code, one) if what in CHANGES else None


CHANGES: dict[str, Callable[[Structure, str, Any], Structure]] = {
    "factor_up": lambda structure, code, _one: editing.with_moved_factor(structure, code, -1),
    "factor_down": lambda structure, code, _one: editing.with_moved_factor(structure, code, 1),
    "factor_remove": lambda structure, code, _one: editing.without_factor(structure, code),
    "question_up": lambda structure, code, one: editing.with_moved_question(structure, code, one, -1),
    "question_down": lambda structure, code, one: editing.with_moved_question(structure, code, one, 1),
    "question_remove": editing.without_question,
    "practice_add": editing.with_practice,
    "practice_remove": editing.without_practice,
}


# --- one factor ----------------------------------------------------------------------------------------------------


@blueprint.route(f"{PLACE}/<string:code>", methods=["GET", "POST"])
@requires(Permission.EDIT)
def edit_factor(toolkit_id: int, code: str) -> Answer:
    """What a factor is called, what it serves, and its questions."""
    toolkit, structure = _opened(toolkit_id)
    factor = _factor(structure, code)
    form = factor_form(factor, desk.words_of(toolkit), toolkit.version)
    if request.method == "POST" and form.validate():
        changed = editing.with_changed_factor(structure, form.changed(factor))
        if _save(toolkit, changed, form, form.words(factor)):
            return _to_structure(toolkit)
    return _factor_page(toolkit, factor, form)


@blueprint.post(f"{PLACE}/<string:code>/questions")
@requires(Permission.EDIT)
def add_question(toolkit_id: int, code: str) -> Answer:
    """One guiding question more; the portal gives it the next code."""
    toolkit, structure = _opened(toolkit_id)
    factor, form = _factor(structure, code), NewQuestionForm(prefix="question")
    if form.validate():
        question = versions.next_question(toolkit, code)
        words = {question_key(code, question): form.text.data or ""}
        if _save(toolkit, editing.with_question(structure, code, question), form, words):
            return _to_factor(toolkit, code, _("The question is there."))
    return _factor_page(toolkit, factor, new=form)


def _factor_page(
    toolkit: Toolkit,
    factor: Factor,
    settings: FactorForm | None = None,
    new: NewQuestionForm | None = None,
    *,
    refused: str = "",
    status: int = 0,
) -> Answer:
    words = desk.words_of(toolkit)
    shown = new if new is not None else settings
    if settings is None:
        settings = factor_form(factor, words, toolkit.version)
    return render_template(
        "toolkits/work_factor.html",
        text=TEXTS.opened(toolkit),
        toolkit=toolkit,
        factor=factor,
        words=words,
        key=question_key,
        title=words.get(title_key(factor.code), factor.code),
        is_published=versions.is_published(toolkit, factor.code),
        gone=versions.gone_questions(toolkit, factor),
        practices=desk.practices_of(factor),
        settings=settings,
        new=new or NewQuestionForm(prefix="question", **_empty(toolkit)),
        refused=refused,
        form=shown,
        stale=_stale(shown),
    ), status or _status(shown)


# --- the practices of a factor -------------------------------------------------------------------------------------


@blueprint.get(f"{PLACE}/<string:code>/practices")
@requires(Permission.EDIT)
def pick_practices(toolkit_id: int, code: str) -> Answer:
    """The published practices to pick from: at first those that serve the factor's first commitment."""
    toolkit, structure = _opened(toolkit_id)
    return _practices_page(toolkit, _factor(structure, code))


def _practices_page(toolkit: Toolkit, factor: Factor, *, refused: str = "", status: int = 200) -> Answer:
    asked = request.args.get("commitment", "")[:3] if request.args else str(next(iter(factor.commitments), ""))
    looked_for = desk.Search(request.args.get("q", "").strip()[:LONGEST_SEARCH], asked)
    page = desk.practices_to_pick(looked_for, current_language().code, after=request.args.get("after"))
    return render_template(
        "toolkits/work_practices.html",
        text=TEXTS.opened(toolkit),
        toolkit=toolkit,
        factor=factor,
        title=desk.words_of(toolkit).get(title_key(factor.code), factor.code),
        chosen=desk.practices_of(factor),
        page=page,
        looked_for=looked_for,
        following=_picker(toolkit, factor.code, looked_for, page.after) if page.after else None,
        change_url=url_for("toolkits.change_structure", toolkit_id=toolkit.id, **_asked()),
        numbered=[(number, f"{number} · {title}") for number, title in labels.commitment_titles().items()],
        labels=labels,
        refused=refused,
    ), status


def _picker(toolkit: Toolkit, code: str, looked_for: desk.Search, after: str) -> str:
    """The address of the next page of practices to pick from."""
    asked: dict[str, Any] = {"q": looked_for.words, "commitment": looked_for.commitment, "after": after}
    return url_for("toolkits.pick_practices", toolkit_id=toolkit.id, code=code, **asked)


def _asked() -> dict[str, Any]:
    """What somebody looked for, to go on with after a step."""
    return {name: value for name, value in request.args.items() if name in SEARCH}


PAGES: dict[str, Callable[..., Answer]] = {"question": _factor_page, "practice": _practices_page}


def _factor(structure: Structure, code: str) -> Factor:
    factor = structure.factor(code)
    if factor is None:
        raise NotFound(_("There is no such factor."))
    return factor


def _to_structure(toolkit: Toolkit) -> Answer:
    flash(_("Saved. Nothing is public before a second person has approved it."), "success")
    return redirect(url_for("toolkits.edit_structure", toolkit_id=toolkit.id), 303)


def _to_factor(toolkit: Toolkit, code: str, said: Text) -> Answer:
    flash(str(said), "success")
    return redirect(url_for("toolkits.edit_factor", toolkit_id=toolkit.id, code=code), 303)


def _address(toolkit: Toolkit, what: str, code: str) -> str:
    """Where somebody goes on after a step."""
    endpoint = {"question": "edit_factor", "practice": "pick_practices"}.get(what.partition("_")[0])
    if endpoint is None:
        return url_for("toolkits.edit_structure", toolkit_id=toolkit.id)
    return url_for(f"toolkits.{endpoint}", toolkit_id=toolkit.id, code=code, **_asked())
