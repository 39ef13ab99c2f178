"""What the pages of a signature show, put together for templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from icportal.accounts.directory import names_of
from icportal.charter import dossier, services, texts, wording
from icportal.charter.enums import Method, Permission, SignatureKind, SignatureState
from icportal.charter.flow import EDITABLE, OPEN, SIGNATURE
from icportal.charter.models import Delay, Signature
from icportal.cities import queries as cities
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.permissions import can, why_not
from icportal.core.strings import LazyString, Text, _l
from icportal.i18n.catalogues import current_language
from icportal.i18n.formatting import day, historic, sorted_by_name
from icportal.i18n.locales import get
from icportal.workflow.history import told
from icportal.workflow.models import WorkflowEvent

Act = Callable[[Signature, Actor, int, str, str], None]

#: Steps taken by a button, by the name of their transition: (signature, actor, version, hash seen, reason).
STEPS: dict[str, Act] = {
    "submit": lambda s, a, v, _h, _r: services.submit_signature(s, actor=a, version=v),
    "publish": lambda s, a, v, h, _r: services.publish_signature(s, actor=a, version=v, seen_hash=h),
    "request_changes": lambda s, a, v, h, r: services.request_changes(s, actor=a, version=v, seen_hash=h, reason=r),
    "reopen": lambda s, a, v, _h, _r: services.reopen_signature(s, actor=a, version=v),
    "withdraw": lambda s, a, v, _h, r: services.withdraw_signature(s, actor=a, version=v, reason=r),
}

DONE: dict[str | None, LazyString] = {
    "submit": _l("Sent to the network. A coordinator checks it; you get a mail with the answer."),
    "publish": _l("Published. The city stands in the registry."),
    "request_changes": _l("Sent back. The city's people have your reason by mail."),
    "reopen": _l("The signature is undone. What you filled in is still there."),
    "withdraw": _l("The signature is withdrawn. Its history stays."),
}

#: What the history says of each transition.
HAPPENED: dict[str, LazyString] = {
    "sign": _l("Signed"),
    "reopen": _l("Signature undone"),
    "submit": _l("Sent to the network"),
    "publish": _l("Published in the registry"),
    "request_changes": _l("Sent back to the city"),
    "withdraw": _l("Withdrawn"),
    "supersede": _l("Renewed by a later signature"),
    "adopt": _l("Taken over from the network's records"),
}

METHODS: dict[str, Text] = {
    Method.SCREEN: _l("on screen"),
    Method.DEED: _l("by hand, on the printed deed"),
    Method.RECORDS: _l("taken over from the network's records"),
}


@dataclass(frozen=True)
class Step:
    """One line of the task list; ``blocked`` says why it cannot be taken yet."""

    label: Text
    url_endpoint: str
    done: bool
    says: str = ""
    needed: bool = True
    blocked: tuple[Text, ...] = ()


def about(signature: Signature) -> dict[str, Any]:
    """What every page of a signature needs."""
    city = dossier.city_of(signature)
    return {
        "signature": signature,
        "city": city,
        "city_name": city.name_in(current_language().code),
        "state": SIGNATURE.state(signature.state),
        "files": dossier.files_of(signature),
        "signed_words": signed_words(signature),
        "text_name": texts.text(current_language().code, signature.charter_version.key).version_name,
        "method": METHODS.get(signature.method, ""),
        "is_renewal": signature.kind == SignatureKind.RENEWAL,
        "editable": signature.state in EDITABLE,
        "last_reason": last_reason(signature),
    }


def of_city(city: City, actor: Actor) -> dict[str, Any]:
    """A city's page: the signature under way with its steps, what can be started, and what was before."""
    under_way = dossier.open_signature(city.id)
    renewal = dossier.renewal_of(city)
    everything = dossier.signatures_of(city.id)
    context: dict[str, Any] = {
        "city": city,
        "city_name": city.name_in(current_language().code),
        "signature": under_way,
        "in_force": dossier.signature_in_force(city.id),
        "renewal": renewal,
        "delays": dossier.delays_of(city.id),
        "earlier": [(each, SIGNATURE.state(each.state), signed_words(each)) for each in everything if each.state not in OPEN],
        "may_start": can(actor, Permission.START, city),
        "why_not_start": why_not(actor, Permission.START, city),
        "may_ask": can(actor, Permission.ASK_DELAY, city) and renewal is not None and not dossier.waiting_delays([city.id]),
        "steps": [],
        "next_step": None,
    }
    if under_way is not None:
        context |= about(under_way)
        context["steps"] = steps = steps_of(under_way, actor)
        context["next_step"] = next((step for step in steps if step.needed and not step.done and not step.blocked), None)
    return context


