"""Two pages for the council: looked at, and taken away as Word or PDF."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from icportal.cities.models import City
from icportal.content.desk import with_autonym
from icportal.core.errors import NotFound
from icportal.core.filetypes import FileKind
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import get
from icportal.reporting import labels, responses
from icportal.reporting.briefings import making
from icportal.reporting.briefings.material import languages_for
from icportal.reporting.enums import Permission
from icportal.reporting.exchange_forms import BriefingForm
from icportal.reporting.models import Response
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import requires
from icportal.web.downloads import made_file
from icportal.web.identity import current_actor


def _open(round_slug: str, slug: str) -> tuple[Response, City]:
    response, city = responses.open_response(round_slug, slug, actor=current_actor())
    authorise(current_actor(), Permission.MAKE_BRIEFING, response)
    return response, city


def _form(city: City) -> BriefingForm:
    languages: list[tuple[str, Text]] = [(code, with_autonym(code)) for code in languages_for(city)]
    here = current_language()
    if here.pseudo:
        languages.append((here.code, here.autonym))
    return BriefingForm(request.args, meta={"csrf": False}).offer(languages)


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/briefing")
@requires(Permission.MAKE_BRIEFING)
def show_briefing(round_slug: str, slug: str) -> Answer:
    """What the council would get, in the language that was chosen."""
    response, city = _open(round_slug, slug)
    form = _form(city)
    title, html = making.body(response, city, form.language.data) if response.published_at else ("", "")
    return render_template(
        "reporting/briefing_show.html",
        city_name=city.name_in(current_language().code),
        edition=labels.edition(response.round),
        where={"round_slug": round_slug, "slug": slug},
        form=form,
        title=title,
        html=html,
        shown=get(form.language.data),
    )


@blueprint.get("/work/reporting/<slug:round_slug>/<slug:slug>/briefing.<any(pdf, docx):form>")
@requires(Permission.MAKE_BRIEFING)
def download_briefing(round_slug: str, slug: str, form: str) -> Answer:
    """The briefing as a file."""
    response, city = _open(round_slug, slug)
    chosen = _form(city)
    if not chosen.validate():
        raise NotFound(_("There is no briefing in this language."))
    language = chosen.language.data
    make, kind = _MAKERS[form]
    return made_file(make(response, city, language), making.file_name(response, city, language, form), kind)


_MAKERS: dict[str, tuple[Any, FileKind]] = {
    "pdf": (making.pdf, FileKind.PDF),
    "docx": (making.docx, FileKind.DOCUMENT),
}
