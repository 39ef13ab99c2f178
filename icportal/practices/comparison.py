"""Two texts of a practice set against each other, field by field and word by word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from icportal.content.models import LanguageVersion
from icportal.core.strings import Text, _, _l
from icportal.core.text import word_diff
from icportal.practices import labels
from icportal.practices.kind import FIELDS, NOTHING_REVIEWED

FACTS = {
    "commitments": _l("Commitments"),
    "themes": _l("Themes"),
    "looking_for_partners": _l("Partners"),
    "links": _l("Links"),
    "files": _l("Files"),
}
_KINDS = {"equal": "same", "insert": "ins", "delete": "del"}


@dataclass(frozen=True)
class FactChange:
    """One fact of two revisions, as lists of what is said; ``parts`` are (same | ins | del, a line)."""

    label: Text
    old: list[str]
    new: list[str]

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def said(self) -> list[str]:
        """What is there, what is new with a plus and what is gone with a minus."""
        signs = {"same": "", "ins": "+ ", "del": "− "}
        return [signs[kind] + line.strip() for kind, line in self.parts if self.old and kind != "same"] or self.new

    @property
    def parts(self) -> list[tuple[str, str]]:
        kept = [("same" if line in self.old else "ins", f"{line}\n") for line in self.new]
        return kept + [("del", f"{line}\n") for line in self.old if line not in self.new]


@dataclass(frozen=True)
class FieldChange:
    """One field of two texts; ``parts`` are (same | ins | del, words)."""

    name: str
    label: Text
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def parts(self) -> list[tuple[str, str]]:
        return words(self.old, self.new)


def compare_facts(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[FactChange]:
    """Every reviewed fact that either revision has, as people read it."""
    before, after = _facts_said(old), _facts_said(new)
    return [FactChange(label, before[name], after[name]) for name, label in FACTS.items() if before[name] or after[name]]


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
        "files": [f"{file['label']} ({file['name']}, {file['sha256'][:12]})" for file in known["files"]],
    }


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[FieldChange]:
    """Every field that either text has, in reading order."""
    return [
        FieldChange(field.name, field.label, old.get(field.name, ""), new.get(field.name, ""))
        for field in FIELDS
        if old.get(field.name) or new.get(field.name)
    ]


def words(old: str, new: str) -> list[tuple[str, str]]:
    """What came and went between two texts, as templates show it."""
    return [(_KINDS[op], text) for op, text in word_diff(old, new)]
