"""Many published practices in a short time.

Writes the rows that the services leave behind when a practice is written, translated, approved and published: item,
versions, revisions, facts, projections, shelves and the index of terms. ``tests/benchmarks/test_fill.py`` compares
one of each. It leaves out the traces that no public page reads: workflow events and audit entries.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from icportal.cities.models import City
from icportal.content import kinds
from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion, Posting, Projection, Revision, Shelf
from icportal.content.publication import EVERYTHING, LONGEST_TERM, TITLE_FIRST, label_terms
from icportal.core.canonical import sha256
from icportal.core.db import db
from icportal.core.search import tokens
from icportal.core.text import fold, render_markdown, slugify
from icportal.data import reader
from icportal.i18n.locales import interface_codes, reading_order
from icportal.i18n.segments import cut
from icportal.practices.enums import KIND, Basis
from icportal.practices.kind import NOTHING_REVIEWED, named
from icportal.practices.models import Practice
from icportal.practices.services import REVIEW_AFTER

LANGUAGES = ("en", "fr", "de")
BATCH = 1000
AUTHOR = 1
#: In every practice, in one of fifty, in one of five hundred.
COMMON, SOME, RARE = "newcomers", "apprenticeship", "lighthouse"

WORDS = {
    "en": "city council school language course family women youth job training housing health library volunteer mentor "
    "neighbourhood service staff budget partner association employer teacher child parent museum sport festival garden "
    "kitchen office counsel interpreter map guide meeting survey result network police station clinic bus stop street "
    "square market theatre music letter form website phone evening weekend summer winter first second small large open "
    "free early late local public social common shared direct simple clear useful",
    "fr": "ville conseil école langue cours famille femmes jeunesse emploi formation logement santé bibliothèque bénévole "
    "quartier service équipe budget partenaire association employeur enseignant enfant parent musée sport festival jardin "
    "cuisine bureau conseiller interprète plan guide réunion enquête résultat réseau police gare clinique bus arrêt rue "
    "place marché théâtre musique lettre formulaire site téléphone soirée semaine été hiver premier second petit grand "
    "ouvert gratuit tôt tard local public social commun partagé direct simple clair utile",
    "de": "Stadt Rat Schule Sprache Kurs Familie Frauen Jugend Arbeit Ausbildung Wohnung Gesundheit Bücherei Freiwillige "
    "Viertel Dienst Personal Haushalt Partner Verein Arbeitgeber Lehrer Kind Eltern Museum Sport Fest Garten Küche Büro "
    "Beratung Dolmetscher Karte Führer Treffen Umfrage Ergebnis Netzwerk Polizei Bahnhof Klinik Bus Halt Straße Platz "
    "Markt Theater Musik Brief Formular Seite Telefon Abend Woche Sommer Winter erste zweite klein groß offen frei früh "
    "spät örtlich öffentlich sozial gemeinsam geteilt direkt einfach klar nützlich",
}


@dataclass(frozen=True)
class Sample:
    """What one practice is made of. ``bodies`` hold a text for each language, the source's first."""

    city: int
    bodies: Mapping[str, Mapping[str, str]]
    commitments: Sequence[int]
    themes: Sequence[str]
    contact_name: str
    contact_email: str
    at: datetime

    @property
    def source(self) -> str:
        return next(iter(self.bodies))


@dataclass(frozen=True)
class Place:
    """A city as facts show it."""

    id: int
    slug: str
    name: str
    names: Mapping[str, str]
    country: str


def fill(count: int) -> None:
    """Add so many practices to a database that has its cities. Needs an application context; commits."""
    places = _places()
    themes = sorted(reader.themes())
    end = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with db.engine.begin() as connection:
        numbers = _Numbers(connection)
        with _Postings(connection) as postings:
            for start in range(0, count, BATCH):
                samples = [
                    invent(number, sorted(places), themes, end - timedelta(minutes=number))
                    for number in range(start, min(count, start + BATCH))
                ]
                write(connection, samples, places, numbers, postings)
        numbers.settle()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def fill_with(samples: Sequence[Sample]) -> None:
    """Add these practices."""
    with db.engine.begin() as connection:
        numbers = _Numbers(connection)
        with _Postings(connection) as postings:
            write(connection, samples, _places(), numbers, postings)
        numbers.settle()


def invent(number: int, cities: Sequence[int], themes: Sequence[str], at: datetime) -> Sample:
    """The practice with this number, always the same one."""
    chance = random.Random(number)
    source = LANGUAGES[number % 3]
    order = [source, *(language for language in LANGUAGES if language != source)]
    return Sample(
        city=cities[number % len(cities)],
        bodies={language: _body(number, language, chance) for language in order},
        commitments=sorted(chance.sample(range(1, 12), 2)),
        themes=sorted(chance.sample(list(themes), 2)),
        contact_name="Ada Example",
        contact_email="ada@example.org",
        at=at,
    )


