"""The mail a coordinator may want to write to a city, drafted in the city's language by why it waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from icportal.core.actors import Actor
from icportal.core.clock import today
from icportal.core.strings import _, _n
from icportal.i18n.catalogues import in_language
from icportal.i18n.formatting import day
from icportal.reporting import labels
from icportal.reporting.addressees import Addressee, CityPeople, unique
from icportal.reporting.board import Line
from icportal.reporting.enums import ResponseState
from icportal.reporting.models import Round
from icportal.reporting.reminders import WAITING, is_overdue, readers
from icportal.web.routing import external_url


@dataclass(frozen=True)
class Letter:
    """A draft: everything in it can be changed before it is sent."""

    subject: str
    text: str


def draft(round_: Round, line: Line, *, language: str, actor: Actor) -> Letter:
    """What is to be said to this city now, in this language."""
    with in_language(language) as reads:
        city = line.city.name_in(reads.code)
        url = external_url("reporting.show_response", language=reads.code, round_slug=round_.slug, slug=line.city.slug)
        subject = _("%(edition)s: the answers of %(city)s", edition=labels.edition(round_), city=city)
        closing = _("If anything stands in your way, write to me: %(mail)s", mail=actor.email)
        parts = [*_sentences(line, city), f"{_('Open your answers')}:\n{url}", closing, actor.name]
        return Letter(subject, "\n\n".join(part for part in parts if part))


def _sentences(line: Line, city: str) -> list[str]:
    response, due = line.response, day(line.due)
    still_open = len(line.statuses) - line.done
    if line.asked:
        until = day(line.asked.until)
        return [_("You have asked for time until %(day)s. Before we answer, we have a question about it.", day=until)]
    if response.state not in WAITING:
        return [_("We have the answers of %(city)s: thank you.", city=city)]
    overdue = is_overdue(response, today())
    found = [
        _("%(city)s was to send its answers by %(day)s.", city=city, day=due)
        if overdue
        else _("%(city)s has until %(day)s to send its answers.", city=city, day=due)
    ]
    if response.state == ResponseState.SIGN_OFF:
        found.append(_("The answers are complete and wait for the sign-off of the mayor's office."))
    elif response.state == ResponseState.CHANGES_REQUESTED:
        found.append(_("Changes were asked for. The reasons stand beside your answers."))
    elif not line.answers:
        found.append(
            _("Nothing has been answered yet. Last time's answers stand beside the questions, so it goes quicker than it looks.")
        )
    elif still_open:
        found.append(_n("%(num)s section is still open.", "%(num)s sections are still open.", still_open))
    if overdue:
        found.append(_("If your city needs more time, ask for it there and say why."))
    return found


def suggested(people: CityPeople, line: Line) -> list[Addressee]:
    """Who is ticked to begin with: those whom a reminder would go to."""
    if line.response.state in WAITING:
        return readers(people, line.response, 1)
    return unique([*people.officers, *people.contacts[:1]])


def mailto(to: Iterable[Addressee], letter: Letter) -> str:
    """The same mail for the coordinator's own mail program."""
    addresses = ",".join(quote(person.recipient.address, safe="@") for person in to)
    body = quote(letter.text.replace("\n", "\r\n"), safe="")
    return f"mailto:{addresses}?subject={quote(letter.subject, safe='')}&body={body}"
