"""What a coordinator does to form pairs: weights, locks and bans, a run, the choice between its results, the proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from icportal.cities.models import City
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now, today
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, InvalidTransition, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _, _l, _lp
from icportal.core.text import clean_text
from icportal.core.transactions import hold
from icportal.i18n.formatting import number
from icportal.mentoring import applications, labels, matching_notices, pairings, pools
from icportal.mentoring.enums import MATCHABLE, STANDING, Aim, Permission, Phase, RuleKind
from icportal.mentoring.flow import PAIRING, PROGRAMME
from icportal.mentoring.matching import runs
from icportal.mentoring.matching.pool import LEVELS, Settings
from icportal.mentoring.models import MatchRun, Pairing, PairRule, Programme, Scheme
from icportal.mentoring.services.evidence import renew_evidence
from icportal.workflow import engine

HEAVIEST, MOST_DAYS, LONGEST_REASON = 10, 60, 5000

WEIGHTS: dict[str, Text] = {
    "evidence": _l("Gap met by strength"),
    "mentee_wish": _l("Wish of the mentee"),
    "mentor_wish": _l("Wish of the mentor"),
    "context": _l("Likeness of the two cities"),
    "language": _l("Ease in a common language"),
    "carried_over": _l("Left over last time"),
    "repeat": _l("Wished again"),
    "load": _l("Load of the mentor (taken off)"),
}

LIMITS: dict[str, Text] = {
    "level": _l("Least level both need in a common language"),
    "days": _l("Fewest days on which both can meet"),
    "same_country": _l("Cities of one country may be paired"),
}


def in_words(settings: Settings) -> Mapping[str, str]:
    """Weights and limits as people read them, by their names."""
    pairable = _lp("answer", "yes") if settings.same_country else _lp("answer", "no")
    counts = {name: number(getattr(settings, name)) for name in (*WEIGHTS, "days")}
    return {**counts, "level": str(labels.LEVELS[settings.level]), "same_country": str(pairable)}


def save_settings(programme: Programme, settings: Settings, *, actor: Actor, seen: int) -> None:
    """Keep weights and limits of the matching; each run stores its own.

    Raises:
        Stale: somebody has changed the programme since; ``differences`` has (label, mine, theirs).
        FieldErrors: a weight or limit that cannot be.
    """
    authorise(actor, Permission.MATCH, programme)
    said = asdict(settings)
    problems: list[tuple[str | None, Text]] = [
        (name, _("Enter a number between %(least)s and %(most)s.", least=0, most=HEAVIEST))
        for name in WEIGHTS
        if not 0 <= said[name] <= HEAVIEST
    ]
    if not 0 <= settings.days <= MOST_DAYS:
        problems.append(("days", _("Enter a number between %(least)s and %(most)s.", least=0, most=MOST_DAYS)))
    if settings.level not in LEVELS:
        problems.append(("level", _("Choose one of the answers.")))
    if problems:
        raise FieldErrors(problems)
    held = hold(programme)
    if not held:
        db.session.refresh(programme)
    there = Settings.of(programme.settings)
    before = asdict(there)
    if not held or programme.version != seen:
        mine, theirs = in_words(settings), in_words(there)
        raise Stale(
            _("Somebody has changed this since you opened it."),
            [(label, mine[name], theirs[name]) for name, label in {**WEIGHTS, **LIMITS}.items() if said[name] != before[name]],
        )
    programme.settings = said
    db.session.flush()
    audit.record(actor, "mentoring.matching:settings", programme, before=before, after=said)


def rule_pair(scheme: Scheme, mentor: City, mentee: City, kind: str, *, reason: str, actor: Actor) -> PairRule:
    """Lock a pair (it stands in every run) or ban it, with the reason; what was fixed about it before is replaced.

    Raises:
        FieldErrors: it is one city, the kind is none, or the reason is missing.
    """
    authorise(actor, Permission.MATCH, scheme)
    reason = clean_text(reason)[:LONGEST_REASON]
    problems: list[tuple[str | None, Text]] = []
    if mentor.id == mentee.id:
        problems.append(("mentee_id", _("A city is not paired with itself.")))
    if kind not in set(RuleKind):
        problems.append(("kind", _("Choose one of the answers.")))
    if not reason:
        problems.append(("reason", _("Say why: the people concerned read your reason.")))
    if problems:
        raise FieldErrors(problems)
    rule = _rule(scheme, mentor, mentee)
    before = {"kind": rule.kind, "reason": rule.reason} if rule else None
    if rule is None:
        rule = PairRule(programme_id=scheme.programme_id, scheme_id=scheme.id, mentor_id=mentor.id, mentee_id=mentee.id)
        db.session.add(rule)
    rule.kind, rule.reason, rule.created_by, rule.created_at = kind, reason, actor.id, now()
    db.session.flush()
    after = {"kind": kind, "reason": reason, "mentor": mentor.slug, "mentee": mentee.slug, "scheme": scheme.toolkit}
    audit.record(actor, "mentoring.matching:rule_pair", rule, before=before, after=after)
    return rule


def free_pair(rule: PairRule, *, actor: Actor) -> None:
    """Take a lock or ban away."""
    authorise(actor, Permission.MATCH, rule)
    before = {
        "kind": rule.kind,
        "reason": rule.reason,
        "mentor": rule.mentor_id,
        "mentee": rule.mentee_id,
        "scheme": rule.scheme_id,
    }
    audit.record(actor, "mentoring.matching:free_pair", rule, before=before)
    db.session.delete(rule)
    db.session.flush()


def compute(programme: Programme, *, actor: Actor) -> MatchRun:
    """Compute both results from what stands now, and keep them with everything they started from.

    Raises:
        InvalidTransition: the call is still open, or the programme is further on.
    """
    authorise(actor, Permission.MATCH, programme)
    _hold_open(programme)
    renew_evidence(programme, applications.sent_applications(programme))
    pool = pools.pool_of(programme)
    outcome = runs.run(pool)
    numbers = select(func.coalesce(func.max(MatchRun.number), 0)).where(MatchRun.programme_id == programme.id)
    run = MatchRun(
        programme_id=programme.id, number=(db.session.scalar(numbers) or 0) + 1, inputs=pool.canonical(), outcome=outcome,
        sha256=runs.checksum(pool, outcome), created_by=actor.id,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    audit.record(actor, "mentoring.matching:compute", run, after={"number": run.number, "sha256": run.sha256})
    return run


def choose(programme: Programme, run: MatchRun, aim: str, *, why: str, actor: Actor) -> list[Pairing]:
    """Choose one of the results, say why, and propose its pairs and the locks to the cities.

    Raises:
        InvalidTransition: the call is open again or the programme is further on; proposals of this run are out already, or
            other facts have overtaken it.
        FieldErrors: no result is chosen, or the reason is missing.
    """
    authorise(actor, Permission.MATCH, programme)
    why, problems = clean_text(why)[:LONGEST_REASON], list[tuple[str | None, Text]]()
    if aim not in set(Aim):
        problems.append(("aim", _("Choose one of the two results.")))
    if not why:
        problems.append(("why", _("Say why: the people concerned read your reason.")))
    if problems:
        raise FieldErrors(problems)
    _hold_open(programme)
    if run.sent_at is not None:
        raise InvalidTransition(_("The proposals of this matching were sent already."))
    if run.inputs != pools.pool_of(programme).canonical():
        raise InvalidTransition(
            _("What cities said or what was fixed has changed since. Compute the matching anew, then choose.")
        )
    run.aim, run.why, run.chosen_by, run.sent_at = aim, why, actor.id, now()
    db.session.flush()
    audit.record(actor, "mentoring.matching:choose", run, after={"aim": aim, "why": why})
    if programme.state == Phase.MATCH:
        engine.fire(PROGRAMME, programme, "send_proposals", actor=actor)
    made = _propose(programme, run, actor=actor)
    matching_notices.left_over(programme, run)
    return made


def propose_one(
    scheme: Scheme, mentor: City, mentee: City, *, run: MatchRun | None, reasons: Mapping[str, Any], actor: Actor
) -> Pairing:
    """Propose one pair to both cities, with the reasons and the last day to answer."""
    authorise(actor, Permission.MATCH, scheme)
    if mentor.id == mentee.id:
        raise DomainError(_("A city is not paired with itself."), "mentee_id")
    programme = scheme.programme
    pairing = Pairing(
        programme_id=programme.id, scheme_id=scheme.id, run_id=run.id if run else None, mentor_id=mentor.id, mentee_id=mentee.id,
        state=PAIRING.initial, reasons=dict(reasons), answer_by=today() + timedelta(days=programme.answer_days),
        previous_id=pairings.last_mentoring(mentor, mentee), last_activity_on=today(),
    )  # fmt: skip
    db.session.add(pairing)
    db.session.flush()
    after = {"scheme": scheme.toolkit, "mentor": mentor.slug, "mentee": mentee.slug, "run": run.number if run else None}
    audit.record(actor, "mentoring.pairing:propose", pairing, after=after)
    matching_notices.proposed(pairing, mentor, mentee)
    return pairing


def _hold_open(programme: Programme) -> None:
    if not hold(programme):
        db.session.refresh(programme)
    if programme.state in {Phase.DRAFT, Phase.APPLY}:
        raise InvalidTransition(_("Close the call first: until then cities can still apply."))
    if programme.state not in MATCHABLE:
        raise InvalidTransition(_("The pairs are at work already: in this phase nobody new is proposed."))


def _propose(programme: Programme, run: MatchRun, *, actor: Actor) -> list[Pairing]:
    schemes = {scheme.toolkit: scheme for scheme in programme.schemes}
    why = {(p["theme"], p["mentor"], p["mentee"]): p for p in run.outcome["all_pairs"]}
    wanted = [(p["theme"], p["mentor"], p["mentee"]) for p in run.outcome[run.aim]["pairs"]]
    stands = {tuple(each) for each in run.outcome["standing"]}
    wanted += [(theme, mentor, mentee) for theme, mentor, mentee in run.inputs["locks"] if (theme, mentor, mentee) in stands]
    cities = {
        city.slug: city
        for city in db.session.scalars(select(City).where(City.slug.in_({s for _t, *both in wanted for s in both})))
    }
    standing = select(Pairing.scheme_id, Pairing.mentor_id, Pairing.mentee_id)
    standing = standing.where(Pairing.programme_id == programme.id, Pairing.state.in_(STANDING))
    there = {tuple(row) for row in db.session.execute(standing)}
    made = []
    for theme, mentor, mentee in sorted(set(wanted)):
        scheme, gives, takes = schemes.get(theme), cities.get(mentor), cities.get(mentee)
        if scheme is None or gives is None or takes is None or (scheme.id, gives.id, takes.id) in there:
            continue
        made.append(propose_one(scheme, gives, takes, run=run, reasons=why.get((theme, mentor, mentee), {}), actor=actor))
    return made


def _rule(scheme: Scheme, mentor: City, mentee: City) -> PairRule | None:
    query = select(PairRule).where(
        PairRule.scheme_id == scheme.id, PairRule.mentor_id == mentor.id, PairRule.mentee_id == mentee.id
    )
    return db.session.scalar(query)
