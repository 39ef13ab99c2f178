"""A city answers: the list of sections, one section a page, and what is checked before it is sent on."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import flash, redirect, render_template, request, url_for

from icportal.charter import texts
from icportal.cities.models import City
from icportal.core import files
from icportal.core.clock import today
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.reporting import answer_files, checking, labels, response_desk, responses, sharing
from icportal.reporting.asked import asked
from icportal.reporting.enums import Permission
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Response
from icportal.reporting.services import steps
from icportal.reporting.views import section_page
from icportal.reporting.views.changes import entries_of
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.section_page import Summary, Way
from icportal.web.decorators import requires
from icportal.web.forms import TransitionForm
from icportal.web.identity import current_actor
from icportal.workflow import engine

#: The steps that are taken here; the others have pages on which everything is read first.
SENDING = frozenset({"ask_sign_off", "take_back"})


def _way(round_slug: str, slug: str, section: str) -> Way:
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return Way(response, city, section, current_actor())


def _context(response: Response, city: City) -> dict[str, Any]:
    return {
        "response": response,
        "round": response.round,
        "city": city,
        "city_name": city.name_in(current_language().code),
        "edition": labels.edition(response.round),
        "state": RESPONSE.state(response.state),
        "where": {"round_slug": response.round.slug, "slug": city.slug},
        "labels": labels,
        "is_shut": responses.is_shut(response),
        "may_answer": can(current_actor(), Permission.ANSWER, response),
    }


# --- the list of sections ----------------------------------------------------------------------------------


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>")
@requires(Permission.VIEW_RESPONSE)
def show_response(round_slug: str, slug: str) -> Answer:
    """What a city answers in a round: every section with its state, who has it, and how long it will take."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return _list_page(response, city)


def _list_page(response: Response, city: City, *, form: Any = None, status: int = 200) -> Answer:
    actor, language = current_actor(), current_language().code
    found = response_desk.task_list(response, city, language)
    moves = [move for move in engine.moves(RESPONSE, response, actor=actor) if move.transition.name == "take_back"]
    mine = sharing.given_to(actor.id, [response.id]).get(response.id, []) if actor.id else []
    return render_template(
        "reporting/response_show.html",
        **_context(response, city),
        list=found,
        mine=set(mine),
        titles=texts.titles(language),
        numbers={task.number: task.name for task in found.tasks if task.number},
        moves=[move for move in moves if move.is_open],
        entries=entries_of(response),
        may_ask=can(actor, Permission.ASK_EXTENSION, response),
        may_check=can(actor, Permission.CHECK, response),
        may_certify=can(actor, Permission.CERTIFY, response),
        may_see_evidence=can(actor, Permission.VIEW_EVIDENCE, city),
        overdue=response.due < today() and can(actor, Permission.ANSWER, response),
        extra_links=_extra_links(response, city),
        form=form,
    ), status


def _extra_links(response: Response, city: City) -> list[tuple[str, str]]:
    """Ways to answer elsewhere than on these pages, and what can be made of the answers."""
    where: dict[str, Any] = {"round_slug": response.round.slug, "slug": city.slug}
    offered = [(_("The whole questionnaire as a workbook"), "reporting.workbook"), (_("To print"), "reporting.print_response")]
    if response.published_at is not None and can(current_actor(), Permission.MAKE_BRIEFING, response):
        offered.append((_("Briefing for the council"), "reporting.show_briefing"))
    if response.published_at is not None and can(current_actor(), Permission.VIEW_RESULTS):
        offered.append((_("Your city and its peers"), "reporting.compare_city"))
        offered.append((_("Where your answers are used"), "reporting.show_use"))
    links = [(label, url_for(endpoint, **where)) for label, endpoint in offered]
    if can(current_actor(), Permission.VIEW_RESULTS):
        links.append((_("Results for the network"), url_for("reporting.network_show_results", round_slug=response.round.slug)))
    return links


# --- one section -------------------------------------------------------------------------------------------


@blueprint.route("/work/reporting/<slug:round_slug>/<slug:slug>/sections/<string:section>", methods=["GET", "POST"])
@requires(Permission.VIEW_RESPONSE)
def answer_section(round_slug: str, slug: str, section: str) -> Answer:
    """The questions of a section; it is saved as one types, and with every button."""
    way = _way(round_slug, slug, section)
    if request.method == "POST":
        return section_page.receive(way)
    return section_page.show(way, checked=request.args.get("checked") == "1")


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/sections/<string:section>/autosave")
@requires(Permission.VIEW_RESPONSE)
def autosave_section(round_slug: str, slug: str, section: str) -> Answer:
    """Save what is being typed."""
    return section_page.autosave(_way(round_slug, slug, section))


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/sections/<string:section>/files/<string:question>")
@requires(Permission.VIEW_RESPONSE)
def download_answer_file(round_slug: str, slug: str, section: str, question: str) -> Download:
    """The file that answers a question."""
    return send_answer_file(_way(round_slug, slug, section), question)


def send_answer_file(way: Way, question: str) -> Download:
    """The file that answers a question of the section somebody came to."""
    found = answer_files.file_of(way.response, way.section, question)
    return Download(files.open_file(found), headers={**files.headers_for(found), "Cache-Control": "no-store"})


# --- check and send ----------------------------------------------------------------------------------------


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/check")
@requires(Permission.VIEW_RESPONSE)
def check_answers(round_slug: str, slug: str) -> Answer:
    """What stands in the way of sending the response on, and what somebody will ask back about."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return _check_page(response, city)


def _check_page(response: Response, city: City, *, form: Any = None, status: int = 200) -> Answer:
    findings, answers = checking.check(response), responses.answers_of(response)
    waiting = checking.unexplained(findings, answers)
    moves = [move for move in engine.moves(RESPONSE, response, actor=current_actor()) if move.transition.name == "ask_sign_off"]
    return render_template(
        "reporting/response_check.html",
        **_context(response, city),
        words=asked(response.round.questionnaire_version, current_language().code),
        unfinished=response_desk.task_list(response, city, current_language().code).unfinished,
        errors=checking.errors_of(findings),
        warnings=waiting,
        explained=[finding for finding in findings if finding.level == checking.WARNING and finding not in waiting],
        comments={name: answer.comment for name, answer in answers.items()},
        moves=moves,
        form=form,
    ), status


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/send")
@requires(Permission.VIEW_RESPONSE)
def send_response(round_slug: str, slug: str) -> Answer:
    """Send the response to the mayor's office, or take it back from there."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form, step = TransitionForm(), request.form.get("transition", "")
    if step not in SENDING:
        raise NotFound(_("There is no such step."))
    if form.validate():
        try:
            steps.move_response(response, step, actor=current_actor(), seen=form.version.data)
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            shown = Summary([("", str(message)) for _field, message in error.problems])
            return _check_page(response, city, form=shown, status=error.status)
        flash(_("Done: the response is now “%(state)s”.", state=RESPONSE.state(response.state).label), "success")
        return redirect(url_for("reporting.show_response", round_slug=round_slug, slug=slug), 303)
    return _check_page(response, city, form=form, status=422)
