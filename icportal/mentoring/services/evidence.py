"""What stands behind needs and offers, looked up anew: when an application is saved or sent, and before a matching."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.mentoring import evidence
from icportal.mentoring.models import Application, Programme
from icportal.toolkits import queries as toolkits


def renew_evidence(programme: Programme, applications: Sequence[Application]) -> None:
    """Say of each need and offer how much it weighs and what shows it, by what is reported and published today.

    The same few queries however many applications.
    """
    query = select(City).where(City.id.in_({each.city_id for each in applications}))
    known = evidence.reported_by(db.session.scalars(query).all(), {each.city_id: each.language for each in applications})
    wanted = {scheme.id: (scheme.toolkit, scheme.benchmark_number) for scheme in programme.schemes}
    found = toolkits.benchmarks(wanted.values(), "en")
    served = {scheme_id: found[each].commitments for scheme_id, each in wanted.items() if each in found}
    for application in applications:
        for need in application.needs:
            if need.scheme_id in served:
                gap = evidence.gap_in(known[application.city_id], served[need.scheme_id])
                need.gap, need.evidence = gap.weight, list(gap.evidence)
        for offer in application.offers:
            if offer.scheme_id in served:
                strength = evidence.strength_in(known[application.city_id], served[offer.scheme_id])
                offer.strength, offer.evidence = strength.weight, list(strength.evidence)
    db.session.flush()
