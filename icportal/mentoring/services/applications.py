"""A city's part in a programme: said, sent, changed, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from icportal.accounts.services.invitations import checked_address
from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, NotFound, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l
from icportal.core.text import clean_line, clean_text
from icportal.core.transactions import hold, insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import applications
from icportal.mentoring.application_words import in_words
from icportal.mentoring.enums import ApplicationState, Competence, Interpreter, Level, Permission, Side
from icportal.mentoring.flow import APPLICATION
from icportal.mentoring.models import Application, AvoidedCity, LanguageSkill, Need, Offer, Programme, Wish
from icportal.mentoring.rules import OfCity
from icportal.mentoring.services.evidence import renew_evidence
from icportal.workflow import engine
from icportal.workflow.models import WorkflowEvent

LONGEST_NAME, LONGEST_TEXT, LONGEST_ADDRESS = 200, 5000, 254
MOST_WISHES, MOST_AVOIDED, MOST_PLACES, MOST_AS_MENTEE = 5, 5, 5, 2
#: Whoever wishes for cities names at least so many, so that a short list wins nothing.
LEAST_WISHES = 3
#: The days in which a city can travel or host, all windows together.
LEAST_DAYS = 28
#: A city of more people than this is none.
MOST_PEOPLE = 50_000_000
PERCENT = 100


@dataclass(frozen=True)
class NeedDraft:
    """A need as it was filled in; see ``Need``. ``wishes`` are the mentors wished for, in order."""

    scheme_id: int
    text: str = ""
    priority: int = 1
    key_factors: tuple[str, ...] = ()
    wishes: tuple[int, ...] = ()


@dataclass(frozen=True)
class OfferDraft:
    """An offer as it was filled in; see ``Offer``. ``wishes`` are the mentees wished for, in order."""

    scheme_id: int
    text: str = ""
    places: int = 1
    key_factors: tuple[str, ...] = ()
    wishes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What a city says; see ``Application``."""

    contact_name: str = ""
    contact_email: str = ""
    language: str = "en"
    interpreter: str = Interpreter.NONE
    most_as_mentor: int = 1
    most_as_mentee: int = 1
    windows: tuple[tuple[date, date], ...] = ()
    population: int | None = None
    competences: tuple[str, ...] = ()
    foreign_share: Decimal | None = None
    support_group: tuple[Mapping[str, str], ...] = ()
    note: str = ""
    skills: tuple[tuple[str, str, str], ...] = ()
    needs: tuple[NeedDraft, ...] = ()
    offers: tuple[OfferDraft, ...] = ()
    avoided: tuple[int, ...] = field(default=())


LABELS: dict[str, Text] = {
    "contact_name": _l("Contact person"),
    "contact_email": _l("Mail address of the contact"),
    "language": _l("Language you write in"),
    "interpreter": _l("Would you work with an interpreter?"),
    "most_as_mentor": _l("Cities you can mentor at once, in all themes together"),
    "most_as_mentee": _l("Mentors you can work with at once"),
    "windows": _l("When you can travel or host"),
    "population": _l("Inhabitants"),
    "competences": _l("Services the city runs itself"),
    "foreign_share": _l("Share of foreign residents in percent"),
    "support_group": _l("Local support group"),
    "note": _l("Anything else the coordinators should know"),
    "skills": _l("Languages of your team"),
    "needs": _l("Needs"),
    "offers": _l("Offers"),
    "avoided": _l("Cities you would rather not work with"),
}


