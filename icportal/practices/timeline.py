"""What practices say on a city's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.cities import queries
from icportal.cities import services as cities
from icportal.cities.timeline import says
from icportal.core.clock import today
from icportal.core.strings import _
from icportal.practices.models import Practice
from icportal.web.page_cache import touch_public

MODULE = "practices"
PUBLISHED = "practice_published"


def register() -> None:
    """Give the timeline the sentence of a practice."""
    says(PUBLISHED, tone="done")(published)


def published(_values: Mapping[str, Any]) -> str:
    return _("Published a good practice.")


def tell(practice: Practice) -> None:
    """Bring the city's timeline up to date: a practice written here stands there while the public may read it.

    The day stays that of its first publication. What was taken over from a report has its place in the report's year.
    """
    item, reference = practice.item, f"practice-{practice.id}"
    source, day = item.source, today()
    is_read = (item.visible_from is None or item.visible_from <= day) and (
        item.visible_until is None or item.visible_until >= day
    )
    known = queries.find_timeline_entry(practice.city_id, MODULE, reference)
    if practice.edition is not None or source.published is None or source.published_at is None or not is_read:
        if known is not None:
            cities.remove_from_timeline(city_id=practice.city_id, module=MODULE, reference=reference)
            touch_public()
        return
    first = known.earliest if known else max(source.published_at.date(), item.visible_from or source.published_at.date())
    values = {"detail": source.published.body.get("title", ""), "detail_language": source.language}
    if known is not None and known.values == values:
        return
    cities.add_to_timeline(
        city_id=practice.city_id, module=MODULE, reference=reference, key=PUBLISHED, earliest=first, latest=first, values=values
    )
    touch_public()
