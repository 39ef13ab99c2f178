"""Editing a questionnaire on pages: its sections, a section with its questions, one question, one list of choices."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.charter.texts import titles
from icportal.content.desk import shown_again
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.reporting import drafts, labels, questionnaire_desk, versions
from icportal.reporting.enums import Permission
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaire_forms import (
    BlockForm,
    ChoicesForm,
    NewListForm,
    NewQuestionForm,
    SectionForm,
    choices_form,
    question_form,
)
from icportal.reporting.questionnaires import definition, editing
from icportal.reporting.questionnaires.definition import Question, Section, Structure
from icportal.reporting.services.questionnaires import block_words, save_structure
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.questionnaires import TEXTS
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number

PLACE = "/work/reporting/questionnaires/<int:questionnaire_id>"


def _opened(questionnaire_id: int) -> Questionnaire:
    """The questionnaire, for somebody who may change it."""
    subject = questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_QUESTIONNAIRE, subject)
    return subject


def _save(subject: Questionnaire, structure: Structure, form: Any, words: dict[str, str] | None = None) -> bool:
    """Whether it was saved; refused, the form says why and knows the version that stands now."""
    try:
        save_structure(subject, structure, actor=current_actor(), seen=form.version.data or 0, words=words)
    except Stale as error:
        form.stale = error
        shown_again(form, subject.version)
    except DomainError as error:
        form.refuse(error)
    else:
        return True
    return False


def _status(form: Any) -> int:
    return 409 if _stale(form) else 422 if form.errors or form.form_errors else 200


def _stale(form: Any) -> Stale | None:
    """What somebody else has changed meanwhile, where that was found."""
    found: Stale | None = getattr(form, "stale", None)
    return found


def _to(endpoint: str, subject: Questionnaire, said: Text, **values: Any) -> Answer:
    flash(str(said), "success")
    return redirect(url_for(f"reporting.{endpoint}", questionnaire_id=subject.id, **values), 303)


# --- the whole -----------------------------------------------------------------------------------------------------


@blueprint.get(f"{PLACE}/structure")
@requires(Permission.VIEW_QUESTIONNAIRE)
def questionnaire_structure(questionnaire_id: int) -> Answer:
    """The sections with their questions, and the lists of choices."""
    return _structure_page(questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor()))


@blueprint.post(f"{PLACE}/structure")
@requires(Permission.EDIT_QUESTIONNAIRE)
def add_section(questionnaire_id: int) -> Answer:
    """One section more."""
    subject, form = _opened(questionnaire_id), SectionForm(prefix="section")
    structure = drafts.structure_of(subject)
    if form.validate() and _save(subject, editing.with_section(structure, form.section()), form, form.words):
        return _to("edit_section", subject, _("The section is there. Add its questions."), section=form.name.data)
    return _structure_page(subject, section=form)


@blueprint.post(f"{PLACE}/blocks")
@requires(Permission.EDIT_QUESTIONNAIRE)
def add_block(questionnaire_id: int) -> Answer:
    """The block of a commitment, with its words where the portal has them in the language of the questionnaire."""
    subject, form = _opened(questionnaire_id), BlockForm()
    structure = drafts.structure_of(subject)
    form.commitment.choices = _blocks(structure)
    if form.validate():
        changed = editing.with_block(structure, form.commitment.data)
        if _save(subject, changed, form, block_words(subject, changed)):
            return _to("edit_section", subject, _("The block is there. Read its words."), section=changed.sections[-1].name)
    return _structure_page(subject, block=form)


@blueprint.post(f"{PLACE}/lists")
@requires(Permission.EDIT_QUESTIONNAIRE)
def add_choices(questionnaire_id: int) -> Answer:
    """Begin a list of choices."""
    subject, form = _opened(questionnaire_id), NewListForm(prefix="list")
    structure, name = drafts.structure_of(subject), form.name.data or ""
    if form.validate():
        if name in structure.choices:
            form.refuse(DomainError(_("There is such a list already."), "name"))
        elif _save(subject, editing.with_choices(structure, name, ()), form):
            return _to("edit_choices", subject, _("The list is there. Add its choices."), name=name)
    return _structure_page(subject, new_list=form)


@blueprint.post(f"{PLACE}/change")
@requires(Permission.EDIT_QUESTIONNAIRE)
def change_structure(questionnaire_id: int) -> Answer:
    """Move or remove a section, a question or a list: one button each."""
    subject = _opened(questionnaire_id)
    what, name = request.form.get("what", ""), request.form.get("name", "")
    structure = drafts.structure_of(subject)
    form = NewListForm(data={"version": request.form.get("version", type=row_number) or 0})
    section = structure.section_of[name].name if what.startswith("question") and name in structure.questions else ""
    change = CHANGES.get(what)
    known = {"section": [each.name for each in structure.sections], "question": structure.questions, "list": structure.choices}
    if change is None or name not in known[what.partition("_")[0]]:
        return _structure_page(subject, refused=_("It is no longer there."))
    if _save(subject, change(structure, name), form):
        flash(_("Saved. Nothing is public before a second person has approved it."), "success")
        if section:
            return redirect(url_for("reporting.edit_section", questionnaire_id=subject.id, section=section), 303)
        return redirect(url_for("reporting.questionnaire_structure", questionnaire_id=subject.id), 303)
    stale = _stale(form)
    return _structure_page(subject, refused=str(stale.message) if stale else " ".join(said for _target, said in form.problems))


CHANGES = {
    "section_up": lambda structure, name: editing.with_moved_section(structure, name, -1),
    "section_down": lambda structure, name: editing.with_moved_section(structure, name, 1),
    "section_remove": editing.without_section,
    "question_up": lambda structure, name: editing.with_moved_question(structure, name, -1),
    "question_down": lambda structure, name: editing.with_moved_question(structure, name, 1),
    "question_remove": editing.without_question,
    "list_remove": editing.without_choices,
}


def _blocks(structure: Structure) -> list[tuple[int, str]]:
    """The commitments that have no block yet."""
    there = {section.commitment for section in structure.sections}
    known = titles(current_language().code) or titles("en")
    return [(number, f"{number} · {title}") for number, title in known.items() if number not in there]


def _structure_page(subject: Questionnaire, *, refused: str = "", **forms: Any) -> Answer:
    structure = drafts.structure_of(subject)
    form = next(iter(forms.values()), None)
    empty = {"formdata": None, "data": {"version": subject.version}}
    block = forms.get("block") or BlockForm(**empty)
    block.commitment.choices = _blocks(structure)
    return render_template(
        "reporting/questionnaire_structure.html",
        text=TEXTS.opened(subject),
        questionnaire=subject,
        structure=structure,
        words=drafts.words_of(subject),
        keys=definition,
        uses={name: editing.uses_of(structure, name) for name in structure.choices},
        section_form=forms.get("section") or SectionForm(prefix="section", **empty),
        block=block,
        new_list=forms.get("new_list") or NewListForm(prefix="list", **empty),
        refused=refused,
        may_edit=can(current_actor(), Permission.EDIT_QUESTIONNAIRE, subject),
        form=form,
        stale=_stale(form),
    ), 409 if refused else _status(form) if form is not None else 200


# --- one section ---------------------------------------------------------------------------------------------------


@blueprint.route(f"{PLACE}/sections/<string:section>", methods=["GET", "POST"])
@requires(Permission.EDIT_QUESTIONNAIRE)
def edit_section(questionnaire_id: int, section: str) -> Answer:
    """What a section is called and when it is asked for, with its questions."""
    subject = _opened(questionnaire_id)
    old = drafts.section_of(subject, section)
    form = SectionForm(data={"version": subject.version})
    if request.method != "POST":
        form.fill(old, drafts.words_of(subject))
        return _section_page(subject, old, form)
    if form.validate():
        changed = editing.with_changed_section(drafts.structure_of(subject), section, form.section(old))
        if _save(subject, changed, form, form.words):
            return _to("edit_section", subject, _("Saved."), section=form.name.data)
    return _section_page(subject, old, form)


@blueprint.post(f"{PLACE}/sections/<string:section>/questions")
@requires(Permission.EDIT_QUESTIONNAIRE)
def add_question(questionnaire_id: int, section: str) -> Answer:
    """One question more in a section; the rest of it follows on its own page."""
    subject, form = _opened(questionnaire_id), NewQuestionForm(prefix="question")
    old = drafts.section_of(subject, section)
    if form.validate():
        code = form.name.data or ""
        structure = editing.with_question(drafts.structure_of(subject), section, Question(code, form.type.data))
        words = {definition.label_key(code): form.label.data or ""}
        if _save(subject, structure, form, words):
            return _to("edit_question", subject, _("The question is there. Say the rest about it."), code=code)
    settings = SectionForm(formdata=None, data={"version": subject.version})
    settings.fill(old, drafts.words_of(subject))
    return _section_page(subject, old, settings, form)


def _section_page(subject: Questionnaire, section: Section, form: SectionForm, new: NewQuestionForm | None = None) -> Answer:
    shown = new if new is not None else form
    return render_template(
        "reporting/questionnaire_section.html",
        text=TEXTS.opened(subject),
        questionnaire=subject,
        section=section,
        words=drafts.words_of(subject),
        keys=definition,
        types=labels.QUESTION_TYPES,
        settings=form,
        new=new or NewQuestionForm(prefix="question", formdata=None, data={"version": subject.version}),
        form=shown,
        stale=_stale(shown),
    ), _status(shown)


# --- one question, one list ----------------------------------------------------------------------------------------


@blueprint.route(f"{PLACE}/questions/<string:code>", methods=["GET", "POST"])
@requires(Permission.EDIT_QUESTIONNAIRE)
def edit_question(questionnaire_id: int, code: str) -> Answer:
    """Everything about one question."""
    subject = _opened(questionnaire_id)
    question, section = drafts.question_of(subject, code)
    structure, words = drafts.structure_of(subject), drafts.words_of(subject)
    form = question_form(question, section, words, subject.version).offer(structure, words)
    last = versions.newest(subject.id)
    is_published = last is not None and code in last.known.questions
    if request.method == "POST" and form.validate():
        if is_published:
            form.name.data = code
        changed = editing.with_changed_question(structure, code, form.question(), form.section.data)
        if _save(subject, changed, form, form.text):
            return _to("edit_section", subject, _("The question is saved."), section=form.section.data)
    return render_template(
        "reporting/questionnaire_question.html",
        text=TEXTS.opened(subject),
        questionnaire=subject,
        question=question,
        section=section,
        is_published=is_published,
        form=form,
        stale=_stale(form),
    ), _status(form)


@blueprint.route(f"{PLACE}/lists/<string:name>", methods=["GET", "POST"])
@requires(Permission.EDIT_QUESTIONNAIRE)
def edit_choices(questionnaire_id: int, name: str) -> Answer:
    """The choices of a list in their order."""
    subject = _opened(questionnaire_id)
    structure = drafts.structure_of(subject)
    form: ChoicesForm = choices_form(structure, name, drafts.words_of(subject), subject.version)
    if request.method == "POST" and form.validate():
        changed = editing.with_choices(structure, name, form.values_in_order)
        if _save(subject, changed, form, form.words(name)):
            return _to("edit_choices", subject, _("The list is saved."), name=name)
    return render_template(
        "reporting/questionnaire_choices.html",
        text=TEXTS.opened(subject),
        questionnaire=subject,
        name=name,
        uses=editing.uses_of(structure, name),
        form=form,
        stale=_stale(form),
    ), _status(form)