def draft_of(application: Application) -> Draft:
    """What an application says now."""
    wishes = applications.wishes_of(application)
    plain = {
        name: getattr(application, name)
        for name in ("contact_name", "contact_email", "language", "interpreter", "most_as_mentor", "most_as_mentee", "population", "foreign_share", "note")
    }  # fmt: skip
    return Draft(
        **plain,
        windows=tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in application.windows),
        competences=tuple(application.competences),
        support_group=tuple(application.support_group),
        skills=tuple((each.person, each.language, each.level) for each in application.skills),
        needs=tuple(
            NeedDraft(each.scheme_id, each.text, each.priority, tuple(each.key_factors), tuple(wishes.get((each.scheme_id, Side.MENTEE), ())))
            for each in application.needs
        ),
        offers=tuple(
            OfferDraft(each.scheme_id, each.text, each.places, tuple(each.key_factors), tuple(wishes.get((each.scheme_id, Side.MENTOR), ())))
            for each in application.offers
        ),
        avoided=tuple(each.city_id for each in application.avoided),
    )  # fmt: skip


def save_application(programme: Programme, city: City, draft: Draft, *, actor: Actor, seen: int) -> Application:
    """Keep what a city says; the first time makes the application. How large gap and strength are, the evidence says.

    Raises:
        NotAllowed: the actor is no officer of the city.
        InvalidTransition: the call is closed, or the application was sent and not opened for changes.
        Stale: somebody has changed it since; ``differences`` has (label, mine, theirs).
        FieldErrors: naming what does not do.
    """
    authorise(actor, Permission.VIEW_APPLICATION, OfCity(city.id))
    authorise(actor, Permission.APPLY, OfCity(city.id))
    draft = _clean(draft)
    _hold_programme(programme)
    application = applications.application_of(programme, city.id)
    if not applications.is_open(programme, application):
        raise InvalidTransition(_("The call is closed: the application can no longer be changed."))
    if problems := _problems(programme, city, draft):
        raise FieldErrors(problems)
    if application is None:
        made = insert_once(Application, programme_id=programme.id, city_id=city.id)
        application = applications.application_of(programme, city.id)
        assert application is not None
        # A colleague who was faster has said something already, and this page has not seen it.
        seen = application.version if made is not None else 0
    held = hold(application)
    if not held:
        db.session.refresh(application)
    before = draft_of(application)
    if not held or application.version != seen:
        raise Stale(_("Somebody has changed this since you opened it."), _differences(draft, before, programme))
    if application.state != ApplicationState.DRAFT:
        raise InvalidTransition(_("The application was sent. Press “Change it” first."))
    _write(application, programme, draft)
    # The checksums and not the words: whom a city avoids or wishes for is for nobody else, and administrators read the log.
    # Of the whole, since the checksum of a list of a few cities would be found by trying.
    said, now_said = {"sha256": sha256(_plain(before))}, {"sha256": sha256(_plain(draft_of(application)))}
    audit.record(actor, "mentoring.application:save", application, before=said, after=now_said, city_id=city.id)
    return application


def move_application(
    application: Application, programme: Programme, step: str, *, actor: Actor, seen: int | None, reason: str = ""
) -> WorkflowEvent:
    """Send the application, open it for changes, or withdraw. Who withdraws leaves the proposals to it.

    Raises:
        NotFound: there is no such step.
        InvalidTransition: the call is closed.
        FieldErrors: what is still missing before it can be sent.
    """
    authorise(actor, Permission.VIEW_APPLICATION, application)
    if not any(each.name == step for each in APPLICATION.transitions):
        raise NotFound(_("There is no such step."))
    _hold_programme(programme)
    if step != "withdraw" and not applications.is_open(programme, application):
        raise InvalidTransition(_("The call is closed: the application can no longer be changed."))
    if step == "submit" and (lacking := missing(application)):
        raise FieldErrors(lacking)
    event = engine.fire(APPLICATION, application, step, actor=actor, version=seen, reason=reason, city_id=application.city_id)
    if step == "submit":
        renew_evidence(programme, [application])
        application.submitted_by, application.submitted_at = actor.id, now()
    if step == "withdraw":
        from icportal.mentoring.services import answers  # answers tell the cities of a pairing

        answers.leave_pairings(application, actor=actor, reason=event.reason)
    db.session.flush()
    return event


