"""Questionnaires: the list, a new one, its workspace and versions; its words at content's desk."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of, reviewed_languages
from icportal.cities.queries import names_by_id
from icportal.content.desk import TextDesk, add_routes, with_autonym, workspace_context
from icportal.content.desk.comparison import FactChange, compare_said
from icportal.content.flow import CONTENT
from icportal.core.errors import DomainError, NotFound
from icportal.core.permissions import can
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.reporting import labels, questionnaire_desk, versions
from icportal.reporting.enums import Permission
from icportal.reporting.models import Questionnaire, QuestionnaireVersion
from icportal.reporting.questionnaire_forms import StartForm
from icportal.reporting.questionnaires.kind import QUESTIONNAIRE, said
from icportal.reporting.services import questionnaires, taking_over
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/work/reporting/questionnaires")
@requires(Permission.VIEW_QUESTIONNAIRE)
def list_questionnaires() -> Answer:
    """All questionnaires with the states of their languages."""
    return render_template(
        "reporting/questionnaire_list.html",
        rows=questionnaire_desk.listed(),
        flow=CONTENT,
        may_edit=can(current_actor(), Permission.EDIT_QUESTIONNAIRE),
    )


@blueprint.route("/work/reporting/questionnaires/new", methods=["GET", "POST"])
@requires(Permission.EDIT_QUESTIONNAIRE)
def start_questionnaire() -> Answer:
    """Code, language and title of a new questionnaire."""
    form = StartForm(language=current_language().code)
    form.language.choices = [(code, with_autonym(code)) for code in CONTENT_LANGUAGES]
    if form.validate_on_submit():
        try:
            made = questionnaires.create_questionnaire(
                actor=current_actor(), code=form.code.data or "", language=form.language.data, title=form.title.data or ""
            )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The questionnaire is begun. Add sections next, or take over a form."), "success")
            return redirect(url_for("reporting.questionnaire_structure", questionnaire_id=made.id), 303)
    return render_template("reporting/questionnaire_start.html", form=form), 422 if form.errors else 200


@blueprint.get("/work/reporting/questionnaires/<int:questionnaire_id>")
@requires(Permission.VIEW_QUESTIONNAIRE)
def questionnaire(questionnaire_id: int) -> Answer:
    """Everything about one questionnaire: its languages, its versions, and what can be done now."""
    return workspace_page(questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor()))


def workspace_page(subject: Questionnaire, form: Any = None, status: int = 200, reasons: dict[str, str] | None = None) -> Answer:
    """The workspace, again with what was refused."""
    newest = versions.newest(subject.id)
    return render_template(
        "reporting/questionnaire_workspace.html",
        **workspace_context(TEXTS.opened(subject)),
        questionnaire=subject,
        newest=newest,
        offered=questionnaire_desk.offered_in(newest) if newest else [],
        may_edit=can(current_actor(), Permission.EDIT_QUESTIONNAIRE, subject),
        reviewed=reviewed_languages(),
        form=form,
        reasons=reasons,
    ), status


@blueprint.get("/work/reporting/questionnaires/<int:questionnaire_id>/versions")
@requires(Permission.VIEW_QUESTIONNAIRE)
def questionnaire_versions(questionnaire_id: int) -> Answer:
    """What cities were asked from when on, and what became of each question."""
    return _versions_page(questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor()))


@blueprint.post("/work/reporting/questionnaires/<int:questionnaire_id>/versions")
@requires(Permission.RUN_ROUND)
def take_over_questionnaire(questionnaire_id: int) -> Answer:
    """Let a running round go on with the newest version."""
    subject = questionnaire_desk.open_questionnaire(questionnaire_id, actor=current_actor())
    history = questionnaire_desk.history_of(subject)
    chosen = request.form.get("round", type=row_number)
    round_ = next((each for note in history for each in note.rounds if each.id == chosen), None)
    if round_ is None:
        raise NotFound(_("There is no such page, or it is not open to you."))
    newest: QuestionnaireVersion = history[0].version
    try:
        taking_over.take_over_version(round_, newest, actor=current_actor())
    except DomainError as error:
        flash(str(error.message), "error")
        return _versions_page(subject, error.status)
    flash(_("%(round)s goes on with version %(number)s.", round=labels.edition(round_), number=newest.number), "success")
    return redirect(url_for("reporting.questionnaire_versions", questionnaire_id=subject.id), 303)


def _versions_page(subject: Questionnaire, status: int = 200) -> Answer:
    return render_template(
        "reporting/questionnaire_versions.html",
        text=TEXTS.opened(subject),
        questionnaire=subject,
        history=questionnaire_desk.history_of(subject),
        labels=labels,
        may_take_over=can(current_actor(), Permission.RUN_ROUND),
    ), status


def _compare(old: Any, new: Any) -> list[FactChange]:
    before, after = (said((facts or {}).get("structure")) for facts in (old, new))
    return compare_said({"structure": _l("Structure")}, {"structure": before}, {"structure": after})


TEXTS = TextDesk(
    kind=QUESTIONNAIRE,
    blueprint=blueprint,
    address="/work/reporting/questionnaires",
    parameter="questionnaire_id",
    view=Permission.VIEW_QUESTIONNAIRE,
    open_subject=questionnaire_desk.open_questionnaire,
    workspace_page=workspace_page,
    move=questionnaires.move_version,
    save=questionnaires.save_words,
    people=names_of,
    cities=lambda ids: names_by_id(ids, current_language().code),
    compare_facts=_compare,
    facts_endpoint="reporting.questionnaire_structure",
    untitled=_l("Untitled questionnaire"),
    not_written=_l("This questionnaire is not being written in that language."),
    claim=_l("Then translations stay as they are, and answers given before need no second look."),
    prefix="questionnaire_",
    trail=lambda _subject: [(_("Questionnaires"), url_for("reporting.list_questionnaires"))],
)
add_routes(TEXTS)
