"""What reporting says on a city's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.cities import queries
from icportal.cities import services as cities
from icportal.cities.timeline import says
from icportal.core.clock import PORTAL_ZONE
from icportal.core.strings import _
from icportal.reporting.models import Response
from icportal.web.page_cache import touch_public

MODULE = "reporting"
PUBLISHED = "answers_published"


def register() -> None:
    """Give the timeline the sentence of published answers."""
    says(PUBLISHED, tone="done")(published)


def published(values: Mapping[str, Any]) -> str:
    return _("Published its answers to reporting round %(number)s.", number=values["number"])


def tell(response: Response) -> None:
    """Put the publication on the city's timeline. The day stays that of the first one. Nothing is told of made-up answers."""
    if response.round.is_demonstration:
        return
    reference = f"response-{response.id}"
    if response.published_at is None or queries.find_timeline_entry(response.city_id, MODULE, reference) is not None:
        return
    first = response.published_at.astimezone(PORTAL_ZONE).date()
    cities.add_to_timeline(
        city_id=response.city_id, module=MODULE, reference=reference, key=PUBLISHED, earliest=first, latest=first,
        values={"number": str(response.round.number)},
    )  # fmt: skip
    touch_public()
