"""The catalogue as coordinators keep it: new indicators, their facts, and the versions that publishing makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from icportal.content import publication
from icportal.content import services as content
from icportal.content.enums import ContentState
from icportal.content.models import LanguageVersion, Revision
from icportal.content.notifications import Before
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.transactions import insert_once
from icportal.indicators import breakdowns, catalogue_notices
from icportal.indicators.comparison import FACTS, commitment_titles, said
from icportal.indicators.enums import KIND, Counting, Family, Frame, Permission, Unit
from icportal.indicators.facts import DEFINING_TEXT, Facts, same_definition
from icportal.indicators.kind import indicator_of, missing, working_facts
from icportal.indicators.models import Indicator, IndicatorVersion
from icportal.workflow.models import WorkflowEvent

CODE = re.compile(r"[A-Z]{2,6}[0-9]{2,4}")
MOST_DECIMALS = 6


def create_indicator(*, actor: Actor, code: str, family: str, title: str, language: str) -> Indicator:
    """Start an indicator: its code, its group and a title. Nothing is asked for or public before it is published.

    Raises:
        DomainError: the code is taken or not written like one.
    """
    authorise(actor, Permission.EDIT_CATALOGUE)
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise DomainError(_("A code is two to six letters and two to four digits, such as EMP01."), field="code")
    if family not in set(Family):
        raise DomainError(_("Choose a group among those offered."), field="family")
    if db.session.scalar(select(Indicator.id).where(Indicator.code == code)):
        raise _taken(code)
    facts = {"family": family, "asked": True, **Facts().stored()}
    version = content.create_item(
        actor=actor, kind=KIND, language=language, title=title, city_id=None, slug=code.lower(), facts=facts
    )
    last = db.session.scalar(select(func.max(Indicator.position))) or 0
    number = insert_once(Indicator, code=code, item_id=version.item_id, family=family, position=last + 1, facts=facts)
    if number is None:
        raise _taken(code)
    indicator = db.session.get_one(Indicator, number)
    audit.record(actor, "indicators.catalogue:create", indicator, after={"code": code, "family": family})
    return indicator


def save_facts(indicator: Indicator, facts: Mapping[str, Any], *, actor: Actor, seen: int) -> bool:
    """Keep what is the same in all languages; whether anything changed. A second person approves it with the text.

    ``facts`` has ``family``, ``asked`` and the fields of ``Facts`` as a JSON object has them.

    Raises:
        Stale: with (label, mine, theirs) for every fact that differs, each as lines of text.
        FieldErrors: something there is none of, a range upside down, or nothing asked for while it is public.
    """
    authorise(actor, Permission.EDIT_CATALOGUE, indicator)
    _hold(indicator)
    before = working_facts(indicator)
    after = {
        **before,
        **{
            name: facts[name] if name == "substitutes" else _steady(value, facts[name])
            for name, value in before.items()
            if name in facts
        },
    }
    if indicator.version != seen:
        mine, theirs = said(after), said(before)
        raise Stale(
            _("Somebody else has changed these facts since you opened them. Both are shown; nothing of yours was saved."),
            [(label, mine[name], theirs[name]) for name, label in FACTS.items() if mine[name] != theirs[name]],
        )
    _check(indicator, after)
    if all(before[name] == after[name] for name in ("family", "asked")) and Facts.of(before) == Facts.of(after):
        return False
    _write(indicator, after)
    _refuse_lack(indicator)
    content.save_facts(indicator.item, actor=actor)
    audit.record(actor, "indicators.catalogue:edit_facts", indicator, before=before, after=after)
    return True


def save_text(
    version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False
) -> Revision | None:
    """Keep the words of an indicator. Who says that only the wording has changed says that series run on, too."""
    indicator = indicator_of(version.item)
    assert indicator is not None
    authorise(actor, Permission.EDIT_CATALOGUE, indicator)
    _hold(indicator)
    facts = working_facts(indicator)
    if same_meaning and not facts["same_meaning"]:
        _write(indicator, {**facts, "same_meaning": True})
    revision = content.save_source(version, body, actor=actor, seen=seen, same_meaning=same_meaning)
    return revision or content.save_facts(version.item, actor=actor)


def move_version(
    indicator: Indicator,
    version: LanguageVersion,
    name: str,
    *,
    actor: Actor,
    seen: int | None,
    seen_hash: str = "",
    reason: str = "",
) -> WorkflowEvent:
    """Take a step of the workflow and tell the people it concerns; a published source makes what follows from it."""
    before = Before.of(version)
    event = content.move(version, name, actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    if version.is_source and event.target == ContentState.PUBLISHED:
        take_effect(indicator, actor=actor)
    catalogue_notices.MAILS.after(version, event, before, actor=actor)
    return event


def take_effect(indicator: Indicator, *, actor: Actor) -> IndicatorVersion | None:
    """Make the published text and facts those in force: a new version where they differ from the last one.

    The version says whether series run on; None when nothing but a title or a usual source was changed.
    """
    source = indicator.item.source
    revision = source.published
    assert revision is not None
    approved = revision.facts or working_facts(indicator)
    indicator.family, indicator.asked = approved.get("family", indicator.family), approved.get("asked", indicator.asked)
    # A claim speaks of one change. It is used up now.
    if working_facts(indicator)["same_meaning"]:
        _write(indicator, {**working_facts(indicator), "same_meaning": False})
    facts = Facts.of(approved)
    newest = select(IndicatorVersion).where(IndicatorVersion.indicator_id == indicator.id)
    last = db.session.scalar(newest.order_by(IndicatorVersion.number.desc()).limit(1))
    if last is not None and not _differs(last, revision, facts):
        db.session.flush()
        return None
    version = IndicatorVersion(
        indicator_id=indicator.id,
        number=last.number + 1 if last else 1,
        continues=last is not None and same_definition(last.body, revision.body, last.known, facts),
        revision_id=revision.id,
        since=now(),
        facts=facts.stored(),
        body=dict(revision.body),
    )
    db.session.add(version)
    db.session.flush()
    db.session.expire(indicator, ["versions"])
    audit.record(
        actor,
        "indicators.catalogue:version",
        indicator,
        after={"number": version.number, "continues": version.continues, "revision": revision.sha256},
    )
    return version


def _steady(old: Any, new: Any) -> Any:
    """The new value; the old one where only the order differs, which the boxes of a page give."""
    return old if isinstance(old, list) and sorted(old) == sorted(new) else new


def _differs(last: IndicatorVersion, revision: Revision, facts: Facts) -> bool:
    words = any(last.body.get(name, "") != revision.body.get(name, "") for name in DEFINING_TEXT)
    return words or replace(last.known, same_meaning=False) != replace(facts, same_meaning=False)


def _taken(code: str) -> DomainError:
    return DomainError(_("There is an indicator %(code)s already: choose another code.", code=code), field="code")


def _hold(indicator: Indicator) -> None:
    """Nobody else changes the indicator until this is done; what they changed before is read anew."""
    publication.hold_text(indicator.item)
    db.session.flush()
    db.session.expire(indicator)


def _write(indicator: Indicator, facts: Mapping[str, Any]) -> None:
    indicator.facts = dict(facts)
    db.session.flush()


def _check(indicator: Indicator, stored: Mapping[str, Any]) -> None:
    facts = Facts.of(stored)
    problems: list[tuple[str | None, Text]] = []
    if stored["family"] not in set(Family):
        problems.append(("family", _("Choose a group among those offered.")))
    if not {facts.unit, *facts.units.values()} <= set(Unit):
        problems.append(("unit", _("Choose a unit among those offered.")))
    if facts.counting not in set(Counting) or not set(facts.frames) <= set(Frame):
        problems.append((None, _("Choose among the answers offered.")))
    if not 0 <= facts.decimals <= MOST_DECIMALS:
        problems.append(("decimals", _("Between 0 and %(most)s decimals are kept.", most=MOST_DECIMALS)))
    if facts.low is not None and facts.high is not None and facts.low > facts.high:
        problems.append(("high", _("The highest plausible value has to be at least the lowest.")))
    if unknown := set(facts.commitments) - set(commitment_titles()):
        problems.append(("commitments", _("There is no commitment %(number)s.", number=min(unknown))))
    if strange := _unknown_substitutes(indicator, facts):
        problems.append(("substitutes", _("There is no other indicator %(code)s.", code=strange[0])))
    if not set(facts.adds_up) <= set(breakdowns.DIMENSIONS):
        problems.append(("adds_up", _("Choose among the answers offered.")))
    if problems:
        raise FieldErrors(problems)


def _unknown_substitutes(indicator: Indicator, facts: Facts) -> list[str]:
    if not facts.substitutes:
        return []
    known = set(db.session.scalars(select(Indicator.code).where(Indicator.code.in_(facts.substitutes))))
    return [code for code in facts.substitutes if code not in known or code == indicator.code]


def _refuse_lack(indicator: Indicator) -> None:
    """What a text needed to be reviewed cannot be taken away while it is reviewed or read."""
    source = indicator.item.source
    if (source.is_published or source.state == ContentState.REVIEW) and (problems := missing(indicator.item)):
        raise FieldErrors(problems)
