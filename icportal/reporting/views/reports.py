"""The desk of the network's report: begun, drafted, arranged, shown to the cities, published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.cities.queries import get_city
from icportal.content.desk import with_autonym
from icportal.content.flow import CONTENT
from icportal.core.clock import today
from icportal.core.errors import DomainError, NotFound
from icportal.core.permissions import authorise, can
from icportal.core.queue import JobState
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import interface_codes
from icportal.reporting import labels, reports
from icportal.reporting.enums import Permission, ReportState
from icportal.reporting.models import Chapter, Report
from icportal.reporting.report_flow import REPORT
from icportal.reporting.report_forms import ChapterForm, StartReportForm, StepForm, WaiveForm
from icportal.reporting.services import editions, mentions
from icportal.reporting.services import reports as services
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.templating import language_named
from icportal.workflow import engine


@blueprint.route("/work/reporting/reports", methods=["GET", "POST"])
@requires(Permission.VIEW_REPORT)
def list_report_work() -> Answer:
    """The reports there are, and the form that begins one."""
    form = StartReportForm(language=current_language().code)
    rounds = {round_.id: round_ for round_ in reports.rounds_without()}
    form.round_id.choices = [(round_.id, labels.edition(round_)) for round_ in rounds.values()]
    form.language.choices = [(code, with_autonym(code)) for code in interface_codes()]
    if form.validate_on_submit():
        try:
            if form.round_id.data not in rounds:
                raise NotFound(_("There is no such page, or it is not open to you."))
            report = services.create_report(rounds[form.round_id.data], language=form.language.data, actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The report is begun and drafted from the data. Read every chapter before you go on."), "success")
            return redirect(url_for("reporting.show_report_work", slug=report.slug), 303)
    page = render_template(
        "reporting/report_list.html", reports=reports.all_reports(), form=form, flow=REPORT, edition_of=labels.edition,
        may_edit=can(current_actor(), Permission.EDIT_REPORT),
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.get("/work/reporting/reports/<slug:slug>")
@requires(Permission.VIEW_REPORT)
def show_report_work(slug: str) -> Answer:
    """One report: its chapters, what the cities say, and what can be done next."""
    return report_page(reports.open_report(slug, actor=current_actor()))


def report_page(report: Report, *, form: Any = None, status: int = 200, unsent: Sequence[services.Unsent] = ()) -> Answer:
    """The page of a report, again with what was refused."""
    actor = current_actor()
    may_edit = can(actor, Permission.EDIT_REPORT, report)
    last, job = reports.last_edition(report)
    running = last is not None and last.frozen_at is None and job is not None and job.state != JobState.FAILED
    failed = job.error.partition(": ")[2] if last is not None and last.frozen_at is None and job and not running else ""
    return render_template(
        "reporting/report_show.html",
        report=report,
        edition=labels.edition(report.round),
        content_flow=CONTENT,
        flow=REPORT,
        today=today(),
        may_edit=may_edit,
        standings=reports.standings(report) if may_edit else [],
        hindrances=editions.hindrances(report) if may_edit and report.state == ReportState.CONSENT else [],
        ready=[language_named(code) for code in editions.sources(report)] if may_edit else [],
        moves=engine.moves(REPORT, report, actor=actor),
        last=last,
        job=job,
        running=running,
        failed=failed,
        drafts=may_edit and reports.has_drafts(report),
        unsent=unsent,
        form=form,
        step=form if isinstance(form, StepForm) else StepForm(formdata=None, version=report.version),
        chapter=form if isinstance(form, ChapterForm) else ChapterForm(formdata=None),
        waive=form if isinstance(form, WaiveForm) else WaiveForm(formdata=None),
    ), status


@blueprint.post("/work/reporting/reports/<slug:slug>/draft")
@requires(Permission.EDIT_REPORT)
def draft_report(slug: str) -> Answer:
    """Draft from the data what nobody has touched."""
    report = reports.open_report(slug, actor=current_actor())
    try:
        count = services.draft_chapters(report, actor=current_actor())
    except DomainError as error:
        return _refused(report, ChapterForm(formdata=None), error)
    flash(_("Drafted anew from the data. Chapters written: %(count)s. What people wrote is as it was.", count=count), "success")
    return redirect(url_for("reporting.show_report_work", slug=slug), 303)


@blueprint.post("/work/reporting/reports/<slug:slug>/send")
@requires(Permission.EDIT_REPORT)
def send_report_chapters(slug: str) -> Answer:
    """Send every chapter that is ready to review; those that are not stand on the page with the reason."""
    report = reports.open_report(slug, actor=current_actor())
    sent, unsent = services.send_chapters(report, actor=current_actor())
    if sent:
        flash(_n("%(num)s text is sent to review.", "%(num)s texts are sent to review.", sent), "success")
    if unsent:
        return report_page(report, unsent=unsent)
    return redirect(url_for("reporting.show_report_work", slug=slug), 303)


@blueprint.post("/work/reporting/reports/<slug:slug>/chapters")
@requires(Permission.EDIT_REPORT)
def add_report_chapter(slug: str) -> Answer:
    """A chapter of the coordinator's own."""
    report, form = reports.open_report(slug, actor=current_actor()), ChapterForm()
    if not form.validate():
        return report_page(report, form=form, status=422)
    try:
        chapter = services.add_chapter(report, form.title.data or "", actor=current_actor())
    except DomainError as error:
        return _refused(report, form, error)
    return redirect(url_for("reporting.chapter_edit_text", chapter_id=chapter.id), 303)


