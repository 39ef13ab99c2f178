"""The charter's versions and the signatures history knows, put into the database once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from icportal.charter import services, texts, wording
from icportal.charter.models import CharterVersion, Signature
from icportal.cities import queries as cities
from icportal.core import audit
from icportal.core.actors import SYSTEM
from icportal.core.db import db
from icportal.core.text import fold
from icportal.data import reader


def load_versions() -> int:
    """Add the versions that are not there, each with the hash of its text in every language."""
    known = set(db.session.scalars(select(CharterVersion.key)))
    missing = [key for key in texts.CHARTER_VERSIONS if key not in known]
    for key in missing:
        official = reader.charter("en", key).official
        current = key == texts.ADOPTED_VERSION
        version = CharterVersion(
            key=key,
            adopted_on=date.fromisoformat(official.date) if current else None,
            is_current=current,
            hashes=wording.hashes(key),
        )
        db.session.add(version)
        db.session.flush()
        audit.record(SYSTEM, "charter.version:load", version, after={"key": key, "hashes": version.hashes})
    return len(missing)


def load_signatures() -> int:
    """Take over every proven signature of a city that has none at all on the portal."""
    signed = set(db.session.scalars(select(Signature.city_id)))
    known = cities.by_key()
    version = db.session.scalars(select(CharterVersion).where(CharterVersion.is_current)).one()
    added = 0
    for fact in reader.cities():
        city = known.get(fold(fact.city))
        if fact.signature is None or city is None or city.id in signed:
            continue
        services.adopt_historic_signature(
            city=city,
            charter_version=version,
            earliest=fact.signature.earliest,
            latest=fact.signature.latest,
            precision=fact.signature.precision,
            source=fact.source,
            note=fact.note,
            actor=SYSTEM,
        )
        added += 1
    return added
