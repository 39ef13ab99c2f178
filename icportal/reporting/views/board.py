"""The board of a round, and what a coordinator does for one city: a mail, a deadline, an answer to a request."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.accounts.enums import ROLE_NAMES
from icportal.cities.models import City
from icportal.core import files
from icportal.core.permissions import authorise, can
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import LANGUAGES, interface_codes
from icportal.indicators.exchange.tables import write_table
from icportal.reporting import board as boards
from icportal.reporting import labels, letters, reminders, rounds
from icportal.reporting.addressees import language_of, people_of
from icportal.reporting.enums import ExtensionState, Permission, ResponseState
from icportal.reporting.flow import RESPONSE
from icportal.reporting.models import Response, Round
from icportal.reporting.round_forms import DeadlineForm, DecisionForm, ExtensionForm, LetterForm, RemindersForm
from icportal.reporting.services import deadlines, reminding, writing
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.rounds import ask, round_context
from icportal.web.decorators import requires
from icportal.web.identity import current_actor


@blueprint.get("/work/reporting/rounds/<slug:round_slug>/board")
@requires(Permission.VIEW_BOARD)
def show_board(round_slug: str) -> str:
    """All cities, the state of every section, who has to move next and since when."""
    round_ = rounds.get_round(round_slug)
    only = _filter()
    return render_template(
        "reporting/board_show.html",
        **round_context(round_),
        board=boards.board(round_, language=current_language().code, only=only),
        only=only,
        statuses=labels.SECTION_STATUSES,
        states=[(state.name, state.label) for state in RESPONSE.states],
        movers=list(boards.MOVERS.items()),
    )


def _filter() -> boards.Filter:
    state, mover = request.args.get("state", ""), request.args.get("mover", "")
    return boards.Filter(
        state if state in set(ResponseState) else "",
        mover if mover in boards.MOVERS else "",
        request.args.get("overdue") == "1",
    )


@blueprint.get("/work/reporting/rounds/<slug:round_slug>/board.csv")
@requires(Permission.VIEW_BOARD)
def download_board(round_slug: str) -> Answer:
    """The board as it is narrowed now, as a table."""
    round_ = rounds.get_round(round_slug)
    columns, rows = boards.as_table(boards.board(round_, language=current_language().code, only=_filter()))
    out = io.BytesIO()
    write_table(columns, rows, out, form="csv")
    name = f"{round_.slug}-board.csv"
    file = files.StoredFile(name=name, size=out.tell(), kind=files.DATA, media_type="text/csv; charset=utf-8")
    return out.getvalue(), {**files.headers_for(file), "Cache-Control": "no-store"}


# --- one city -----------------------------------------------------------------------------------------------


def _place(round_slug: str, slug: str) -> tuple[Round, Response, City, dict[str, Any]]:
    """The response of a city, and what its pages show; hidden from whoever may not see it."""
    round_ = rounds.get_round(round_slug)
    response, city = rounds.find_response(round_, slug)
    authorise(current_actor(), Permission.VIEW_RESPONSE, response)
    context = {
        **round_context(round_),
        "response": response,
        "city": city,
        "city_name": city.name_in(current_language().code),
        "sees_board": can(current_actor(), Permission.VIEW_BOARD),
    }
    return round_, response, city, context


@blueprint.route("/work/reporting/rounds/<slug:round_slug>/cities/<slug:slug>/mail", methods=["GET", "POST"])
@requires(Permission.RUN_ROUND)
def write_letter(round_slug: str, slug: str) -> Answer:
    """The mail to send to a city, drafted in its language by why it waits."""
    round_, response, city, context = _place(round_slug, slug)
    asked = request.values.get("language", "")
    language = asked if asked in LANGUAGES else language_of(city.languages)
    line = boards.line_of(round_, city, language=current_language().code)
    people = people_of([city.id])[city.id]
    letter = letters.draft(round_, line, language=language, actor=current_actor())
    to = letters.suggested(people, line)
    form = LetterForm(
        data={"language": language, "to": [each.key for each in to], "subject": letter.subject, "text": letter.text}
    )
    form.to.choices = [(each.key, _person(each)) for each in people.everybody]

    def act() -> None:
        said = letters.Letter(form.subject.data or "", form.text.data or "")
        sent = writing.send_letter(response, said, to=form.to.data or [], language=language, actor=current_actor())
        flash(_n("The mail goes to %(num)s person.", "The mail goes to %(num)s people.", sent), "success")

    return ask(
        form, act, "reporting/board_letter.html", lambda: url_for("reporting.show_board", round_slug=round_slug), line=line,
        written_in=LANGUAGES[language], others=[LANGUAGES[code] for code in interface_codes()],
        mailto=letters.mailto(to, letter), **context,
    )  # fmt: skip


def _person(addressee: Any) -> str:
    role = ROLE_NAMES.get(addressee.role) or addressee.office or _("contact")
    return f"{addressee.name} ({role}), {addressee.recipient.address}"


@blueprint.route("/work/reporting/rounds/<slug:round_slug>/cities/<slug:slug>/deadline", methods=["GET", "POST"])
@requires(Permission.RUN_ROUND)
def change_deadline(round_slug: str, slug: str) -> Answer:
    """A city's deadline, its requests for more time, and its reminders."""
    _round, response, _city, context = _place(round_slug, slug)
    form = DeadlineForm(data={"version": response.version, "deadline": response.due})

    def act() -> None:
        deadlines.change_deadline(response, form.deadline.data, actor=current_actor(), version=form.version.data or 0)
        flash(_("Saved."), "success")

    return ask(form, act, "reporting/board_deadline.html", lambda: _deadline_of(response, slug), **_times(response, context))


