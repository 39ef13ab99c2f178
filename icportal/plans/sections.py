"""What plans add to the page of a city."""

from __future__ import annotations

from flask import url_for

from icportal.charter import texts
from icportal.cities.models import City
from icportal.cities.sections import Section
from icportal.core.strings import _n
from icportal.plans import progress, reading, versions
from icportal.plans.flow import ACTION


def plan_of_city(city: City, language: str) -> Section | None:
    """The public plan in a few lines: who endorsed it, how far it is, which commitments it moves. None where none is public."""
    found = versions.find_published(city)
    if found is None:
        return None
    reports = progress.reports_of(found.plan)
    report = next(iter(reports), None)
    plan = reading.with_report(reading.read(found.version.content), progress.report_on(found.version, reports))
    counts = [
        (ACTION.state(state), sum(action.state == state for action in plan.actions))
        for state in (each.name for each in ACTION.states)
    ]
    return Section(
        "plans/_city_plan.html",
        {
            "plan": plan,
            "is_demonstration": found.plan.is_demonstration,
            "url": url_for("plans.show_public_plan", slug=city.slug),
            "endorsement": found.endorsement,
            "counts": [(state, number) for state, number in counts if number],
            "commitments": plan.commitments,
            "sentence": _n(
                "The plan serves %(num)s of the eleven commitments.", "The plan serves %(num)s of the eleven commitments.",
                len(plan.commitments),
            ),
            "titles": texts.titles(language),
            "report": report,
            "report_url": url_for("plans.show_public_report", slug=city.slug, number=report.number) if report else "",
        },
    )  # fmt: skip
