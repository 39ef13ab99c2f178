"""What comes after and what it took: the success as a practice, hours and costs, the ledger of a city, and the certificate."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.cities.queries import get_city
from icportal.core.canonical import sha256
from icportal.core.errors import DomainError, NotAllowed, NotFound
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.mentoring import certificates, ledger, pairings
from icportal.mentoring.enums import Permission
from icportal.mentoring.ledger_forms import PracticeForm, SpentForm
from icportal.mentoring.models import Pairing
from icportal.mentoring.rules import OfCity
from icportal.mentoring.services import ledger as services
from icportal.mentoring.services import outcomes as making
from icportal.mentoring.views.outcome_parts import ledger_parts, outcome_parts, practice_form
from icportal.mentoring.views.pages import UNPROCESSABLE, Answer, blueprint
from icportal.mentoring.views.visit_pages import visit_context
from icportal.practices.enums import Permission as PracticePermission
from icportal.web.decorators import public, requires
from icportal.web.identity import current_actor
from icportal.web.open_data import csv_list
from icportal.web.routing import row_number

ADDRESS = "/work/mentoring/pairings/<int:pairing_id>"


@blueprint.post(f"{ADDRESS}/practice")
@requires(PracticePermission.CREATE)
def make_practice(pairing_id: int) -> Answer:
    """Begin the practice that came of a pairing, or go to the one that was begun."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    form = practice_form(pairing, PracticeForm())
    try:
        number = making.make_practice(
            pairing, title=form.title.data or "", language=form.language.data or "", adopted_from=form.adopted_from.data or [],
            actor=current_actor(),
        )  # fmt: skip
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        context = visit_context(pairing)
        return render_template("mentoring/practice_begin.html", form=form, **context, **outcome_parts(pairing)), error.status
    flash(_("The practice is begun with what the portal knows. Say the rest in your words, then send it to review."), "success")
    return redirect(url_for("practices.workspace", practice_id=number), 303)


@blueprint.route(f"{ADDRESS}/ledger", methods=["GET", "POST"])
@requires(Permission.VIEW_PAIRING)
def show_ledger(pairing_id: int) -> Answer:
    """Hours and costs of a pairing: what is noted, and a form to note more."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    form, status = SpentForm(), 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                services.note_spent(pairing, _own(pairing), form.spent, actor=current_actor())
            except (NotAllowed, NotFound):
                raise
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                flash(_("Noted."), "success")
                return redirect(url_for("mentoring.show_ledger", pairing_id=pairing.id), 303)
    context = visit_context(pairing)
    return render_template("mentoring/ledger_show.html", form=form, **context, **ledger_parts(pairing)), status


@blueprint.post(f"{ADDRESS}/ledger/<int:entry_id>/take-away")
@requires(Permission.VIEW_PAIRING)
def take_away_entry(pairing_id: int, entry_id: int) -> Answer:
    """Take away what was noted by mistake."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    services.take_away(ledger.entry_of(pairing, entry_id), actor=current_actor())
    flash(_("Taken away."), "success")
    return redirect(url_for("mentoring.show_ledger", pairing_id=pairing.id), 303)


@blueprint.get("/work/mentoring/ledger/<slug:slug>")
@requires(Permission.VIEW_LEDGER)
def show_city_ledger(slug: str) -> Answer:
    """What a city has given as mentor and received as mentee, in one year or in all."""
    city, language = get_city(slug), current_language().code
    authorise(current_actor(), Permission.VIEW_LEDGER, OfCity(city.id))
    year = _year()
    years = sorted({*ledger.years_of(city), *([year] if year else [])}, reverse=True)
    rows = ledger.ledger_of(city, language, year)
    return render_template(
        "mentoring/ledger_city.html", city=city, rows=rows, year=year, years=[(each, str(each)) for each in years], given=ledger.total([row.own for row in rows if row.gave]),
        received=ledger.total([row.others for row in rows if not row.gave]),
    )  # fmt: skip


@blueprint.get("/work/mentoring/ledger/<slug:slug>/table.csv")
@requires(Permission.VIEW_LEDGER)
def download_city_ledger(slug: str) -> Answer:
    """The same as a table, of one year or of all."""
    city, language = get_city(slug), current_language().code
    authorise(current_actor(), Permission.VIEW_LEDGER, OfCity(city.id))
    header = (
        "pairing",
        "role",
        "city",
        "theme",
        "programme",
        "from",
        "state",
        "own_hours",
        "own_costs",
        "other_hours",
        "other_costs",
    )
    rows = (
        (
            row.pairing.id, "mentor" if row.gave else "mentee", row.other.name_in(language), row.theme, row.pairing.programme.title,
            row.pairing.starts_on, row.pairing.state, row.own.hours, _money(row.own), row.others.hours, _money(row.others),
        )
        for row in ledger.ledger_of(city, language, _year())
    )  # fmt: skip
    return csv_list(header, rows, filename=f"mentoring-{slug}-{_year()}.csv" if _year() else f"mentoring-{slug}.csv")


@blueprint.post(f"{ADDRESS}/certificate")
@requires(Permission.RUN_PAIRING)
def certify(pairing_id: int) -> Answer:
    """Give the mentor of a completed pairing its certificate."""
    pairing = pairings.open_pairing(pairing_id, actor=current_actor())
    certificate = services.certify(pairing, actor=current_actor())
    return redirect(url_for("mentoring.show_certificate", code=certificate.code), 303)


@blueprint.get("/mentoring/certificates/<string(maxlength=40):code>")
@public
def show_certificate(code: str) -> Answer:
    """A certificate as everybody can check and print it."""
    certificate = certificates.find(code)
    return render_template(
        "mentoring/certificate_show.html", certificate=certificate, said=certificates.said_in(certificate, current_language().code),
        is_genuine=sha256(certificate.content) == certificate.sha256,
    )  # fmt: skip


def _year() -> int | None:
    """The year that was asked for; None for all."""
    return request.args.get("year", type=row_number)


def _money(sums: ledger.Sums) -> list[str]:
    return [f"{amount} {currency}" for currency, amount in sums.money]


def _own(pairing: Pairing) -> Any:
    """The city one notes for; NotFound for whoever speaks for neither."""
    wanted = request.values.get("city", type=row_number)
    found = [city for city in pairings.own_sides(pairing, current_actor()) if wanted in (None, city.id)]
    if not found:
        raise NotFound(_("There is no such page, or it is not open to you."))
    return found[0]
