"""Challenges and themes of a round over all commitments: for everybody, and for people of the network."""

from __future__ import annotations

from flask import render_template

from icportal.content.queries import facet
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.i18n.catalogues import current_language
from icportal.practices import labels as practices
from icportal.practices.enums import KIND
from icportal.reporting import result_figures, result_themes, results
from icportal.reporting.asked import asked
from icportal.reporting.counting import NETWORK, PUBLIC
from icportal.reporting.enums import Permission
from icportal.reporting.results import Results
from icportal.reporting.views.pages import Answer, blueprint
from icportal.reporting.views.results import TEXTS, page_words
from icportal.web.decorators import cached_page, requires
from icportal.web.figures import AREA_NAMES, AREAS


@blueprint.get("/results/<slug:round_slug>/themes")
@cached_page
def show_result_themes(round_slug: str) -> str:
    """What cities find difficult, commitment by commitment, and what they work on."""
    return themes_page(results.results_of(round_slug, PUBLIC))


@blueprint.get("/work/reporting/<slug:round_slug>/results/themes")
@requires(Permission.VIEW_RESULTS)
def network_show_result_themes(round_slug: str) -> Answer:
    """The same with the answers that cities show the network."""
    return themes_page(results.results_of(round_slug, NETWORK))


def themes_page(of: Results) -> str:
    language = current_language().code
    words = asked(of.round.questionnaire_version, language)
    if not result_themes.is_asked(words.structure):
        raise NotFound(_("This round did not ask about challenges and themes."))
    found = result_themes.themes_of(of, words, reader=language, most=TEXTS)
    by_number = {challenge.number: challenge for challenge in found.challenges}
    areas = [
        (name, area, [by_number[number] for number in numbers if number in by_number])
        for area, (name, numbers) in enumerate(zip(AREA_NAMES, AREAS, strict=True), start=1)
    ]
    return render_template(
        "reporting/result_themes.html",
        of=of,
        asked=words,
        found=found,
        areas=[area for area in areas if area[2]],
        bars={question.name: result_figures.choice_bars(document, words, question) for question, document in found.themes},
        practices=sorted(facet(KIND, "theme"), key=lambda each: (-each[1], practices.theme_label(each[0]))),
        theme_label=practices.theme_label,
        titles=practices.commitment_titles(),
        **page_words(of.audience),
    )
