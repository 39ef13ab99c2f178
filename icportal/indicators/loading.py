"""The shipped catalogue, what cities count as a migrant, and the observations of the published reports."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from icportal.content import services as content
from icportal.core.actors import Actor
from icportal.core.db import db
from icportal.data import catalogue as shipped
from icportal.indicators.enums import KIND
from icportal.indicators.facts import Facts
from icportal.indicators.models import Indicator, IndicatorVersion

#: The day the first report came out, which named the set.
SINCE = datetime(2013, 3, 1, 12, tzinfo=UTC)
REASON = "Integrating Cities Report I (2013)"


def load_catalogue(*, actor: Actor) -> int:
    """Take over the indicators that are not there yet; how many were added. Existing ones are left as they are."""
    known = set(db.session.scalars(select(Indicator.code)))
    words = {language: shipped.words(language) for language in shipped.LANGUAGES}
    added = 0
    for position, (code, fixed) in enumerate(shipped.facts().items(), start=1):
        if code in known:
            continue
        facts = Facts.of(fixed).stored()
        text = dict(words["en"][code])
        version = content.create_item(
            actor=actor,
            kind=KIND,
            language="en",
            title=text.pop("title"),
            city_id=None,
            slug=code.lower(),
            facts={"family": fixed["family"], **facts},
            body=text,
        )
        indicator = Indicator(
            code=code,
            item_id=version.item_id,
            family=fixed["family"],
            position=position,
            asked=fixed.get("asked", True),
            facts=facts,
        )
        db.session.add(indicator)
        db.session.flush()
        content.adopt(version, actor=actor, published_at=SINCE, reason=REASON)
        assert version.published is not None
        db.session.add(
            IndicatorVersion(
                indicator_id=indicator.id,
                number=1,
                revision_id=version.published.id,
                since=SINCE,
                facts=facts,
                body=version.published.body,
            )
        )
        for language in shipped.LANGUAGES:
            if language != "en" and code in words[language]:
                translated = content.take_over_translation(version.item, language, words[language][code], actor=actor)
                content.adopt(translated, actor=actor, published_at=SINCE, reason=REASON)
        added += 1
    db.session.flush()
    return added
