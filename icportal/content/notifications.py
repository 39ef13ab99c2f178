"""Who is told what about a text of any kind, each in their own language. A domain brings the words of its mails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from icportal.content.enums import ContentState
from icportal.content.models import ContentItem, LanguageVersion
from icportal.core.actors import Actor, Role
from icportal.core.outbox import MailPreference, Recipient, queue_mail
from icportal.core.strings import Text
from icportal.i18n.catalogues import interface_language
from icportal.i18n.locales import Language, get
from icportal.web.routing import external_url
from icportal.workflow.models import WorkflowEvent

Person = Any
"""Somebody with an account, as accounts knows them: id, name, email, language and mail preference."""

WHOLE = frozenset({"workspace", "edit_text"})


@dataclass(frozen=True)
class Before:
    """What has to be known of a text before a step, to tell people after it."""

    authors: frozenset[int]
    behind: Mapping[int, int]

    @classmethod
    def of(cls, version: LanguageVersion) -> Before:
        return cls(version.contributor_ids, {other.id: _behind(other) for other in version.item.versions})


@dataclass(frozen=True)
class TextMails:
    """The mails about one kind of text.

    ``templates`` is what the names of the domain's mails begin with, ``endpoint`` names the endpoint of a page of its desk and
    ``values`` gives what stands in the address of an item. ``about`` gives the words of a mail that the kind adds.
    ``holders(role, language=, city_id=)`` and ``people(ids)`` find those who are told.
    """

    templates: str
    topic: Text
    endpoint: Callable[[str], str]
    values: Callable[[ContentItem], dict[str, Any]]
    about: Callable[[ContentItem, Language], dict[str, Any]]
    holders: Callable[..., list[Person]]
    people: Callable[[Collection[int]], list[Person]]

    def after(self, version: LanguageVersion, event: WorkflowEvent, before: Before, *, actor: Actor) -> None:
        """Tell those whom a step concerns."""
        if event.transition == "submit":
            able = [user for user in self.holders(Role.REVIEWER, language=version.language) if user.id not in before.authors]
            self.tell(able or self.holders(Role.COORDINATOR), "submitted", version, actor=actor, page="review")
        elif event.transition == "request_changes":
            page = "edit_text" if version.is_source else "translate"
            authors = self.people(before.authors)
            self.tell(authors, "changes_requested", version, actor=actor, page=page, urgent=True, reason=event.reason)
        elif event.transition == "withdraw":
            self.tell(self._keepers(version), "withdrawn", version, actor=actor, page="workspace", reason=event.reason)
        elif event.target == ContentState.PUBLISHED:
            self.tell(self.people(before.authors), "published", version, actor=actor, page="workspace")
            for other in version.item.versions:
                if version.is_source and _behind(other) > before.behind.get(other.id, 0):
                    translators = self.holders(Role.TRANSLATOR, language=other.language)
                    self.tell(translators, "stale", other, actor=actor, page="translate")

    def tell(
        self,
        people: Iterable[Person],
        template: str,
        version: LanguageVersion,
        *,
        actor: Actor | None,
        page: str,
        urgent: bool = False,
        **more: Any,
    ) -> int:
        """Queue one mail for each of the people but the actor; how many were told."""
        told = [user for user in people if actor is None or user.id != actor.id]
        values = self.values(version.item) if told else {}
        if page not in WHOLE:
            values["code"] = version.language
        for user in told:
            reads = interface_language(user.language)
            context = {
                "title": version.title or version.item.source.title,
                "written_in": get(version.language).name_in(reads),
                "sender": actor.name if actor else "",
                "url": external_url(self.endpoint(page), language=reads.code, **values),
                **self.about(version.item, reads),
                **more,
            }
            to = Recipient(user.email, user.name, user.language, user.id, MailPreference(user.mail_preference))
            queue_mail(to=to, template=f"{self.templates}{template}", context=context, urgent=urgent, topic=self.topic)
        return len(told)

    def _keepers(self, version: LanguageVersion) -> list[Person]:
        """The officers of the city a text belongs to; the coordinators for the network's own."""
        if version.city_id is None:
            return self.holders(Role.COORDINATOR)
        return self.holders(Role.CITY_OFFICER, city_id=version.city_id)


def _behind(version: LanguageVersion) -> int:
    return version.stale_segments + version.missing_segments
