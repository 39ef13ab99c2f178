"""The way of the network's report: written, read by the cities it speaks of, published; and written again for a correction."""

from __future__ import annotations

from icportal.core.strings import _l, _lp
from icportal.reporting.enums import Permission
from icportal.reporting.enums import ReportState as S
from icportal.workflow.definition import Definition, State, Transition

REPORT = Definition(
    key="reporting.report",
    initial=S.DRAFT,
    states=(
        State(S.DRAFT, _lp("state", "Draft"), "draft", _l("a coordinator")),
        State(S.CONSENT, _lp("state of a report", "With the cities"), "waiting", _l("the cities")),
        State(S.PUBLISHED, _lp("state", "Published"), "done"),
    ),
    transitions=(
        Transition(
            "ask_cities", frozenset({S.DRAFT}), S.CONSENT, Permission.EDIT_REPORT, _l("Ask the cities"),
            _l("Every city the report mentions gets a mail in its own language and reads what is said of it."), tone="primary",
        ),
        Transition(
            "take_back", frozenset({S.CONSENT}), S.DRAFT, Permission.EDIT_REPORT, _l("Take back"),
            _l("You can go on writing. What cities have approved stays approved as long as the paragraph is unchanged."),
        ),
        Transition(
            "release", frozenset({S.CONSENT}), S.PUBLISHED, Permission.RELEASE_REPORT, _l("Publish the report"),
            _l("The worker makes the pages, PDF, Word and data of an edition, and freezes them with a checksum."), tone="primary",
        ),
        Transition(
            "correct", frozenset({S.PUBLISHED}), S.DRAFT, Permission.EDIT_REPORT, _l("Correct the report"),
            _l("The published edition stays as it is. What you publish next is a further edition beside it."),
            needs_reason=True,
        ),
    ),
)  # fmt: skip
