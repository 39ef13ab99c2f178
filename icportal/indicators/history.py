"""How a value came to be what it is: all its versions in words, each with what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from icportal.accounts.directory import names_of
from icportal.cities.queries import names_by_id
from icportal.core.db import db
from icportal.core.strings import Text, _
from icportal.i18n.catalogues import current_language
from icportal.indicators import labels
from icportal.indicators.deliveries import caveat_words, value_words
from icportal.indicators.entries import Entry, Key
from icportal.indicators.models import Observation, PublishedObservation
from icportal.indicators.services.recording import versions_of


@dataclass(frozen=True)
class Step:
    """One version of a value: who gave it, when and how; (what, before, now) of everything that changed."""

    number: int
    value: str
    caveats: list[str]
    when: object
    who: str
    acting_for: str
    how: Text
    batch_id: int | None
    changes: list[tuple[str, str, str]]
    is_current: bool
    is_public: bool


def of_value(key: Key, definitions: Mapping[int, str]) -> list[Step]:
    """The versions of a value, newest first. ``definitions`` are the city's by number."""
    versions = versions_of(key)
    if not versions:
        return []
    names = names_of({version.author_id for version in versions})
    places = names_by_id({version.acting_for for version in versions}, current_language().code)
    ids = [version.id for version in versions]
    public = set(
        db.session.scalars(
            select(Observation.id)
            .join(PublishedObservation, PublishedObservation.observation_id == Observation.id)
            # What was withheld since is read by nobody.
            .where(Observation.id.in_(ids), Observation.confidentiality == PublishedObservation.confidentiality)
        )
    )
    older: list[Observation | None] = [*versions[1:], None]
    return [
        Step(
            number=version.number,
            value=_("taken back") if version.entry.is_removed else value_words(version.entry),
            caveats=caveat_words(version.entry, definitions),
            when=version.created_at,
            who=_("The portal")
            if version.author_id is None
            else names.get(version.author_id, _("Somebody whose account was removed")),
            acting_for=places.get(version.acting_for or 0, ""),
            how=labels.HOW[version.how],
            batch_id=version.batch_id,
            changes=changed(before.entry, version.entry, definitions) if before else [],
            is_current=version.current,
            is_public=version.id in public,
        )
        for version, before in zip(versions, older, strict=True)
    ]


def changed(before: Entry, now: Entry, definitions: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """(what, before, now) of everything two versions differ in."""
    old, new = _facts(before, definitions), _facts(now, definitions)
    return [(label, old[label] or "–", new[label] or "–") for label in new if old[label] != new[label]]


def _facts(entry: Entry, definitions: Mapping[int, str]) -> dict[str, str]:
    if entry.is_removed:
        return dict.fromkeys(_facts(Entry(), {}), "")
    return {
        _("Value"): value_words(entry),
        _("Unit"): str(labels.UNITS[entry.unit]),
        _("Flags"): ", ".join(str(labels.STATUSES[flag]) for flag in entry.statuses if flag in labels.STATUSES),
        _("Confidentiality"): str(labels.CONFIDENTIALITY[entry.confidentiality]),
        _("How exact"): str(labels.BOUNDS[entry.bound]),
        _("Area"): str(labels.GEOGRAPHIES[entry.geography]),
        _("Definition of migrant"): definitions.get(entry.definition_id or 0, ""),
        _("Kind of source"): str(labels.SOURCE_KINDS[entry.source_kind]),
        _("Source"): entry.source,
        _("Note"): entry.note,
    }
