"""The way of every text: draft → review → published, in each language for itself."""

from __future__ import annotations

from icportal.content.enums import ContentState as S
from icportal.content.enums import Permission
from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.workflow.definition import Definition, State, Transition

is_public = Predicate(lambda _actor, version: version.is_published)

CONTENT = Definition(
    key="content.version",
    initial=S.DRAFT,
    states=(
        State(S.DRAFT, _lp("state", "Draft"), "draft", _l("the author")),
        State(S.REVIEW, _lp("state", "In review"), "waiting", _l("a reviewer")),
        State(S.CHANGES_REQUESTED, _lp("state", "Changes requested"), "stopped", _l("the author")),
        State(S.PUBLISHED, _lp("state", "Published"), "done"),
        State(S.WITHDRAWN, _lp("state", "Withdrawn"), "stopped"),
        State(S.ARCHIVED, _lp("state", "Archived"), "draft"),
    ),
    transitions=(
        Transition(
            "submit", frozenset({S.DRAFT, S.CHANGES_REQUESTED}), S.REVIEW, Permission.SUBMIT, _l("Send to review"),
            _l("A second person reads it and publishes it or asks for changes. You can take it back until then."),
            tone="primary",
        ),
        Transition(
            "approve", frozenset({S.REVIEW}), S.PUBLISHED, Permission.REVIEW, _l("Approve and publish"),
            _l("The text you have read becomes public at once."),
            four_eyes=True, binds=True, tone="primary",
        ),
        Transition(
            "request_changes", frozenset({S.REVIEW}), S.CHANGES_REQUESTED, Permission.REVIEW, _l("Ask for changes"),
            _l("The authors get your reason by mail and can send it again."), needs_reason=True,
        ),
        Transition(
            "retract", frozenset({S.REVIEW}), S.DRAFT, Permission.SUBMIT, _l("Take back"),
            _l("It leaves the reviewer's list and becomes a draft again."),
        ),
        Transition(
            "override", frozenset({S.REVIEW}), S.PUBLISHED, Permission.OVERRIDE, _l("Publish without a second person"),
            _l("For emergencies: your reason is kept in the history for ever."), needs_reason=True, binds=True,
            tone="danger",
        ),
        Transition(
            "withdraw", frozenset({S.PUBLISHED, S.DRAFT, S.REVIEW, S.CHANGES_REQUESTED}), S.WITHDRAWN, Permission.WITHDRAW,
            _l("Withdraw from the public"),
            _l("Readers no longer find it in this language. If it is the original, its translations are withdrawn too."),
            needs_reason=True, condition=is_public, tone="danger",
        ),
        Transition(
            "archive", frozenset({S.DRAFT, S.CHANGES_REQUESTED, S.PUBLISHED, S.WITHDRAWN}), S.ARCHIVED, Permission.WITHDRAW,
            _l("Archive"), _l("It leaves all lists, public ones too, and can be brought back."), needs_reason=True,
        ),
        Transition(
            "reopen", frozenset({S.WITHDRAWN, S.ARCHIVED}), S.DRAFT, Permission.SUBMIT, _l("Bring back as a draft"),
            _l("You can go on writing; it becomes public again only after a review."),
        ),
        Transition("revise", frozenset({S.PUBLISHED, S.REVIEW}), S.DRAFT, Permission.SUBMIT, _l("Edited"), automatic=True),
        Transition("adopt", frozenset({S.DRAFT}), S.PUBLISHED, Permission.IMPORT, _l("Taken over from a published report"), automatic=True),
    ),
)  # fmt: skip
