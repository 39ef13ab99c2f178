"""No sequence of edits, reviews and withdrawals by three people ever publishes a byte that its author approved
alone or that nobody approved. Hypothesis looks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from content.conftest import Place, person, read
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from icportal.cli.verify import findings
from icportal.content import queries, services
from icportal.core.actors import Grant, Role
from icportal.core.db import db
from icportal.core.errors import DomainError

PEOPLE = st.sampled_from([1, 2, 3])
WORDS = st.sampled_from(["red", "green", "blue"])


def machine(app: Flask, place: Place) -> type[RuleBasedStateMachine]:  # noqa: C901  one class with its rules
    grants = (Grant(Role.CITY_OFFICER, city_id=place.own), Grant(Role.REVIEWER, language="en"))
    people = {number: person(number, *grants) for number in (1, 2)} | {3: person(3, *grants, Grant(Role.COORDINATOR))}

    class Portal(RuleBasedStateMachine):
        """The model: what was written since the last approval and by whom, what each person has on screen, what is public."""

        @initialize(author=PEOPLE, title=WORDS)
        def begin(self, author: int, title: str) -> None:
            version = services.create_item(actor=people[author], kind="essay", language="en", title=title, city_id=place.own)
            db.session.commit()
            self.id, self.item = version.id, version.item_id
            self.head, self.authors = title, {author}
            self.state, self.public = "draft", None
            self.revision = 1
            self.texts = {1: title}
            self.screens: dict[int, tuple[int, str, int]] = {}

        def attempt(self, act: Callable[[Any], Any]) -> bool:
            try:
                act(queries.get_version(self.id))
                db.session.commit()
            except DomainError:
                db.session.rollback()
                return False
            return True

        @rule(who=PEOPLE)
        def open_page(self, who: int) -> None:
            version = queries.get_version(self.id)
            assert version.head is not None
            self.screens[who] = (version.version, version.head.sha256, self.revision)

        @rule(who=PEOPLE, title=WORDS)
        def edit(self, who: int, title: str) -> None:
            if who not in self.screens:
                return
            seen, _hash, _revision = self.screens[who]
            before = self.revision_count()
            if self.attempt(lambda v: services.save_source(v, {"title": title}, actor=people[who], seen=seen)):
                assert self.revision_count() == before + (title != self.head)
                if title != self.head:
                    self.wrote(who, title)

        @rule(who=PEOPLE, number=st.integers(1, 4))
        def restore(self, who: int, number: int) -> None:
            if who not in self.screens:
                return
            seen, _hash, _revision = self.screens[who]
            if self.attempt(lambda v: services.restore(v, number, actor=people[who], seen=seen)):
                self.wrote(who, self.texts[number])

        def wrote(self, who: int, title: str) -> None:
            self.revision += 1
            self.head, self.texts[self.revision] = title, title
            self.authors.add(who)
            if self.state in {"review", "published"}:
                self.state = "draft"

        @rule(who=PEOPLE)
        def submit(self, who: int) -> None:
            done = self.attempt(lambda v: services.submit(v, actor=people[who]))
            assert done == (self.state in {"draft", "changes_requested"})
            if done:
                self.state = "review"

        @rule(who=PEOPLE, looked=st.booleans())
        def approve(self, who: int, *, looked: bool) -> None:
            if who not in self.screens:
                return
            seen, seen_hash, revision = self.screens[who]
            done = self.attempt(
                lambda v: services.approve(v, actor=people[who], seen_hash=seen_hash, seen=seen if looked else None)
            )
            if done:
                assert self.state == "review"
                assert revision == self.revision, "approved something else than was read"
                assert who not in self.authors, "approved own words"
                self.publish()
            elif not looked:
                assert self.state != "review" or revision != self.revision or who in self.authors, "a good approval was refused"

        @rule(who=PEOPLE)
        def override(self, who: int) -> None:
            if who not in self.screens:
                return
            _seen, seen_hash, revision = self.screens[who]
            if self.attempt(lambda v: services.override(v, actor=people[who], seen_hash=seen_hash, reason="Now.")):
                assert who == 3, "only coordinators publish alone"
                assert (self.state, revision) == ("review", self.revision)
                self.publish()

        def publish(self) -> None:
            self.state, self.public = "published", self.head
            self.authors = set()

        @rule(who=PEOPLE, step=st.sampled_from(["request_changes", "retract", "withdraw", "archive", "reopen"]))
        def move(self, who: int, step: str) -> None:
            if not self.attempt(lambda v: services.move(v, step, actor=people[who], seen=None, reason="Because.")):
                return
            self.state = {"request_changes": "changes_requested", "withdraw": "withdrawn", "archive": "archived"}.get(
                step, "draft"
            )
            if step in {"withdraw", "archive"}:
                self.public = None

        def revision_count(self) -> int:
            return len(queries.revisions_of(self.id))

        @invariant()
        def readers_get_what_was_approved(self) -> None:
            if hasattr(self, "id"):
                assert read(self.item, "en") == self.public
                version = queries.get_version(self.id)
                assert (version.state, version.title) == (self.state, self.head)

    return Portal


@pytest.mark.databases
def test_nothing_unapproved_is_ever_published(app: Flask, place: Place, backend: str) -> None:
    rounds = 60 if backend == "sqlite" else 15
    run_state_machine_as_test(
        machine(app, place),
        settings=settings(
            max_examples=rounds, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert findings() == []
