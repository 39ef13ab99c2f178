"""A toolkit from its first draft to the versions of its benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from icportal.charter.texts import titles
from icportal.content import services as content
from icportal.content.models import LanguageVersion
from icportal.content.notifications import Before
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import FieldErrors, Stale
from icportal.core.permissions import authorise
from icportal.core.strings import Text, _
from icportal.core.transactions import hold
from icportal.toolkits import notices
from icportal.toolkits.enums import KIND, FactorKind, Permission
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.structure import Factor, Structure
from icportal.web.page_cache import touch_public
from icportal.workflow.models import WorkflowEvent

MOST_FACTORS, MOST_QUESTIONS = 20, 9
LONGEST_CODE = 6


def create_toolkit(*, title: str, language: str, actor: Actor) -> Toolkit:
    """Begin a toolkit with its title; factors and words follow.

    Raises:
        FieldErrors: there is no title.
    """
    authorise(actor, Permission.EDIT)
    if not title.strip():
        raise FieldErrors([("title", _("Give it a title: it is how you find it again."))])
    version = content.create_item(actor=actor, kind=KIND, language=language, title=title, city_id=None)
    toolkit = Toolkit(slug=version.item.slug, item_id=version.item_id, structure=Structure().stored())
    db.session.add(toolkit)
    db.session.flush()
    audit.record(actor, "toolkits.toolkit:create", toolkit, after={"slug": toolkit.slug, "title": title.strip()})
    return toolkit


def save_structure(toolkit: Toolkit, structure: Structure, *, actor: Actor, seen: int) -> bool:
    """Keep the factors in this order, with their questions and what they serve; whether anything changed.

    A code that was published keeps its meaning: it can be left out, and is not given to another factor of another kind.

    Raises:
        Stale: somebody has changed it since; ``differences`` has (code, mine, theirs).
        FieldErrors: naming what does not do.
    """
    authorise(actor, Permission.EDIT, toolkit)
    old = Structure.of(toolkit.structure)
    if not hold(toolkit) or toolkit.version != seen:
        db.session.refresh(toolkit)
        mine, theirs = _lines(structure), _lines(Structure.of(toolkit.structure))
        raise Stale(_("Somebody has changed this since you opened it."), [("", mine, theirs)])
    if problems := _problems(structure):
        raise FieldErrors(problems)
    if structure == old:
        return False
    toolkit.structure = structure.stored()
    db.session.flush()
    content.save_facts(toolkit.item, actor=actor)
    audit.record(actor, "toolkits.toolkit:structure", toolkit, before=old.stored(), after=structure.stored())
    return True


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
    if name in {"approve", "override"}:
        take_effect(toolkit, actor=actor)
    notices.MAILS.after(version, event, before, actor=actor)
    return event


def save_words(version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False) -> Any:
    """Keep what was written."""
    authorise(actor, Permission.EDIT)
    return content.save_source(version, body, actor=actor, seen=seen, same_meaning=same_meaning)


def take_effect(toolkit: Toolkit, *, actor: Actor) -> BenchmarkVersion | None:
    """Bring the benchmark to what is published: another version where the structure changed, else the words of the newest.

    None while the original is not published.
    """
    item = toolkit.item
    revision = item.source.published
    if revision is None:
        return None
    structure = (revision.facts or {}).get("structure", toolkit.structure)
    query = select(BenchmarkVersion).where(BenchmarkVersion.toolkit_id == toolkit.id).order_by(BenchmarkVersion.number.desc())
    newest = db.session.scalar(query.limit(1))
    texts = {each.language: dict(each.published.body) for each in item.versions if each.published is not None}
    checksum = sha256({"structure": structure, "texts": texts})
    if newest is None or newest.structure != structure:
        number = newest.number + 1 if newest else 1
        newest = BenchmarkVersion(toolkit_id=toolkit.id, number=number, structure=structure, published_at=now())
        db.session.add(newest)
    newest.texts, newest.sha256 = texts, checksum
    db.session.flush()
    touch_public()
    audit.record(actor, "toolkits.benchmark:publish", toolkit, after={"number": newest.number, "sha256": newest.sha256})
    return newest


def _lines(structure: Structure) -> list[str]:
    return [f"{each.code} · {', '.join(map(str, each.commitments))} · {', '.join(each.questions)}" for each in structure.factors]


def _problems(structure: Structure) -> list[tuple[str | None, Text]]:
    codes = [factor.code for factor in structure.factors]
    problems: list[tuple[str | None, Text]] = []
    if any(not code.isalnum() or len(code) > LONGEST_CODE for code in codes):
        problems.append(("factors", _("A code is letters and digits, such as F1.")))
    if len(set(codes)) < len(codes):
        problems.append(("factors", _("Two factors have the same code.")))
    if len(codes) > MOST_FACTORS or any(len(factor.questions) > MOST_QUESTIONS for factor in structure.factors):
        problems.append(
            (
                "factors",
                _(
                    "At most %(factors)s factors with %(questions)s questions each are kept.",
                    factors=MOST_FACTORS,
                    questions=MOST_QUESTIONS,
                ),
            )
        )
    if any(set(factor.commitments) - set(titles("en")) or factor.kind not in set(FactorKind) for factor in structure.factors):
        problems.append(("factors", _("Choose among what is offered.")))
    return problems


def factor(code: str, kind: str, commitments: tuple[int, ...], questions: int, practices: tuple[int, ...] = ()) -> Factor:
    """A factor with so many questions, Q1 and on."""
    return Factor(
        code, kind, tuple(sorted(set(commitments))), tuple(f"Q{number}" for number in range(1, questions + 1)), practices
    )
