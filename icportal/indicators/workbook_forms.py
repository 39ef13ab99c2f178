"""Forms about workbooks: which one, for which department, for which cities."""

from __future__ import annotations

from wtforms import EmailField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Email, InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from icportal.core.strings import _l
from icportal.indicators.workbooks import EARLIEST
from icportal.web.forms import PortalForm, VersionedForm, at_most, chosen, required


class Ticked(SelectMultipleField):
    """Several entries to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DepartmentForm(VersionedForm):
    name = StringField(_l("Name of the department"), [required(_l("Enter the name of the department.")), at_most(120)])
    email = EmailField(
        _l("Email"),
        [Optional(), Email(message=_l("This is no mail address.")), at_most(254)],
        description=_l("Only for your own overview: the portal sends nothing there."),
    )


class NetworkWorkbookForm(PortalForm):
    """What a workbook of several cities holds. Sent by GET, so without a token."""

    class Meta(PortalForm.Meta):
        csrf = False

    year = IntegerField(
        _l("Year"),
        [InputRequired(message=_l("Enter a year.")), NumberRange(EARLIEST, 2200, message=_l("Enter a year such as 2024."))],
    )
    language = SelectField(_l("Language of the workbook"), [chosen(_l("Choose a language."))])
    families = Ticked(_l("Families"), description=_l("Without a choice: all."))
    codes = StringField(
        _l("Only these indicators"), [at_most(500)], description=_l("Codes with commas between them, such as POP01, EMP02.")
    )
    cities = Ticked(_l("Cities"), description=_l("Without a choice: all."))

    def chosen_codes(self) -> list[str]:
        """The codes that were typed."""
        return [code.upper() for code in (self.codes.data or "").replace(";", ",").replace(",", " ").split()]
