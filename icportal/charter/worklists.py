"""What of the charter waits, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from icportal.charter import dossier
from icportal.charter.enums import SignatureKind, SignatureState
from icportal.charter.flow import EDITABLE, SIGNATURE
from icportal.charter.models import Delay, Signature
from icportal.cities.models import City
from icportal.core.actors import Actor, Role
from icportal.core.clock import today
from icportal.core.strings import Text, _, _l
from icportal.i18n.catalogues import current_language
from icportal.workflow.worklists import Waiting, Worklist

MAYOR = _l("the mayor's office")
COORDINATOR = _l("a coordinator")


def provide(actor: Actor, limit: int) -> list[Worklist]:
    """The charter's lists for this actor."""
    lists: list[Worklist] = []
    own = actor.cities(Role.MAYOR_OFFICE, Role.CITY_OFFICER)
    if own:
        lists += _of_city(own, limit)
    mayors = actor.cities(Role.MAYOR_OFFICE)
    if mayors:
        lists += _renewals_of_city(mayors, limit)
    if actor.has(Role.COORDINATOR):
        lists += _of_network(limit)
    return lists


def _of_city(city_ids: frozenset[int], limit: int) -> list[Worklist]:
    open_ones = dossier.signatures_in(EDITABLE, city_ids)
    waiting = dossier.signatures_in({SignatureState.REVIEW}, city_ids)
    return [
        _list("charter.mine", _l("Signatures to go on with"), [_signature(*row) for row in open_ones], limit),
        _list(
            "charter.checked", _l("Signatures the network is checking"), [_signature(*row) for row in waiting], limit, mine=False
        ),
    ]


def _renewals_of_city(city_ids: frozenset[int], limit: int) -> list[Worklist]:
    under_way = {signature.city_id for signature, _city in dossier.signatures_in({*EDITABLE, SignatureState.REVIEW}, city_ids)}
    due = [renewal for renewal in dossier.renewals_due(today(), city_ids) if renewal.city_id not in under_way]
    asked = dossier.waiting_delays(city_ids)
    return [
        _list("charter.renewals", _l("Signatures to renew after the election"), [_renewal(each) for each in due], limit),
        _list("charter.delays_asked", _l("More time asked for"), [_delay(*row) for row in asked], limit, mine=False),
    ]


def _of_network(limit: int) -> list[Worklist]:
    to_check = dossier.signatures_in({SignatureState.REVIEW})
    delays = dossier.waiting_delays()
    late = [renewal for renewal in dossier.renewals_due(today()) if renewal.is_overdue]
    return [
        _list("charter.check", _l("Signatures to check"), [_signature(*row) for row in to_check], limit),
        _list("charter.delays", _l("Requests for more time to decide"), [_delay(*row) for row in delays], limit),
        _list(
            "charter.not_renewed",
            _l("Cities with an election behind them and no renewal"),
            map(_renewal, late),
            limit,
            mine=False,
        ),
    ]


def _list(key: str, label: Text, entries: Iterable[Waiting], limit: int, *, mine: bool = True) -> Worklist:
    found = list(entries)
    return Worklist(key, label, mine, len(found), found[:limit])


def _signature(signature: Signature, city: City) -> Waiting:
    state = SIGNATURE.state(signature.state)
    renewal = signature.kind == SignatureKind.RENEWAL
    name = city.name_in(current_language().code)
    own_work = signature.state in EDITABLE
    return Waiting(
        title=_("%(city)s: renewal of the signature", city=name) if renewal else _("%(city)s: signature", city=name),
        endpoint="charter.city_signature" if own_work else "charter.show_signature",
        values={"slug": city.slug} if own_work else {"signature_id": signature.id},
        kind=_l("Signature"),
        state=signature.state,
        state_label=state.label,
        tone=state.tone,
        since=signature.state_since,
        waits_for=state.waits_for or "",
        city=name,
        language=current_language().code,
    )


def _renewal(renewal: dossier.Renewal) -> Waiting:
    name = renewal.city.name_in(current_language().code)
    return Waiting(
        title=_("%(city)s: renew the signature", city=name),
        endpoint="charter.city_signature",
        values={"slug": renewal.city.slug},
        kind=_l("Renewal"),
        state="renewal_due",
        state_label=_l("Overdue") if renewal.is_overdue else _l("Due"),
        tone="stopped" if renewal.is_overdue else "waiting",
        since=datetime.combine(renewal.election, time(), UTC),
        waits_for=MAYOR,
        city=name,
        language=current_language().code,
        due=datetime.combine(renewal.due, time(), UTC),
    )


def _delay(delay: Delay, city: City) -> Waiting:
    name = city.name_in(current_language().code)
    return Waiting(
        title=_("%(city)s: more time for the renewal", city=name),
        endpoint="charter.decide_delay",
        values={"delay_id": delay.id},
        kind=_l("Request"),
        state="asked",
        state_label=_l("Asked"),
        tone="waiting",
        since=delay.asked_at,
        waits_for=COORDINATOR,
        city=name,
        language=current_language().code,
    )
