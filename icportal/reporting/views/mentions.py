"""What a report says of a city, for that city: read in context, approved or objected to; and where its answers are used."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from icportal.cities.models import City
from icportal.cities.queries import get_city
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.reporting import labels, reports, responses
from icportal.reporting.enums import MentionOutcome, Permission, ReportState
from icportal.reporting.models import Report
from icportal.reporting.report import mention_pages
from icportal.reporting.services import mentions
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.forms import PortalForm, clean
from icportal.web.identity import current_actor


@blueprint.route("/work/reporting/reports/<slug:slug>/mentions/<slug:city>", methods=["GET", "POST"])
@requires(Permission.DECIDE_MENTION)
def show_mentions(slug: str, city: str) -> Answer:
    """Every paragraph that speaks of the city, with what stands around it; the city answers to each, or approves all."""
    report, place = reports.find_report(slug), get_city(city)
    authorise(current_actor(), Permission.DECIDE_MENTION, place)
    form = PortalForm()
    if request.method != "POST":
        return _page(report, place, form)
    try:
        if not form.validate():
            return _page(report, place, form, status=422)
        count = _answer(report, place)
    except DomainError as error:
        form.refuse(error)
        return _page(report, place, form, status=409 if isinstance(error, Stale) else 422)
    flash(_("Your answers are kept: %(count)s.", count=count), "success")
    return redirect(url_for("reporting.show_mentions", slug=slug, city=city), 303)


def _answer(report: Report, place: City) -> int:
    if request.form.get("then") == "approve_all":
        return mentions.approve_all(report, place, actor=current_actor())
    return mentions.decide_mentions(report, place, _typed(), actor=current_actor())


def _typed() -> dict[int, tuple[str, str]]:
    """What was answered, by mention: those left open are not among it."""
    found = {}
    for name, outcome in request.form.items():
        number = name.removeprefix("outcome-")
        if name.startswith("outcome-") and number.isascii() and number.isdigit() and outcome:
            found[int(number)] = (outcome, str(clean(request.form.get(f"remark-{number}", ""))))
    return found


def _page(report: Report, place: City, form: PortalForm, *, status: int = 200) -> Answer:
    typed = _typed() if request.method == "POST" else {}
    rows = mention_pages.in_context(report, mentions.mentions_of(report, city_id=place.id))
    errors = {target: message for target, message in form.problems if target} if form.errors or form.form_errors else {}
    is_open = report.state == ReportState.CONSENT
    return render_template(
        "reporting/report_mentions.html",
        report=report,
        city=place,
        city_name=place.name_in(current_language().code),
        edition=labels.edition(report.round),
        rows=rows,
        typed=typed,
        errors=errors,
        form=form,
        is_open=is_open,
        shown_in=get(report.language),
        outcomes=labels.MENTION_OUTCOMES,
        waiting=sum(row.mention.outcome == MentionOutcome.PENDING for row in rows),
    ), status


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/used")
@requires(Permission.VIEW_RESPONSE)
def show_use(round_slug: str, slug: str) -> Answer:
    """Where the network's report uses what the city answered."""
    response, place = responses.open_response(round_slug, slug, actor=current_actor())
    return render_template(
        "reporting/report_use.html",
        response=response,
        city=place,
        city_name=place.name_in(current_language().code),
        edition=labels.edition(response.round),
        uses=reports.used_in(response),
        words=mention_pages.words_of(response),
    )