def _body(number: int, language: str, chance: random.Random) -> dict[str, str]:
    body = {}
    for field in kinds.get(KIND).fields:
        if field.name == "title":
            body[field.name] = f"{_sentence(language, chance.randrange(500))} {number}"
        elif field.required:
            body[field.name] = _paragraph(language, chance.randrange(400))
    rare = [COMMON, *([SOME] if number % 50 == 0 else []), *([RARE] if number % 500 == 0 else [])]
    body["results"] += " " + " ".join(rare)
    return body


@lru_cache(maxsize=2000)
def _paragraph(language: str, number: int) -> str:
    """Two sentences. There are a few hundred of them, so that the slow parser sees each once."""
    return f"{_sentence(language, number)}. {_sentence(language, number + 100)}."


@lru_cache(maxsize=5000)
def _sentence(language: str, number: int) -> str:
    """A few words; those at the beginning of the list are the common ones."""
    chance = random.Random(f"{language} {number}")
    words = WORDS[language].split()
    return " ".join(words[int(len(words) * chance.random() ** 2.5)] for _ in range(6))


class _Numbers:
    """Keys to give away, above those taken; PostgreSQL's own counters follow at the end."""

    MODELS = (ContentItem, LanguageVersion, Revision, Practice)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.last = {model: connection.scalar(select(func.max(model.id))) or 0 for model in self.MODELS}

    def next(self, model: Any) -> int:
        self.last[model] += 1
        return self.last[model]

    def settle(self) -> None:
        if self.connection.dialect.name != "postgresql":
            return
        for model, last in self.last.items():
            table = model.__tablename__
            self.connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {max(1, last)})"))


