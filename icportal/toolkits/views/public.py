"""Toolkits as everybody reads them."""

from __future__ import annotations

from flask import render_template, request

from icportal.charter import texts
from icportal.core.text import render_markdown
from icportal.i18n.catalogues import current_language
from icportal.practices import labels
from icportal.toolkits import queries
from icportal.toolkits.enums import FactorKind
from icportal.toolkits.views.pages import blueprint
from icportal.web.decorators import cached_page
from icportal.web.routing import row_number


@blueprint.get("/toolkits")
@cached_page
def list_toolkits() -> str:
    """All published toolkits with what they serve."""
    language = current_language().code
    return render_template("toolkits/toolkit_list.html", rows=queries.all_toolkits(language), titles=texts.titles(language))


@blueprint.get("/toolkits/<slug:slug>")
@cached_page
def show_toolkit(slug: str) -> str:
    """A toolkit: its standard, its factors with why, how and the questions; an older version of it where asked."""
    language = current_language().code
    found = queries.benchmark(slug, language, request.args.get("version", type=row_number))
    return render_template(
        "toolkits/toolkit_show.html",
        benchmark=found,
        key_factors=[each for each in found.factors if each.kind == FactorKind.KEY],
        context_factors=[each for each in found.factors if each.kind == FactorKind.CONTEXT],
        practices=queries.practices_of(found, language),
        titles=texts.titles(language),
        labels=labels,
        markdown=render_markdown,
    )
