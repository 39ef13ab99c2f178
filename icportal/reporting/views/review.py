"""Sign-off by the mayor's office, review by the coordinator, and what they say about a response."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.canonical import sha256
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.reporting import labels, reading, remarks, responses, snapshots
from icportal.reporting.enums import Permission, RemarkKind, ResponseState
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Remark, Response
from icportal.reporting.review_forms import DecisionForm, LetterForm
from icportal.reporting.services import deadlines, remarking, steps
from icportal.reporting.snapshots import Signature
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.wording import iso_day
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.workflow import engine
from icportal.workflow.engine import Move

blueprint.add_app_template_filter(iso_day)

SIGN_OFF, REVIEW = "sign-off", "review"
#: The steps that are taken on each page.
STEPS = {SIGN_OFF: frozenset({"sign_off", "send_back"}), REVIEW: frozenset({"request_changes", "accept", "publish", "reopen"})}
#: What each of them has decided on before: the page says what changed since.
DECIDED = {SIGN_OFF: ("sign_off", "send_back"), REVIEW: ("request_changes", "accept", "publish", "reopen")}
ENDPOINTS = {SIGN_OFF: "reporting.sign_off_response", REVIEW: "reporting.review_response"}


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/sign-off")
@requires(Permission.VIEW_RESPONSE)
def sign_off_response(round_slug: str, slug: str) -> Answer:
    """Everything the city is about to say, section by section, for whoever signs it in the city's name."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return read_page(response, city, SIGN_OFF)


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/review")
@requires(Permission.VIEW_RESPONSE)
def review_response(round_slug: str, slug: str) -> Answer:
    """All answers of a city, with what was said about them; coordinators decide here."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    return read_page(response, city, REVIEW)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/<any('sign-off', 'review'):page>")
@requires(Permission.VIEW_RESPONSE)
def move_response(round_slug: str, slug: str, page: str) -> Answer:
    """Take a step; refused, the page comes again with everything that was typed."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form, name = DecisionForm(), request.form.get("transition", "")
    if name not in STEPS[page]:
        raise NotFound(_("There is no such step."))
    if not form.validate():
        return read_page(response, city, page, form=form, status=422)
    try:
        _take_step(response, name, form)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        return read_page(response, city, page, form=form, status=422 if error.field else error.status)
    flash(_("Done: the response is now “%(state)s”.", state=RESPONSE.state(response.state).label), "success")
    return redirect(url_for(ENDPOINTS[page], round_slug=round_slug, slug=slug), 303)


def _take_step(response: Response, name: str, form: DecisionForm) -> None:
    signed = Signature(form.name.data or "", form.function.data or "") if form.may_sign.data else None
    steps.move_response(
        response,
        name,
        actor=current_actor(),
        seen=form.version.data,
        seen_hash=form.seen_hash.data or "",
        reason=form.reason.data or "",
        remarks=_typed("question-"),
        sections=_typed("section-"),
        signed=signed,
        until=form.until.data,
    )


def _typed(prefix: str) -> dict[str, str]:
    """What was written at sections or questions, by their names."""
    return {name.removeprefix(prefix): text for name, text in request.form.items() if name.startswith(prefix) and text.strip()}


def read_page(
    response: Response, city: City, page: str, *, form: DecisionForm | None = None, letter: Any = None, status: int = 200
) -> Answer:
    """A response from top to bottom, and what can be decided about it as it stands."""
    actor, language = current_actor(), current_language()
    content = snapshots.answers_as_read(response)
    since = snapshots.last_of(response, *DECIDED[page])
    said = responses.remarks_of(response)
    words, sections = reading.read(
        response, content, language.code, since=snapshots.content_of(since) if since else None, remarks=said
    )
    moves = _moves(response, page)
    decision = form or DecisionForm(formdata=None)
    decision.version.data, seen = response.version, decision.seen_hash.data
    decision.seen_hash.data = sha256(content)
    if form is None:
        decision.until.data = deadlines.day_for_changes(response)
    return render_template(
        "reporting/response_read.html",
        **context_of(response, city),
        page=page,
        words=words,
        sections=sections,
        since=since,
        last_read=_snapshot_read(response, seen, decision.seen_hash.data) if form else None,
        **_said(response, said, content),
        open_moves=[move for move in moves if move.is_open],
        closed_moves=[move for move in moves if not move.is_open],
        asks_by=_asks_by(moves),
        typed={name: text for name, text in request.form.items() if name.startswith(("section-", "question-"))},
        may_write=can(actor, Permission.CHECK, response),
        may_reply=can(actor, Permission.ASK_EXTENSION, response),
        decision=decision,
        letter=letter or LetterForm(formdata=None),
        form=form or letter,
    ), status


