"""What comes after a pairing, on its page and on those that lead on from it."""

from __future__ import annotations

from typing import Any

from icportal.content.desk import with_autonym
from icportal.core.permissions import can
from icportal.i18n.catalogues import current_language
from icportal.i18n.locales import reading_language
from icportal.mentoring import certificates, ledger, outcomes, pairings
from icportal.mentoring.enums import FINISHED, Permission
from icportal.mentoring.ledger_forms import PracticeForm
from icportal.mentoring.ledger_words import WORK
from icportal.mentoring.models import Pairing
from icportal.practices import desk
from icportal.practices.enums import Permission as PracticePermission
from icportal.web.identity import current_actor


def outcome_parts(pairing: Pairing) -> dict[str, Any]:
    """The practice that came of a pairing or can be made of it, the certificate, and the pairing it continues."""
    actor, is_over = current_actor(), pairing.state in FINISHED
    _mentor, mentee = outcomes.cities_of(pairing)
    may_make = is_over and pairing.practice_id is None and can(actor, PracticePermission.CREATE, mentee)
    previous = outcomes.previous_of(pairing)
    return {
        "is_over": is_over,
        "may_make_practice": may_make,
        "practice": practice_form(pairing, first_words(pairing)) if may_make else None,
        "may_see_practice": can(actor, PracticePermission.CREATE, mentee),
        "certificate": certificates.of_pairing(pairing) if is_over else None,
        "may_certify": is_over and can(actor, Permission.RUN_PAIRING, pairing),
        "previous": previous if previous and can(actor, Permission.VIEW_PAIRING, previous) else None,
    }


def first_words(pairing: Pairing) -> PracticeForm:
    """The form as it stands before anybody has typed: a title in the reader's language, and that language."""
    language = reading_language(current_language().code).code
    return PracticeForm(formdata=None, data={"title": outcomes.title_of(pairing, language), "language": language})


def practice_form(pairing: Pairing, form: PracticeForm) -> PracticeForm:
    """The form with the languages it can be written in, and the mentor's practices that can be named as the source."""
    mentor, mentee = outcomes.cities_of(pairing)
    languages = [(each.code, with_autonym(each.code)) for each in desk.languages_to_write_in([mentee])]
    sources = outcomes.sources_of(pairing, mentor, current_language().code)
    form.offer(languages, ((row.facts["practice"], row.title) for row in sources))
    return form


def ledger_parts(pairing: Pairing) -> dict[str, Any]:
    """Everything noted of hours and costs, with the sums of both cities."""
    return {
        "entries": ledger.entries_of(pairing),
        "sums": ledger.sums_of([pairing.id]),
        "work": WORK,
        "sides": pairings.own_sides(pairing, current_actor()),
    }
