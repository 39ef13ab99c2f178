"""What everybody reads of a city's plan: the version that was published, its decision, the reports, all of it as data."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import render_template, url_for

from icportal.charter import texts
from icportal.core import files
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.plans import open_data, progress, reading, versions
from icportal.plans.flow import ACTION
from icportal.plans.models import ProgressRound
from icportal.plans.versions import Published
from icportal.plans.views.pages import Answer, blueprint, factor_titles
from icportal.web.decorators import cached_page, public
from icportal.web.open_data import csv_list, json_list

LICENCE = "CC BY 4.0"


@blueprint.get("/cities/<slug:slug>/plan")
@cached_page
def show_public_plan(slug: str) -> Answer:
    """The plan a city has published: what it wants to reach, what it does, how far it is, who has decided it."""
    found = versions.published_plan(slug)
    reports = progress.reports_of(found.plan)
    told = progress.report_on(found.version, reports)
    text = reading.with_report(reading.read(found.version.content), told)
    return render_template(
        "plans/public_plan.html", **_context(found), text=text, factors=factor_titles(text), reports=reports,
        is_told=told is not None,
    )  # fmt: skip


@blueprint.get("/cities/<slug:slug>/plan/reports/<int:number>")
@cached_page
def show_public_report(slug: str, number: int) -> Answer:
    """What a city says was done for its plan in one progress round."""
    found, round_ = _report(slug, number)
    content = round_.content or {}
    return render_template(
        "plans/public_report.html", **_context(found), round=round_, content=content,
        counts=[(ACTION.state(name), count) for name, count in progress.counts_of(content).items()],
        others=[each for each in progress.reports_of(found.plan) if each.id != round_.id],
    )  # fmt: skip


def _report(slug: str, number: int) -> tuple[Published, ProgressRound]:
    found = versions.published_plan(slug)
    round_ = next((each for each in progress.reports_of(found.plan) if each.number == number), None)
    if round_ is None:
        raise NotFound(_("There is no such progress round."))
    return found, round_


@blueprint.get("/cities/<slug:slug>/plan.json")
@cached_page
def public_plan_as_json(slug: str) -> Answer:
    """The plan as data: its actions with what the last report says, and everything about it."""
    found = versions.published_plan(slug)
    reports = progress.reports_of(found.plan)
    rows = open_data.records(found, reports)
    return json_list(rows, total=len(rows), licence=LICENCE, **open_data.about(found, reports, current_language().code))


@blueprint.get("/cities/<slug:slug>/plan.csv")
@cached_page
def public_plan_as_csv(slug: str) -> Answer:
    """The actions of the plan as a table."""
    found = versions.published_plan(slug)
    rows = open_data.rows(found, progress.reports_of(found.plan))
    return csv_list(open_data.COLUMNS, rows, filename=f"action-plan-{slug}.csv")


@blueprint.get("/cities/<slug:slug>/plan/decision")
@public
def download_public_decision(slug: str) -> Download:
    """The paper of the decision on the version that is public."""
    paper = versions.paper_of(versions.published_plan(slug).endorsement)
    return Download(files.open_file(paper), headers=files.headers_for(paper))


def _context(found: Published) -> dict[str, Any]:
    language = current_language().code
    slug = found.city.slug
    return {
        "city": found.city,
        "city_name": found.city.name_in(language),
        "version": found.version,
        "plan": found.plan,
        "endorsement": found.endorsement,
        "titles": texts.titles(language),
        "flow": ACTION,
        "plan_url": url_for("plans.show_public_plan", slug=slug),
        "decision_url": url_for("plans.download_public_decision", slug=slug) if found.endorsement.file else "",
    }
