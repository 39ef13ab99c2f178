"""The network's reports for everybody: the list, a report and its chapters, its editions and their files."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from icportal.core import files
from icportal.core.errors import NotFound
from icportal.core.strings import _, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import Language, get, reading_language, reading_order
from icportal.reporting import labels, reports
from icportal.reporting.models import ReportEdition
from icportal.reporting.report import bundle
from icportal.reporting.report.known import EARLIER
from icportal.reporting.views.pages import Answer, blueprint
from icportal.web.decorators import cached_page, public

#: A file of an edition is the same for ever.
FOR_EVER = "public, max-age=31536000, immutable"
FORMS = {
    "PDF": _l("to read and print"),
    "DOCX": _l("to work on with"),
    "CSV": _l("for programs"),
    "XLSX": _l("for Excel and LibreOffice"),
}


@blueprint.get("/reports")
@cached_page
def list_reports() -> Answer:
    """Every report there is, those of the years before the portal among them."""
    language = reading_language(current_language().code).code
    shown = []
    for edition, titles in reports.published():
        code = reading_order(language, set(titles), edition.report.language)[0]
        shown.append(
            (edition, titles[code], get(code), [get(each) for each in edition.languages], labels.period(edition.report.round))
        )
    return render_template("reporting/report_public_list.html", shown=shown, earlier=EARLIER, edition_of=labels.edition)


@blueprint.get("/reports/<slug:slug>")
@cached_page
def show_report(slug: str) -> Answer:
    """A report: its contents, the documents to take along, and its editions."""
    editions = reports.published_editions(slug)
    read = reports.read(editions[0], current_language().code)
    cover = Markup(read.cover.html)  # noqa: S704  sanitised when it was made
    return render_template("reporting/report_public_show.html", **_reading(read), editions=editions, cover=cover)


@blueprint.get("/reports/<slug:slug>/<slug:topic>")
@cached_page
def show_report_chapter(slug: str, topic: str) -> Answer:
    """One chapter of the newest edition."""
    read = reports.read(reports.published_editions(slug)[0], current_language().code)
    page = read.chapter(topic)
    chapters = list(read.chapters)
    place = chapters.index(page)
    return render_template(
        "reporting/report_public_chapter.html",
        **_reading(read),
        page=page,
        html=Markup(page.html),  # noqa: S704  sanitised when it was made
        previous=chapters[place - 1] if place else None,
        following=chapters[place + 1] if place + 1 < len(chapters) else None,
    )


@blueprint.get("/reports/<slug:slug>/editions/<int:number>")
@cached_page
def show_report_edition(slug: str, number: int) -> Answer:
    """One edition: its files with their checksums, and whether there is a newer one."""
    editions = reports.published_editions(slug)
    read = reports.read(reports.published_edition(slug, number), current_language().code)
    return render_template("reporting/report_public_edition.html", **_reading(read), newest=editions[0])


@blueprint.get("/reports/<slug:slug>/editions/<int:number>/<string:filename>")
@public
def report_file(slug: str, number: int, filename: str) -> Answer:
    """A file of an edition, as it was frozen."""
    edition = reports.published_edition(slug, number)
    found = next((file for file in edition.files if file.name == filename), None)
    if found is None:
        raise NotFound(_("There is no such file."))
    headers = files.headers_for(found.file) | {"Cache-Control": FOR_EVER}
    answer = Response(files.open_file(found.file), headers=headers)
    answer.set_etag(found.sha256)
    answer.make_conditional(request)
    return answer


@blueprint.get("/reports/<slug:slug>/editions/<int:number>.zip")
@public
def report_archive(slug: str, number: int) -> Answer:
    """All files of an edition in one; it is not put together for somebody who has it already."""
    edition = reports.published_edition(slug, number)
    answer = Response(headers={"Cache-Control": FOR_EVER})
    answer.set_etag(edition.sha256)
    answer.make_conditional(request)
    if answer.status_code != HTTPStatus.NOT_MODIFIED:
        kept, size = bundle.pack(edition)
        answer.headers.update(files.harmless_headers(f"{bundle.name_of(edition)}.zip", bundle.MEDIA_TYPE, size))
        answer.response = bundle.chunks(kept)
    return answer


def _reading(read: reports.Read) -> dict[str, object]:
    """What every page of a report knows."""
    wanted, shown = current_language(), get(read.language)
    return {
        "read": read,
        "edition": read.edition,
        "report": read.edition.report,
        "round_words": labels.edition(read.edition.report.round),
        "period": labels.period(read.edition.report.round),
        "shown_in": shown,
        "is_fallback": reading_language(wanted.code).code != shown.code,
        "others": _others(read.edition, shown),
        "forms": FORMS,
    }


def _others(edition: ReportEdition, shown: Language) -> list[tuple[Language, str]]:
    """The other languages of the edition with the address of the report there, where the interface has them."""
    return [
        (get(code), url_for("reporting.show_report", language_code=code, slug=edition.report.slug))
        for code in edition.languages
        if code != shown.code and reading_language(code).code == code
    ]
