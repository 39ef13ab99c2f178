"""A toolkit from its first draft to the versions of its benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from icportal.charter.texts import titles
from icportal.content import publication
from icportal.content import services as content
from icportal.content.models import LanguageVersion, Revision
from icportal.content.notifications import Before
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import FieldErrors, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.practices.models import Practice
from icportal.toolkits import notices, versions
from icportal.toolkits.enums import KIND, FactorKind, Permission
from icportal.toolkits.kind import LONGEST_QUESTION, fields_of, said, toolkit_of
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.structure import Factor, Structure, factor_keys, texts_of
from icportal.web.page_cache import touch_public
from icportal.workflow.models import WorkflowEvent

MOST_FACTORS, MOST_QUESTIONS, MOST_PRACTICES = 20, 9, 12
LONGEST_SERIES, LONGEST_TITLE = 120, 300
#: Steps after which the public reads something else than before.
PUBLIC_STEPS = frozenset({"approve", "override", "withdraw", "archive"})


def create_toolkit(*, title: str, language: str, actor: Actor, series: str = "", is_own: bool = True) -> Toolkit:
    """Begin a toolkit with its title; factors and words follow. It stands after those there are.

    Raises:
        FieldErrors: there is no title, or the name of the series is too long.
    """
    authorise(actor, Permission.EDIT)
    structure = Structure(series=series.strip(), is_own=is_own)
    problems: list[tuple[str | None, Text]] = []
    if not title.strip():
        problems.append(("title", _("Give it a title: it is how you find it again.")))
    if problems := problems + _about_problems(structure):
        raise FieldErrors(problems)
    stored = structure.stored()
    version = content.create_item(
        actor=actor, kind=KIND, language=language, title=title, city_id=None, facts={"structure": stored}
    )
    last = db.session.scalar(select(func.max(Toolkit.position))) or 0
    toolkit = Toolkit(
        slug=version.item.slug,
        item_id=version.item_id,
        series=structure.series,
        is_own=is_own,
        position=last + 1,
        structure=stored,
    )
    db.session.add(toolkit)
    db.session.flush()
    audit.record(actor, "toolkits.toolkit:create", toolkit, after={"slug": toolkit.slug, "title": title.strip()})
    return toolkit


def save_structure(
    toolkit: Toolkit, structure: Structure, *, actor: Actor, seen: int, words: Mapping[str, str] | None = None
) -> bool:
    """Keep the structure, and words of the source language by their keys, as a draft; whether anything changed.

    Words that are not named stay as they are; those of factors and questions that are gone go with them, and those of
    one that comes back are the ones it was published with.

    Raises:
        Stale: somebody else has changed the toolkit; ``differences`` has both structures as lines, and words that differ.
        FieldErrors: naming what does not do, above all a published code that is given to something else.
    """
    authorise(actor, Permission.EDIT, toolkit)
    _hold(toolkit)
    source = toolkit.item.source
    before, after = toolkit.structure, structure.stored()
    old = dict(source.head.body) if source.head else {}
    told = {key: text.strip() for key, text in (words or {}).items()}
    if toolkit.version != seen:
        raise Stale(
            _("Somebody else has changed this toolkit since you opened it. Both are shown; nothing of yours was saved."),
            _differences(toolkit, structure, told, old),
        )
    known = versions.published_words(toolkit)
    returning = _returning(Structure.of(before), structure)
    body = {**old, **{key: known[key] for key in returning if key in known}, **told}
    if problems := _problems(structure, told) + _given_again(returning, known, body) + _unknown_practices(structure, before):
        raise FieldErrors(problems)
    body = texts_of(structure, body)
    if (before, old) == (after, body):
        return False
    _write(toolkit, after)
    revision = content.save_source(source, body, actor=actor, seen=source.version)
    if revision is None:
        revision = content.save_facts(toolkit.item, actor=actor)
    audit.record(actor, "toolkits.toolkit:structure", toolkit, before=before, after=after)
    return True


def save_words(
    version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False
) -> Revision | None:
    """Keep all words of the source at once. The structure stays; whoever has it open meanwhile sees that words have changed."""
    toolkit = toolkit_of(version.item)
    assert toolkit is not None
    authorise(actor, Permission.EDIT, toolkit)
    _hold(toolkit)
    revision = content.save_source(version, body, actor=actor, seen=seen, same_meaning=same_meaning)
    if revision is not None:
        _write(toolkit, toolkit.structure)
    return revision


def move_version(
    toolkit: Toolkit,
    version: LanguageVersion,
    name: str,
    *,
    actor: Actor,
    seen: int | None,
    seen_hash: str = "",
    reason: str = "",
) -> WorkflowEvent:
    """Take a step with a text and tell the people it concerns. What is published takes effect in the benchmark."""
    before = Before.of(version)
    event = content.move(version, name, actor=actor, seen=seen, seen_hash=seen_hash, reason=reason)
    if name in PUBLIC_STEPS:
        take_effect(toolkit, actor=actor)
    notices.MAILS.after(version, event, before, actor=actor)
    return event


def take_effect(toolkit: Toolkit, *, actor: Actor) -> BenchmarkVersion | None:
    """Bring the benchmark to what is published: another version where the factors changed, else the words of the newest.

    None while the original is not published: then the versions stay for those who work with them, and the public reads none.
    """
    item = toolkit.item
    touch_public()
    revision = item.source.published
    if revision is None:
        return None
    structure = Structure.of((revision.facts or {}).get("structure", toolkit.structure))
    version = versions.newest(toolkit.id)
    if version is None or version.structure != structure.benchmark:
        version = BenchmarkVersion(
            toolkit_id=toolkit.id,
            number=version.number + 1 if version else 1,
            structure=structure.benchmark,
            sha256=sha256(structure.benchmark),
            published_at=item.source.published_at or now(),
        )
        db.session.add(version)
        audit.record(actor, "toolkits.benchmark:publish", toolkit, after={"number": version.number, "sha256": version.sha256})
    version.texts = {
        each.language: texts_of(structure, each.published.body) for each in item.versions if each.published is not None
    }
    toolkit.series, toolkit.is_own = structure.series, structure.is_own
    db.session.flush()
    return version


def _returning(old: Structure, new: Structure) -> list[str]:
    """The keys of words of factors and questions that the working copy did not have."""
    there = {key for factor in old.factors for key in factor_keys(factor)}
    return [key for factor in new.factors for key in factor_keys(factor) if key not in there]


def _given_again(returning: list[str], known: Mapping[str, str], body: Mapping[str, str]) -> list[tuple[str | None, Text]]:
    """Published codes that come back with another meaning than they had."""
    naming = [key for key in returning if not key.endswith((".why", ".how"))]
    return [
        (None, _("%(code)s stood for “%(meaning)s” when it was published: take a new code for anything else.",
                 code=key.removesuffix(".title"), meaning=known[key]))
        for key in naming
        if key in known and body.get(key) != known[key]
    ]  # fmt: skip


def _problems(structure: Structure, words: Mapping[str, str]) -> list[tuple[str | None, Text]]:
    codes = [factor.code for factor in structure.factors]
    problems = _about_problems(structure)
    if any(not _is_code(code) for factor in structure.factors for code in (factor.code, *factor.questions)):
        problems.append((None, _("A code is a letter and a number, such as F1 or Q1.")))
    if len(set(codes)) < len(codes) or any(len(set(each.questions)) < len(each.questions) for each in structure.factors):
        problems.append((None, _("The same code stands there twice.")))
    if len(codes) > MOST_FACTORS:
        problems.append(("title", _("A benchmark has at most %(most)s factors.", most=MOST_FACTORS)))
    for factor in structure.factors:
        problems += _factor_problems(factor)
    for key, text in words.items():
        longest = LONGEST_TITLE if key.endswith(".title") else LONGEST_QUESTION
        if key.partition(".")[0] in codes and len(text) > longest:
            problems.append((None, _("This is too long: at most %(max)s characters.", max=longest)))
    return problems


def _about_problems(structure: Structure) -> list[tuple[str | None, Text]]:
    if len(structure.series) > LONGEST_SERIES:
        return [("series", _("This is too long: at most %(max)s characters.", max=LONGEST_SERIES))]
    return []


def _factor_problems(factor: Factor) -> list[tuple[str | None, Text]]:
    problems: list[tuple[str | None, Text]] = []
    if factor.kind not in set(FactorKind):
        problems.append(("kind", _("Choose among what is offered.")))
    if set(factor.commitments) - set(titles("en")):
        problems.append(("commitments", _("Choose among what is offered.")))
    if len(factor.questions) > MOST_QUESTIONS:
        problems.append(("text", _("A factor has at most %(most)s guiding questions.", most=MOST_QUESTIONS)))
    if len(factor.practices) > MOST_PRACTICES:
        problems.append((None, _("A factor names at most %(most)s practices: keep those that show most.", most=MOST_PRACTICES)))
    return problems


def _unknown_practices(structure: Structure, before: Mapping[str, Any]) -> list[tuple[str | None, Text]]:
    """Practices that are named now and are not there; those named before may have gone meanwhile."""
    old = {number for factor in Structure.of(before).factors for number in factor.practices}
    new = {number for factor in structure.factors for number in factor.practices} - old
    if not new or new <= set(db.session.scalars(select(Practice.id).where(Practice.id.in_(new)))):
        return []
    return [(None, _("There is no such practice."))]


def _is_code(code: str) -> bool:
    return code[:1].isalpha() and code[1:].isdecimal() and code.isascii() and len(code) <= len("F99")


def _differences(
    toolkit: Toolkit, mine: Structure, words: Mapping[str, str], their_words: Mapping[str, str]
) -> list[tuple[Text, Any, Any]]:
    """(what, mine, theirs): the lines of the structure that only one of both has, and words that differ."""
    ours, others = said({"structure": mine.stored()}), said({"structure": toolkit.structure})
    lines = ([line for line in ours if line not in others], [line for line in others if line not in ours])
    found: list[tuple[Text, Any, Any]] = [(_("Factors and questions"), *lines)] if any(lines) else []
    labels = {field.name: field.label for field in fields_of(toolkit.item, None)}
    differing = [key for key, text in words.items() if text != their_words.get(key, "")]
    return found + [(labels.get(key, key), words[key], their_words.get(key, "")) for key in differing]


def _hold(toolkit: Toolkit) -> None:
    """Nobody else changes the toolkit until this is done; what they changed before is read anew."""
    publication.hold_text(toolkit.item)
    db.session.flush()
    db.session.expire(toolkit)


def _write(toolkit: Toolkit, structure: Mapping[str, Any]) -> None:
    """Write the structure; the version counts on even where only words have changed."""
    toolkit.structure = dict(structure)
    flag_modified(toolkit, "structure")
    db.session.flush()
