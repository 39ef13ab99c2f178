"""Mail about evidence."""

from __future__ import annotations

from collections.abc import Sequence

from icportal.cities.models import City
from icportal.core.outbox import queue_mail
from icportal.core.strings import _l
from icportal.reporting.addressees import people_of
from icportal.reporting.models import Evidence
from icportal.web.routing import external_url

TOPIC = _l("Reporting")


def expires_soon(city: City, expiring: Sequence[Evidence]) -> int:
    """Tell the city's officers which evidence expires; how many were told."""
    officers = people_of([city.id])[city.id].officers
    for officer in officers:
        language = officer.recipient.language
        rows = [
            (
                evidence.title,
                evidence.expires_on,
                external_url("reporting.edit_evidence", language=language, slug=city.slug, evidence_id=evidence.id),
            )
            for evidence in expiring
        ]
        context = {"city": city.name_in(language), "rows": rows, "number": len(rows)}
        queue_mail(to=officer.recipient, template="reporting/evidence_expires", context=context, urgent=True, topic=TOPIC)
    return len(officers)
