"""A coordinator writes to a city."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.errors import DomainError
from icportal.core.permissions import authorise
from icportal.core.strings import _
from icportal.i18n.catalogues import interface_language
from icportal.reporting import round_notices
from icportal.reporting.addressees import people_of
from icportal.reporting.enums import Permission
from icportal.reporting.letters import Letter
from icportal.reporting.models import Response


def send_letter(response: Response, letter: Letter, *, to: Collection[str], language: str, actor: Actor) -> int:
    """Send a mail to people of the city, in the language it is written in; to how many.

    Raises:
        DomainError: at ``to``: nobody is named who is of this city.
    """
    authorise(actor, Permission.RUN_ROUND, response.round)
    people = people_of([response.city_id])[response.city_id]
    chosen = [person for person in people.everybody if person.key in to]
    if not chosen:
        raise DomainError(_("Choose at least one person."), "to")
    code = interface_language(language).code
    for person in chosen:
        round_notices.letter(replace(person.recipient, language=code), subject=letter.subject, text=letter.text)
    audit.record(
        actor, "reporting.response:write", response,
        after={"subject": letter.subject, "language": code, "to": [person.key for person in chosen]}, city_id=response.city_id,
    )  # fmt: skip
    return len(chosen)