@blueprint.post("/work/reporting/reports/<slug:slug>/chapters/<slug:topic>/<any(up, down, out, in):how>")
@requires(Permission.EDIT_REPORT)
def arrange_report_chapter(slug: str, topic: str, how: str) -> Answer:
    """Move a chapter, leave it out, or take it in again."""
    report = reports.open_report(slug, actor=current_actor())
    try:
        left_out = {"out": True, "in": False}.get(how)
        services.arrange_chapter(_chapter(report, topic), actor=current_actor(), step=how, left_out=left_out)
    except DomainError as error:
        return _refused(report, ChapterForm(formdata=None), error)
    return redirect(url_for("reporting.show_report_work", slug=slug) + "#chapters", 303)


@blueprint.post("/work/reporting/reports/<slug:slug>/move")
@requires(Permission.EDIT_REPORT)
def move_report(slug: str) -> Answer:
    """Take a step; refused, the page comes again with everything that was typed."""
    report, form = reports.open_report(slug, actor=current_actor()), StepForm()
    if not form.validate():
        return report_page(report, form=form, status=422)
    try:
        said = _take_step(report, form)
    except DomainError as error:
        return _refused(report, form, error)
    flash(said, "success")
    return redirect(url_for("reporting.show_report_work", slug=slug), 303)


def _take_step(report: Report, form: StepForm) -> str:
    actor, seen, name = current_actor(), form.version.data, form.transition.data or ""
    if name == "ask_cities":
        told = services.ask_cities(report, form.until.data, actor=actor, seen=seen)
        return _("The cities are asked. Mails sent: %(count)s.", count=told)
    if name == "release":
        edition = editions.release(report, actor=actor, seen=seen, note=form.note.data or "")
        return _("Edition %(number)s is being made. It is public as soon as everything is written.", number=edition.number)
    services.step_back(report, name, actor=actor, seen=seen, reason=form.reason.data or "")
    return _("You can go on writing.")


@blueprint.post("/work/reporting/reports/<slug:slug>/remind")
@requires(Permission.EDIT_REPORT)
def remind_report_cities(slug: str) -> Answer:
    """Write to the cities that have not answered, or to one of them."""
    report = reports.open_report(slug, actor=current_actor())
    city = get_city(request.form["city"]) if request.form.get("city") else None
    try:
        told = mentions.remind_cities(report, actor=current_actor(), city=city)
    except DomainError as error:
        return _refused(report, ChapterForm(formdata=None), error)
    flash(_("The cities are reminded. Mails sent: %(count)s.", count=told), "success")
    return redirect(url_for("reporting.show_report_work", slug=slug) + "#cities", 303)


@blueprint.post("/work/reporting/reports/<slug:slug>/waive")
@requires(Permission.RELEASE_REPORT)
def waive_report_city(slug: str) -> Answer:
    """Go on without the answer of a city, after the last day, with a reason."""
    report, form = reports.open_report(slug, actor=current_actor()), WaiveForm()
    city = get_city(form.city.data or "")
    if not form.validate():
        return report_page(report, form=form, status=422)
    try:
        mentions.release_without_answer(report, city, form.reason.data or "", actor=current_actor())
    except DomainError as error:
        return _refused(report, form, error)
    flash(_("The report goes on without an answer of %(city)s.", city=city.name_in(current_language().code)), "success")
    return redirect(url_for("reporting.show_report_work", slug=slug) + "#cities", 303)


@blueprint.post("/work/reporting/reports/<slug:slug>/make-again")
@requires(Permission.RELEASE_REPORT)
def make_edition_again(slug: str) -> Answer:
    """Have an edition made whose job has failed."""
    report = reports.open_report(slug, actor=current_actor())
    authorise(current_actor(), Permission.RELEASE_REPORT, report)
    last, _job = reports.last_edition(report)
    if last is not None:
        editions.make_again(last, actor=current_actor())
    return redirect(url_for("reporting.show_report_work", slug=slug), 303)


@blueprint.get("/work/reporting/reports/<slug:slug>/progress")
@requires(Permission.VIEW_REPORT)
def report_progress(slug: str) -> Answer:
    """How far the worker is with the newest edition, for the page that waits."""
    last, job = reports.last_edition(reports.open_report(slug, actor=current_actor()))
    running = last is not None and last.frozen_at is None and job is not None and job.state != JobState.FAILED
    return {"running": running, "done": job.progress_done if job else 0, "total": job.progress_total if job else None}


def _chapter(report: Report, topic: str) -> Chapter:
    found = next((chapter for chapter in report.chapters if chapter.topic == topic), None)
    if found is None:
        raise NotFound(_("This report has no such chapter."))
    return found


def _refused(report: Report, form: Any, error: DomainError) -> Answer:
    form.refuse(error)
    return report_page(report, form=form, status=error.status)
