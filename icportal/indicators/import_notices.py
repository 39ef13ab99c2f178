"""The mail that says a file was read."""

from __future__ import annotations

from icportal.accounts.models import User
from icportal.cities.models import City
from icportal.core.db import db
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.indicators.enums import BatchState
from icportal.indicators.models import ImportBatch
from icportal.web.routing import external_url

TOPIC = _l("Indicators")


def ready(batch: ImportBatch, city: City | None) -> None:
    """Tell the person who uploaded a large file that it was read, or that it could not be."""
    user = db.session.get(User, batch.created_by) if batch.created_by else None
    if user is None or not user.is_active:
        return
    reads = interface_language(user.language)
    context = {
        "file": batch.file.name,
        "city": city.name_in(reads.code) if city else "",
        "year": str(batch.year or ""),
        "counts": dict(batch.counts),
        "refused": batch.state == BatchState.REFUSED,
        "url": external_url("indicators.show_import", language=reads.code, batch_id=batch.id),
    }
    to = Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
    queue_mail(to=to, template="indicators/import_ready", context=context, urgent=True, topic=TOPIC)
