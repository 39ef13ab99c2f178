"""Who is told what about the text of an indicator, each in their own language."""

from __future__ import annotations

from typing import Any

from icportal.accounts.directory import holders, people
from icportal.content.models import ContentItem
from icportal.content.notifications import TextMails
from icportal.core.strings import _l
from icportal.i18n.locales import Language
from icportal.indicators.kind import indicator_of
from icportal.indicators.models import Indicator

TOPIC = _l("Indicators")


def _indicator(item: ContentItem) -> Indicator:
    indicator = indicator_of(item)
    assert indicator is not None
    return indicator


def _about(item: ContentItem, _reads: Language) -> dict[str, Any]:
    return {"code": _indicator(item).code}


MAILS = TextMails(
    templates="indicators/text_",
    topic=TOPIC,
    endpoint=lambda page: "indicators.workspace" if page == "workspace" else f"indicators.catalogue_{page}",
    values=lambda item: {"indicator_id": _indicator(item).id},
    about=_about,
    holders=holders,
    people=people,
)
