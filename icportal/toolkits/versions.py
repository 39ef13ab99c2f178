"""The published versions of a benchmark: what the newest is, which codes are taken, and what can be brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from icportal.core.db import db
from icportal.toolkits import structure as structures
from icportal.toolkits.models import BenchmarkVersion, Toolkit
from icportal.toolkits.structure import Factor, Structure, title_key


@dataclass(frozen=True)
class Gone:
    """A published factor that the working copy no longer has, as it was published last, with its title then."""

    factor: Factor
    title: str


def of_toolkit(toolkit_id: int) -> Sequence[BenchmarkVersion]:
    """Every version, the oldest first."""
    query = select(BenchmarkVersion).where(BenchmarkVersion.toolkit_id == toolkit_id).order_by(BenchmarkVersion.number)
    return db.session.scalars(query).all()


def newest(toolkit_id: int) -> BenchmarkVersion | None:
    """The version published last; None where none is."""
    query = select(BenchmarkVersion).where(BenchmarkVersion.toolkit_id == toolkit_id)
    return db.session.scalar(query.order_by(BenchmarkVersion.number.desc()).limit(1))


def published_words(toolkit: Toolkit) -> dict[str, str]:
    """What every code ever published stood for last, by the key of its text, in the language the toolkit is written in."""
    language, found = toolkit.item.source_language, dict[str, str]()
    for version in of_toolkit(toolkit.id):
        words = version.texts.get(language, {})
        found |= {key: text for key, text in words.items() if "." in key}
    return found


def next_factor(toolkit: Toolkit) -> str:
    """The code of a factor that is added: never one that was given before."""
    return structures.next_factor(_known(toolkit))


def next_question(toolkit: Toolkit, code: str) -> str:
    """The code of a question that is added to a factor: never one that was given before."""
    return structures.next_question(code, _known(toolkit))


def is_published(toolkit: Toolkit, code: str) -> bool:
    """Whether a factor has stood in a version, so that its code keeps its meaning."""
    return any(Structure.of(version.structure).factor(code) for version in of_toolkit(toolkit.id))


def gone_factors(toolkit: Toolkit) -> list[Gone]:
    """The published factors the working copy has not, which can be brought back under their codes."""
    there = Structure.of(toolkit.structure)
    words = published_words(toolkit)
    last = {factor.code: factor for version in of_toolkit(toolkit.id) for factor in Structure.of(version.structure).factors}
    return [Gone(each, words.get(title_key(code), code)) for code, each in last.items() if there.factor(code) is None]


def gone_questions(toolkit: Toolkit, factor: Factor) -> list[tuple[str, str]]:
    """(code, text) of the published questions of a factor that the working copy has not."""
    words = published_words(toolkit)
    versions = [Structure.of(version.structure).factor(factor.code) for version in of_toolkit(toolkit.id)]
    known = dict.fromkeys(question for each in versions if each is not None for question in each.questions)
    missing = [code for code in known if code not in factor.questions]
    return [(code, words.get(structures.question_key(factor.code, code), code)) for code in missing]


def _known(toolkit: Toolkit) -> list[Structure]:
    """Every structure that has given codes: the published ones, the working copy, and what is under review."""
    head = toolkit.item.source.head
    drafts = [toolkit.structure, (head.facts or {}).get("structure", {}) if head else {}]
    return [Structure.of(each) for each in (*drafts, *(version.structure for version in of_toolkit(toolkit.id)))]
