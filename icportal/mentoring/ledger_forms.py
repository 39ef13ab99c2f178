"""Forms of what comes after and what it took: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Optional

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes, language_written_in
from icportal.core.strings import Text, _l, _lp
from icportal.mentoring.ledger_words import WORK
from icportal.mentoring.services.ledger import CURRENCIES, LONGEST_NOTE, Spent
from icportal.mentoring.services.outcomes import LONGEST_TITLE
from icportal.plans.forms import AmountField
from icportal.web.forms import PortalForm, at_most, options


class SpentForm(PortalForm):
    """Hours and costs of one city on one day."""

    on_date = DayField(_l("Day"))
    kind = SelectField(_l("What for"), choices=options(WORK.items()), validate_choice=False)
    hours = AmountField(_l("Hours"), [Optional()], description=_l("Of everybody together; a quarter is 0.25."))
    cost = IntegerField(_l("Costs"), [Optional()], description=_l("In whole units, without cents."))
    currency = SelectField(_l("Currency"), choices=options((code, code) for code in CURRENCIES), validate_choice=False)
    note = StringField(_lp("ledger", "Note"), [at_most(LONGEST_NOTE)])

    @property
    def spent(self) -> Spent:
        """What was filled in."""
        hours = None if self.hours.data is None else float(self.hours.data)
        return Spent(
            self.on_date.data, hours, self.cost.data, self.kind.data or "", self.currency.data or "", self.note.data or ""
        )


class PracticeForm(PortalForm):
    """What a practice begins with."""

    title = StringField(
        _l("Title of the practice"), [at_most(LONGEST_TITLE)],
        description=_l("What it is, so that a colleague elsewhere would click on it."),
    )  # fmt: skip
    language = language_written_in()
    adopted_from = Checkboxes(_l("Adopted from"), coerce=int, validate_choice=False)

    def offer(self, languages: Iterable[tuple[str, Text]], sources: Iterable[tuple[int, Text]]) -> None:
        """The languages to write in, the city's own first, and the mentor's practices there are."""
        self.language.choices = options(languages)
        self.adopted_from.choices = options(sources)
