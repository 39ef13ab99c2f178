"""What a toolkit is as a text: a field for each of its words, and the structure that is reviewed with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, Revision
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.toolkits.enums import KIND
from icportal.toolkits.models import Toolkit
from icportal.toolkits.structure import Structure, how_key, question_key, title_key, why_key

FIELDS = (
    ContentField("title", _l("Title"), _l("The theme, in a few words."), "line", 15, required=True),
    ContentField("summary", _l("Summary"), _l("For whom it is, and what one can do with it."), "text", 80, required=True),
    ContentField("standard", _l("Standard"), _l("In one sentence: what a city does that meets it."), "text", 60, required=True),
    ContentField("introduction", _l("Introduction"), _l("Why the theme matters, and how to work with the factors."), "text", 250),
)  # fmt: skip


def toolkit_of(item: ContentItem) -> Toolkit | None:
    """The toolkit whose text the item is; None while it is being made."""
    return db.session.scalar(select(Toolkit).where(Toolkit.item_id == item.id))


def structure_of(item: ContentItem, source: Revision | None = None) -> Structure:
    """The structure as a revision of the source has it; the working copy's without one."""
    if source is not None and source.facts is not None:
        return Structure.of(source.facts.get("structure", {}))
    toolkit = toolkit_of(item)
    return Structure.of(toolkit.structure) if toolkit is not None else Structure()


def fields_of(item: ContentItem, source: Revision | None) -> list[ContentField]:
    """The fields of every toolkit, and those of its factors."""
    found = list(FIELDS)
    for factor in structure_of(item, source).factors:
        code = factor.code
        found += [
            ContentField(title_key(code), _("%(code)s: factor", code=code), _("A condition for success, in a few words."), "line", 12, required=True),
            ContentField(why_key(code), _("%(code)s: why it matters", code=code), "", "text", 100, required=True),
            ContentField(how_key(code), _("%(code)s: how cities do it", code=code), "", "text", 150, required=True),
        ]  # fmt: skip
        found += [
            ContentField(
                question_key(code, each), _("%(code)s: question %(number)s", code=code, number=each.removeprefix("Q")),
                _("Something a city can ask itself and answer with evidence."), "line", 40, required=True,
            )
            for each in factor.questions
        ]  # fmt: skip
    return found


def reviewed_facts(item: ContentItem) -> dict[str, Any] | None:
    """The structure of the working copy, which a second person approves together with the words."""
    toolkit = toolkit_of(item)
    if toolkit is None:
        return None
    db.session.flush()
    db.session.expire(toolkit)
    return {"structure": toolkit.structure}


def facts(item: ContentItem, source: Revision | None) -> dict[str, Any]:
    """What lists show beside the text."""
    toolkit = toolkit_of(item)
    if toolkit is None:
        return {}
    known = (source.facts or {}) if source else {}
    return {"toolkit": toolkit.slug, "series": toolkit.series, "is_own": toolkit.is_own, "structure": {}, **known}


def terms(item: ContentItem, source: Revision | None) -> Iterable[str]:
    """What lists can be filtered by."""
    yield from (f"commitment:{number}" for number in structure_of(item, source).commitments)


def missing(item: ContentItem) -> list[tuple[str | None, Text]]:
    """What of the structure is lacking before it can be reviewed."""
    structure = structure_of(item)
    if not structure.factors:
        return [("structure", _("Add a key factor with a question."))]
    if any(not factor.questions or not factor.commitments for factor in structure.factors):
        return [("structure", _("Give every factor a question and a commitment it serves."))]
    return []


TOOLKIT = ContentKind(
    key=KIND,
    label=_l("Toolkit"),
    fields=FIELDS,
    fields_of=fields_of,
    endpoint="toolkits.show_toolkit",
    workspace="toolkits.toolkit_workspace",
    facts=facts,
    terms=terms,
    reviewed_facts=reviewed_facts,
    missing=missing,
)


def register() -> None:
    """Make toolkits known to content."""
    kinds.register(TOOLKIT)
