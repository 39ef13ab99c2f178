"""The timeline of a city and of the network: one list of dated sentences to which every module adds.

A module stores an entry (``services.add_to_timeline``) under a key, and whoever owns the key says its sentence in
the reader's language (``says``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from icportal.cities import queries
from icportal.cities.models import City
from icportal.core.strings import _
from icportal.i18n.formatting import historic

Sentence = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Moment:
    """Something that happened, dated as exactly as is known.

    ``detail`` is text from a source, in ``detail_language``.
    """

    key: str
    earliest: date
    latest: date
    precision: str = "day"
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    tone: str = "info"
    detail: str = ""
    detail_language: str = "en"

    @property
    def sentence(self) -> str:
        return _sentences[self.key](self.values)

    @property
    def when(self) -> str:
        return historic(self.earliest, self.latest, self.precision)


_sentences: dict[str, Sentence] = {}
_tones: dict[str, str] = {}


def says(key: str, tone: str = "info") -> Callable[[Sentence], Sentence]:
    """Make a function the sentence of a key: ``@says("charter_signed", tone="done")``."""

    def register(sentence: Sentence) -> Sentence:
        _sentences[key], _tones[key] = sentence, tone
        return sentence

    return register


def of_city(city: City) -> list[Moment]:
    """Everything known of a city, oldest first."""
    return _stored(city.id)


def of_network() -> list[Moment]:
    """The network's own events, oldest first."""
    return _stored(None)


def _stored(city_id: int | None) -> list[Moment]:
    return [
        Moment(
            entry.key,
            entry.earliest,
            entry.latest,
            entry.precision,
            {name: value for name, value in entry.values.items() if name not in ("detail", "detail_language")},
            entry.source,
            _tones[entry.key],
            detail=entry.values.get("detail", ""),
            detail_language=entry.values.get("detail_language", "en"),
        )
        for entry in queries.timeline_entries(city_id)
        if entry.key in _sentences
    ]


@says("city_hosted")
def _hosted(values: Mapping[str, Any]) -> str:
    return _("Hosted %(event)s.", event=values["event"])


@says("network_event")
def _event(values: Mapping[str, Any]) -> str:
    if values.get("place"):
        return _("%(event)s in %(place)s.", event=values["event"], place=values["place"])
    return _("%(event)s.", event=values["event"])


@says("city_reported")
def _reported(values: Mapping[str, Any]) -> str:
    return _("Took part in the survey for report %(edition)s.", edition=values["edition"])


@says("city_used_charter")
def _used(values: Mapping[str, Any]) -> str:
    edition = values["edition"]
    match values["use"]:
        case "inspire":
            return _("Told report %(edition)s how the charter inspired its policy.", edition=edition)
        case "benchmark":
            return _("Told report %(edition)s how it measured itself by the charter.", edition=edition)
        case "monitor":
            return _("Told report %(edition)s how it follows its progress with the charter.", edition=edition)
        case "showcase":
            return _("Told report %(edition)s how it made the charter known.", edition=edition)
        case _:
            return _("Told report %(edition)s how it used the charter.", edition=edition)
