"""Results of a round for everybody: what is public, counted so that it gives nobody away; and the pages both audiences share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request, url_for

from icportal.core.errors import NotFound
from icportal.core.permissions import can
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.practices import labels as practices
from icportal.reporting import city_groups, labels, result_data, result_figures, result_picture, result_themes, results
from icportal.reporting.asked import Asked, asked
from icportal.reporting.counting import GIVEN, GRADES, NETWORK, ONLY_BEFORE, ONLY_NOW, PAGE, PUBLIC, SILENT
from icportal.reporting.enums import Permission, QuestionRole, QuestionType
from icportal.reporting.questionnaires.definition import Question, Section
from icportal.reporting.results import ListPage, Results
from icportal.reporting.views.pages import blueprint
from icportal.web.decorators import cached_page
from icportal.web.figures import AREA_NAMES, AREAS, area_of
from icportal.web.identity import current_actor
from icportal.web.open_data import csv_list, json_list
from icportal.web.routing import external_url, row_number

LICENCE = "CC BY 4.0"
#: The lists of the round itself, as their addresses name them.
LISTS = {"no-answer": SILENT, "only-in-this-round": ONLY_NOW, "only-in-the-round-before": ONLY_BEFORE}
#: What cities wrote about a commitment, in the order of its page.
WRITTEN = (QuestionRole.CHALLENGES, QuestionRole.PRACTICES, QuestionRole.EXPLANATION, QuestionRole.PLANS)
#: So many texts of each kind stand on the page of a commitment; the page of the question has all.
TEXTS = 3


@blueprint.get("/results")
@cached_page
def list_results() -> str:
    """The rounds of which anything is public, the newest first."""
    return render_template("reporting/result_list.html", rounds=results.rounds(PUBLIC), **page_words(PUBLIC))


@blueprint.get("/results/<slug:round_slug>")
@cached_page
def show_results(round_slug: str) -> str:
    """A round: every commitment and area as the cities see themselves, and who is not among them."""
    return round_page(results.results_of(round_slug, PUBLIC))


@blueprint.get("/results/<slug:round_slug>/commitments/<int:number>")
@cached_page
def show_result_commitment(round_slug: str, number: int) -> str:
    """One commitment: its distribution, by groups of cities, by name, and what cities wrote."""
    return commitment_page(results.results_of(round_slug, PUBLIC), number)


@blueprint.get("/results/<slug:round_slug>/questions/<string:question>")
@cached_page
def show_result_question(round_slug: str, question: str) -> str:
    """One question: how many cities chose what, or what they say."""
    return question_page(results.results_of(round_slug, PUBLIC), question)


@blueprint.get("/results/<slug:round_slug>/cities/<string:which>")
@cached_page
def list_result_cities(round_slug: str, which: str) -> str:
    """The cities that did not answer, or are in one of two rounds only."""
    return cities_page(results.results_of(round_slug, PUBLIC), which)


@blueprint.get("/results/<slug:round_slug>.csv")
@cached_page
def download_results(round_slug: str) -> Response:
    """Every published number as a table."""
    of = results.results_of(round_slug, PUBLIC)
    # A table has no room for a remark: made-up answers are told by the name of the file.
    name = f"{round_slug}-demonstration" if of.round.is_demonstration else round_slug
    return csv_list(result_data.COLUMNS, result_data.rows(of), filename=f"{name}.csv")


@blueprint.get("/results/<slug:round_slug>.json")
@cached_page
def results_as_json(round_slug: str) -> Response:
    """The same as data, with the codebook of questions and choices."""
    of = results.results_of(round_slug, PUBLIC)
    rows = [dict(zip(result_data.COLUMNS, row, strict=True)) for row in result_data.rows(of)]
    return json_list(rows, total=len(rows), licence=LICENCE, **result_data.about(of, _asked(of)))


@blueprint.get("/results/<slug:round_slug>/codebook.csv")
@cached_page
def result_codebook(round_slug: str) -> Response:
    """What every code of the data means, in the reader's language."""
    of = results.results_of(round_slug, PUBLIC)
    rows = result_data.codebook(of, _asked(of))
    return csv_list(result_data.CODEBOOK, rows, filename=f"{round_slug}-codebook.csv")


@blueprint.get("/results/<slug:round_slug>/figure.<string:form>")
@cached_page
def result_figure(round_slug: str, form: str) -> Response:
    """The bars of all commitments as a file of their own."""
    of = results.results_of(round_slug, PUBLIC)
    if form not in result_picture.FORMS:
        raise NotFound(_("This figure is to be had as %(forms)s.", forms="SVG, PNG"))
    address = external_url("reporting.show_results", language=current_language().code, round_slug=round_slug)
    headers = {
        "Content-Disposition": f'attachment; filename="{round_slug}.{form}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Language": current_language().code,
    }
    drawn = result_picture.svg(of, practices.commitment_titles(), address=address, licence=LICENCE)
    body = result_picture.png(drawn) if form == "png" else drawn.encode()
    return Response(body, mimetype=result_picture.FORMS[form], headers=headers)


# --- pages of both audiences -------------------------------------------------------------------------------


def round_page(of: Results, *, job: Any = None, may_compute: bool = False) -> str:
    words = _asked(of)
    areas = [
        (
            AREA_NAMES[place - 1],
            place,
            of.overview["areas"][str(place)],
            [n for n in numbers if str(n) in of.overview["commitments"]],
        )
        for place, numbers in enumerate(AREAS, start=1)
    ]
    known = words.structure.questions
    asked_about: dict[str, list[tuple[str, str]]] = {}
    for each in of.overview["questions"]:
        code = each["question"]
        if code in known and _stands_alone(words, known[code]):
            heading = words.section(words.structure.section_of[code].name)
            asked_about.setdefault(heading, []).append((code, words.label(code)))
    return render_template(
        "reporting/result_round.html",
        of=of,
        asked=words,
        areas=[area for area in areas if area[3]],
        questions=asked_about,
        silent=_named(of, SILENT, 0) if not of.overview["is_open"] else None,
        titles=practices.commitment_titles(),
        before=_before(of),
        has_themes=result_themes.is_asked(words.structure),
        job=job,
        may_compute=may_compute,
        **page_words(of.audience),
    )