def _said(response: Response, said: list[Remark], content: dict[str, Any]) -> dict[str, Any]:
    """What was said about the response, which of it was answered, and who may call it settled."""
    waiting = [remark for remark in said if remark.settled_at is None and remark.kind != RemarkKind.NOTE]
    kinds = (RemarkKind.SENT_BACK, RemarkKind.CHANGE)
    return {
        "letters": [remark for remark in said if remark.kind == RemarkKind.NOTE],
        "done": remarks.answered(response, waiting, content),
        "names": names_of({remark.author_id for remark in said}),
        "may_settle": {str(kind): remarking.may_settle(current_actor(), response, kind) for kind in kinds},
    }


def context_of(response: Response, city: City) -> dict[str, Any]:
    """What every page about a response shows: whose it is, where it stands."""
    return {
        "response": response,
        "round": response.round,
        "edition": labels.edition(response.round),
        "city": city,
        "city_name": city.name_in(current_language().code),
        "state": RESPONSE.state(response.state),
        "where": {"round_slug": response.round.slug, "slug": city.slug},
        "labels": labels,
        "is_shut": responses.is_shut(response),
        "signature": snapshots.signature_of(snapshots.last_of(response, "sign_off")) if response.certified_at else None,
    }


def _moves(response: Response, page: str) -> list[Move]:
    """The steps of this page; closed also to whoever signed what is to be approved."""
    actor = current_actor()
    found = [move for move in engine.moves(RESPONSE, response, actor=actor) if move.transition.name in STEPS[page]]
    if response.state == ResponseState.REVIEW:
        # In review, asking for changes is the way back.
        found = [move for move in found if move.transition.name != "reopen"]
    return [
        replace(move, reasons=(*move.reasons, steps.SIGNED_IT))
        if steps.closed_by_signing(response, move.transition.name, actor)
        else move
        for move in found
    ]


def _asks_by(moves: list[Move]) -> str:
    """Where reasons for changes are written now: at sections, at questions, or nowhere."""
    names = {move.transition.name for move in moves if move.is_open}
    if "send_back" in names:
        return "section"
    return "question" if names & {"request_changes", "reopen"} else ""


def _snapshot_read(response: Response, seen: str | None, current: str) -> Any:
    """The snapshot somebody has read, where the response has changed since."""
    if not seen or seen == current:
        return None
    return next((kept for kept in reversed(snapshots.snapshots_of(response)) if kept.sha256 == seen), None)


# --- remarks and feedback ----------------------------------------------------------------------------------


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/remarks/<int:remark_id>/settle")
@requires(Permission.VIEW_RESPONSE)
def settle_remark(round_slug: str, slug: str, remark_id: int) -> Answer:
    """Call what was asked for settled."""
    response, _city = responses.open_response(round_slug, slug, actor=current_actor())
    remarking.settle_remark(response, remark_id, actor=current_actor())
    flash(_("Marked as settled."), "success")
    return redirect(url_for(ENDPOINTS[_page_asked()], round_slug=round_slug, slug=slug) + f"#remark-{remark_id}", 303)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/feedback")
@requires(Permission.CHECK)
def write_feedback(round_slug: str, slug: str) -> Answer:
    """Write to the city what is strong, what is missing and what would help."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form = LetterForm()
    if form.validate():
        try:
            remarking.write_letter(response, form.text.data or "", actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your feedback is sent. Nobody but the city and the coordinators reads it."), "success")
            return redirect(url_for("reporting.review_response", round_slug=round_slug, slug=slug) + "#feedback", 303)
    return read_page(response, city, REVIEW, letter=form, status=422)


@blueprint.post("/work/reporting/<slug:round_slug>/<slug:slug>/feedback/<int:remark_id>")
@requires(Permission.ASK_EXTENSION)
def reply_to_feedback(round_slug: str, slug: str, remark_id: int) -> Answer:
    """The city's reply to feedback."""
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    form = LetterForm()
    if form.validate():
        try:
            remarking.reply_to_letter(response, remark_id, form.text.data or "", actor=current_actor())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Your reply is there."), "success")
            return redirect(url_for("reporting.review_response", round_slug=round_slug, slug=slug) + "#feedback", 303)
    return read_page(response, city, REVIEW, letter=form, status=422)


def _page_asked() -> str:
    asked = request.args.get("page", "")
    return asked if asked in STEPS else REVIEW
