"""Who is told what about a city's response on its way, each in their own language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from icportal.accounts.directory import holders
from icportal.accounts.models import User
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.db import db
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import _l
from icportal.i18n.catalogues import interface_language
from icportal.reporting import labels
from icportal.reporting.asked import Asked, asked
from icportal.reporting.models import Remark, Response
from icportal.web.routing import external_url

TOPIC = _l("Reporting")
OFFICER, MAYOR, COORDINATOR = Role.CITY_OFFICER, Role.MAYOR_OFFICE, Role.COORDINATOR
#: The page on which each of them goes on.
PAGES = {
    OFFICER: "reporting.show_response", MAYOR: "reporting.sign_off_response", COORDINATOR: "reporting.review_response",
}  # fmt: skip
PUBLIC = dict.fromkeys(PAGES, "reporting.show_city_answers")
#: Step → (mail, roles told, whether somebody has to do something now).
MAILS: Mapping[str, tuple[str, tuple[Role, ...], bool]] = {
    "ask_sign_off": ("response_asked", (MAYOR,), True),
    "send_back": ("response_sent_back", (OFFICER,), True),
    "sign_off": ("response_signed", (COORDINATOR, OFFICER), False),
    "request_changes": ("response_changes", (OFFICER, MAYOR), True),
    "accept": ("response_accepted", (OFFICER, MAYOR), False),
    "publish": ("response_published", (OFFICER, MAYOR), False),
    "reopen": ("response_reopened", (OFFICER, MAYOR), True),
}


def tell(response: Response, step: str, remarks: Sequence[Remark], *, actor: Actor, reason: str = "") -> None:
    """Tell everybody whom a step concerns, each person once, but not who took it. ``reason`` is the one for the whole."""
    if step not in MAILS:
        return
    template, roles, urgent = MAILS[step]
    pages = PUBLIC if step == "publish" else PAGES
    _tell(response, template, roles, remarks, pages, actor=actor, urgent=urgent, reason=reason)


def feedback(response: Response, *, actor: Actor) -> None:
    """Tell the city that there is feedback; what it says is read on the portal."""
    pages = dict.fromkeys(PAGES, PAGES[COORDINATOR])
    _tell(response, "response_feedback", (OFFICER, MAYOR), (), pages, actor=actor)


def _tell(
    response: Response,
    template: str,
    roles: Sequence[Role],
    remarks: Sequence[Remark],
    pages: Mapping[Role, str],
    *,
    actor: Actor,
    urgent: bool = False,
    reason: str = "",
) -> None:
    told: dict[int, tuple[User, Role]] = {}
    for role in roles:
        for user in _people(role, response.city_id):
            told.setdefault(user.id, (user, role))
    told.pop(actor.id or 0, None)
    city = db.session.get_one(City, response.city_id)
    words = _asked(response, (user for user, _role in told.values())) if remarks else {}
    for user, role in told.values():
        reads = interface_language(user.language).code
        context = {
            "city": city.name_in(reads),
            "round": response.round,
            "edition": labels.edition,
            "sender": actor.name,
            "reason": reason,
            "due": response.due,
            "listed": [(_place(remark, words[reads]), remark.text) for remark in remarks],
            "url": external_url(pages[role], language=reads, round_slug=response.round.slug, slug=city.slug),
        }
        to = Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
        queue_mail(to=to, template=f"reporting/{template}", context=context, urgent=urgent, topic=TOPIC)


def _people(role: Role, city_id: int) -> list[User]:
    """Those who hold the role for the city; a coordinator hears of it where a city has nobody."""
    if role == COORDINATOR:
        return holders(COORDINATOR)
    return holders(role, city_id=city_id) or (holders(COORDINATOR) if role == MAYOR else [])


def _asked(response: Response, people: Iterable[User]) -> dict[str, Asked]:
    """The questionnaire in the language of each of these people."""
    codes = {interface_language(user.language).code for user in people}
    return {code: asked(response.round.questionnaire_version, code) for code in codes}


def _place(remark: Remark, words: Asked) -> str:
    section = words.section(remark.section)
    return f"{section}: {words.label(remark.question)}" if remark.question else section
