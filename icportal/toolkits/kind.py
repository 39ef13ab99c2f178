"""What a toolkit is as a text: a field for each of its words, and the structure that is reviewed with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, select

from icportal.content import kinds
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import ContentItem, LanguageVersion, Revision
from icportal.core.db import db
from icportal.core.strings import Text, _, _l
from icportal.practices.models import Practice
from icportal.toolkits.enums import KIND, FactorKind
from icportal.toolkits.models import Toolkit
from icportal.toolkits.structure import Factor, Structure, how_key, question_key, title_key, why_key

#: The most characters of a guiding question: it may be longer than a title.
LONGEST_QUESTION = 600

#: What factors are called by their kind.
KINDS: Mapping[str, Text] = {FactorKind.KEY: _l("Key factor"), FactorKind.CONTEXT: _l("Context factor")}

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
                _("Something a city can ask itself and answer with evidence."), "line", 40, required=True, longest=LONGEST_QUESTION,
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
    return {"toolkit": toolkit.slug, "structure": {}, **known}


def terms(item: ContentItem, source: Revision | None) -> Iterable[str]:
    """What lists can be filtered by."""
    yield from (f"commitment:{number}" for number in structure_of(item, source).commitments)


def said(facts: Mapping[str, Any] | None) -> list[str]:
    """The structure among reviewed facts as lines that can be compared: where it belongs, and some for each factor."""
    structure = Structure.of((facts or {}).get("structure", {}))
    names = practice_titles(number for factor in structure.factors for number in factor.practices)
    found: list[Text] = [_("Series: %(series)s", series=structure.series)] if structure.series else []
    if facts is not None:
        found.append(_("Written for this portal") if structure.is_own else _("Written elsewhere"))
    for place, factor in enumerate(structure.factors, 1):
        found += _lines(f"{place}. {factor.code}", factor, names)
    return [str(line) for line in found]


def practice_titles(numbers: Iterable[int]) -> dict[int, str]:
    """What practices are called in the language each was written in, published or not; one query."""
    wanted = set(numbers)
    query = (
        select(Practice.id, LanguageVersion.title)
        .join(LanguageVersion, and_(LanguageVersion.item_id == Practice.item_id, LanguageVersion.is_source))
        .where(Practice.id.in_(wanted))
    )
    return {row.id: row.title for row in db.session.execute(query)} if wanted else {}


def _lines(name: str, factor: Factor, names: Mapping[int, str]) -> list[Text]:
    """A factor with its codes; what its kind is called stands beside them."""
    about = [name, KINDS[factor.kind]]
    if factor.commitments:
        about.append(_("Serves commitments: %(numbers)s", numbers=", ".join(map(str, factor.commitments))))
    if factor.questions:
        about.append(_("Questions: %(codes)s", codes=", ".join(factor.questions)))
    found: list[Text] = [" · ".join(map(str, about))]
    return found + [
        _("%(factor)s · Practice: %(title)s", factor=factor.code, title=names.get(number, str(number)))
        for number in factor.practices
    ]


def missing(item: ContentItem) -> list[tuple[str | None, Text]]:
    """What of the structure is lacking before it can be reviewed."""
    factors = structure_of(item).factors
    if not any(factor.kind == FactorKind.KEY for factor in factors):
        return [("structure", _("Add a key factor with a question."))]
    found: list[tuple[str | None, Text]] = []
    for factor in factors:
        if not factor.questions:
            found.append(("structure", _("%(code)s: add a guiding question.", code=factor.code)))
        if not factor.commitments:
            found.append(("structure", _("%(code)s: tick the commitments it serves.", code=factor.code)))
    return found


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
