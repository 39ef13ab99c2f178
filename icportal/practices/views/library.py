"""The public library: list, search, facets, a practice, the feed and open data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from icportal.core.installation import settings
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import LANGUAGES, Language, get, interface_codes
from icportal.practices import adoption, labels, queries
from icportal.practices.kind import FIELDS
from icportal.practices.views.pages import blueprint
from icportal.web.decorators import cached_page
from icportal.web.open_data import csv_list, json_list
from icportal.web.page_cache import piece
from icportal.web.routing import external_url, in_language

LONGEST_SEARCH = 200
TEXTS = [field for field in FIELDS if field.kind == "text" and field.name != "summary"]


@blueprint.get("/practices")
@cached_page
def list_practices() -> str:
    """The library, newest first, twenty a page."""
    search, language = _search(), current_language()
    page = queries.library(search, language.code, after=request.args.get("after"))
    return render_template(
        "practices/practice_list.html",
        page=page,
        search=search,
        choices=_choices(),
        following=_address(after=page.after) if page.after else None,
        first=_address() if request.args.get("after") else None,
        chosen=_chosen(search),
        labels=labels,
    )


@blueprint.get("/practices.json")
@cached_page
def list_practices_json() -> Response:
    """The library as data."""
    items = [_as_data(row) for row in queries.everything(_search(), current_language().code)]
    return json_list(items, total=len(items))


@blueprint.get("/practices.csv")
@cached_page
def list_practices_csv() -> Response:
    """The library as a table."""
    items = [_as_data(row) for row in queries.everything(_search(), current_language().code)]
    header = ["slug", "url", "title", "language", "source_language", "city", "country", "commitments", "commitments_suggested",
              "themes", "edition", "source", "published_at"]  # fmt: skip
    rows = [[";".join(map(str, item[name])) if isinstance(item[name], list) else item[name] for name in header] for item in items]
    return csv_list(header, rows, filename="practices.csv")


@blueprint.get("/practices/feed.xml")
@cached_page
def feed() -> Response:
    """The practices published last, as an Atom feed in the reader's language."""
    rows = queries.latest(current_language().code, limit=30)
    body = render_template(
        "practices/feed.xml", rows=rows, labels=labels, base_url=settings().base_url, started=datetime(2010, 2, 22, tzinfo=UTC)
    )
    return Response(body, mimetype="application/atom+xml")


@blueprint.get("/practices/<slug:slug>")
@cached_page
def show_practice(slug: str) -> str:
    """A practice in the reader's language, or in the best there is, said so."""
    language = current_language()
    reading = queries.read(slug, language.code, chosen=request.args.get("text"))
    own, others = url_for("practices.show_practice", slug=slug), [version.language for version in reading.others]
    page: dict[str, Any] = {
        "reading": reading,
        "fields": TEXTS,
        "wanted": get(reading.wanted),
        "written_in": get(reading.shown.language),
        "others": _others(own, others),
        "alternates": _alternates(own, {reading.shown.language, *others}),
        "labels": labels,
    }
    key = (language.code, reading.shown.language_version_id, reading.wanted, *others)
    return render_template(
        "practices/practice_show.html",
        article=piece(("article", *key), lambda: render_template("practices/_practice_article.html", **page)),
        brief=piece(("brief", *key), lambda: _brief(page)),
        printed_from=external_url("practices.show_practice", language=language.code, slug=slug),
        **page,
    )


def _brief(page: dict[str, Any]) -> str:
    chain = adoption.chain_of(page["reading"].shown.facts, current_language().code)
    return render_template("practices/_practice_brief.html", chain=chain, **page)


def _search() -> queries.Search:
    facets = {name: request.args.get(name, "")[:80] for name in queries.FACETS}
    return queries.Search(
        words=request.args.get("q", "").strip()[:LONGEST_SEARCH],
        facets={name: value for name, value in facets.items() if value},
        partners=request.args.get("partners") == "yes",
    )


def _choices() -> dict[str, Markup]:
    return {name: labels.choices(name) for name in queries.FACETS}


def _chosen(search: queries.Search) -> list[tuple[str, str]]:
    """(label, address without it) of each choice that narrows the list."""
    chosen = [(f"“{search.words}”", _address(without="q"))] if search.words else []
    chosen += [
        (labels.of_facet(name, value) if queries.is_known(name, value) else value, _address(without=name))
        for name, value in search.facets.items()
    ]
    return chosen + ([(_("Looking for partners"), _address(without="partners"))] if search.partners else [])


def _address(*, without: str | None = None, after: str | None = None) -> str:
    values: dict[str, Any] = {name: value for name, value in request.args.items() if name not in ("after", without) and value}
    if after:
        values["after"] = after
    return url_for("practices.list_practices", **values)


def _others(own: str, languages: list[str]) -> list[tuple[Language, str]]:
    """The other language versions, each read under its own interface language where there is one."""
    return [(get(code), in_language(own, code) if code in LANGUAGES else f"{own}?text={code}") for code in languages]


def _alternates(own: str, languages: set[str]) -> list[tuple[str, str]]:
    """(language, address) of the versions that exist: only these are announced as translations."""
    return [(code, in_language(own, code)) for code in interface_codes() if code in languages]


def _as_data(row: Any) -> dict[str, Any]:
    facts = row.facts
    return {
        "slug": row.slug,
        "url": url_for("practices.show_practice", slug=row.slug),
        "title": row.title,
        "summary": row.summary,
        "language": row.language,
        "source_language": row.source_language,
        "city": facts["city"],
        "country": facts["country"],
        "commitments": facts["commitments"],
        "commitments_suggested": facts["suggested"],
        "themes": facts["themes"],
        "edition": facts["edition"],
        "source": facts["source"],
        "published_at": row.published_at.date().isoformat(),
    }
