"""What people write into cells instead of a bare number, in the languages the cities write in."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from icportal.core.strings import Text
from icportal.i18n.catalogues import in_language
from icportal.i18n.locales import LANGUAGES
from icportal.indicators import labels
from icportal.indicators.enums import Bound, Missing, Unit


def _words(text: str, mark: str | None = None) -> list[str]:
    return text.split(mark)


#: A value that was delivered before is taken back.
DELETE = frozenset(
    _words(
        """
    delete remove löschen loeschen entfernen supprimer effacer borrar eliminar suprimir cancella cancellare eliminare
    elimina verwijderen wissen verwijder apagar usuń poista slett radera slet smazat حذف
    """
    )
)

_NOT_AVAILABLE = (
    ":|-|--|---|..|...|…|/|x|.|n/a|na|n.a.|n/d|nd|n.d.|n/v|nv|n.v.|k.a.|ka|k/a|not available|no data|none available|unknown|nicht verfügbar|"
    "keine angabe|keine angaben|keine daten|nicht vorhanden|unbekannt|non disponible|pas disponible|pas de données|non connu|"
    "no disponible|sin datos|no hay datos|s.d.|s/d|non disponibile|dato non disponibile|nessun dato|niet beschikbaar|"
    "geen gegevens|onbekend|b.d.|brak danych|ei tietoa|i.t.|ikke tilgængelig|ikke tilgjengelig|saknas|ej tillgänglig|#n/a|غير متوفر|غير متاح"
)
MISSING: Mapping[str, str] = {
    **dict.fromkeys(_NOT_AVAILABLE.split("|"), Missing.NOT_AVAILABLE),
    **dict.fromkeys(
        _words(
            "not collected|nicht erhoben|wird nicht erhoben|n.e.|non collecté|non recueilli|no recogido|no se recoge|"
            "non rilevato|non raccolto|niet verzameld",
            "|",
        ),
        Missing.NOT_COLLECTED,
    ),
    **dict.fromkeys(
        _words("not allowed|nicht erlaubt|nicht zulässig|non autorisé|interdit|no permitido|non consentito|niet toegestaan", "|"),
        Missing.NOT_ALLOWED,
    ),
}

YES_NO: Mapping[str, int] = {
    **dict.fromkeys(_words("yes y ja j oui o sí si sì s tak kyllä sim ano نعم true wahr vrai verdadero vero waar x"), 1),
    **dict.fromkeys(_words("no n nein non nee nie ei não ne nej nei لا false falsch faux falso onwaar"), 0),
}

_ABOUT = (
    "~|≈|∼|about|approx.|approx|approximately|circa|ca.|ca|c.|roughly|around|etwa|ungefähr|rund|gut|zirka|environ|env.|env|"
    "à peu près|aproximadamente|aprox.|aprox|alrededor de|unos|unas|casi|circa|ongeveer|omstreeks|rond|حوالي|noin|około|omkring"
)
_AT_LEAST = (
    ">|≥|>=|=>|over|more than|at least|min.|min|above|über|mehr als|mindestens|mind.|plus de|au moins|más de|al menos|"
    "por lo menos|più di|oltre|almeno|meer dan|minstens|ten minste|أكثر من"
)
_AT_MOST = (
    "<|≤|<=|=<|under|less than|at most|max.|max|below|up to|just under|unter|weniger als|höchstens|bis zu|knapp|moins de|"
    "au plus|au maximum|menos de|como máximo|meno di|al massimo|fino a|minder dan|hoogstens|ten hoogste|أقل من"
)
#: Signs and words before a number, the longest first.
BOUNDS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        (
            *((word, Bound.ABOUT) for word in _ABOUT.split("|")),
            *((word, Bound.AT_LEAST) for word in _AT_LEAST.split("|")),
            *((word, Bound.AT_MOST) for word in _AT_MOST.split("|")),
        ),
        key=lambda pair: -len(pair[0]),
    )
)

#: How people write a unit after a number; a note says that it was left out.
UNITS: Mapping[str, frozenset[str]] = {
    Unit.PERCENT: frozenset(_words("% percent prozent v.h. vh pour-cent por-ciento per-cento procent pct %.")),
    Unit.PERCENTAGE_POINTS: frozenset(_words("% pp p.p. prozentpunkte")),
    Unit.PER_1000: frozenset(_words("‰ promille")),
    Unit.PERSONS: frozenset(
        _words("persons people personen personnes personas persone einwohner habitants habitantes abitanti inwoners")
    ),
    Unit.EUR: frozenset(_words("€ eur euro euros")),
    Unit.CAD: frozenset(_words("cad $ c$")),
    Unit.PPS: frozenset(_words("pps kks")),
}
PERCENTAGES = frozenset({Unit.PERCENT, Unit.PERCENTAGE_POINTS})

_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad")
)
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–‒﹣－‐‑", "-"),
        **dict.fromkeys("’‘ʼ′＇`´", "'"),
        "，": ",",
        "．": ".",
        "＋": "+",
        "％": "%",
        "٪": "%",
        "（": "(",
        "）": ")",
        "：": ":",
        "﹪": "%",
    }
)


def plain(text: str) -> str:
    """The text with ordinary digits, signs and spaces, and without marks of direction."""
    found = text.translate(_INVISIBLE).translate(_SIGNS)
    return " ".join("".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in found).split())


def folded(text: str) -> str:
    """The text as words are compared."""
    return plain(text).casefold()


def spoken(names: Mapping[str, Text]) -> Mapping[str, str]:
    """The codes by what people read for them in every interface language. Needs an application context."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with in_language(language):
            for code, name in names.items():
                found.setdefault(folded(str(name)), code)
    return found


@cache
def missing_words() -> Mapping[str, str]:
    """The words for missing values, those of the pages among them."""
    return {**spoken(labels.MISSING), **MISSING}


@cache
def choices(column: str) -> Mapping[str, str]:
    """What may stand in a column with a list, by what people read for it."""
    return spoken(LISTS[column])


LISTS: Mapping[str, Mapping[str, Text]] = {
    "status": labels.STATUSES,
    "conf": labels.CONFIDENTIALITY,
    "bound": labels.BOUNDS,
    "geography": labels.GEOGRAPHIES,
    "source_kind": labels.SOURCE_KINDS,
}
