"""Several files for the same city and year, one from each department: merged cell by cell and accepted together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.errors import DomainError, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import _, _n
from icportal.indicators.entries import Key
from icportal.indicators.enums import BatchState, How, Outcome, Permission
from icportal.indicators.models import Delivery, ImportBatch, Observation
from icportal.indicators.services import planning
from icportal.indicators.services.batches import held, refuse_other_state, waiting_for_decision
from icportal.indicators.services.importing import cells_of, close_accepted, is_public
from icportal.indicators.services.planning import Ground, Planned
from icportal.indicators.services.recording import Change, record

#: The choice that leaves a value as it stands in the portal.
PORTAL = "portal"


@dataclass(frozen=True)
class Merged:
    """One value: what each file says of it, and what stands in the portal. ``open`` where somebody has to choose."""

    key: Key
    offers: tuple[Planned, ...]
    previous: Observation | None
    is_open: bool

    @property
    def name(self) -> str:
        """The value's name in a form."""
        return f"{self.key.indicator_id}.{self.key.breakdown}.{self.key.period}"


@dataclass(frozen=True)
class Merge:
    """All values of all files; ``refused`` cells belong to none."""

    batches: tuple[ImportBatch, ...]
    values: tuple[Merged, ...]
    refused: tuple[Planned, ...]
    digest: str

    @property
    def conflicts(self) -> list[Merged]:
        return [value for value in self.values if value.is_open]

    @property
    def clear(self) -> list[Merged]:
        """What is written without a choice."""
        return [value for value in self.values if not value.is_open]


def merge_of(city_id: int, year: int) -> Merge:
    """What accepting all waiting files of the city's year together would do."""
    batches = waiting_for_decision(city_id, year)
    ground = Ground.of(city_id, year)
    plans = [planning.make(cells_of(batch), ground) for batch in batches]
    by_key: dict[Key, list[Planned]] = defaultdict(list)
    refused = []
    for plan in plans:
        for planned in plan.cells:
            if planned.outcome == Outcome.REFUSED:
                refused.append(planned)
            elif planned.outcome != Outcome.EMPTY and planned.incoming.key is not None and _says_something(planned):
                by_key[planned.incoming.key].append(planned)
    telling = {key: offers for key, offers in by_key.items() if any(each.outcome != Outcome.UNCHANGED for each in offers)}
    values = [_merged(key, offers) for key, offers in sorted(telling.items())]
    return Merge(tuple(batches), tuple(values), tuple(refused), sha256([plan.digest for plan in plans]))


def _says_something(planned: Planned) -> bool:
    """Whether somebody wrote the cell; one that was prefilled and not touched speaks for nobody."""
    if planned.outcome != Outcome.UNCHANGED:
        return True
    number = planned.previous.number if planned.previous else 0
    untouched = any(note.code in {"plan.older", "plan.again"} for note in planned.notes)
    return planned.incoming.seen != number and not untouched


def _merged(key: Key, offers: Sequence[Planned]) -> Merged:
    first = offers[0]
    differ = any(each.incoming.entry != first.incoming.entry for each in offers)
    overtaken = any(each.outcome == Outcome.CONFLICT for each in offers)
    return Merged(key, tuple(offers), first.previous, differ or overtaken)


def accept_merge(
    city_id: int, year: int, *, actor: Actor, seen_digest: str, choices: Mapping[str, str], only_good: bool = False
) -> list[ImportBatch]:
    """Write what the files say together and close them all. Gives the files.

    ``choices`` maps the names of open values to the cell number of the file that is right, or to ``portal``.

    Raises:
        NotAllowed: the actor may not enter values for this city.
        Stale: the files or the values have changed since the page was shown.
        DomainError: a cell is refused, a choice is missing, or no file waits.
        InvalidTransition: the delivery is in review.
    """
    authorise(actor, Permission.ENTER, Delivery(city_id=city_id, year=year))
    for batch in waiting_for_decision(city_id, year):
        if not held(batch, BatchState.CHECKED, actor=actor):
            refuse_other_state(batch)
    merge = merge_of(city_id, year)
    if not merge.batches:
        raise DomainError(_("No file waits for a decision. Upload one first."))
    if merge.digest != seen_digest:
        raise Stale(_("Files or values have changed since this page was made. Look at it again and accept it then."))
    if merge.refused and not only_good:
        number = len(merge.refused)
        raise DomainError(
            _n(
                "One cell is refused. Mend it, or leave it out.",
                "%(num)s cells are refused. Mend them, or leave them out.",
                number,
            )
        )
    chosen = [each for value in merge.values if (each := _choice(value, choices)) is not None]
    was_public = is_public(city_id, year)
    by_batch: dict[int, list[Change]] = defaultdict(list)
    for planned in chosen:
        by_batch[planned.incoming.batch_id].append(planned.change)
    for batch in merge.batches:
        written = record(by_batch[batch.id], actor=actor, how=How.IMPORTED, batch_id=batch.id)
        result = {
            "written": len(written),
            "left_out": sum(planned.incoming.batch_id == batch.id for planned in merge.refused),
            "kept": 0,
            "merged": len(merge.batches),
            "reopened": was_public and bool(written),
        }
        close_accepted(batch, result, actor=actor)
    return list(merge.batches)


def _choice(value: Merged, choices: Mapping[str, str]) -> Planned | None:
    """The offer that is written, None where the portal's value stays.

    Raises:
        DomainError: nobody chose.
    """
    if not value.is_open:
        return value.offers[0]
    wanted = choices.get(value.name, "")
    if wanted == PORTAL:
        return None
    for planned in value.offers:
        if str(planned.incoming.cell_id) == wanted:
            return planned
    raise DomainError(_("Choose for every value that is given in two ways which one is right."), "choices")
