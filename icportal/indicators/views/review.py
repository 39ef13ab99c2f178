"""The values of a delivery family by family, remarks on single values, and how a value came to be what it is."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from icportal.accounts.directory import names_of
from icportal.cities.models import City
from icportal.core.errors import DomainError, InvalidTransition, NotAllowed, NotFound
from icportal.core.permissions import can
from icportal.core.strings import Text, _, _lp
from icportal.i18n.catalogues import current_language
from icportal.indicators import deliveries, history, labels, services
from icportal.indicators.deliveries import Place, Sheet
from icportal.indicators.delivery_forms import MarkForm, StepForm
from icportal.indicators.entries import Key
from icportal.indicators.enums import DeliveryState, Mark, Permission
from icportal.indicators.flow import DELIVERY
from icportal.indicators.models import Delivery
from icportal.indicators.views.deliveries import READ_FIRST, context_of, delivery_page
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.identity import current_actor
from icportal.workflow import engine

#: What the page can be narrowed down to. Stars are the coordinators' own.
FILTERS: dict[str, Text] = {
    "": _lp("values of a delivery", "All"),
    "changed": _lp("values of a delivery", "Changed"),
    "warned": _lp("values of a delivery", "With warnings"),
    "starred": _lp("values of a delivery", "Starred"),
    "sent-back": _lp("values of a delivery", "Sent back"),
}
#: A narrowed list goes across families unless it is longer than this.
MOST = 100
STEPS = frozenset({"publish", "request_changes", "withdraw", "retract"})


@blueprint.get("/work/indicators/<slug:slug>/<year:year>/review")
@requires(Permission.VIEW_DELIVERY)
def review_delivery(slug: str, year: int) -> Answer:
    """What stood before and what stands now, a family at a time or narrowed down; coordinators decide here."""
    delivery, city = deliveries.open_delivery(slug, year, actor=current_actor())
    return review_page(delivery, city)


@blueprint.post("/work/indicators/<slug:slug>/<year:year>/marks")
@requires(Permission.ENTER)
def mark_value(slug: str, year: int) -> Answer:
    """Put a star, a comment or a reason on a value; a star that is there is taken away."""
    delivery, city = deliveries.open_delivery(slug, year, actor=current_actor())
    form = MarkForm()
    name = form.name.data or ""
    if form.validate():
        try:
            _mark(delivery, name, form)
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for("indicators.review_delivery", slug=slug, year=year, **_kept()) + f"#{_anchor(name)}", 303)
    return review_page(delivery, city, form=form, typed={name: (form.kind.data, form.text.data or "")}, status=422)


def _mark(delivery: Delivery, name: str, form: MarkForm) -> None:
    actor, text = current_actor(), form.text.data or ""
    key = deliveries.key_named(delivery, name)
    if form.is_star:
        services.set_star(delivery, key, actor=actor, on=request.form.get("on") == "1")
    elif form.kind.data == Mark.REASON:
        services.give_reason(delivery, key, text, actor=actor)
    elif form.kind.data == Mark.COMMENT:
        services.comment(delivery, key, text, actor=actor)
    else:
        raise NotFound(_("There is no such remark."))


@blueprint.post("/work/indicators/<slug:slug>/<year:year>/marks/<int:mark_id>/settle")
@requires(Permission.ENTER)
def settle_mark(slug: str, year: int, mark_id: int) -> Answer:
    """Mark a comment or a reason as dealt with."""
    delivery, _city = deliveries.open_delivery(slug, year, actor=current_actor())
    services.settle(delivery, mark_id, actor=current_actor())
    flash(_("Marked as settled."), "success")
    return redirect(url_for("indicators.review_delivery", slug=slug, year=year, **_kept()), 303)


def _kept() -> dict[str, Any]:
    """The filter or the family of the page stays chosen."""
    chosen, family = request.args.get("only", ""), request.args.get("family", "")
    kept = {"only": chosen} if chosen in FILTERS and chosen else {}
    return kept | ({"family": family} if family in labels.FAMILIES else {})


def _anchor(name: str) -> str:
    return "value-" + name.replace("|", ".").replace("=", "-").replace(";", ".").replace("/", "-").replace("+", "-")


def review_page(
    delivery: Delivery,
    city: City,
    *,
    form: Any = None,
    reasons: Any = None,
    typed: dict[str, tuple[str | None, str]] | None = None,
    status: int = 200,
) -> Answer:
    """One family's values, or those of a filter, with what is known about them; a decision is about all values."""
    actor, typed = current_actor(), typed or {}
    may_check = can(actor, Permission.CHECK, delivery)
    sheet = deliveries.sheet(delivery, city, current_language().code)
    narrowed = {key: _narrowed(sheet, key, may_check=may_check) for key in FILTERS if key != "starred" or may_check}
    only = asked if (asked := request.args.get("only", "")) in narrowed else ""
    families = _families(narrowed[only])
    family = _family(families, next(iter(typed), "")) if not only or len(narrowed[only]) > MOST else ""
    shown = families.get(family, []) if family else narrowed[only]
    return render_template(
        "indicators/review_show.html",
        **context_of(delivery, city),
        sheet=sheet,
        groups=_by_indicator(shown),
        tabs=[(key, label, len(narrowed[key])) for key, label in FILTERS.items() if key in narrowed],
        only=only,
        families=[(name, labels.FAMILIES[name], len(places)) for name, places in families.items()],
        family=family,
        opened={request.args.get("open", ""), *typed},
        covers=_covers(sheet),
        anchor=_anchor,
        value_words=deliveries.value_words,
        caveat_words=deliveries.caveat_words,
        definitions=deliveries.definition_words(city.id),
        breakdown=labels.breakdown,
        names=names_of({mark.author_id for place in shown for mark in place.marks}),
        moves=[move for move in engine.moves(DELIVERY, delivery, actor=actor) if may_check and move.transition.name in STEPS],
        digest=services.digest(delivery),
        may_check=may_check,
        may_comment=can(actor, Permission.ENTER, delivery),
        shows_reasons=may_check or delivery.state != DeliveryState.REVIEW,
        may_give_reasons=may_check and delivery.state == DeliveryState.REVIEW,
        form=form,
        reasons=reasons,
        typed=typed,
    ), status