class _Postings:
    """Index entries, gathered beside the table and put into it in its own order, which is many times as fast."""

    COLUMNS = "kind, term, rank, item_id"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.raw: Any = connection.connection.cursor()
        self.is_postgres = connection.dialect.name == "postgresql"

    def __enter__(self) -> Self:
        self.connection.execute(text("CREATE TEMPORARY TABLE gathered (kind TEXT, term TEXT, rank BIGINT, item_id INTEGER)"))
        return self

    def add(self, rows: Iterator[tuple[str, str, int, int]]) -> None:
        if self.is_postgres:
            with self.raw.copy(f"COPY gathered ({self.COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            self.raw.executemany("INSERT INTO gathered VALUES (?, ?, ?, ?)", rows)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            return
        table = Posting.__table__
        indexes = list(table.indexes)
        for index in indexes:
            index.drop(self.connection)
        self.connection.execute(
            text(f"INSERT INTO {table.name} ({self.COLUMNS}) SELECT {self.COLUMNS} FROM gathered ORDER BY {self.COLUMNS}")
        )
        for index in indexes:
            index.create(self.connection)
        self.connection.execute(text("DROP TABLE gathered"))


def _places() -> dict[int, Place]:
    query = select(City.id, City.slug, City.name, City.names, City.country)
    return {row.id: Place(*row) for row in db.session.execute(query)}


def write(
    connection: Connection, samples: Sequence[Sample], places: Mapping[int, Place], numbers: _Numbers, postings: _Postings
) -> None:
    """Put the samples into every table, one statement a table."""
    rows: dict[Any, list[dict[str, Any]]] = {
        model: [] for model in (ContentItem, LanguageVersion, Revision, Practice, Projection, Shelf)
    }
    heads: list[dict[str, int]] = []
    terms: list[tuple[str, str, int, int]] = []
    for sample in samples:
        place = places[sample.city]
        item = numbers.next(ContentItem)
        practice = numbers.next(Practice)
        slug = slugify(f"{place.slug} {sample.bodies[sample.source]['title']}")[:100]
        moment = {"created_at": sample.at, "updated_at": sample.at}
        rows[ContentItem].append(
            {"id": item, "kind": KIND, "slug": slug, "source_language": sample.source, "city_id": sample.city, **moment}
        )
        facts = _facts(sample, place, practice)
        rows[Practice].append(_practice(sample, item, practice) | moment)
        made = _versions(sample, item, slug, facts, numbers)
        for model in (LanguageVersion, Revision, Projection):
            rows[model] += made[model]
        heads += made["heads"]
        by_language = {row["language"]: row["id"] for row in made[LanguageVersion]}
        rows[Shelf] += [
            {"language": code, "item_id": item, "language_version_id": by_language[best]}
            for code in interface_codes()
            for best in reading_order(code, set(by_language), sample.source)[:1]
        ]
        terms += _terms(sample, place, item)
    for model, entries in rows.items():
        connection.execute(insert(model.__table__), entries)
    table = LanguageVersion.__table__
    point = update(table).where(table.c.id == bindparam("key"))
    connection.execute(
        point.values(head_id=bindparam("revision"), published_id=bindparam("revision"), updated_at=table.c.updated_at), heads
    )
    postings.add(iter(terms))


def _practice(sample: Sample, item: int, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "item_id": item,
        "city_id": sample.city,
        "basis": Basis.CITY,
        "commitments": list(sample.commitments),
        "themes": list(sample.themes),
        "contact_name": sample.contact_name,
        "contact_email": sample.contact_email,
        "review_by": sample.at.date() + REVIEW_AFTER,
    }


def _facts(sample: Sample, place: Place, practice: int) -> dict[str, Any]:
    return {
        "practice": practice,
        "city": place.slug,
        "city_name": place.name,
        "city_names": dict(place.names),
        "country": place.country,
        "commitments": list(sample.commitments),
        "suggested": False,
        "themes": list(sample.themes),
        "edition": None,
        "looking_for_partners": False,
        "contactable": bool(sample.contact_email),
        "source": "",
        "links": [],
        "files": [],
        "adopted_from": [],
    }


def _versions(sample: Sample, item: int, slug: str, facts: dict[str, Any], numbers: _Numbers) -> dict[Any, list[dict[str, Any]]]:
    made: dict[Any, list[dict[str, Any]]] = {LanguageVersion: [], Revision: [], Projection: [], "heads": []}
    source_revision = None
    for language, body in sample.bodies.items():
        is_source = language == sample.source
        version, parent = numbers.next(LanguageVersion), None
        if is_source:
            # A text begins with its title alone, which is its first revision.
            parent = numbers.next(Revision)
            made[Revision].append(_revision(sample, parent, version, number=1, body={"title": body["title"]}))
        segments = None if is_source else _segments(sample.bodies[sample.source], body)
        number = 2 if is_source else 1
        revision = numbers.next(Revision)
        made[Revision].append(
            _revision(
                sample, revision, version, number=number, body=body, parent=parent, segments=segments, source=source_revision,
                facts={name: facts[name] for name in NOTHING_REVIEWED if facts[name] or name != "adopted_from"} if is_source else None,
            )
        )  # fmt: skip
        if is_source:
            source_revision = revision
        made[LanguageVersion].append({
            "id": version, "item_id": item, "language": language, "is_source": is_source, "state": ContentState.PUBLISHED,
            "state_since": sample.at, "title": body["title"], "published_at": sample.at, "approved_number": number,
            "created_at": sample.at, "updated_at": sample.at,
        })  # fmt: skip
        made["heads"].append({"key": version, "revision": revision})
        made[Projection].append({
            "language_version_id": version, "item_id": item, "kind": KIND, "slug": slug, "language": language,
            "source_language": sample.source, "revision_id": revision, "title": body["title"], "summary": body["summary"],
            "html": {name: _html(part) for name, part in body.items() if name != "title"}, "facts": facts, "published_at": sample.at,
        })  # fmt: skip
    return made


def _revision(
    sample: Sample, key: int, version: int, *, number: int, body: Mapping[str, str], parent: int | None = None,
    segments: list[dict[str, str]] | None = None, source: int | None = None, facts: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    content = {"body": dict(body), "segments": segments, "parent": parent, "number": number}
    if facts is not None:
        content["facts"] = facts
    return {
        "id": key, "language_version_id": version, "number": number, "parent_id": parent, "author_id": AUTHOR,
        "created_at": sample.at, "body": dict(body), "segments": segments, "facts": facts,
        "source_revision_id": source, "sha256": sha256(content),
    }  # fmt: skip


def _segments(source: Mapping[str, str], body: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"field": field.name, "source": original, "text": translated}
        for field in kinds.get(KIND).fields
        if field.name in source
        for original, translated in zip(
            _pieces(field.kind, source[field.name]), _pieces(field.kind, body[field.name]), strict=True
        )
    ]


@lru_cache(maxsize=4000)
def _pieces(kind: str, part: str) -> list[str]:
    return [segment.text for segment in cut([("part", kind)], {"part": part})]


def _terms(sample: Sample, place: Place, item: int) -> Iterator[tuple[str, str, int, int]]:
    base = -int(sample.at.timestamp() * 1000)
    words: dict[str, int] = {}
    for language, body in sample.bodies.items():
        for name, part in body.items():
            rank = base - TITLE_FIRST if name == "title" else base
            for sentence in re.split(r"(?<=\.) ", part):
                for word in _words(sentence, language):
                    words[word] = min(rank, words.get(word, 0))
    for label, language in named(tuple(sample.commitments), tuple(sample.themes), interface_codes()):
        for word in label_terms(label, language):
            words[word] = min(base, words.get(word, 0))
    facts = [EVERYTHING, f"city:{place.slug}", f"country:{place.country}"]
    facts += [f"commitment:{number}" for number in sample.commitments]
    facts += [f"theme:{theme}" for theme in sample.themes]
    facts += [f"language:{language}" for language in sample.bodies]
    for word, rank in words.items():
        yield KIND, word, rank, item
    for fact in facts:
        yield KIND, fact, base, item


@lru_cache(maxsize=20_000)
def _words(sentence: str, language: str) -> frozenset[str]:
    return frozenset(f"w:{word}"[:LONGEST_TERM] for word in {*tokens(sentence, language), *fold(sentence).split()})


@lru_cache(maxsize=4000)
def _html(part: str) -> str:
    return str(render_markdown(part, heading_offset=2))
