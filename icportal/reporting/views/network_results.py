"""Results for people of the network: the same with what cities show each other, and one city against its peers."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for

from icportal.cities import queries as cities
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.indicators import charting, profile
from icportal.practices import labels as practices
from icportal.reporting import labels, peers, result_figures, results
from icportal.reporting.counting import NETWORK
from icportal.reporting.enums import Permission
from icportal.reporting.services import computing
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.results import cities_page, commitment_page, question_page, round_page
from icportal.web.decorators import requires
from icportal.web.figures import area_of
from icportal.web.identity import current_actor


@blueprint.get("/work/reporting/<slug:round_slug>/results")
@requires(Permission.VIEW_RESULTS)
def network_show_results(round_slug: str) -> Answer:
    """A round as the network reads it; while nothing is computed yet, that it is on its way."""
    round_ = results.get_round(round_slug)
    job = results.running(round_)
    of = results.find(round_, NETWORK)
    may_compute = can(current_actor(), Permission.COMPUTE_RESULTS, round_)
    if of is None:
        return render_template("reporting/result_waiting.html", round=round_, job=job, may_compute=may_compute, labels=labels)
    return round_page(of, job=job, may_compute=may_compute)


@blueprint.get("/work/reporting/<slug:round_slug>/results/commitments/<int:number>")
@requires(Permission.VIEW_RESULTS)
def network_show_result_commitment(round_slug: str, number: int) -> Answer:
    """One commitment with the answers that cities show the network."""
    return commitment_page(results.results_of(round_slug, NETWORK), number)


@blueprint.get("/work/reporting/<slug:round_slug>/results/questions/<string:question>")
@requires(Permission.VIEW_RESULTS)
def network_show_result_question(round_slug: str, question: str) -> Answer:
    """One question with the answers that cities show the network."""
    return question_page(results.results_of(round_slug, NETWORK), question)


@blueprint.get("/work/reporting/<slug:round_slug>/results/cities/<string:which>")
@requires(Permission.VIEW_RESULTS)
def network_list_result_cities(round_slug: str, which: str) -> Answer:
    """The cities that did not answer, or are in one of two rounds only."""
    return cities_page(results.results_of(round_slug, NETWORK), which)


@blueprint.post("/work/reporting/<slug:round_slug>/results/compute")
@requires(Permission.COMPUTE_RESULTS)
def compute_results(round_slug: str) -> Answer:
    """Have everything counted anew by the worker."""
    computing.request_results(results.get_round(round_slug), actor=current_actor())
    flash(_("The results are being computed. The page shows them when they are done."), "success")
    return redirect(url_for("reporting.network_show_results", round_slug=round_slug), 303)


@blueprint.get("/work/reporting/<slug:round_slug>/results/progress")
@requires(Permission.VIEW_RESULTS)
def result_progress(round_slug: str) -> Answer:
    """How far the worker is, for the page that waits."""
    job = results.running(results.get_round(round_slug))
    return jsonify(running=job is not None, done=job.progress_done if job else 0, total=job.progress_total if job else None)


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/comparison")
@requires(Permission.VIEW_RESULTS)
def compare_city(round_slug: str, slug: str) -> Answer:
    """A city's grades, now and last time, beside those of cities like it or of its own choice."""
    language = current_language().code
    round_, city = results.get_round(round_slug), cities.get_city(slug)
    chosen = charting.numbers_of(request.args.getlist("city"), language)
    choice = request.args.get("like", "")
    if choice not in profile.PEERS:
        choice = profile.Peers.CHOSEN if chosen else profile.Peers.ALL
    asked = peers.invited(round_)
    found = peers.compare(round_, city.id, profile.like(city.id, choice, chosen, language), actor=current_actor())
    return render_template(
        "reporting/result_comparison.html", round=round_, city=city, name=city.name_in(language), found=found, choice=choice,
        chosen=chosen, places={id_: place for id_, place in charting.places(language).items() if id_ in asked}, peers=profile.PEERS, titles=practices.commitment_titles(), area_of=area_of,
        labels=labels, told=result_figures,
    )  # fmt: skip