def _families(places: list[Place]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(place.definition.family, []).append(place)
    return found


def _family(families: dict[str, list[Place]], typed: str) -> str:
    """The family of what was typed or is to be opened, else the one asked for, else the first with values."""
    wanted = typed or request.args.get("open", "")
    for name, places in families.items():
        if any(place.name == wanted for place in places):
            return name
    asked = request.args.get("family", "")
    return asked if asked in families else next(iter(families), "")


def _covers(sheet: Sheet) -> tuple[int, int]:
    """(values, families with any) that a decision is about: all there are, whatever the page shows."""
    there = [place for place in sheet.places if place.is_there]
    return len(there), len(_families(there))


def _narrowed(sheet: Sheet, key: str, *, may_check: bool) -> list[Place]:
    shows_reasons = may_check or sheet.delivery.state != DeliveryState.REVIEW
    tests: dict[str, Any] = {
        "": lambda place: place.is_there or place.published is not None,
        "changed": lambda place: place.is_changed,
        "warned": lambda place: place.warnings,
        "starred": lambda place: place.star,
        "sent-back": lambda place: shows_reasons and place.reasons,
    }
    return [place for place in sheet.places if tests[key](place)]


@blueprint.post("/work/indicators/<slug:slug>/<year:year>/move")
@requires(Permission.VIEW_DELIVERY)
def move_delivery(slug: str, year: int) -> Answer:
    """Take a step of the workflow; refused, the page comes again with the reason typed."""
    delivery, city = deliveries.open_delivery(slug, year, actor=current_actor())
    form = StepForm()
    name, reason = request.form.get("transition", ""), form.reason.data or ""
    try:
        take_step(delivery, name, form)
    except (NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.refuse(error)
        if isinstance(error, InvalidTransition) and error.field:
            form.form_errors.append(str(error.message))
        status = 422 if error.field else error.status
        page = review_page if name in READ_FIRST else delivery_page
        return page(delivery, city, form=form, reasons={name: reason}, status=status)
    flash(_("Done: the delivery is now “%(state)s”.", state=DELIVERY.state(delivery.state).label), "success")
    return redirect(url_for("indicators.show_delivery", slug=slug, year=year), 303)


def take_step(delivery: Delivery, name: str, form: StepForm) -> None:
    """The named step by the actor of this request."""
    actor, seen, reason = current_actor(), form.version.data, form.reason.data or ""
    if name == "request_changes":
        services.send_back(delivery, actor=actor, seen=seen, reason=reason)
    else:
        services.move(delivery, name, actor=actor, seen=seen, seen_hash=form.seen_hash.data or "", reason=reason)


def _by_indicator(places: list[Place]) -> list[tuple[Any, list[Place]]]:
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(place.definition.code, []).append(place)
    return [(group[0].definition, group) for group in found.values()]


@blueprint.get("/work/indicators/<slug:slug>/<year:year>/values/<slug:code>")
@requires(Permission.VIEW_DELIVERY)
def value_history(slug: str, year: int, code: str) -> Answer:
    """All versions of one value: who gave it, when, how, and what changed."""
    delivery, city = deliveries.open_delivery(slug, year, actor=current_actor())
    breakdown, period = request.args.get("breakdown", ""), request.args.get("period", str(year))
    key: Key = deliveries.key_named(delivery, f"{code.upper()}|{breakdown}|{period}")
    steps = history.of_value(key, deliveries.definition_words(city.id))
    if not steps:
        raise NotFound(_("There is no such value in this delivery."))
    return render_template(
        "indicators/delivery_value.html",
        **context_of(delivery, city),
        definition=deliveries.definition_named(code.upper(), current_language().code),
        key=key,
        breakdown=labels.breakdown(breakdown),
        steps=steps,
        how=labels.HOW,
    )
