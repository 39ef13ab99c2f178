"""What a desk needs to know of its kind, and a text as somebody has it open there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Blueprint, url_for

from icportal.content import queries
from icportal.content import services as content
from icportal.content.desk.comparison import FactChange
from icportal.content.desk.forms import EmptyForm, TextForm, text_form
from icportal.content.kinds import ContentField, ContentKind
from icportal.content.models import Comment, ContentItem, LanguageVersion, Revision
from icportal.core.errors import DomainError, FieldErrors, NotFound
from icportal.core.strings import Text, _, _l
from icportal.i18n.locales import CONTENT_LANGUAGES, Language
from icportal.web.forms import VersionedForm

Answer = Any
"""A page, a page with its status, a redirect, or data: whatever Flask makes an answer of."""

SAME_WORDING = _l("Then the translations stay as they are. Your name stands beside this claim in the history.")

Names = Callable[[Collection[int | None]], Mapping[int, str]]


@dataclass(frozen=True, eq=False)
class TextDesk:
    """The desk of one kind of text.

    A *subject* is the domain's own thing the text is about: it has an ``id``, which stands in addresses as
    ``parameter``, and an ``item``. ``open_subject(number, actor=)`` gives it to those who work on it and is NotFound
    or NotAllowed for others; ``view`` is the permission it asks for.

    ``workspace_page(subject, form, status, reasons)`` shows the subject's own page again with what was refused.
    ``move(subject, version, step, actor=, seen=, seen_hash=, reason=)`` takes a step and tells people;
    ``save(version, body, actor=, seen=, same_meaning=)`` keeps a source text, ``start(item, language, actor=)``
    begins a translation. ``compare_facts`` sets the reviewed facts of two revisions against each other.
    ``people`` and ``cities`` give names by number: content itself knows neither. ``prefix`` stands before the names of
    the endpoints where the blueprint has other pages too. ``trail`` gives (name, address) of the pages above the subject's.
    """

    kind: ContentKind
    blueprint: Blueprint
    address: str
    parameter: str
    view: str
    open_subject: Callable[..., Any]
    workspace_page: Callable[..., Answer]
    move: Callable[..., Any]
    people: Names
    cities: Names
    facts_endpoint: str
    untitled: Text
    not_written: Text
    save: Callable[..., Any] = content.save_source
    start: Callable[..., LanguageVersion] = content.start_translation
    compare_facts: Callable[[Any, Any], Sequence[FactChange]] = field(default=lambda _old, _new: [])
    below_facts: str = ""
    claim: Text = SAME_WORDING
    prefix: str = ""
    trail: Callable[[Any], Sequence[tuple[Text, str]]] = field(default=lambda _subject: [])

    def opened(self, subject: Any, version: LanguageVersion | None = None) -> OpenText:
        """A version of the subject's text, the source where none is named."""
        return OpenText(self, subject, subject.item.source if version is None else version)

    def version_in(self, subject: Any, code: str) -> LanguageVersion:
        """The text in one language. NotFound when it is not there."""
        version: LanguageVersion | None = subject.item.version_in(code)
        if version is None:
            raise NotFound(self.not_written)
        return version

    def endpoint(self, name: str) -> str:
        return f"{self.blueprint.name}.{self.prefix}{name}"


@dataclass(frozen=True)
class OpenText:
    """One version of a subject's text, as the pages of a desk show it."""

    desk: TextDesk
    subject: Any
    version: LanguageVersion

    @property
    def item(self) -> ContentItem:
        item: ContentItem = self.subject.item
        return item

    @property
    def source(self) -> LanguageVersion:
        return self.item.source

    @property
    def title(self) -> Text:
        """What the subject is called in the language it was written in."""
        return self.source.title or self.desk.untitled

    @property
    def own_title(self) -> Text:
        """What this version is called."""
        return self.version.title or self.desk.untitled

    @property
    def written_in(self) -> Language:
        return CONTENT_LANGUAGES[self.version.language]

    @property
    def source_in(self) -> Language:
        return CONTENT_LANGUAGES[self.item.source_language]

    @property
    def workspace(self) -> str:
        """The address of the subject's own page."""
        return url_for(self.desk.kind.workspace, **{self.desk.parameter: self.subject.id})

    @property
    def crumbs(self) -> list[tuple[Text, str]]:
        """The way from somebody's work to the subject's own page, which is the last."""
        return [(_("My work"), url_for("workflow.worklist")), *self.desk.trail(self.subject), (self.title, self.workspace)]

    @property
    def facts_url(self) -> str:
        """The address where the facts that hold in all languages are kept."""
        return url_for(self.desk.facts_endpoint, **{self.desk.parameter: self.subject.id})

    @cached_property
    def fields(self) -> tuple[ContentField, ...]:
        """The fields of this language: those of the working copy, or of the published source for a translation."""
        return self.desk.kind.fields_for(self.item, None if self.version.is_source else self.source.published)

    def known_fields(self, *revisions: Revision) -> list[ContentField]:
        """Every field that this language, what is published or one of these revisions of the source has."""
        kind, found = self.desk.kind, {entry.name: entry for entry in self.fields}
        for revision in (self.source.published, *revisions) if kind.fields_of is not None else ():
            for entry in kind.fields_for(self.item, revision) if revision is not None else ():
                found.setdefault(entry.name, entry)
        return list(found.values())

    @cached_property
    def form(self) -> type[TextForm]:
        """The form of this text."""
        return text_form(self.fields, claim=self.desk.claim)

    @cached_property
    def labels(self) -> dict[str, Text]:
        """What each field of the text is called."""
        return {entry.name: entry.label for entry in self.known_fields()}

    def of(self, version: LanguageVersion) -> OpenText:
        """Another language of the same."""
        return OpenText(self.desk, self.subject, version)

    def url(self, name: str, **more: Any) -> str:
        """The address of a page that speaks of the whole subject."""
        return url_for(self.desk.endpoint(name), **{self.desk.parameter: self.subject.id, **more})

    def url_here(self, name: str, **more: Any) -> str:
        """The address of a page that speaks of this language."""
        return self.url(name, code=self.version.language, **more)

    def open_comments(self) -> list[Comment]:
        """The remarks nobody has settled yet."""
        return [comment for comment in queries.comments_on(self.version.id) if comment.settled_at is None]


def refused(error: DomainError) -> EmptyForm:
    """A form that carries nothing but a refusal, for pages that show one."""
    form = EmptyForm(formdata=None)
    sentences = [error.message, *getattr(error, "reasons", [])]
    form.refuse(error if isinstance(error, FieldErrors) else FieldErrors([(None, message) for message in sentences]))
    return form


def shown_again(form: Any, version: int) -> Any:
    """The form with everything typed, ready to be sent once more over what stands now."""
    form.version.raw_data = None
    form.version.data = version
    return form


def seen_version(form: VersionedForm) -> int:
    """The version of the thing the form speaks of."""
    return form.version.data or 0
