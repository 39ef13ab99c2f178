"""The catalogue of the releases by DCAT-AP 3.0.1, for the data portals that harvest it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from icportal.indicators.opendata.dataset import PUBLISHER

EU = "http://publications.europa.eu/resource/authority"
#: Formats that the EU's list of file types has; the others are named by their media type alone.
FILE_TYPES = {
    "CSV": "CSV", "SDMX-CSV": "CSV", "XLSX": "XLSX", "ZIP": "ZIP", "JSON": "JSON", "CSVW": "JSON", "JSON-STAT": "JSON",
    "TXT": "TXT", "CFF": "TXT",
}  # fmt: skip
#: ``syntax`` of an address → the name rdflib has for it, and its media type.
SYNTAXES = {"ttl": ("turtle", "text/turtle; charset=utf-8"), "jsonld": ("json-ld", "application/ld+json")}
LANGUAGES = {"en": "ENG", "fr": "FRA", "de": "DEU", "es": "SPA", "it": "ITA", "nl": "NLD"}


@dataclass(frozen=True)
class File:
    """A file of a release as the catalogue needs it."""

    name: str
    form: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Edition:
    """A frozen release. ``address`` is its page, its files lie below."""

    name: str
    address: str
    note: str
    frozen_at: datetime
    files: Sequence[File]


@dataclass(frozen=True)
class About:
    """What is said of all of it, by language: names of the catalogue and of the series, and a description."""

    address: str
    contact: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    release_titles: Callable[[str, str], str]


def catalogue(about: About, editions: Sequence[Edition], *, syntax: str) -> bytes:
    """The catalogue in a syntax of ``SYNTAXES``; releases newest first."""
    made = _Catalogue(about)
    made.whole(editions)
    for place, edition in enumerate(editions):
        made.release(edition, editions[place + 1] if place + 1 < len(editions) else None)
    return bytes(made.graph.serialize(format=SYNTAXES[syntax][0], encoding="utf-8"))


class _Catalogue:
    """The graph while it is written. rdflib is loaded here: only this page needs it."""

    def __init__(self, about: About) -> None:
        import rdflib  # 20 MB that no other page needs
        from rdflib.namespace import DCTERMS, FOAF, Namespace  # the same

        self.about, self.rdf = about, rdflib
        self.dct, self.foaf = DCTERMS, FOAF
        # rdflib's own list stops before version 3.
        self.dcat = Namespace("http://www.w3.org/ns/dcat#")
        self.spdx = Namespace("http://spdx.org/rdf/terms#")
        self.vcard = Namespace("http://www.w3.org/2006/vcard/ns#")
        self.adms = Namespace("http://www.w3.org/ns/adms#")
        self.graph = rdflib.Graph()
        for prefix in ("dcat", "dct", "foaf", "spdx", "vcard", "adms"):
            self.graph.bind(prefix, getattr(self, prefix))
        self.publisher, self.contact, self.series = (self._own(name) for name in ("publisher", "contact", "series"))

    def whole(self, editions: Sequence[Edition]) -> None:
        """The catalogue, who publishes it, and the series all releases belong to."""
        URIRef, Literal, dct, vcard = self.rdf.URIRef, self.rdf.Literal, self.dct, self.vcard  # noqa: N806  names of rdflib
        root, themes = self._own("catalogue"), URIRef(f"{EU}/data-theme")
        self._add(self.publisher, (self._type, self.foaf.Agent), (self.foaf.name, Literal(PUBLISHER, lang="en")))
        self._add(
            self.contact,
            (self._type, vcard.Kind),
            (vcard.fn, Literal(PUBLISHER)),
            (vcard.hasEmail, URIRef(f"mailto:{self.about.contact}")),
            (vcard.hasURL, URIRef(self.about.address)),
        )
        self._described(root, self.dcat.Catalog, self.about.titles)
        self._add(
            root,
            (dct.license, self._licence),
            (self.foaf.homepage, URIRef(self.about.address)),
            (self.dcat.themeTaxonomy, themes),
            (self.dcat.dataset, self.series),
            *((self.dcat.dataset, URIRef(edition.address)) for edition in editions),
            *self._languages(),
        )
        self._add(themes, (self._type, self.rdf.SKOS.ConceptScheme), (dct.title, Literal("Data theme", lang="en")))
        self._described(self.series, self.dcat.DatasetSeries, self.about.titles)
        self._add(self.series, *self._about_data())

    def release(self, edition: Edition, before: Edition | None) -> None:
        """A release as a dataset, and its files."""
        URIRef, Literal, dcat = self.rdf.URIRef, self.rdf.Literal, self.dcat  # noqa: N806  names of rdflib
        one = URIRef(edition.address)
        titles = {language: self.about.release_titles(language, edition.name) for language in self.about.titles}
        self._described(one, dcat.Dataset, titles)
        self._add(
            one,
            *self._about_data(),
            *self._languages(),
            (dcat.version, Literal(edition.name)),
            (self.dct.identifier, Literal(edition.address)),
            (self.dct.issued, Literal(edition.frozen_at.date().isoformat(), datatype=self.rdf.XSD.date)),
            (dcat.landingPage, one),
            (dcat.inSeries, self.series),
            *(((dcat.prev, URIRef(before.address)),) if before else ()),
            *(((self.adms.versionNotes, Literal(edition.note)),) if edition.note else ()),
        )
        for file in edition.files:
            self._file(edition, file)

    def _file(self, edition: Edition, file: File) -> None:
        URIRef, Literal, dcat, spdx = self.rdf.URIRef, self.rdf.Literal, self.dcat, self.spdx  # noqa: N806  names of rdflib
        part, checksum = URIRef(f"{edition.address}/{file.name}"), URIRef(f"{edition.address}/{file.name}#sha256")
        media_type = file.media_type.partition(";")[0]
        self._add(URIRef(edition.address), (dcat.distribution, part))
        self._add(
            part,
            (self._type, dcat.Distribution),
            (self.dct.title, Literal(file.name)),
            (dcat.accessURL, part),
            (dcat.downloadURL, part),
            (self.dct.license, self._licence),
            (self.dct["format"], URIRef(f"{EU}/file-type/{FILE_TYPES[file.form]}")),
            (dcat.mediaType, URIRef(f"http://www.iana.org/assignments/media-types/{media_type}")),
            (dcat.byteSize, Literal(file.size, datatype=self.rdf.XSD.nonNegativeInteger)),
            (spdx.checksum, checksum),
        )
        self._add(
            checksum,
            (self._type, spdx.Checksum),
            (spdx.algorithm, spdx.checksumAlgorithm_sha256),
            (spdx.checksumValue, Literal(file.sha256, datatype=self.rdf.XSD.hexBinary)),
        )

    @property
    def _type(self) -> Any:
        return self.rdf.RDF.type

    @property
    def _licence(self) -> Any:
        return self.rdf.URIRef(f"{EU}/licence/CC_BY_4_0")

    def _own(self, name: str) -> Any:
        return self.rdf.URIRef(f"{self.about.address}#{name}")

    def _add(self, subject: Any, *pairs: tuple[Any, Any]) -> None:
        for name, value in pairs:
            self.graph.add((subject, name, value))

    def _described(self, subject: Any, kind: Any, titles: Mapping[str, str]) -> None:
        self._add(
            subject,
            (self._type, kind),
            (self.dct.publisher, self.publisher),
            *((self.dct.title, self.rdf.Literal(text, lang=language)) for language, text in titles.items()),
            *((self.dct.description, self.rdf.Literal(text, lang=code)) for code, text in self.about.descriptions.items()),
        )

    def _languages(self) -> list[tuple[Any, Any]]:
        known = [LANGUAGES[code] for code in self.about.titles if code in LANGUAGES]
        return [(self.dct.language, self.rdf.URIRef(f"{EU}/language/{code}")) for code in known]

    def _about_data(self) -> list[tuple[Any, Any]]:
        address = self.rdf.URIRef
        return [
            (self.dcat.theme, address(f"{EU}/data-theme/SOCI")),
            (self.dct.accrualPeriodicity, address(f"{EU}/frequency/BIENNIAL")),
            (self.dcat.contactPoint, self.contact),
            (self.dct.accessRights, address(f"{EU}/access-right/PUBLIC")),
        ]