def commitment_page(of: Results, number: int) -> str:
    brief, words = of.commitment(number), _asked(of)
    question = words.structure.questions[brief["question"]]
    document = results.question(of, question.name)
    section = words.structure.section_of[question.name]
    chosen, page = request.args.get("grade", ""), _page()
    turned = {str(grade): page if chosen == grade else 0 for grade in GRADES}
    return render_template(
        "reporting/result_commitment.html",
        of=of,
        asked=words,
        number=number,
        title=practices.commitment_titles().get(number, ""),
        area=area_of(number),
        document=document,
        groups=_groups(document),
        lists=_choosers(of, question, turned, document),
        written=_written(of, words, section),
        change=of.change(number),
        before=_before(of),
        around=[each for each in (number - 1, number + 1) if str(each) in of.overview["commitments"]],
        **page_words(of.audience),
    )


def question_page(of: Results, code: str) -> str:
    words = _asked(of)
    question = words.structure.questions.get(code)
    if question is None:
        raise NotFound(_("This round did not ask this question."))
    document = results.question(of, code)
    chosen, page = request.args.get("choice", ""), _page()
    if document["choices"]:
        turned = {choice: page if chosen in {choice, ""} else 0 for choice in document["choices"]}
        lists = _choosers(of, question, turned, document)
    else:
        lists = [_answers(of, words, question, page, document=document)]
    return render_template(
        "reporting/result_question.html",
        of=of,
        asked=words,
        question=question,
        section=words.structure.section_of[code],
        document=document,
        groups=_groups(document),
        bars=result_figures.choice_bars(document, words, question) if document["choices"] else "",
        lists=lists,
        numbers_only=question.type in results.NUMBERS_ONLY,
        **page_words(of.audience),
    )


def cities_page(of: Results, which: str) -> str:
    choice = LISTS.get(which)
    told = of.overview if choice == SILENT else of.overview["change"]
    if choice is None or not told or (choice == SILENT and of.overview["is_open"]):
        raise NotFound(_("There is no such list."))
    page = results.named_cities(of, choice, _page(), current_language().code, total=told[choice])
    return render_template(
        "reporting/result_cities.html", of=of, page=page, which=which, before=_before(of), **page_words(of.audience)
    )


def _asked(of: Results) -> Asked:
    return asked(of.round.questionnaire_version, current_language().code)


def _page() -> int:
    return (request.args.get("page", type=row_number) or 1) - 1


def _choosers(of: Results, question: Question, turned: dict[str, int], document: Any) -> list[ListPage]:
    return results.choosers(of, question, turned, reader=current_language().code, totals=document["lists"])


def _answers(of: Results, words: Asked, question: Question, page: int, *, document: Any, most: int = PAGE) -> ListPage:
    total = document["lists"].get(GIVEN, 0)
    return results.answers(of, question, page, words=words, reader=current_language().code, total=total, most=most)


def _named(of: Results, choice: str, page: int) -> ListPage:
    return results.named_cities(of, choice, page, current_language().code, total=of.overview[choice])


def _before(of: Results) -> Any:
    """The round before, where there is one to compare with."""
    change = of.overview["change"]
    return results.round_by_id(change["round_id"]) if change else None


def _groups(document: Any) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
    """(breakdown, its heading, its rows) for every breakdown that shows or withholds anything."""
    found = []
    for breakdown, heading in city_groups.BREAKDOWNS.items():
        rows = {(breakdown, part["key"]): part for part in document["groups"].get(breakdown, ())}
        # Where nothing is known of any city, there is nothing to break down by.
        if set(rows) - {(breakdown, city_groups.UNKNOWN)} or document["suppressed"].get(breakdown):
            in_order = [(city_groups.label(group), rows[group]) for group in city_groups.in_order(list(rows))]
            found.append((breakdown, heading, in_order))
    return found


def _written(of: Results, words: Asked, section: Section) -> list[tuple[Question, ListPage]]:
    """What cities wrote about a commitment that this audience may read, the first few of each kind."""
    found = []
    for question in sorted(
        (q for q in section.questions if q.role in WRITTEN), key=lambda q: WRITTEN.index(QuestionRole(q.role))
    ):
        page = _answers(of, words, question, 0, document=results.question(of, question.name), most=TEXTS)
        if page.total:
            found.append((question, page))
    return found


def _stands_alone(words: Asked, question: Question) -> bool:
    """Whether a question has a page among those of the round: the blocks of commitments have their own."""
    return words.structure.section_of[question.name].commitment is None and question.type != QuestionType.NOTE


def page_words(audience: str) -> dict[str, Any]:
    """What the templates of results say things with; ``at`` gives the address of a page for this audience."""
    network = audience == NETWORK

    def at(page: str, of: Results, /, **values: Any) -> str:
        return url_for(f"reporting.{'network_' if network else ''}{page}", round_slug=of.round.slug, **values)

    def turn_to(page: str, of: Results, /, **values: Any) -> Callable[[int], str]:
        return lambda number: at(page, of, page=number, **values)

    return {
        "sees_board": network and can(current_actor(), Permission.VIEW_BOARD),
        "turn_to": turn_to, "at": at, "labels": labels, "told": result_figures, "PARTS": result_figures.PARTS, "TEXTS": TEXTS, "is_network": network,
    }  # fmt: skip
