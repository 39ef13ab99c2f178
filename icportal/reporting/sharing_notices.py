"""Mail about sections that are given to colleagues."""

from __future__ import annotations

from icportal.cities.models import City
from icportal.core.clock import today
from icportal.core.db import db
from icportal.core.outbox import Recipient, queue_mail
from icportal.core.strings import _l
from icportal.reporting.asked import asked
from icportal.reporting.models import Response, SectionShare
from icportal.reporting.sharing import last_day, token_of
from icportal.web.routing import external_url

TOPIC = _l("Reporting")


def section_given(share: SectionShare, response: Response, *, by: str) -> None:
    """Send the section to whom it was given: the page of it where they have an account, else the link that opens it."""
    city = db.session.get_one(City, response.city_id)
    questions = asked(response.round.questionnaire_version, share.language)
    if share.user_id is not None:
        here = {"round_slug": response.round.slug, "slug": city.slug, "section": share.section}
        url = external_url("reporting.answer_section", language=share.language, **here)
    else:
        url = external_url("reporting.open_link", language=share.language, token=token_of(share))
    context = {
        "city": city.name_in(share.language),
        "section": questions.section(share.section),
        "by": by,
        "note": share.note,
        "url": url,
        "until": last_day(share) if share.user_id is None else max(response.due, today()),
        "by_link": share.user_id is None,
    }
    to = Recipient(share.email, share.name, share.language, share.user_id)
    queue_mail(to=to, template="reporting/section_given", context=context, urgent=True, topic=TOPIC)
