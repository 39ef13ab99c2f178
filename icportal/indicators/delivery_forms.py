"""Forms on the way of a delivery: beginning a year, typing in, remarks on values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, TextAreaField

from icportal.core.strings import _l
from icportal.i18n.locales import interface_codes
from icportal.indicators.enums import Mark
from icportal.indicators.typed import Row, plain
from icportal.web.forms import PortalForm, TransitionForm, at_most, required

EXAMPLE = Decimal("1234.5")


class BeginForm(PortalForm):
    """For which city and which year a delivery is begun."""

    city = SelectField(_l("City"))
    year = IntegerField(_l("Year the values speak of"), [required(_l("Give the year the values speak of, in four digits."))])

    def offer(self, cities: Iterable[tuple[str, str]]) -> BeginForm:
        """Fill in the choices."""
        choices: Any = list(cities)
        self.city.choices = choices
        return self


class StepForm(TransitionForm):
    """A step of the workflow; its fields are written by the buttons."""


class MarkForm(PortalForm):
    """A star, a comment or a reason on one value."""

    kind = HiddenField()
    name = HiddenField()
    text = TextAreaField(_l("What you want to say"), [at_most(2000)])

    @property
    def is_star(self) -> bool:
        return bool(self.kind.data == Mark.STAR)


class TypingForm(PortalForm):
    """The token and what was refused; the rows are read by ``typed``."""

    rows: list[Row] = []
    #: With what the page answers when it comes again.
    status: int = 422

    @property
    def errors(self) -> dict[Any, Any]:
        found = dict(super().errors)
        if any(row.problems for row in self.rows):
            found["rows"] = True
        return found

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the field, message) of everything that stands in the way, in the order of the page."""
        mine = [
            (f"{name}-{number}", f"{row.place.label}: {message}")
            for number, row in enumerate(self.rows, start=1)
            for name, messages in row.problems.items()
            for message in messages
        ]
        return [*super().problems, *mine]


def ways_of_writing(first: str) -> list[tuple[str, str]]:
    """(language, example) for every different way of writing numbers, the reader's own first."""
    found: dict[str, str] = {}
    for code in dict.fromkeys((first, *interface_codes())):
        found.setdefault(plain(EXAMPLE, code), code)
    return [(code, example) for example, code in found.items()]
