"""The reviewed facts of two revisions of a practice set against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icportal.content.desk.comparison import FactChange, compare_said
from icportal.content.models import LanguageVersion
from icportal.core.strings import _, _l
from icportal.practices import adoption, labels
from icportal.practices.kind import NOTHING_REVIEWED

FACTS = {
    "commitments": _l("Commitments"),
    "themes": _l("Themes"),
    "looking_for_partners": _l("Partners"),
    "links": _l("Links"),
    "files": _l("Files"),
    "adopted_from": _l("Adopted from"),
}


def compare_facts(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[FactChange]:
    """Every reviewed fact that either revision has, as people read it."""
    return compare_said(FACTS, _facts_said(old), _facts_said(new))


def facts_line(version: LanguageVersion) -> str:
    """In a few words what a reviewer finds among the facts: what changed, or what they are in a new practice."""
    head, published = version.head, version.published
    if not version.is_source or head is None:
        return ""
    facts = compare_facts(published.facts if published else None, head.facts)
    return " · ".join(f"{fact.label}: {', '.join(fact.said)}" for fact in facts if fact.is_changed)


def _facts_said(facts: Mapping[str, Any] | None) -> dict[str, list[str]]:
    known, titles = {**NOTHING_REVIEWED, **(facts or {})}, labels.commitment_titles()
    commitments = [f"{number} · {titles.get(number, '')}" for number in known["commitments"]]
    return {
        "commitments": [_("%(commitment)s (suggested)", commitment=each) if known["suggested"] else each for each in commitments],
        "themes": [labels.theme_label(key) for key in known["themes"]],
        "looking_for_partners": [_("looking for partners")] if known["looking_for_partners"] else [],
        "links": [" ".join(part for part in (link["url"], link.get("label", "")) if part) for link in known["links"]],
        "adopted_from": adoption.addresses(known["adopted_from"]).splitlines(),
        "files": [f"{file['label']} ({file['name']}, {file['sha256'][:12]})" for file in known["files"]],
    }
