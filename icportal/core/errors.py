"""What a service may refuse, in words for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from icportal.core.strings import Text


class DomainError(Exception):
    """A request that cannot be carried out; ``message`` is translated and says what to do.

    ``field`` names the form field the message belongs to, if one does.
    """

    status = 422

    def __init__(self, message: Text, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field

    @property
    def problems(self) -> list[tuple[str | None, Text]]:
        return [(self.field, self.message)]


class FieldErrors(DomainError):
    """Several things to mend at once, each with its field."""

    def __init__(self, problems: Sequence[tuple[str | None, Text]]) -> None:
        super().__init__(problems[0][1], problems[0][0])
        self._problems = list(problems)

    @property
    def problems(self) -> list[tuple[str | None, Text]]:
        return self._problems


class NotAllowed(DomainError):
    """The actor lacks the permission; ``reasons`` are the conditions that are not met."""

    status = 403

    def __init__(self, message: Text, reasons: Sequence[Text] = ()) -> None:
        super().__init__(message)
        self.reasons = list(reasons)


class NotFound(DomainError):
    """There is no such thing, or nobody may tell this actor that there is."""

    status = 404


class InvalidTransition(DomainError):
    """The state does not allow the step that was asked for."""

    status = 409


class Stale(DomainError):
    """Somebody changed the thing since the actor opened it. Nothing was written.

    ``differences`` lists (label, mine, theirs) so that the page can show both.
    """

    status = 409

    def __init__(self, message: Text, differences: Sequence[tuple[Text, Any, Any]] = ()) -> None:
        super().__init__(message)
        self.differences = list(differences)


class TooMany(DomainError):
    """A limit was reached; ``seconds`` until the next try."""

    status = 429

    def __init__(self, message: Text, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds
