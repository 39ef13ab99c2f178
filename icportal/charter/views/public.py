"""What everybody reads of the charter: its text, the registry of signatories, receipts, badges."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, redirect, render_template, request, url_for

from icportal.charter import badge as badges
from icportal.charter import comparison, queries, texts, wording
from icportal.charter.enums import ADVOCACY
from icportal.charter.public_forms import RegistryForm, VerifyForm
from icportal.charter.sections import COMMITMENT
from icportal.charter.views import blueprint
from icportal.cities import queries as cities
from icportal.cities import timeline
from icportal.core.clock import today
from icportal.core.errors import DomainError, NotFound
from icportal.core.strings import _
from icportal.core.tokens import read_receipt_code
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import country_name
from icportal.web import figures
from icportal.web.decorators import cached_page
from icportal.web.forms import options
from icportal.web.open_data import csv_list, json_list

BADGE_KEPT = 3600
COLUMNS = (
    "city", "name", "slug", "country", "state", "signed_earliest", "signed_latest", "precision", "counts_from", "renewed_on",
    "withdrawn_on", "charter_version", "text_language", "text_sha256", "source", "latitude", "longitude",
)  # fmt: skip


# --- the text ----------------------------------------------------------------------------------------------


@blueprint.get("/charter")
@cached_page
def read_charter() -> str:
    """The charter in our own words, in four areas."""
    language = current_language()
    return render_template(
        "charter/charter_read.html", text=texts.text(language.code), versions=queries.versions(), moments=timeline.of_network()
    )


@blueprint.get("/charter/commitments/<int:number>")
@cached_page
def show_commitment(number: int) -> str:
    """One commitment, and what cities do about it."""
    language = current_language()
    text = texts.text(language.code)
    commitment = next((c for c in text.commitments if c.number == number), None)
    if commitment is None:
        raise NotFound(_("The charter has eleven commitments; this is none of them."))
    return render_template(
        "charter/commitment_show.html",
        text=text,
        commitment=commitment,
        area=next(area for area in text.areas if area.key == commitment.area),
        advocacy=number in ADVOCACY,
        sections=COMMITMENT.of(number, language.code),
    )


@blueprint.get("/charter/versions")
@cached_page
def compare_versions() -> str:
    """The draft beside the adopted text: terms that differ, and our two summaries word by word."""
    language = current_language().code
    draft, adopted = (texts.text(language, key) for key in texts.CHARTER_VERSIONS)
    return render_template(
        "charter/version_compare.html",
        draft=draft,
        adopted=adopted,
        passages=comparison.passages(draft, adopted),
        versions=queries.versions(),
    )


@blueprint.get("/charter/versions/<slug:key>/<language:text_language>.txt")
@cached_page
def plain_text(key: str, text_language: str) -> Response:
    """The text sign for sign as it is signed: its SHA-256 is the one a receipt names."""
    if key not in texts.CHARTER_VERSIONS or text_language not in texts.CHARTER_LANGUAGES:
        raise NotFound(_("There is no such version of the charter."))
    return Response(wording.plain_text(key, text_language), mimetype="text/plain", headers={"Content-Language": text_language})


# --- the registry ------------------------------------------------------------------------------------------


@blueprint.get("/signatories")
@cached_page
def list_signatories() -> tuple[str, int]:
    """Who has signed: as a list, a map and over time, as of any day."""
    language, form = current_language(), RegistryForm(request.args)
    status, day = 200, today()
    try:
        day = form.day()
    except DomainError as error:
        form.refuse(error)
        status = error.status
    everybody = queries.registry(language=language.code, as_of=day, only=queries.Filter(state=""))
    rows = [row for row in everybody if form.filter().admits(row)]
    form.country.choices = options([("", _("any")), *_countries(everybody)])
    form.year.choices = options([("", _("any year")), *((year, str(year)) for year in queries.years(everybody))])
    page = render_template(
        "charter/signatory_list.html",
        form=form,
        rows=rows,
        day=day,
        is_today=day == today(),
        signatories=sum(row.is_signatory for row in everybody),
        date_of=queries.date_of,
        arguments={name: value for name, value in request.args.items() if value},
        **_figures(rows, day),
    )
    return page, status


@blueprint.get("/signatories.json")
@cached_page
def list_signatories_json() -> Response:
    """The registry as data."""
    day, records = _records()
    return json_list(records, total=len(records), as_of=day)


@blueprint.get("/signatories.csv")
@cached_page
def list_signatories_csv() -> Response:
    """The registry as a table."""
    day, records = _records()
    rows = [[record[name] for name in COLUMNS] for record in records]
    return csv_list(COLUMNS, rows, filename=f"signatories-{day.isoformat()}.csv")


@blueprint.get("/signatories/<slug:slug>")
@cached_page
def show_signatory(slug: str) -> str:
    """Everything a city has signed, kept for ever."""
    language = current_language()
    city = cities.get_city(slug)
    return render_template(
        "charter/signatory_show.html",
        city=city,
        name=city.name_in(language.code),
        standing=queries.standing_of(city, language.code),
        signatures=queries.signatures_of(city.id),
        date_of=queries.date_of,
    )


@blueprint.get("/signatories/<slug:slug>/badge.svg")
@cached_page
def show_badge(slug: str) -> Response:
    """The badge a city shows on its own website."""
    language = current_language()
    standing = queries.standing_of(cities.get_city(slug), language.code)
    if standing is None:
        raise NotFound(_("This city is not in the registry of signatories."))
    return Response(
        badges.badge(standing, direction=language.direction),
        mimetype="image/svg+xml",
        headers={
            "Cache-Control": f"public, max-age={BADGE_KEPT}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
            "Content-Language": language.code,
        },
    )


# --- receipts ----------------------------------------------------------------------------------------------


@blueprint.get("/verify")
@cached_page
def verify() -> Any:
    """Ask for the code of a receipt."""
    form = VerifyForm(request.args)
    if "code" not in request.args:
        return render_template("charter/receipt_verify.html", form=form)
    try:
        code = form.read()
    except DomainError as error:
        form.refuse(error)
        return render_template("charter/receipt_verify.html", form=form), error.status
    return redirect(url_for("charter.verify_code", code=code), 303)


@blueprint.get("/verify/<string(maxlength=40):code>")
@cached_page
def verify_code(code: str) -> Any:
    """What the receipt with this code stands for."""
    read = read_receipt_code(code)
    found = queries.find_by_receipt(read) if read else None
    if found is None:
        return render_template("charter/receipt_unknown.html", code=read or code, form=VerifyForm(data={"code": code})), 404
    signature, city = found
    return render_template(
        "charter/receipt_show.html",
        code=read,
        signature=signature,
        city=city,
        name=city.name_in(current_language().code),
        renewal=queries.renewal_of(signature),
        date_of=queries.date_of,
        text=texts.text(current_language().code, signature.charter_version.key),
        is_public=signature.state in queries.PUBLIC and signature.published_at is not None,
    )


def _records() -> tuple[date, list[dict[str, Any]]]:
    form = RegistryForm(request.args)
    day = form.day()
    rows = queries.registry(language=current_language().code, as_of=day, only=form.filter())
    return day, [queries.as_record(row) for row in rows]


def _countries(rows: list[queries.Signatory]) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in queries.countries(rows)), key=lambda pair: pair[1])


def _figures(rows: list[queries.Signatory], day: date) -> dict[str, Any]:
    direction = current_language().direction
    places = [
        figures.Place(
            row.name,
            row.city.latitude,
            row.city.longitude,
            url_for("cities.show_city", slug=row.slug),
            not row.is_signatory,
            row.since_text,
        )
        for row in rows
        if row.city.latitude is not None and row.city.longitude is not None
    ]
    events = [
        figures.Event(
            f"{row.name}: {row.since_text}",
            row.since.signed_earliest,
            row.since.signed_latest,
            "done" if row.is_signatory else "stopped",
        )
        for row in rows
        if row.since.signed_earliest and row.since.signed_latest
    ]
    steps, early = ([step for step in queries.growth(earliest=first) if step[0] <= day] for first in (False, True))
    return {
        "figure_map": figures.dot_map(places, label=_("Cities that have signed the charter"), direction=direction),
        "figure_timeline": figures.timeline(events, label=_("When the cities signed"), direction=direction),
        "figure_growth": figures.growth_line(
            steps, label=_("Number of signatories over time"), until=day, earliest=early, direction=direction
        ),
    }
