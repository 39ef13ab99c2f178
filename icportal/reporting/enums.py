"""The words of reporting. What people read for them is in ``labels``."""

from enum import StrEnum

KIND = "questionnaire"


class Permission(StrEnum):
    VIEW_QUESTIONNAIRE = "reporting.questionnaire:view"
    EDIT_QUESTIONNAIRE = "reporting.questionnaire:edit"
    LIST_ROUNDS = "reporting.round:list"
    VIEW_BOARD = "reporting.round:view_board"
    RUN_ROUND = "reporting.round:run"
    VIEW_RESPONSE = "reporting.response:view"
    ANSWER = "reporting.response:answer"
    ASK_EXTENSION = "reporting.response:ask_extension"
    CERTIFY = "reporting.response:certify"
    CHECK = "reporting.response:check"
    ADOPT = "reporting.response:adopt"
    VIEW_EVIDENCE = "reporting.evidence:view"
    KEEP_EVIDENCE = "reporting.evidence:keep"
    VIEW_RESULTS = "reporting.results:view_network"
    COMPUTE_RESULTS = "reporting.results:compute"
    VIEW_REPORT = "reporting.report:view_draft"
    EDIT_REPORT = "reporting.report:edit"
    RELEASE_REPORT = "reporting.report:release"
    DECIDE_MENTION = "reporting.mention:decide"
    MAKE_BRIEFING = "reporting.briefing:make"


class QuestionType(StrEnum):
    """What a question asks for. ``TABLE`` has rows of columns; ``INDICATOR`` and ``PRACTICE`` point at what the city has there."""

    NOTE = "note"
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    MULTIPLE = "multiple"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    LINK = "link"
    FILE = "file"
    TABLE = "table"
    INDICATOR = "indicator"
    PRACTICE = "practice"


#: Columns of a table are of these types.
COLUMN_TYPES = frozenset({
    QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.CHOICE, QuestionType.INTEGER, QuestionType.DECIMAL,
    QuestionType.DATE, QuestionType.LINK,
})  # fmt: skip


class QuestionRole(StrEnum):
    """What an answer means to the portal, whatever the question is called."""

    GRADE = "grade"
    PROVIDER = "provider"
    EXPLANATION = "explanation"
    CHALLENGES = "challenges"
    PLANS = "plans"
    PRACTICES = "practices"
    STRATEGIES = "strategies"
    DEFINITION = "definition"
    PRIORITIES = "priorities"
    CHARTER_USE = "charter_use"
    ORGANISATION = "organisation"
    SPECIAL = "special"


class Grade(StrEnum):
    """How far a commitment is met, by the city's own assessment (Report I). A blank is none of these."""

    FULLY = "fully"
    PARTLY = "partly"
    NOT_AT_ALL = "not_at_all"


#: The list of choices that every question with the role of a grade uses.
GRADES = "fulfilment"


class Provider(StrEnum):
    """Commitments 4 and 5: the city runs the service, or speaks up with the body that does (footnote of the charter)."""

    DIRECT = "direct"
    ADVOCATES = "advocates"


class Visibility(StrEnum):
    """Who reads an answer or a piece of evidence, each wider than the one before."""

    CITY = "city"
    NETWORK = "network"
    PUBLIC = "public"


class RoundState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ResponseState(StrEnum):
    """Where a city's response stands. ``SIGN_OFF`` waits for the mayor's office, ``REVIEW`` for a coordinator."""

    DRAFT = "draft"
    SIGN_OFF = "sign_off"
    REVIEW = "review"
    CHANGES_REQUESTED = "changes_requested"
    ACCEPTED = "accepted"
    PUBLISHED = "published"


class SectionStatus(StrEnum):
    """How far one section of a response is; computed, never stored."""

    CANNOT_START = "cannot_start"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NOT_NEEDED = "not_needed"
    CHANGES_REQUESTED = "changes_requested"
    CHANGES_MADE = "changes_made"


class EvidenceKind(StrEnum):
    FILE = "file"
    LINK = "link"
    STATEMENT = "statement"


class RemarkKind(StrEnum):
    """``SENT_BACK`` is the certifier's on a section, ``CHANGE`` the coordinator's on a question, ``NOTE`` anybody's."""

    SENT_BACK = "sent_back"
    CHANGE = "change"
    NOTE = "note"


class ExtensionState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


#: The kind of content a chapter of the network's report is.
CHAPTER = "report_chapter"


class ReportState(StrEnum):
    """Where the network's report on a round stands. In ``CONSENT`` the cities read what it says of them."""

    DRAFT = "draft"
    CONSENT = "consent"
    PUBLISHED = "published"


class MentionKind(StrEnum):
    QUOTE = "quote"
    PRACTICE = "practice"


class MentionOutcome(StrEnum):
    """``WAIVED`` is released without an answer after the last day, by a coordinator who says why."""

    PENDING = "pending"
    APPROVED = "approved"
    OBJECTED = "objected"
    WAIVED = "waived"
