"""Who is told what about the texts of toolkits."""

from __future__ import annotations

from typing import Any

from icportal.accounts.directory import holders, people
from icportal.content.models import ContentItem
from icportal.content.notifications import TextMails
from icportal.core.strings import _l
from icportal.toolkits.kind import toolkit_of


def _values(item: ContentItem) -> dict[str, Any]:
    toolkit = toolkit_of(item)
    assert toolkit is not None
    return {"toolkit_id": toolkit.id}


MAILS = TextMails(
    templates="toolkits/",
    topic=_l("Toolkits"),
    endpoint=lambda page: f"toolkits.toolkit_{page}",
    values=_values,
    about=lambda _item, _reads: {},
    holders=holders,
    people=people,
)