def missing(application: Application) -> list[tuple[str | None, Text]]:
    """What is still missing before the application can be sent, each a sentence that says what to do."""
    found: list[tuple[str | None, Text]] = []
    if not application.needs and not application.offers:
        found.append(("themes", _("Say in at least one theme what you need or what you offer.")))
    if any(not need.text for need in application.needs):
        found.append(("themes", _("Say of each need what you want to be able to do.")))
    if any(not offer.text for offer in application.offers):
        found.append(("themes", _("Say of each offer what you can show another city.")))
    if not application.contact_name or not application.contact_email:
        found.append(("contact_email", _("Name a contact with a mail address.")))
    if not application.skills:
        found.append(("skills", _("Say which languages your team speaks, and how well.")))
    if _days(application.windows) < LEAST_DAYS:
        found.append(("windows", _("Give at least %(least)s days in all in which you can travel or host.", least=LEAST_DAYS)))
    if application.needs and not application.most_as_mentee:
        found.append(("most_as_mentee", _("You name a need, so you need room for at least one mentor.")))
    return found + _short_lists(application)


def _short_lists(application: Application) -> list[tuple[str | None, Text]]:
    """Wishes that name too few. Where it is known who takes part in the theme, only those count."""
    found: list[tuple[str | None, Text]] = []
    known = applications.taking_part(application.programme_id)
    nobody = {application.city_id, *(each.city_id for each in application.avoided)}
    for (scheme_id, side), wishes in applications.wishes_of(application).items():
        there = known.get((scheme_id, Side.MENTOR if side == Side.MENTEE else Side.MENTEE), frozenset()) - nobody
        least = min(LEAST_WISHES, len(there))
        if there and len(there & set(wishes)) < least:
            found.append((
                "themes",
                _("Name at least %(least)s wishes in a theme among the cities that take part in it, or none: short lists win nothing.", least=least),
            ))  # fmt: skip
        elif not there and len(wishes) < LEAST_WISHES:
            found.append((
                "themes",
                _("Name at least %(least)s wishes in a theme, or none: short lists win nothing.", least=LEAST_WISHES),
            ))  # fmt: skip
    return list(dict.fromkeys(found))


# --- pieces ------------------------------------------------------------------------------------------------


def _hold_programme(programme: Programme) -> None:
    """Wait for whoever is sending its proposals, and see its phase as it is then. Always before the application is held."""
    while not hold(programme):
        db.session.refresh(programme)


def _clean(draft: Draft) -> Draft:
    group = tuple(
        {name: clean_line(row.get(name, "")) for name in ("name", "organisation", "role")}
        for row in draft.support_group
        if any(row.get(name, "").strip() for name in ("name", "organisation", "role"))
    )
    needs = tuple(
        NeedDraft(each.scheme_id, clean_text(each.text), each.priority, each.key_factors, _once(each.wishes))
        for each in draft.needs
    )
    offers = tuple(
        OfferDraft(each.scheme_id, clean_text(each.text), each.places, each.key_factors, _once(each.wishes))
        for each in draft.offers
    )
    return Draft(
        clean_line(draft.contact_name), clean_line(draft.contact_email), draft.language, draft.interpreter, draft.most_as_mentor,
        draft.most_as_mentee, tuple(sorted(draft.windows)), draft.population, tuple(dict.fromkeys(draft.competences)),
        draft.foreign_share, group, clean_text(draft.note),
        tuple((clean_line(person), code, level) for person, code, level in draft.skills), needs, offers, _once(draft.avoided),
    )  # fmt: skip


def _once(numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for number in numbers if number))


