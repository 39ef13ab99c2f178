"""Toolkits as everybody reads them."""

from __future__ import annotations

from flask import render_template, request, url_for

from icportal.core.text import render_markdown
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import LANGUAGES, Language, get, interface_codes
from icportal.practices import labels
from icportal.toolkits import queries
from icportal.toolkits.enums import FactorKind
from icportal.toolkits.queries import Reading
from icportal.toolkits.views.pages import blueprint
from icportal.web.decorators import cached_page
from icportal.web.routing import external_url, in_language, row_number


@blueprint.get("/toolkits")
@cached_page
def list_toolkits() -> str:
    """All published toolkits with what they serve."""
    return render_template("toolkits/toolkit_list.html", rows=queries.all_toolkits(current_language().code), labels=labels)


@blueprint.get("/toolkits/<slug:slug>")
@cached_page
def show_toolkit(slug: str) -> str:
    """A toolkit: its standard, its factors with why, how and the questions; an older version of it where asked."""
    language = current_language()
    number = request.args.get("version", type=row_number)
    reading = queries.read(slug, language.code, number=number, chosen=request.args.get("text", ""))
    found = reading.benchmark
    return render_template(
        "toolkits/toolkit_show.html",
        reading=reading,
        benchmark=found,
        key_factors=[each for each in found.factors if each.kind == FactorKind.KEY],
        context_factors=[each for each in found.factors if each.kind == FactorKind.CONTEXT],
        practices=queries.practices_of(found, language.code),
        wanted=get(reading.wanted),
        written_in=get(found.language),
        others=_others(reading, number),
        alternates=_alternates(reading),
        printed_from=external_url("toolkits.show_toolkit", language=language.code, slug=slug, version=number),
        labels=labels,
        markdown=render_markdown,
    )


def _others(reading: Reading, number: int | None) -> list[tuple[Language, str]]:
    """The other languages, each read under its own interface language where there is one."""
    own = {code: url_for("toolkits.show_toolkit", slug=reading.benchmark.slug, version=number) for code in reading.others}
    text = {code: url_for("toolkits.show_toolkit", slug=reading.benchmark.slug, version=number, text=code) for code in own}
    return [(get(code), in_language(own[code], code) if code in LANGUAGES else text[code]) for code in reading.others]


def _alternates(reading: Reading) -> list[tuple[str, str]]:
    """(language, address) of the languages the newest version is whole in: only these are announced as translations."""
    found = reading.benchmark
    own = url_for("toolkits.show_toolkit", slug=found.slug)
    whole = {found.language, *reading.others} if found.number == found.newest else set()
    return [(code, in_language(own, code)) for code in interface_codes() if code in whole]
