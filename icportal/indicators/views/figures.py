"""What everybody reads of indicators: the list, one indicator with its figure, a city's profile, and figures to take away."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for

from icportal.charter import texts
from icportal.cities import queries as cities
from icportal.core.strings import _, _l
from icportal.core.text import fold
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import DEFAULT, get, reading_language
from icportal.indicators import charting, comparability, drawing, figures, labels, profile, queries, standalone, versions, wording
from icportal.indicators.charting import BARS, LINES, Chart, Question
from icportal.indicators.views.pages import Answer, blueprint
from icportal.web.decorators import cached_page
from icportal.web.open_data import csv_list
from icportal.web.routing import external_url

LONGEST_SEARCH = 100
LICENCE = "CC BY 4.0"
COLUMNS = (
    "indicator", "title", "breakdown", "city", "country", "period", "value", "unit", "missing", "withheld", "compares", "marks",
    "status", "bound", "geography", "definition_of_migrant", "counting", "version", "year_assumed", "source_kind", "source", "note",
    "shown",
)  # fmt: skip
SHOWN = {"drawn": _l("in the figure"), "listed": _l("in the table only"), "out": _l("left out by the reader")}


@blueprint.get("/indicators")
@cached_page
def list_indicators() -> str:
    """The published catalogue by family, with how many cities have values."""
    language = current_language().code
    known = charting.definitions(language)
    chosen = {name: request.args.get(name, "")[:LONGEST_SEARCH].strip() for name in ("q", "family", "commitment", "frame")}
    found = [entry for entry in known.values() if _admits(entry, chosen)]
    return render_template(
        "indicators/indicator_list.html",
        families=[(family, [entry for entry in found if entry.family == family]) for family in labels.FAMILIES],
        count=len(found),
        coverage=queries.coverage(known.values()),
        cities=len(charting.places(language)),
        chosen=chosen,
        choices=_choices(),
        drawing=figures,
        unit_words=wording.unit_words,
        labels=labels,
    )


@blueprint.get("/indicators/<slug:slug>")
@cached_page
def show_indicator(slug: str) -> str:
    """What an indicator means, and its figure as the reader asks for it."""
    language = current_language().code
    chart = charting.chart(slug, Question.of(request.args.getlist), language)
    return render_template(
        "indicators/indicator_show.html",
        chart=chart,
        slug=slug,
        tabs=[_tab(slug, chart, BARS, _("Cities")), _tab(slug, chart, LINES, _("Over the years"))],
        without=_without(
            chart, lambda **changes: url_for("indicators.show_indicator", slug=slug, **chart.question.but(**changes))
        ),
        downloads=[
            (form.upper(), url_for("indicators.figure", slug=slug, form=form, **chart.question.arguments())) for form in FORMS
        ],
        citation=_citation(slug, chart),
        commitments=_commitments(chart.definition.facts.commitments),
        licence=LICENCE,
        **_words(),
        notes=versions.history_of(chart.definition.indicator_id),
        versions_language=get(DEFAULT),
        figure_drawn=drawing.draw(chart, lambda city: url_for("indicators.city_profile", slug=city)),
    )


@blueprint.get("/indicators/<slug:slug>/figure.<any(svg,png,csv):form>")
@cached_page
def figure(slug: str, form: str) -> Response:
    """The same figure to take away."""
    chart = charting.chart(slug, Question.of(request.args.getlist), current_language().code)
    if form == "csv":
        return csv_list(COLUMNS, _rows(chart), filename=f"{slug}.csv")
    address = external_url("indicators.show_indicator", language=current_language().code, slug=slug)
    drawn = standalone.svg(chart, address=address, licence=LICENCE)
    body = drawn.encode() if form == "svg" else standalone.png(drawn)
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}.{form}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Language": current_language().code,
    }
    return Response(body, mimetype="image/svg+xml" if form == "svg" else "image/png", headers=headers)


@blueprint.get("/cities/<slug:slug>/indicators")
@cached_page
def city_profile(slug: str) -> Answer:
    """A city's own figures against cities like it."""
    language = current_language()
    city = cities.get_city(slug)
    asked = Question.of(request.args.getlist)
    chosen = charting.numbers_of(asked.cities, language.code)
    choice = request.args.get("like", "")
    if choice not in profile.PEERS:
        choice = profile.Peers.CHOSEN if chosen else profile.Peers.ALL
    found = profile.profile(city.id, profile.like(city.id, choice, chosen, language.code), asked.without, language.code)
    return render_template(
        "indicators/figure_city.html",
        city=city,
        name=city.name_in(language.code),
        found=found,
        rows=[(labels.FAMILIES[family], [_profile_row(row) for row in rows]) for family, rows in found.families],
        choice=choice,
        asked=asked,
        places=charting.places(language.code),
        without=_profile_without(slug, choice, asked, found),
        peers=profile.PEERS,
        **_words(),
    )


FORMS = ("svg", "png", "csv")