def _problems(programme: Programme, city: City, draft: Draft) -> list[tuple[str | None, Text]]:
    between = _("Enter a number between %(least)s and %(most)s.", least=0, most=MOST_PLACES)
    wrong: list[tuple[bool, str, Text]] = [
        (len(draft.contact_name) > LONGEST_NAME, "contact_name", _("This is too long: at most %(max)d characters.", max=LONGEST_NAME)),
        (
            bool(draft.contact_email) and not _is_address(draft.contact_email),
            "contact_email", _("This is not a mail address. It looks like name@city.example."),
        ),
        (draft.language not in CONTENT_LANGUAGES, "language", _("Choose the language you write in.")),
        (draft.interpreter not in set(Interpreter), "interpreter", _("Choose one of the answers.")),
        (not 0 <= draft.most_as_mentor <= MOST_PLACES, "most_as_mentor", between),
        (
            not 0 <= draft.most_as_mentee <= MOST_AS_MENTEE,
            "most_as_mentee", _("Enter a number between %(least)s and %(most)s.", least=0, most=MOST_AS_MENTEE),
        ),
        (any(last < first for first, last in draft.windows), "windows", _("The end is before the beginning.")),
        (
            any(second[0] <= first[1] for first, second in pairwise(draft.windows)),
            "windows", _("Two of these overlap: make one of them."),
        ),
        (
            draft.population is not None and not 0 < draft.population <= MOST_PEOPLE,
            "population", _("Enter the number of inhabitants."),
        ),
        (
            draft.foreign_share is not None and not (draft.foreign_share.is_finite() and 0 <= draft.foreign_share <= PERCENT),
            "foreign_share", _("Enter a number between %(least)s and %(most)s.", least=0, most=PERCENT),
        ),
        (bool(set(draft.competences) - set(Competence)), "competences", _("Choose among the services offered.")),
        (
            any(code not in CONTENT_LANGUAGES or level not in set(Level) or not person for person, code, level in draft.skills),
            "skills", _("Give each person or function a language and a level."),
        ),
    ]  # fmt: skip
    found: list[tuple[str | None, Text]] = [(name, message) for is_wrong, name, message in wrong if is_wrong]
    return found + _problems_of_themes(programme, city, draft)


def _is_address(text: str) -> bool:
    try:
        checked_address(text)
    except DomainError:
        return False
    return True


def _problems_of_themes(programme: Programme, city: City, draft: Draft) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    schemes = {scheme.id: scheme for scheme in programme.schemes}
    said: list[NeedDraft | OfferDraft] = [*draft.needs, *draft.offers]
    once = [{each.scheme_id for each in draft.needs}, {each.scheme_id for each in draft.offers}]
    if any(each.scheme_id not in schemes for each in said) or sum(map(len, once)) < len(said):
        return [("themes", _("Choose among the themes of this programme."))]
    factors = {
        scheme_id: {factor.code for factor in benchmark.factors}
        for scheme_id, benchmark in applications.benchmarks_of(programme, draft.language).items()
    }
    if any(set(each.key_factors) - factors[each.scheme_id] for each in said):
        found.append(("themes", _("Choose among the key factors of the theme.")))
    if any(len(each.text) > LONGEST_TEXT for each in said):
        found.append(("themes", _("This is too long: at most %(max)d characters.", max=LONGEST_TEXT)))
    if any(not 0 <= each.places <= MOST_PLACES for each in draft.offers):
        found.append(("themes", _("Enter a number between %(least)s and %(most)s.", least=0, most=MOST_PLACES)))
    if any(not 1 <= each.priority <= len(schemes) for each in draft.needs):
        found.append(("themes", _("Say of each need how much it matters: a number between 1 and %(most)s.", most=len(schemes))))
    return found + _problems_of_cities(city, draft)


