"""Questionnaires as coordinators keep them: structure and words as a draft, and the versions that publishing makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from icportal.content import publication, queries
from icportal.content import services as content
from icportal.content.enums import ContentState
from icportal.content.enums import Permission as Writing
from icportal.content.models import LanguageVersion, Revision
from icportal.content.notifications import Before
from icportal.core import audit
from icportal.core.actors import Actor
from icportal.core.canonical import sha256
from icportal.core.clock import now
from icportal.core.db import db
from icportal.core.errors import DomainError, FieldErrors, Stale
from icportal.core.permissions import authorise, can
from icportal.core.strings import Text, _
from icportal.core.transactions import insert_once
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.i18n.segments import cut
from icportal.reporting import questionnaire_notices, versions
from icportal.reporting.enums import KIND, Permission
from icportal.reporting.models import Questionnaire, QuestionnaireVersion
from icportal.reporting.questionnaires import definition, offering
from icportal.reporting.questionnaires import shipped as shipped_texts
from icportal.reporting.questionnaires.checks import Texts
from icportal.reporting.questionnaires.definition import Structure
from icportal.reporting.questionnaires.kind import labels_of, questionnaire_of, said
from icportal.reporting.versions import Wording
from icportal.workflow.models import WorkflowEvent

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_CODE = 40


@dataclass(frozen=True)
class Imported:
    """What came in with a form: whether the draft has changed, pieces translated by language, languages that have to wait.

    A translation answers the published original: it waits where that is not public or says something else.
    """

    changed: bool
    translated: Mapping[str, int]
    waiting: tuple[str, ...]


def create_questionnaire(*, actor: Actor, code: str, language: str, title: str) -> Questionnaire:
    """Start a questionnaire: its code and a title. Nobody is asked anything before it is published and a round is held.

    Raises:
        DomainError: the code is taken or not written like one.
    """
    authorise(actor, Permission.EDIT_QUESTIONNAIRE)
    code = code.strip().lower()
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        raise DomainError(_("A code is small letters, digits and hyphens, such as edition-6."), field="code")
    if db.session.scalar(select(Questionnaire.id).where(Questionnaire.code == code)):
        raise _taken(code)
    structure = Structure().stored()
    version = content.create_item(
        actor=actor, kind=KIND, language=language, title=title, city_id=None, slug=code, facts={"structure": structure}
    )
    last = db.session.scalar(select(func.max(Questionnaire.position))) or 0
    number = insert_once(Questionnaire, code=code, item_id=version.item_id, position=last + 1, structure=structure)
    if number is None:
        raise _taken(code)
    questionnaire = db.session.get_one(Questionnaire, number)
    audit.record(actor, "reporting.questionnaire:create", questionnaire, after={"questionnaire": code})
    return questionnaire


def save_structure(
    questionnaire: Questionnaire,
    structure: Structure,
    *,
    actor: Actor,
    seen: int,
    words: Mapping[str, str] | None = None,
) -> bool:
    """Keep the structure, and words of the source language by their keys, as a draft; whether anything changed.

    Words that are not named stay as they are; those of questions that are gone go with them.

    Raises:
        Stale: somebody else has changed the questionnaire, with both structures as lines.
        FieldErrors: a code that stands there twice or was published otherwise, a condition that is not understood and
            whatever else ``checks`` finds that was not there before. A draft may be unfinished.
    """
    authorise(actor, Permission.EDIT_QUESTIONNAIRE, questionnaire)
    _hold(questionnaire)
    before, after = questionnaire.structure, structure.stored()
    source = questionnaire.item.source
    old = dict(source.head.body) if source.head else {}
    if questionnaire.version != seen:
        raise Stale(
            _("Somebody else has changed this questionnaire since you opened it. Both are shown; nothing of yours was saved."),
            _differences(structure, before, words or {}, old),
        )
    body = {**old, **(words or {})}
    _refuse_new_problems(questionnaire, structure, body, old)
    body = offering.texts_of(structure, {key: text.strip() for key, text in body.items()})
    if (before, old) == (after, body):
        return False
    _write(questionnaire, after)
    revision = content.save_source(source, body, actor=actor, seen=source.version)
    if revision is None:
        revision = content.save_facts(questionnaire.item, actor=actor)
    audit.record(
        actor,
        "reporting.questionnaire:edit",
        questionnaire,
        before={"structure": sha256(before)},
        after={"structure": sha256(after), "revision": revision.sha256 if revision else ""},
    )
    return True


def block_words(questionnaire: Questionnaire, structure: Structure) -> dict[str, str]:
    """The shipped words for what a structure asks and the draft has no words for, in the language it is written in."""
    shipped = shipped_texts.shared(questionnaire.item.source_language)
    head = questionnaire.item.source.head
    return {key: text for key, text in offering.texts_of(structure, shipped).items() if not (head and head.body.get(key))}


def save_words(
    version: LanguageVersion, body: Mapping[str, str], *, actor: Actor, seen: int, same_meaning: bool = False
) -> Revision | None:
    """Keep all words of the source at once. The structure stays; whoever has it open meanwhile sees that words have changed."""
    questionnaire = questionnaire_of(version.item)
    assert questionnaire is not None
    authorise(actor, Permission.EDIT_QUESTIONNAIRE, questionnaire)
    _hold(questionnaire)
    revision = content.save_source(version, body, actor=actor, seen=seen, same_meaning=same_meaning)
    if revision is not None:
        _write(questionnaire, questionnaire.structure)
    return revision


def import_form(questionnaire: Questionnaire, structure: Structure, texts: Texts, *, actor: Actor, seen: int) -> Imported:
    """Take over a whole form: structure and words as a draft, and what it says in the languages that can be translated.

    All or nothing. Raises what ``save_structure`` raises.
    """
    source = questionnaire.item.source
    words = dict(texts.get(source.language, {}))
    kept = source.head.body if source.head else {}
    words.setdefault(definition.TITLE, kept.get(definition.TITLE, ""))
    absent = {key.key: "" for key in definition.text_keys(structure)} if words else {}
    changed = save_structure(questionnaire, structure, actor=actor, seen=seen, words={**absent, **words})
    translated: dict[str, int] = {}
    waiting: list[str] = []
    for language, own in texts.items():
        if language == source.language or not own:
            continue
        count = _translate(questionnaire, language, own, words, actor=actor) if language in CONTENT_LANGUAGES else None
        if count is None:
            waiting.append(language)
        elif count:
            translated[language] = count
    return Imported(changed, translated, tuple(waiting))


def move_version(
    questionnaire: Questionnaire,
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
        take_effect(questionnaire, actor=actor)
    elif not version.is_source and not version.is_published:
        offering.tell(questionnaire, version)
    questionnaire_notices.MAILS.after(version, event, before, actor=actor)
    return event


def take_effect(questionnaire: Questionnaire, *, actor: Actor) -> QuestionnaireVersion:
    """Make what is published the newest version: the last one anew as long as nobody has answered it, or the next one.

    The next version says what became of each question, and which answers to the last one need a look.
    """
    item = questionnaire.item
    revision = item.source.published
    assert revision is not None
    structure = (revision.facts or {}).get("structure", questionnaire.structure)
    new = Wording(Structure.of(structure), offering.texts_of(Structure.of(structure), revision.body))
    checksum = sha256({"structure": structure, "texts": new.texts})
    version = versions.newest(questionnaire.id)
    if version is None or (version.sha256 != checksum and versions.is_answered(version)):
        version = QuestionnaireVersion(
            questionnaire_id=questionnaire.id, number=version.number + 1 if version else 1, revision_id=revision.id, since=now()
        )
    version.revision_id, version.structure, version.sha256 = revision.id, structure, checksum
    version.__dict__.pop("known", None)
    _compare(questionnaire, version, new)
    db.session.add(version)
    db.session.flush()
    for text in item.versions:
        if text.is_published:
            offering.write(version, text)
    db.session.expire(version, ["texts"])
    db.session.expire(questionnaire, ["versions"])
    audit.record(
        actor,
        "reporting.questionnaire:version",
        questionnaire,
        after={"number": version.number, "revision": revision.sha256, "checksum": checksum},
    )
    return version


def _compare(questionnaire: Questionnaire, version: QuestionnaireVersion, new: Wording) -> None:
    """Say what became of the questions of the version before this one."""
    query = select(QuestionnaireVersion).where(
        QuestionnaireVersion.questionnaire_id == questionnaire.id, QuestionnaireVersion.number == version.number - 1
    )
    with db.session.no_autoflush:
        last = db.session.scalar(query)
    if last is None:
        version.mapping, version.needs_look = {}, []
        return
    old = versions.wording(last)
    codes = versions.became(old.structure, new.structure)
    claims = queries.claims_for(questionnaire.item.source)
    version.mapping = codes
    version.needs_look = versions.needing_a_look(versions.changes(old, new, codes, claims))


def _translate(
    questionnaire: Questionnaire, language: str, own: Mapping[str, str], words: Mapping[str, str], *, actor: Actor
) -> int | None:
    """How many pieces a form says in a language about the published original; None where that has to wait."""
    item = questionnaire.item
    published = item.source.published
    if published is None or not can(actor, Writing.TRANSLATE, content.Planned(language, None)):
        return None
    version = item.version_in(language) or content.start_translation(item, language, actor=actor)
    kinds = dict(queries.field_kinds(item.source, published))
    pieces = {
        key: [piece.text for piece in cut([(key, kind)], own)]
        for key, kind in kinds.items()
        if own.get(key) and words.get(key, "").strip() == published.body.get(key, "").strip()
    }
    targets: dict[str, str] = {}
    for place, answer in enumerate(queries.answers(version)):
        found = pieces.get(answer.field)
        if found and answer.source:
            targets[f"{place}.{answer.source_hash}"] = found.pop(0)
    waits = any(own.get(key) and key not in pieces for key in own)
    saved = content.save_translation(version, targets, actor=actor, seen=version.version)
    return None if waits and saved is None else len(targets) if saved else 0


def _differences(
    mine: Structure, theirs: Mapping[str, Any], words: Mapping[str, str], their_words: Mapping[str, str]
) -> list[tuple[Text, Any, Any]]:
    """(what, mine, theirs): the lines of the structure that only one of both has, and words that differ."""
    ours, others = said(mine.stored()), said(theirs)
    lines = ([line for line in ours if line not in others], [line for line in others if line not in ours])
    found: list[tuple[Text, Any, Any]] = [(_("Structure"), *lines)] if any(lines) else []
    labels = labels_of(mine)
    differing = [key for key, text in words.items() if text.strip() != their_words.get(key, "")]
    return found + [(labels.get(key, key), words[key], their_words.get(key, "")) for key in differing]


def _refuse_new_problems(
    questionnaire: Questionnaire, structure: Structure, body: Mapping[str, str], old: Mapping[str, str]
) -> None:
    there = {
        (problem.code, problem.sentence)
        for problem in offering.problems(questionnaire, Structure.of(questionnaire.structure), old)
    }
    found = [
        problem
        for problem in offering.problems(questionnaire, structure, body)
        if problem.code not in offering.UNFINISHED and (problem.code, problem.sentence) not in there
    ]
    if found:
        raise FieldErrors([(problem.field or None, offering.sentence(problem)) for problem in found])


def _taken(code: str) -> DomainError:
    return DomainError(_("There is a questionnaire %(code)s already: choose another code.", code=code), field="code")


def _hold(questionnaire: Questionnaire) -> None:
    """Nobody else changes the questionnaire until this is done; what they changed before is read anew."""
    publication.hold_text(questionnaire.item)
    db.session.flush()
    db.session.expire(questionnaire)


def _write(questionnaire: Questionnaire, structure: Mapping[str, Any]) -> None:
    """Write the structure; the version counts on even where only words have changed."""
    questionnaire.structure = dict(structure)
    flag_modified(questionnaire, "structure")
    db.session.flush()