def _admits(entry: Any, chosen: dict[str, str]) -> bool:
    text = fold(f"{entry.code} {entry.title} {entry.definition}")
    return (
        all(word in text for word in fold(chosen["q"]).split())
        and (not chosen["family"] or entry.family == chosen["family"])
        and (not chosen["commitment"] or chosen["commitment"] in map(str, entry.facts.commitments))
        and (not chosen["frame"] or chosen["frame"] in entry.facts.frames)
    )


def _choices() -> dict[str, list[tuple[str, Any]]]:
    titles = texts.titles(_catalogue_language())
    return {
        "family": list(labels.FAMILIES.items()),
        "commitment": [(str(number), f"{number} · {title}") for number, title in sorted(titles.items())],
        "frame": list(labels.FRAMES.items()),
    }


def _commitments(numbers: tuple[int, ...]) -> list[tuple[int, str, str]]:
    titles = texts.titles(_catalogue_language())
    return [(number, titles[number], url_for("charter.show_commitment", number=number)) for number in numbers]


def _catalogue_language() -> str:
    """The language our own facts are read in: a pseudo-language reads the English ones."""
    return reading_language(current_language().code).code


def _tab(slug: str, chart: Chart, view: str, label: str) -> dict[str, Any]:
    cities_asked = Question.of(request.args.getlist).cities
    url = url_for("indicators.show_indicator", slug=slug, **chart.question.but(view=view, cities=cities_asked))
    return {"label": label, "url": url, "current": chart.question.view == view}


def _without(chart: Chart, address: Any) -> list[dict[str, Any]]:
    """What may be left out by a click, and what was: (sign, word, address, whether it is out)."""
    there = {note.criterion for note in chart.footnotes}
    out = chart.question.without
    return [
        {
            "sign": comparability.SIGNS[name],
            "word": comparability.WORDS[name],
            "url": address(without=out - {name} if name in out else out | {name}),
            "out": name in out,
        }
        for name in comparability.CHOICES
        if name in there or name in out
    ]


def _profile_without(slug: str, choice: str, asked: Question, found: profile.Profile) -> list[dict[str, Any]]:
    return [
        {
            "sign": comparability.SIGNS[name],
            "word": comparability.WORDS[name],
            "url": url_for("indicators.city_profile", slug=slug, like=choice, **asked.but(without=asked.without ^ {name})),
            "out": name in asked.without,
        }
        for name in comparability.CHOICES
        if name in found.criteria or name in asked.without
    ]


def _profile_row(row: profile.Row) -> dict[str, Any]:
    """The city's bar and the peers' median on one scale, with the sentence between them."""
    own, unit = row.own.value, row.own.value.unit
    axis = drawing.scale_of([row.own, *row.drawn], unit, whole=True)
    direction = current_language().direction
    bar = figures.Bar("", wording.written(own), own.amount, drawing.bar_signs(row.own), bool(row.own.differs), own.bound)
    middle = figures.Bar("", "", row.middle, hatched=bool(row.differing), own=False) if row.middle is not None else None
    return {
        "row": row,
        "bar": figures.bar_svg(bar, axis, direction),
        "text": bar.text,
        "signs": figures.signs(bar.signs),
        "middle": figures.bar_svg(middle, axis, direction) if middle else "",
        "middle_text": wording.amount(row.middle, unit) if row.middle is not None else "",
        "middle_signs": figures.signs(row.marks),
        "unit": wording.unit_words(unit),
        "breakdown": labels.breakdown(own.breakdown) if own.breakdown else "",
    }


def _words() -> dict[str, Any]:
    """What the templates of figures say things with."""
    return {"drawing": drawing, "figure_parts": figures, "wording": wording, "labels": labels}


def _citation(slug: str, chart: Chart) -> str:
    address = external_url("indicators.show_indicator", language=current_language().code, slug=slug)
    return _("Integrating Cities: %(title)s (%(code)s, version %(number)s). %(address)s",
             title=drawing.heading(chart), code=chart.definition.code, number=chart.definition.number, address=address)  # fmt: skip


def _rows(chart: Chart) -> list[list[Any]]:
    """The values of a figure with all their caveats; a withheld one has no number."""
    groups = [("drawn", chart.drawn), ("listed", (*chart.quiet, *chart.spare)), ("out", chart.out)]
    return [_row(chart, item, shown) for shown, items in groups for item in items]


def _row(chart: Chart, item: comparability.Marked, shown: str) -> list[Any]:
    value, place = item.value, chart.places[item.value.city_id]
    codes = {entry.indicator_id: entry.code for entry in charting.definitions(current_language().code).values()}
    return [
        codes.get(value.indicator_id), chart.titles.get(value.indicator_id), value.breakdown, place.name, place.country, value.period,
        None if value.amount is None else float(value.amount), value.unit, value.missing, "yes" if value.withheld else "",
        "yes" if item.compares else "no", [str(word) for _sign, word in item.signs], list(value.statuses), value.bound, value.geography,
        value.definition, value.counting, value.version, "yes" if value.period_assumed else "", value.source_kind, value.source,
        value.note, str(SHOWN[shown]),
    ]  # fmt: skip
