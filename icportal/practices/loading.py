"""The practices of the published reports, taken over once as short entries with their source."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from icportal.cities.models import City
from icportal.content import services as content
from icportal.content.models import ContentItem
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.core.text import fold
from icportal.data import reader
from icportal.practices.enums import KIND
from icportal.practices.models import Practice

#: When each report came out: the day its practices became public.
PUBLISHED = {
    1: datetime(2013, 3, 1, 12, tzinfo=UTC),
    2: datetime(2015, 10, 8, 12, tzinfo=UTC),
    5: datetime(2022, 11, 17, 12, tzinfo=UTC),
}
REPORTS = {
    1: "Integrating Cities Report I (2013)",
    2: "Integrating Cities Report II (2015)",
    5: "Integrating Cities Report #5 (2022)",
}


def load_practices(*, actor: Actor) -> int:
    """Take over the practices that are not there yet; how many were added. Existing ones are left as they are."""
    cities = {city.key: city for city in db.session.scalars(select(City))}
    known = set(db.session.scalars(select(ContentItem.slug).where(ContentItem.kind == KIND)))
    added = 0
    for row in reader.practices():
        slug = f"report-{row.edition}-{row.row}"
        city = cities.get(fold(row.city))
        if slug in known or city is None:
            continue
        practice = Practice(
            city_id=city.id,
            edition=row.edition,
            basis=row.basis,
            commitments=[row.commitment],
            themes=[row.theme],
            links=[],
            looking_for_partners=False,
            source=REPORTS[row.edition],
        )
        version = content.create_item(
            actor=actor,
            kind=KIND,
            language="en",
            title=row.title,
            city_id=city.id,
            slug=slug,
            facts=practice.reviewed_facts(),
        )
        practice.item_id = version.item_id
        db.session.add(practice)
        db.session.flush()
        content.adopt(version, actor=actor, published_at=PUBLISHED[row.edition], reason=REPORTS[row.edition])
        added += 1
    return added
