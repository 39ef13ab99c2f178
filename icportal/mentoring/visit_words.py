"""The words of visits, and what people read for them."""

from __future__ import annotations

from enum import StrEnum

from icportal.core.strings import Text, _l

#: What an action that comes of a decision has as its origin (``plans.origins``).
DECISION = "visit_decision"


class VisitKind(StrEnum):
    """Who goes where. A ``STUDY`` visit is hosted by the mentor, a ``MENTORING`` visit by the mentee, the others by either."""

    STUDY = "study"
    MENTORING = "mentoring"
    PEER = "peer"
    ONLINE = "online"


class VisitState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class VisitInterpreter(StrEnum):
    """Whether an interpreter is needed at a visit, and who pays."""

    NONE = "none"
    HOST = "host"
    GUEST = "guest"
    SHARED = "shared"
    PROGRAMME = "programme"


VISIT_KINDS: dict[str, Text] = {
    VisitKind.STUDY: _l("Study visit to the mentor"),
    VisitKind.MENTORING: _l("Visit to the mentee"),
    VisitKind.PEER: _l("Peer visit"),
    VisitKind.ONLINE: _l("Online meeting"),
}

VISIT_INTERPRETERS: dict[str, Text] = {
    VisitInterpreter.NONE: _l("No interpreter"),
    VisitInterpreter.HOST: _l("With an interpreter, the host pays"),
    VisitInterpreter.GUEST: _l("With an interpreter, the guests pay"),
    VisitInterpreter.SHARED: _l("With an interpreter, both share the cost"),
    VisitInterpreter.PROGRAMME: _l("With an interpreter, the programme pays"),
}
