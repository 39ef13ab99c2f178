"""The words of the charter."""

from enum import StrEnum


class SignatureState(StrEnum):
    """The way of a signature, from the council's decision to the public registry."""

    DRAFT = "draft"
    SIGNED = "signed"
    REVIEW = "review"
    CHANGES_REQUESTED = "changes_requested"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class SignatureKind(StrEnum):
    """A first signature, or its renewal by a new mayor or for a new charter text."""

    FIRST = "first"
    RENEWAL = "renewal"


class Precision(StrEnum):
    """How exactly history gives a date."""

    DAY = "day"
    MONTH = "month"
    BOUND = "bound"


#: Commitments a city may also meet by advocating with the body that runs the service.
ADVOCACY = frozenset({4, 5})


class Permission(StrEnum):
    VIEW = "charter.signature:view"
    START = "charter.signature:start"
    EDIT = "charter.signature:edit"
    SIGN = "charter.signature:sign"
    SUBMIT = "charter.signature:submit"
    CHECK = "charter.signature:check"
    WITHDRAW = "charter.signature:withdraw"
    ASK_DELAY = "charter.signature:ask_delay"
    DECIDE_DELAY = "charter.signature:decide_delay"
    IMPORT = "charter.signature:import"
    SUPERSEDE = "charter.signature:supersede"
    REMIND = "charter.renewal:remind"


class Method(StrEnum):
    """How a text was signed."""

    SCREEN = "screen"
    DEED = "deed"
    RECORDS = "records"


class Decision(StrEnum):
    """The answer to a request for more time; empty while there is none."""

    GRANTED = "granted"
    REFUSED = "refused"