def _problems_of_cities(city: City, draft: Draft) -> list[tuple[str | None, Text]]:
    found: list[tuple[str | None, Text]] = []
    said: list[NeedDraft | OfferDraft] = [*draft.needs, *draft.offers]
    named = {number for each in said for number in each.wishes} | set(draft.avoided)
    if city.id in named:
        found.append(("themes", _("A city is not paired with itself.")))
    # All of them and not only those named: a number that no column can hold cannot be asked for.
    if named and named - {city.id} - set(db.session.scalars(select(City.id))):
        found.append(("themes", _("Choose among the cities offered.")))
    if any(len(each.wishes) > MOST_WISHES for each in said):
        found.append(("themes", _("Name at most %(most)s wishes.", most=MOST_WISHES)))
    if len(draft.avoided) > MOST_AVOIDED:
        found.append(("avoided", _("Name at most %(most)s cities.", most=MOST_AVOIDED)))
    if {number for each in said for number in each.wishes} & set(draft.avoided):
        found.append(("avoided", _("You wish for a city you would rather not work with.")))
    return found


def _write(application: Application, programme: Programme, draft: Draft) -> None:
    for name in (
        "contact_name", "contact_email", "language", "interpreter", "most_as_mentor", "most_as_mentee", "population", "foreign_share",
        "note",
    ):  # fmt: skip
        setattr(application, name, getattr(draft, name))
    application.windows = [[first.isoformat(), last.isoformat()] for first, last in draft.windows]
    application.competences = list(draft.competences)
    application.support_group = [dict(row) for row in draft.support_group]
    application.skills = [LanguageSkill(person=person, language=code, level=level) for person, code, level in draft.skills]
    application.avoided.clear()
    application.wishes.clear()
    db.session.flush()
    application.avoided = [AvoidedCity(city_id=number) for number in draft.avoided]
    _write_themes(application, programme, draft)
    application.wishes = [
        Wish(scheme_id=each.scheme_id, side=side, city_id=number, rank=rank)
        for side, said in ((Side.MENTEE, draft.needs), (Side.MENTOR, draft.offers))
        for each in said
        for rank, number in enumerate(each.wishes, 1)
    ]
    db.session.flush()


def _write_themes(application: Application, programme: Programme, draft: Draft) -> None:
    application.needs.clear()
    application.offers.clear()
    db.session.flush()
    application.needs = [
        Need(scheme_id=each.scheme_id, text=each.text, priority=each.priority, key_factors=list(each.key_factors))
        for each in draft.needs
    ]
    application.offers = [
        Offer(scheme_id=each.scheme_id, text=each.text, places=each.places, key_factors=list(each.key_factors))
        for each in draft.offers
    ]
    renew_evidence(programme, [application])


def _days(windows: Sequence[Sequence[str]]) -> int:
    """The days of all windows that are not over yet."""
    total = timedelta()
    for first, last in windows:
        total += max(timedelta(), date.fromisoformat(last) - max(date.fromisoformat(first), today()) + timedelta(days=1))
    return total.days


def _plain(draft: Draft) -> dict[str, Any]:
    return {
        **{name: getattr(draft, name) for name in ("contact_name", "contact_email", "interpreter", "most_as_mentor", "most_as_mentee", "population", "note")},
        "windows": [[first.isoformat(), last.isoformat()] for first, last in draft.windows],
        "competences": list(draft.competences),
        "foreign_share": str(draft.foreign_share) if draft.foreign_share is not None else None,
        "skills": [list(each) for each in draft.skills],
        "support_group": [dict(row) for row in draft.support_group],
        "needs": [[n.scheme_id, n.text, n.priority, list(n.key_factors), list(n.wishes)] for n in draft.needs],
        "offers": [[o.scheme_id, o.text, o.places, list(o.key_factors), list(o.wishes)] for o in draft.offers],
        "avoided": list(draft.avoided),
    }  # fmt: skip


def _differences(mine: Draft, theirs: Draft, programme: Programme) -> list[tuple[Text, Any, Any]]:
    """(label, mine, theirs) of every field that says something else, in words."""
    own, other = _plain(mine), _plain(theirs)
    changed = [name for name in own if own[name] != other[name]]
    shown, shown_other = in_words(mine, programme), in_words(theirs, programme)
    return [(LABELS[name], shown[name], shown_other[name]) for name in changed]
