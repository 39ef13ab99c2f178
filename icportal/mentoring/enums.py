"""The words of mentoring. What people read for them is in ``labels``."""

from enum import StrEnum

KIND = "mentoring_programme"


class Permission(StrEnum):
    LIST_PROGRAMMES = "mentoring.programme:list"
    VIEW_PROGRAMME = "mentoring.programme:view_draft"
    READ_CALL = "mentoring.call:read"
    EDIT_PROGRAMME = "mentoring.programme:edit"
    RUN_PROGRAMME = "mentoring.programme:run"
    VIEW_APPLICATION = "mentoring.application:view"
    APPLY = "mentoring.application:apply"
    MATCH = "mentoring.matching:run"
    VIEW_PAIRING = "mentoring.pairing:view"
    VIEW_LEDGER = "mentoring.ledger:view"
    ANSWER_PAIRING = "mentoring.pairing:answer"
    SIGN_AGREEMENT = "mentoring.pairing:sign"
    WORK_ON_PAIRING = "mentoring.pairing:work_on"
    RUN_PAIRING = "mentoring.pairing:run"
    LAPSE_PAIRING = "mentoring.pairing:lapse"
    VIEW_CALENDAR = "mentoring.calendar:view"
    OPEN_CALENDAR = "mentoring.calendar:open"


class Phase(StrEnum):
    """The phases of a programme, in their order (the cycle of the city networks' mentoring projects)."""

    DRAFT = "draft"
    APPLY = "apply"
    MATCH = "match"
    AGREE = "agree"
    PREPARE = "prepare"
    VISITS = "visits"
    PLAN = "plan"
    EVALUATE = "evaluate"
    CLOSED = "closed"


#: The phases that have dates in the calendar.
CALENDAR = (Phase.APPLY, Phase.MATCH, Phase.AGREE, Phase.PREPARE, Phase.VISITS, Phase.PLAN, Phase.EVALUATE)


#: In these phases matchings are computed and proposals sent, and a city in no pairing can still change what it had sent.
MATCHABLE = frozenset({Phase.MATCH, Phase.AGREE, Phase.PREPARE})


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """How well somebody speaks a language: the six levels of the Common European Framework, and a first language."""

    A1 = "a1"
    A2 = "a2"
    B1 = "b1"
    B2 = "b2"
    C1 = "c1"
    C2 = "c2"


class Interpreter(StrEnum):
    """Whether a city works with an interpreter, and who is to pay."""

    NONE = "none"
    OWN = "own"
    OTHER = "other"
    PROGRAMME = "programme"


class Competence(StrEnum):
    """Services a city runs itself; where it does not, it speaks up with the body that does."""

    LANGUAGE = "language"
    HOUSING = "housing"
    EMPLOYMENT = "employment"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    SCHOOLS = "schools"
    RECEPTION = "reception"
    POLICE = "police"


class Side(StrEnum):
    """``MENTOR`` gives its experience, ``MENTEE`` wants to close a gap."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class RuleKind(StrEnum):
    """What a coordinator has fixed about a pair."""

    LOCK = "lock"
    BAN = "ban"


class Aim(StrEnum):
    """Which of the two results: the best of all assignments, or the stable one in which the mentees propose."""

    BEST = "best"
    STABLE = "stable"


class PairingState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    COMPLETED_EARLY = "completed_early"
    ENDED = "ended"


#: Pairings that take a place at a mentor.
STANDING = frozenset({PairingState.PROPOSED, PairingState.ACCEPTED, PairingState.ACTIVE, PairingState.PAUSED})
#: Pairings in which both cities work together now.
RUNNING = frozenset({PairingState.ACCEPTED, PairingState.ACTIVE, PairingState.PAUSED})
#: Pairings of which a sign of life is expected: whoever has paused said so.
EXPECTED = frozenset({PairingState.ACCEPTED, PairingState.ACTIVE})
FINISHED = frozenset({PairingState.COMPLETED, PairingState.COMPLETED_EARLY})


class EntryKind(StrEnum):
    """What a line of a pairing's journal is. ``FINE`` is the answer to the alarm after a long silence."""

    NOTE = "note"
    CONTACT = "contact"
    FINE = "fine"


class GrantOutcome(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
