"""What indicators say on a city's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.cities import queries
from icportal.cities import services as cities
from icportal.cities.timeline import says
from icportal.core.clock import PORTAL_ZONE
from icportal.core.strings import _
from icportal.indicators.models import Delivery
from icportal.web.page_cache import touch_public

MODULE = "indicators"
PUBLISHED = "indicators_published"


def register() -> None:
    """Give the timeline the sentence of a published delivery."""
    says(PUBLISHED, tone="done")(published)


def published(values: Mapping[str, Any]) -> str:
    return _("Published its indicators for %(year)s.", year=values["year"])


def tell(delivery: Delivery) -> None:
    """Bring the city's timeline up to date: a delivery stands there while the public may read it.

    The day stays that of its first publication.
    """
    reference = f"delivery-{delivery.id}"
    known = queries.find_timeline_entry(delivery.city_id, MODULE, reference)
    if delivery.published_at is None:
        if known is not None:
            cities.remove_from_timeline(city_id=delivery.city_id, module=MODULE, reference=reference)
            touch_public()
        return
    if known is not None:
        return
    day = delivery.published_at.astimezone(PORTAL_ZONE).date()
    cities.add_to_timeline(
        city_id=delivery.city_id, module=MODULE, reference=reference, key=PUBLISHED, earliest=day, latest=day,
        values={"year": str(delivery.year)},
    )  # fmt: skip
    touch_public()
