"""The versions of a plan: each as it was sent, the paper of its decision, and what changed between any two."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core import files
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import _
from icportal.plans import comparison, loaded, queries, reading, versions
from icportal.plans.enums import Permission
from icportal.plans.queries import OfCity
from icportal.plans.review_forms import CorrectForm
from icportal.plans.services import correcting
from icportal.plans.views.pages import CONFLICT, UNPROCESSABLE, Answer, blueprint, factor_titles, plan_context, plan_page
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.web.routing import row_number


@blueprint.get("/work/plans/<slug:slug>/versions")
@requires(Permission.VIEW)
def list_versions(slug: str) -> Answer:
    """Every version: when it was sent, who agreed, what was decided."""
    city = queries.open_city(slug, actor=current_actor())
    plan = loaded.plan_row(city)
    known = versions.versions_of(plan)
    return render_template(
        "plans/version_list.html", **plan_page(city, "versions"), plan=plan, versions=known,
        endorsements=versions.endorsements_of(known), names=names_of({n for each in known for n in (each.created_by, each.agreed_by)}),
    )  # fmt: skip


@blueprint.get("/work/plans/<slug:slug>/versions/<int:number>")
@requires(Permission.VIEW)
def show_version(slug: str, number: int) -> Answer:
    """A version exactly as it was sent."""
    city = queries.open_city(slug, actor=current_actor())
    plan = loaded.plan_row(city)
    version = versions.get_version(plan, number)
    previous, text = versions.before(version), reading.read(version.content)
    return render_template(
        "plans/version_show.html", **plan_page(city, "versions"), plan=plan, version=version, text=text,
        factors=factor_titles(text), endorsement=versions.endorsement_of(version),
        names=names_of({version.created_by, version.agreed_by}),
        may_endorse=can(current_actor(), Permission.ENDORSE, OfCity(city.id)),
        compare_url=_compare_url(slug, previous.number, number) if previous else "",
    )  # fmt: skip


def _compare_url(slug: str, old: int, new: int) -> str:
    values: dict[str, Any] = {"from": old, "to": new}
    return url_for("plans.compare_versions", slug=slug, **values)


@blueprint.get("/work/plans/<slug:slug>/versions/compare")
@requires(Permission.VIEW)
def compare_versions(slug: str) -> Answer:
    """Two versions set against each other; without a choice, the last two."""
    city = queries.open_city(slug, actor=current_actor())
    known = versions.versions_of(loaded.plan_row(city))
    by_number = {each.number: each for each in known}
    new = by_number.get(request.args.get("to", type=row_number) or 0) or (known[0] if known else None)
    old = by_number.get(request.args.get("from", type=row_number) or 0) or (versions.before(new) if new else None)
    if old and new and old.number > new.number:
        old, new = new, old
    return render_template(
        "plans/version_compare.html", **plan_page(city, "versions"), versions=known, old=old, new=new,
        changes=comparison.compare(old.content, new.content) if old and new else None,
    )  # fmt: skip


@blueprint.route("/work/plans/<slug:slug>/versions/<int:number>/decision/edit", methods=["GET", "POST"])
@requires(Permission.ENDORSE)
def correct_decision(slug: str, number: int) -> Answer:
    """Add the paper of a decision, or correct what stands of it."""
    city = queries.open_city(slug, actor=current_actor())
    authorise(current_actor(), Permission.ENDORSE, OfCity(city.id))
    version = versions.get_version(loaded.plan_row(city), number)
    endorsement = versions.decision_on(version)
    form = CorrectForm(data={**vars(correcting.said_by(endorsement)), "seen": correcting.seal_of(endorsement)})
    stale, status = None, 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                _correct(city, number, form)
            except Stale as error:
                stale, status = error, CONFLICT
                form.seen.raw_data, form.seen.data = None, correcting.seal_of(endorsement)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("plans.show_version", slug=slug, number=number), 303)
    context = {**plan_context(city), "version": version, "endorsement": endorsement, "stale": stale}
    return render_template("plans/decision_edit.html", **context, form=form), status


def _correct(city: City, number: int, form: CorrectForm) -> None:
    correcting.correct_endorsement(
        city, number, form.decision, actor=current_actor(), seen=form.seen.data or "", reason=form.reason.data or "",
        upload=form.file,
    )  # fmt: skip


@blueprint.get("/work/plans/<slug:slug>/versions/<int:number>/decision")
@requires(Permission.VIEW)
def download_decision(slug: str, number: int) -> Download:
    """The paper of a decision, for those who read the plan."""
    city = queries.open_city(slug, actor=current_actor())
    version = versions.get_version(loaded.plan_row(city), number)
    paper = versions.paper_of(versions.endorsement_of(version))
    return Download(files.open_file(paper), headers={**files.headers_for(paper), "Cache-Control": "no-store"})
