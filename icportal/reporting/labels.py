"""The words of reporting in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from icportal.core.strings import LazyString, _, _l, _lp
from icportal.i18n.formatting import historic
from icportal.reporting.enums import (
    EvidenceKind,
    ExtensionState,
    Grade,
    MentionOutcome,
    Provider,
    QuestionType,
    SectionStatus,
    Visibility,
)
from icportal.reporting.models import Round

GRADES: Mapping[str, LazyString] = {
    Grade.FULLY: _lp("grade", "Fully"),
    Grade.PARTLY: _lp("grade", "Partly"),
    Grade.NOT_AT_ALL: _lp("grade", "Not at all"),
}
NO_ANSWER = _l("No answer")

PROVIDERS: Mapping[str, LazyString] = {
    Provider.DIRECT: _l("The city runs the service"),
    Provider.ADVOCATES: _l("Another body runs it, and the city advocates there"),
}

VISIBILITIES: Mapping[str, LazyString] = {
    Visibility.CITY: _l("Only the city and its coordinator"),
    Visibility.NETWORK: _l("The network"),
    Visibility.PUBLIC: _l("Everybody"),
}

EVIDENCE_KINDS: Mapping[str, LazyString] = {
    EvidenceKind.FILE: _lp("evidence", "File"),
    EvidenceKind.LINK: _lp("evidence", "Link"),
    EvidenceKind.STATEMENT: _lp("evidence", "Statement"),
}

QUESTION_TYPES: Mapping[str, LazyString] = {
    QuestionType.NOTE: _lp("type of question", "Note to read"),
    QuestionType.TEXT: _lp("type of question", "Line of text"),
    QuestionType.LONG_TEXT: _lp("type of question", "Text"),
    QuestionType.CHOICE: _lp("type of question", "One choice"),
    QuestionType.MULTIPLE: _lp("type of question", "Several choices"),
    QuestionType.INTEGER: _lp("type of question", "Whole number"),
    QuestionType.DECIMAL: _lp("type of question", "Number"),
    QuestionType.DATE: _lp("type of question", "Date"),
    QuestionType.LINK: _lp("type of question", "Web address"),
    QuestionType.FILE: _lp("type of question", "File"),
    QuestionType.TABLE: _lp("type of question", "Table with rows"),
    QuestionType.INDICATOR: _lp("type of question", "Indicator"),
    QuestionType.PRACTICE: _lp("type of question", "Good practices"),
}

#: Status of a section with its tone.
SECTION_STATUSES: Mapping[str, tuple[LazyString, str]] = {
    SectionStatus.CANNOT_START: (_lp("section", "Cannot start yet"), "draft"),
    SectionStatus.NOT_STARTED: (_lp("section", "Not started"), "draft"),
    SectionStatus.IN_PROGRESS: (_lp("section", "In progress"), "waiting"),
    SectionStatus.COMPLETED: (_lp("section", "Completed"), "done"),
    SectionStatus.NOT_NEEDED: (_lp("section", "Not needed"), "draft"),
    SectionStatus.CHANGES_REQUESTED: (_lp("section", "Changes requested"), "stopped"),
    SectionStatus.CHANGES_MADE: (_lp("section", "Changes made"), "waiting"),
}

#: What became of a request for more time, with its tone.
EXTENSION_STATES: Mapping[str, tuple[LazyString, str]] = {
    ExtensionState.ASKED: (_lp("request for more time", "Waiting for an answer"), "waiting"),
    ExtensionState.GRANTED: (_lp("request for more time", "Granted"), "done"),
    ExtensionState.REFUSED: (_lp("request for more time", "Refused"), "stopped"),
}

#: What a city has said to a mention, with its tone.
MENTION_OUTCOMES: Mapping[str, tuple[LazyString, str]] = {
    MentionOutcome.PENDING: (_lp("mention", "Not answered yet"), "waiting"),
    MentionOutcome.APPROVED: (_lp("mention", "Approved"), "done"),
    MentionOutcome.OBJECTED: (_lp("mention", "Objected to"), "stopped"),
    MentionOutcome.WAIVED: (_lp("mention", "Released without an answer"), "draft"),
}


def edition(round_: Round) -> str:
    """What a round is called."""
    return _("Reporting round %(number)s", number=str(round_.number))


def period(round_: Round) -> str:
    """The time a round speaks of."""
    return historic(round_.period_from, round_.period_to, "period")
