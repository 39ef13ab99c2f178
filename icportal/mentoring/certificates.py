"""Reading the certificate of a mentor, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from icportal.core.db import db
from icportal.core.errors import NotFound
from icportal.core.strings import _
from icportal.core.tokens import read_receipt_code
from icportal.mentoring.enums import FINISHED
from icportal.mentoring.models import Certificate, Pairing


@dataclass(frozen=True)
class Said:
    """What a certificate says: cities and theme in words, the time it lasted, visits held and hours the mentor gave."""

    mentor: str
    mentee: str
    theme: str
    programme: str
    first: date | None
    last: date
    visits: int
    hours: float
    is_demonstration: bool


def find(code: str) -> Certificate:
    """The certificate with a code, however it is typed. NotFound where there is none."""
    typed = read_receipt_code(code)
    found = db.session.scalar(select(Certificate).where(Certificate.code == typed)) if typed else None
    if found is None:
        raise NotFound(_("There is no certificate with this code. Check that it is copied whole."))
    return found


def of_pairing(pairing: Pairing) -> Certificate | None:
    """The certificate of a pairing, if it was given."""
    return db.session.scalar(select(Certificate).where(Certificate.pairing_id == pairing.id))


def missing() -> list[Pairing]:
    """Completed pairings whose mentor has no certificate yet, what waits longest first."""
    given = select(Certificate.id).where(Certificate.pairing_id == Pairing.id)
    query = select(Pairing).where(Pairing.state.in_(FINISHED), ~given.exists())
    return list(db.session.scalars(query.order_by(Pairing.state_since, Pairing.id)))


def said_in(certificate: Certificate, language: str) -> Said:
    """What it says in a language, or in English where it was given before the language was there."""
    content = certificate.content
    words = {name: content[name].get(language) or content[name]["en"] for name in ("mentor", "mentee", "theme")}
    first = date.fromisoformat(content["from"]) if content["from"] else None
    return Said(
        **words, programme=content["programme"], first=first, last=date.fromisoformat(content["to"]), visits=content["visits"],
        hours=content["minutes"] / 60, is_demonstration=content["is_demonstration"],
    )  # fmt: skip
