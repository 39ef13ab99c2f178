"""What readers ask the registry and the page of receipts."""

from __future__ import annotations

from datetime import date

from wtforms import SearchField, SelectField, StringField

from icportal.charter.queries import FORMER, SIGNATORY, Filter
from icportal.core.clock import today
from icportal.core.errors import DomainError
from icportal.core.strings import _, _l
from icportal.core.tokens import read_receipt_code
from icportal.web.forms import PortalForm, options


class RegistryForm(PortalForm):
    """The registry's filters and its day. Sent by GET, so without a token."""

    class Meta(PortalForm.Meta):
        csrf = False

    q = SearchField(_l("Name of the city"))
    country = SelectField(_l("Country"), validate_choice=False)
    year = SelectField(_l("Year of signature"), validate_choice=False)
    state = SelectField(
        _l("State"),
        validate_choice=False,
        choices=options([(SIGNATORY, _l("Signatories")), (FORMER, _l("Withdrawn")), ("all", _l("Both"))]),
        default=SIGNATORY,
    )
    as_of = StringField(_l("As of"))

    def filter(self) -> Filter:
        """What the reader narrows the list to; a choice that does not exist narrows nothing."""
        year = (self.year.data or "").strip()
        state = self.state.data if self.state.data in (SIGNATORY, FORMER) else SIGNATORY
        return Filter(
            text=(self.q.data or "")[:100],
            country=(self.country.data or "")[:2],
            year=int(year) if year.isdecimal() and len(year) == 4 else None,  # noqa: PLR2004  a year
            state="" if self.state.data == "all" else state,
        )

    def day(self) -> date:
        """The day asked about, today where none is.

        Raises:
            DomainError: no such day, or one that has not come yet.
        """
        typed = (self.as_of.data or "").strip()
        if not typed:
            return today()
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            raise DomainError(
                _("“%(typed)s” is not a day. Write it as year, month and day, such as 2013-01-31.", typed=typed[:40]), "as_of"
            ) from None
        if day > today():
            raise DomainError(_("This day has not come yet. Choose today or an earlier day."), "as_of")
        return day


class VerifyForm(PortalForm):
    """The code of a receipt. Sent by GET, so without a token."""

    class Meta(PortalForm.Meta):
        csrf = False

    code = StringField(_l("Code on the receipt"), description=_l("Ten letters and digits, such as 7KQ4M-09XTA."))

    def read(self) -> str:
        """The code as the portal writes it.

        Raises:
            DomainError: what was typed cannot be a code.
        """
        code = read_receipt_code(self.code.data or "")
        if code is None:
            raise DomainError(
                _(
                    "This cannot be a code of ours: it has ten letters and digits, the last of which checks the others. Compare it with the receipt."
                ),
                "code",
            )
        return code