def steps_of(signature: Signature, actor: Actor) -> list[Step]:
    """The task list of the city, in the order in which cities usually go."""
    closed = () if signature.state in EDITABLE else (_l("It lies with the network now."),)
    may_edit = tuple(why_not(actor, Permission.EDIT, signature)) or closed
    signed = signature.signed_at is not None
    to_sign = tuple(dossier.missing_before_signing(signature)) + tuple(why_not(actor, Permission.SIGN, signature)) or closed
    if signed and not closed:
        to_sign = ()
    mandate = f"{signature.signer_name}, {signature.signer_office}" if signature.signer_name else ""
    decided = signature.council_decided_on is not None and signature.council_file_id is not None
    ceremony = ", ".join(part for part in (day(signature.ceremony_on), signature.ceremony_place) if part)
    told = day(signature.notified_on)
    return [
        Step(
            _l("Council decision"), "charter.record_council_decision", decided, day(signature.council_decided_on), True, may_edit
        ),
        Step(_l("Telling the network"), "charter.record_notification", bool(told), told, False, may_edit),
        Step(_l("Ceremony"), "charter.plan_ceremony", bool(ceremony), ceremony, False, may_edit),
        Step(_l("Who signs, and by what right"), "charter.record_mandate", bool(mandate), mandate, True, may_edit),
        Step(_l("Signature"), "charter.sign", signed, signed_words(signature), True, to_sign),
    ]


def text_to_sign(signature: Signature, language: str) -> dict[str, Any]:
    """The charter text in a language, with what fixes it."""
    text = wording.text_of(signature.charter_version.key, language)
    return {
        "text": text,
        "text_language": get(language),
        "text_sha256": wording.fixed_hash(signature.charter_version, language) or "",
        "languages_of_text": [get(code) for code in wording.languages_of(signature.charter_version)],
        "missing": dossier.missing_before_signing(signature),
    }


def language_choices(signature: Signature) -> list[tuple[str, str]]:
    return [(code, get(code).autonym) for code in wording.languages_of(signature.charter_version)]


def signed_words(signature: Signature) -> str:
    """The day of the signature as exactly as it is known; empty when nothing is signed."""
    if signature.signed_earliest is None or signature.signed_latest is None:
        return ""
    return historic(signature.signed_earliest, signature.signed_latest, signature.signed_precision)


def last_reason(signature: Signature) -> WorkflowEvent | None:
    """Why it was sent back, while it is."""
    if signature.state != SignatureState.CHANGES_REQUESTED:
        return None
    return next((event for event in reversed(dossier.history(signature)) if event.transition == "request_changes"), None)


def history_entries(signature: Signature) -> list[dict[str, Any]]:
    """The events in words, the newest first."""
    events = dossier.history(signature)
    names = names_of({event.actor_id for event in events})
    places = cities.by_id({event.acting_for for event in events if event.acting_for is not None})
    language = current_language().code
    return told(
        SIGNATURE, events, names, places={number: city.name_in(language) for number, city in places.items()}, words=HAPPENED
    )


def rows_for(actor: Actor) -> list[dict[str, Any]]:
    """The signatures the actor works with, those under way first."""
    language = current_language().code
    found = dossier.signatures_in([state.name for state in SIGNATURE.states], _cities_of(actor))
    rows = [
        {
            "signature": signature, "city": city.name_in(language), "state": SIGNATURE.state(signature.state),
            "signed": signed_words(signature), "is_renewal": signature.kind == SignatureKind.RENEWAL,
            "under_way": signature.state in OPEN,
        }
        for signature, city in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (not row["under_way"], row["city"].casefold()))


def cities_for(actor: Actor) -> list[City]:
    """The actor's own cities: where a signature can be opened."""
    own = cities.by_id(actor.cities(Role.MAYOR_OFFICE, Role.CITY_OFFICER)).values()
    return sorted_by_name(own, lambda city: city.name_in(current_language().code))


def delays_for(actor: Actor) -> list[tuple[Delay, str]]:
    """Requests for more time that wait for an answer."""
    language = current_language().code
    return [(delay, city.name_in(language)) for delay, city in dossier.waiting_delays(_cities_of(actor))]


def about_delay(delay: Delay, actor: Actor) -> dict[str, Any]:
    city = dossier.city_of(delay)
    names = names_of([delay.asked_by, delay.decided_by])
    return {
        "delay": delay,
        "city": city,
        "city_name": city.name_in(current_language().code),
        "asked_by": names.get(delay.asked_by or 0, ""),
        "decided_by": names.get(delay.decided_by or 0, ""),
        "closed": why_not(actor, Permission.DECIDE_DELAY, delay),
    }


def _cities_of(actor: Actor) -> frozenset[int] | None:
    """Every city for the network's own people, else the actor's."""
    if actor.has(Role.COORDINATOR, Role.ADMINISTRATOR):
        return None
    return actor.cities(Role.MAYOR_OFFICE, Role.CITY_OFFICER)
