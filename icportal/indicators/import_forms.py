"""Forms of an upload: which file, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel.numbers import format_decimal
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from icportal.core.strings import _, _l
from icportal.i18n.locales import offered
from icportal.indicators.models import Department
from icportal.web.forms import PortalForm

EXAMPLE = 1234.5
NO_FILE = _l("Choose the workbook you have filled in.")


def _number(text: Any) -> int:
    """The number of a department; nothing chosen is the whole city, and what is no number is none of the choices."""
    written = str(text or 0).strip() or "0"
    return int(written) if written.isdecimal() and written.isascii() else -1


class _ReadsAs(PortalForm):
    """The language whose way of writing numbers the file follows."""

    reads_as = SelectField(
        _l("How numbers are written in it"),
        description=_l(
            "Only for numbers that were typed as text. Real numbers of the spreadsheet are understood whatever the language."
        ),
    )

    def offer_languages(self, language: str) -> None:
        """Fill in the choices, the reader's own language as the first guess."""
        choices: Any = [
            (each.code, f"{each.autonym}: {format_decimal(EXAMPLE, locale=each.locale)}") for each in offered(with_pseudo=False)
        ]
        self.reads_as.choices = choices
        if self.reads_as.data is None:
            self.reads_as.data = language if language in dict(choices) else "en"


class UploadForm(_ReadsAs):
    """A workbook of one city, or of one of its departments."""

    upload = FileField(
        _l("Workbook"),
        [FileRequired(message=NO_FILE)],
        description=_l("The Excel file you took from the portal (.xlsx), at most 20 MB."),
    )
    department = SelectField(_l("Filled in by"), coerce=_number, default=0)

    def offer(self, language: str, departments: Iterable[Department]) -> UploadForm:
        """Fill in the choices."""
        self.offer_languages(language)
        named: Any = [(each.id, each.name) for each in departments]
        self.department.choices = [(0, _("the whole city")), *named]
        return self


class NetworkUploadForm(_ReadsAs):
    """A table of many cities."""

    upload = FileField(
        _l("Workbook of several cities"),
        [FileRequired(message=NO_FILE)],
        description=_l("The network's table (.xlsx), at most 20 MB. It is read in the background; you get a mail."),
    )

    def offer(self, language: str) -> NetworkUploadForm:
        """Fill in the choices."""
        self.offer_languages(language)
        return self


class DecisionForm(PortalForm):
    """What is decided on a page of its own stands there; the form carries the token and what was refused."""
