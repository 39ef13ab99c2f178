"""Typing values in: one page for each family, what is missing at its end, and rows pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.core.errors import DomainError, NotAllowed, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import current_language
from icportal.indicators import definitions, deliveries, labels, services, typed
from icportal.indicators.deliveries import Place, Sheet
from icportal.indicators.delivery_forms import TypingForm, ways_of_writing
from icportal.indicators.entries import Entry, Key
from icportal.indicators.enums import Permission
from icportal.indicators.typed import Frame, Row
from icportal.indicators.views.deliveries import context_of
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor

#: So many remarks on how numbers were understood are told at once.
MOST_NOTES = 10


@blueprint.route("/work/indicators/<slug:slug>/<year:year>/type-in", methods=["GET", "POST"])
@requires(Permission.ENTER)
def type_in(slug: str, year: int) -> Answer:
    """The values of one family in fields; the whole page is saved at once, or shown again with what is to be mended."""
    delivery, city = deliveries.open_delivery(slug, year, actor=current_actor())
    authorise(current_actor(), Permission.ENTER, delivery)
    sheet = deliveries.sheet(delivery, city, current_language().code)
    family, places = _family(sheet)
    frame = _frame(city.id, year)
    form = TypingForm()
    if request.method != "POST":
        form.rows = typed.opened(places, frame)
        return _page(sheet, family, frame, form)
    form.rows = typed.posted([*places, *_gone(sheet, places)], request.form, frame)
    if request.form.get("then") == "paste":
        return _pasted(sheet, family, frame, form)
    if not form.validate() or (saved := _save(sheet, form, frame)) is None:
        return _page(sheet, family, frame, form, status=form.status)
    _tell(form.rows, saved)
    return redirect(url_for("indicators.type_in", slug=slug, year=year, **_onwards(sheet, family, frame)), 303)


def _tell(rows: list[Row], saved: int) -> None:
    flash(_n("%(num)s value is saved.", "%(num)s values are saved.", saved) if saved else _("Nothing had changed."), "success")
    for note in list(dict.fromkeys(f"{row.place.label}: {note}" for row in rows for note in row.notes))[:MOST_NOTES]:
        flash(note, "info")


def _family(sheet: Sheet) -> tuple[str, list[Place]]:
    """The family asked for, else the first that lacks anything, and its places."""
    families = sheet.families
    if not families:
        raise NotFound(_("The catalogue has no indicators yet."))
    chosen = request.args.get("family", "")
    if chosen not in families:
        chosen = next((name for name, there, asked in sheet.progress() if there < asked), next(iter(families)))
    return chosen, families[chosen]


def _gone(sheet: Sheet, places: list[Place]) -> list[Place]:
    names = typed.names_in(request.form) - {place.name for place in places}
    return deliveries.with_keys(sheet, names)


def _frame(city_id: int, year: int) -> Frame:
    asked = request.values.get("reads_as", "")
    offered = [code for code, _example in ways_of_writing(current_language().code)]
    known = definitions.choices(city_id)
    in_force = definitions.in_force(city_id, year)
    return Frame(
        reads_as=asked if asked in offered else offered[0],
        definitions=tuple(int(number) for number, _label in known),
        in_force=in_force.id if in_force else None,
        copy_sources=request.method != "POST" and request.args.get("sources") == "last",
    )


def _save(sheet: Sheet, form: TypingForm, frame: Frame) -> int | None:
    """How many values were written; None where something is to be mended first, which then stands in the form."""
    behind = {row.place.key: row.seen for row in form.rows if row.seen != row.place.number}
    bases = deliveries.versions_seen(sheet.delivery, behind)
    wanted = typed.changes(form.rows, bases, frame, sheet.taken_back)
    form.status = 422
    if any(row.problems for row in form.rows):
        return None
    try:
        return len(services.record(wanted, actor=current_actor()))
    except NotAllowed:
        raise
    except DomainError as error:
        form.refuse(error)
        form.status = error.status
        if isinstance(error, Stale):
            _show_both(form.rows, error, {change.key: change.entry for change in wanted})
    return None


def _show_both(rows: list[Row], error: Stale, wanted: Mapping[Key, Entry]) -> None:
    """Both versions are on the page now: saving again is a choice. What was moved to another period is mine there."""
    found = {key: (mine, theirs) for key, mine, theirs in error.differences}
    for row in rows:
        key = row.place.key if row.place.key in found else row.target
        if key in found:
            mine, row.theirs = found[key]
            row.mine = wanted.get(row.target, mine)
            row.overtaken, row.seen = True, row.place.number


def _pasted(sheet: Sheet, family: str, frame: Frame, form: TypingForm) -> Answer:
    others = [place for place in sheet.places if place.definition.family != family]
    count, problems = typed.paste(request.form.get("pasted", ""), form.rows, others)
    form.form_errors.extend(problems)
    if count:
        flash(
            _n(
                "%(num)s row is filled in below. Nothing is saved yet.",
                "%(num)s rows are filled in below. Nothing is saved yet.",
                count,
            ),
            "info",
        )
    elif not problems:
        form.form_errors.append(_("Paste the rows into the field first."))
    return _page(sheet, family, frame, form, status=200 if count and not problems else 422)


def _onwards(sheet: Sheet, family: str, frame: Frame) -> dict[str, Any]:
    names = list(sheet.families)
    then = request.form.get("then", "")
    place = names.index(family) + (1 if then == "next" and family != names[-1] else 0)
    return {"family": names[place], "reads_as": frame.reads_as}


def _page(sheet: Sheet, family: str, frame: Frame, form: TypingForm, *, status: int = 200) -> Answer:
    groups: dict[str, list[tuple[int, Row]]] = {}
    for number, row in enumerate(form.rows, start=1):
        groups.setdefault(row.place.definition.code, []).append((number, row))
    return render_template(
        "indicators/delivery_type_in.html",
        **context_of(sheet.delivery, sheet.city),
        sheet=sheet,
        family=family,
        families=labels.FAMILIES,
        groups=[(rows[0][1].place.definition, rows) for rows in groups.values()],
        form=form,
        frame=frame,
        ways=ways_of_writing(current_language().code),
        choices=_choices(sheet.delivery.city_id),
        statuses=labels.STATUSES,
        units=labels.UNITS,
        breakdown=labels.breakdown,
        value_words=deliveries.value_words,
        pasted=request.form.get("pasted", "") if status != 200 else "",  # noqa: PLR2004  OK
        missing=[(number, row) for number, row in enumerate(form.rows, start=1) if row.place.asked and not row.place.is_there],
    ), status


def _choices(city_id: int) -> dict[str, list[tuple[str, Any]]]:
    """The answers of the fields with a list."""
    chosen = [(str(number), label) for number, label in definitions.choices(city_id)]
    return {
        "conf": [(code, f"{code}: {label}") for code, label in labels.CONFIDENTIALITY.items()],
        "bound": list(labels.BOUNDS.items()),
        "geography": list(labels.GEOGRAPHIES.items()),
        "definition": [("", _("not about migrants, or not stated")), *chosen],
        "source_kind": list(labels.SOURCE_KINDS.items()),
    }
