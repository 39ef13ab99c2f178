"""Questionnaires as XLSForm workbooks and back, and the test run."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from icportal.content.models import LanguageVersion
from icportal.core import files
from icportal.core.errors import DomainError
from icportal.core.filetypes import KINDS, FileKind
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import listing
from icportal.i18n.locales import get
from icportal.reporting import checking, drafts, question_fields, questionnaire_desk, versions
from icportal.reporting.enums import Permission
from icportal.reporting.models import Questionnaire
from icportal.reporting.questionnaire_forms import TakeOverForm, UploadForm
from icportal.reporting.questionnaires.xlsform.writing import write_xlsform
from icportal.reporting.services import form_files
from icportal.reporting.services.questionnaires import Imported
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.questionnaire_structure import PLACE
from icportal.reporting.views.questionnaires import TEXTS
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get(f"{PLACE}/xlsform")
@requires(Permission.VIEW_QUESTIONNAIRE)
def download_xlsform(questionnaire_id: int) -> Answer:
    """The draft with all its languages as a workbook."""
    subject = questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor())
    newest = versions.newest(subject.id)
    data = write_xlsform(
        drafts.structure_of(subject),
        drafts.all_words(subject),
        code=subject.code,
        version=str(newest.number if newest else 0),
        source=subject.item.source_language,
    )
    kind = FileKind.WORKBOOK
    file = files.StoredFile(name=f"{subject.code}.xlsx", size=len(data), kind=kind, media_type=KINDS[kind].media_type)
    return Response(data, headers={**files.headers_for(file), "Cache-Control": "no-store"})


@blueprint.route(f"{PLACE}/import", methods=["GET", "POST"])
@requires(Permission.EDIT_QUESTIONNAIRE)
def import_xlsform(questionnaire_id: int) -> Answer:
    """Choose a workbook; what is found in it is shown before anything is saved."""
    subject = questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor())
    authorise(current_actor(), Permission.EDIT_QUESTIONNAIRE, subject)
    form = UploadForm()
    if not form.validate_on_submit():
        return _import_page(subject, form)
    upload = form.upload.data
    try:
        file, read = form_files.receive_form(subject, upload.stream, upload.filename or "", actor=current_actor())
    except DomainError as error:
        form.refuse(error)
        return _import_page(subject, form)
    taking = TakeOverForm(formdata=None, data={"file": file.key, "version": subject.version})
    return _import_page(subject, form, read=read, name=file.name, taking=None if read.errors else taking)


@blueprint.post(f"{PLACE}/import/take-over")
@requires(Permission.EDIT_QUESTIONNAIRE)
def take_over_xlsform(questionnaire_id: int) -> Answer:
    """Make the draft what the workbook says."""
    subject, form = questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor()), TakeOverForm()
    authorise(current_actor(), Permission.EDIT_QUESTIONNAIRE, subject)
    if form.validate():
        try:
            seen = form.version.data or 0
            imported = form_files.take_over_form(subject, form.file.data or "", actor=current_actor(), seen=seen)
        except DomainError as error:
            form.refuse(error)
        else:
            _tell(imported)
            return redirect(url_for("reporting.questionnaire_structure", questionnaire_id=subject.id), 303)
    return _import_page(subject, form, again=True)


def _tell(imported: Imported) -> None:
    flash(_("The form is taken over as a draft.") if imported.changed else _("The draft said all this already."), "success")
    language = current_language()
    if imported.translated:
        told = listing(get(code).name_in(language) for code in imported.translated)
        flash(_("Translations were filled in: %(languages)s. Send them to review.", languages=told), "success")
    if imported.waiting:
        told = listing(get(code).name_in(language) for code in imported.waiting)
        flash(
            _("Not taken over: %(languages)s. Take over the form again when the original is published.", languages=told),
            "warning",
        )


def _import_page(subject: Questionnaire, form: Any, *, again: bool = False, **found: Any) -> Answer:
    return render_template(
        "reporting/questionnaire_import.html",
        text=TEXTS.opened(subject),
        questionnaire=subject,
        upload=UploadForm(formdata=None) if again else form,
        form=form,
        **{"read": None, "name": "", "taking": None, **found},
    ), 422 if form.errors or form.form_errors or ("read" in found and found["read"].errors) else 200


# --- the test run --------------------------------------------------------------------------------------------------


@blueprint.route(f"{PLACE}/test-run/<slug:code>", methods=["GET", "POST"])
@requires(Permission.VIEW_QUESTIONNAIRE)
def test_run(questionnaire_id: int, code: str) -> Answer:
    """The questionnaire as a city would see it. What is filled in is checked and shown again, and kept nowhere."""
    subject = questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor())
    text: LanguageVersion = TEXTS.version_in(subject, code)
    asked, reads_as = drafts.as_asked(subject, text), current_language().code
    values: dict[str, Any] = {}
    errors: question_fields.Errors = {}
    for section in asked.structure.sections:
        read, wrong = question_fields.read_values(section, request.form, asked, reads_as)
        values, errors = {**values, **read}, {**errors, **wrong}
    trial = drafts.tried(asked, values, errors)
    is_checked = request.method == "POST" and question_fields.ADD_ROWS not in request.form
    return render_template(
        "reporting/questionnaire_test_run.html",
        text=TEXTS.opened(subject, text),
        questionnaire=subject,
        asked=asked,
        about=checking.about,
        shown=trial.shown,
        errors=trial.errors if is_checked else {},
        is_checked=is_checked,
        typed={each.name: question_fields.typed(each, request.form) for each in asked.structure.questions.values()},
        codes=sorted(each.language for each in subject.item.versions if each.head is not None),
    )