def _times(response: Response, context: dict[str, Any]) -> dict[str, Any]:
    extensions = rounds.extensions_of(response)
    return {
        **context,
        "subject": response,
        "extensions": extensions,
        "names": names_of({each.asked_by for each in extensions} | {each.decided_by for each in extensions}),
        "schedule": reminders.schedule(response, rounds.reminders_of(response)),
        "reminders_form": RemindersForm(formdata=None),
        "outcomes": labels.EXTENSION_STATES,
    }


@blueprint.post("/work/reporting/rounds/<slug:round_slug>/cities/<slug:slug>/reminders")
@requires(Permission.RUN_ROUND)
def switch_reminders(round_slug: str, slug: str) -> Answer:
    """Switch the city's reminders off, with a word why, or on again."""
    _round, response, _city, context = _place(round_slug, slug)
    form = RemindersForm()

    def act() -> None:
        if request.form.get("on") == "1":
            reminding.switch_on(response, actor=current_actor())
        else:
            reminding.switch_off(response, actor=current_actor(), note=form.note.data or "")
        flash(_("Saved."), "success")

    answer = {**_times(response, context), "reminders_form": form}
    deadline = DeadlineForm(formdata=None, data={"version": response.version, "deadline": response.due})
    return ask(form, act, "reporting/board_deadline.html", lambda: _deadline_of(response, slug), deadline_form=deadline, **answer)


def _deadline_of(response: Response, slug: str) -> str:
    return url_for("reporting.change_deadline", round_slug=response.round.slug, slug=slug)


# --- more time ----------------------------------------------------------------------------------------------


@blueprint.route("/work/reporting/rounds/<slug:round_slug>/cities/<slug:slug>/extension", methods=["GET", "POST"])
@requires(Permission.ASK_EXTENSION)
def ask_extension(round_slug: str, slug: str) -> Answer:
    """A city asks for more time."""
    _round, response, _city, context = _place(round_slug, slug)
    form = ExtensionForm()

    def act() -> None:
        deadlines.ask_extension(response, actor=current_actor(), until=form.until.data, reason=form.reason.data or "")
        flash(_("The coordinator has your request. You get the answer by mail."), "success")

    extensions = rounds.extensions_of(response)
    waits = response.round.is_open and response.state in reminders.WAITING
    return ask(
        form, act, "reporting/extension_ask.html", lambda: _answers_of(response, slug), extensions=extensions,
        outcomes=labels.EXTENSION_STATES, may_ask=waits and not any(each.outcome == ExtensionState.ASKED for each in extensions),
        **context,
    )  # fmt: skip


@blueprint.route("/work/reporting/rounds/<slug:round_slug>/cities/<slug:slug>/extension/<int:number>", methods=["GET", "POST"])
@requires(Permission.RUN_ROUND)
def decide_extension(round_slug: str, slug: str, number: int) -> Answer:
    """A city's request for more time, and the answer to it."""
    _round, response, _city, context = _place(round_slug, slug)
    extension = rounds.get_extension(response, number)
    form = DecisionForm()

    def act() -> None:
        grant = {"granted": True, "refused": False}.get(form.decision.data)
        deadlines.decide_extension(
            extension, response, actor=current_actor(), grant=grant, until=form.until.data, reason=form.reason.data or ""
        )
        flash(_("The city has your answer."), "success")

    return ask(
        form, act, "reporting/extension_decide.html", lambda: _deadline_of(response, slug), extension=extension,
        names=names_of({extension.asked_by, extension.decided_by}), **context,
    )  # fmt: skip


def _answers_of(response: Response, slug: str) -> str:
    return url_for("reporting.show_response", round_slug=response.round.slug, slug=slug)
