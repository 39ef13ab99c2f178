"""From the applications of a programme to what its matching starts from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import exists, or_, select

from icportal.cities.models import City
from icportal.core.db import db
from icportal.mentoring import applications
from icportal.mentoring.enums import FINISHED, STANDING, ApplicationState, PairingState, RuleKind, Side
from icportal.mentoring.flow import PAIRING
from icportal.mentoring.matching.pool import LEVELS, Candidate, Fingerprint, Need, Offer, Pair, Pool, Settings
from icportal.mentoring.models import Application, Pairing, PairRule, Programme
from icportal.mentoring.models import Need as NeedRow
from icportal.workflow.models import WorkflowEvent

#: Scheme, mentor and mentee.
Key = tuple[int, int, int]


def pool_of(programme: Programme) -> Pool:
    """Everything a run starts from, as it stands now; a constant number of queries."""
    sent = applications.sent_applications(programme)
    rules = list(db.session.scalars(select(PairRule).where(PairRule.programme_id == programme.id).order_by(PairRule.id)))
    standing = _standing(programme)
    fixed = {_key(pair) for pair in standing}
    declined = [pair for key, pair in declined_pairs(programme, rules).items() if key not in fixed]
    cities = _cities(sent, [*rules, *standing, *declined])
    themes = {scheme.id: scheme.toolkit for scheme in programme.schemes}
    carried = left_over_before(programme)
    locks = [each for each in rules if each.kind == RuleKind.LOCK and _key(each) not in fixed]
    return Pool(
        candidates=tuple(_candidate(each, cities, themes, carried.get(each.city_id, 0)) for each in sent),
        settings=Settings.of(programme.settings),
        locks=tuple(_pair(each, cities, themes) for each in locks),
        bans=tuple(_pair(each, cities, themes) for each in rules if each.kind == RuleKind.BAN),
        fixed=tuple(_pair(each, cities, themes) for each in standing),
        past=tuple(sorted({(cities[m].slug, cities[n].slug) for m, n in _past(programme) if m in cities and n in cities})),
        declined=tuple(_pair(each, cities, themes) for each in declined),
    )


def declined_pairs(programme: Programme, rules: Iterable[PairRule]) -> Mapping[Key, Pairing]:
    """Pairs that were proposed and ended before they began, unless a coordinator has locked them since.

    Where a city withdrew, nobody has said no to the other: who takes part again can be matched with it again.
    """
    event = select(WorkflowEvent.id).where(WorkflowEvent.workflow == PAIRING.key, WorkflowEvent.subject_id == Pairing.id)
    began_or_left = event.where(or_(WorkflowEvent.target == PairingState.ACTIVE, WorkflowEvent.transition == "leave"))
    query = select(Pairing).where(
        Pairing.programme_id == programme.id, Pairing.state == PairingState.ENDED, ~exists(began_or_left)
    )
    ended = {_key(pair): pair for pair in db.session.scalars(query.order_by(Pairing.state_since, Pairing.id))}
    locked = {_key(rule): rule.created_at for rule in rules if rule.kind == RuleKind.LOCK}
    return {key: pair for key, pair in ended.items() if key not in locked or locked[key] <= pair.state_since}


def outdated_locks(programme: Programme, rules: Iterable[PairRule]) -> frozenset[int]:
    """The ids of locks whose pair was proposed and came to nothing since: they no longer count."""
    rules = list(rules)
    declined = declined_pairs(programme, rules)
    return frozenset(rule.id for rule in rules if rule.kind == RuleKind.LOCK and _key(rule) in declined)


def left_over_before(programme: Programme) -> Mapping[int, int]:
    """How often each city was left over in the programmes before this one, the nearest first, until it was served."""
    counts: Counter[int] = Counter()
    served: set[int] = set()
    previous, seen = programme.previous_id, {programme.id}
    while previous is not None and previous not in seen:
        seen.add(previous)
        before = db.session.get_one(Programme, previous)
        wanted = select(Application.city_id).join(NeedRow, NeedRow.application_id == Application.id)
        wanted = wanted.where(Application.programme_id == before.id, Application.state == ApplicationState.SUBMITTED)
        states = {*FINISHED, PairingState.ACTIVE, PairingState.PAUSED, PairingState.ACCEPTED}
        got = select(Pairing.mentee_id).where(Pairing.programme_id == before.id, Pairing.state.in_(states))
        served |= set(db.session.scalars(got))
        counts.update(set(db.session.scalars(wanted)) - served)
        previous = before.previous_id
    return counts


def _standing(programme: Programme) -> list[Pairing]:
    query = select(Pairing).where(Pairing.programme_id == programme.id, Pairing.state.in_(STANDING))
    return list(db.session.scalars(query.order_by(Pairing.id)))


def _past(programme: Programme) -> list[tuple[int, int]]:
    query = select(Pairing.mentor_id, Pairing.mentee_id).where(Pairing.programme_id != programme.id, Pairing.state.in_(FINISHED))
    return [(row.mentor_id, row.mentee_id) for row in db.session.execute(query)]


def _cities(sent: Iterable[Application], pairs: Iterable[PairRule | Pairing]) -> Mapping[int, City]:
    named = {each.city_id for each in sent}
    named |= {number for each in sent for number in (*(w.city_id for w in each.wishes), *(a.city_id for a in each.avoided))}
    named |= {number for pair in pairs for number in (pair.mentor_id, pair.mentee_id)}
    return {city.id: city for city in db.session.scalars(select(City).where(City.id.in_(named)))}


def _key(each: PairRule | Pairing) -> Key:
    return each.scheme_id, each.mentor_id, each.mentee_id


def _pair(each: PairRule | Pairing, cities: Mapping[int, City], themes: Mapping[int, str]) -> Pair:
    return Pair(themes[each.scheme_id], cities[each.mentor_id].slug, cities[each.mentee_id].slug)


def _candidate(each: Application, cities: Mapping[int, City], themes: Mapping[int, str], carried: int) -> Candidate:
    city = cities[each.city_id]
    languages: dict[str, str] = {}
    for skill in each.skills:
        if LEVELS.index(skill.level) > LEVELS.index(languages.get(skill.language, LEVELS[0])) or skill.language not in languages:
            languages[skill.language] = skill.level
    wishes = applications.wishes_of(each)

    def wished(scheme_id: int, side: Side) -> tuple[str, ...]:
        return tuple(cities[number].slug for number in wishes.get((scheme_id, side), ()))

    share = float(each.foreign_share) if each.foreign_share is not None else None
    return Candidate(
        code=city.slug,
        country=city.country,
        languages=languages,
        interpreter=each.interpreter,
        windows=tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in each.windows),
        avoid=frozenset(cities[avoided.city_id].slug for avoided in each.avoided),
        fingerprint=Fingerprint(each.population, frozenset(each.competences), share),
        carried_over=carried,
        most_as_mentee=each.most_as_mentee,
        most_as_mentor=each.most_as_mentor,
        needs=tuple(Need(themes[n.scheme_id], n.gap, n.priority, wished(n.scheme_id, Side.MENTEE)) for n in each.needs),
        offers=tuple(Offer(themes[o.scheme_id], o.strength, o.places, wished(o.scheme_id, Side.MENTOR)) for o in each.offers),
    )
