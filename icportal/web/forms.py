"""Forms: shape and wording of input. What is right for the domain is decided by its service.

``refuse`` puts a service's refusal where the person can mend it: at the field and in the summary the base
template prints.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, IntegerField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from icportal.core.errors import DomainError
from icportal.core.strings import LazyString, Text, _, _l


class Translated:
    """WTForms' own messages in the portal's catalogue, by message id."""

    def gettext(self, string: str) -> str:
        return _(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return _(singular if n == 1 else plural)


class PortalForm(FlaskForm):
    """A form with a token, cleaned text and translated messages."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: BaseForm) -> Translated:  # noqa: ARG002  WTForms' signature
            return Translated()

        def bind_field(self, form: BaseForm, unbound_field: Any, options: dict[str, Any]) -> Any:
            filters = list(unbound_field.kwargs.get("filters", []))
            if unbound_field.field_class.__name__ in {"StringField", "TextAreaField", "EmailField", "SearchField"}:
                filters.insert(0, clean)
            return unbound_field.bind(form=form, filters=filters, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the input; every message is text from here on, so that a template need not know how it was written."""
        fine = super().validate(extra_validators)
        for field in self._fields.values():
            if isinstance(field.errors, (list, tuple)):
                field.errors = [str(message) if isinstance(message, LazyString) else message for message in field.errors]
        return bool(fine)

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its field, or above the form when it belongs to none."""
        inner = {leaf.id: leaf for leaf in _leaves(self._fields.values())}
        for field, message in error.problems:
            found = self._fields.get(field) if field in self._fields else inner.get(field or "")
            if found is not None:
                found.errors = [*found.errors, str(message)]
            else:
                self.form_errors.append(str(message))

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field id or empty, message) in the order of the fields, for the summary."""
        found = [("", str(message)) for message in self.form_errors]
        for field in _leaves(self._fields.values()):
            own = field.errors if not _rows(field) else [each for each in field.errors if isinstance(each, str)]
            found += [(field.id, message) for message in _flat(own)]
        return found

    def values(self) -> dict[str, Any]:
        """What was filled in, without the token."""
        return {name: field.data for name, field in self._fields.items() if name not in {"csrf_token", "version"}}


class VersionedForm(PortalForm):
    """A form that knows which version of the thing it was opened on."""

    version = IntegerField(widget=HiddenInput(), default=0)


class TransitionForm(VersionedForm):
    """A step of a workflow: the version and revision that were seen, and the reason."""

    seen_hash = HiddenField()
    reason = HiddenField()


def clean(value: Any) -> Any:
    """Text without control characters and outer space, in NFC; line ends as one sign."""
    if not isinstance(value, str):
        return value
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def required(message: Text) -> Any:
    """The field has to be filled in; ``message`` says with what."""
    return DataRequired(message=message)


def chosen(message: Text) -> Any:
    """One of the offered answers has to be chosen."""
    return InputRequired(message=message)


def at_most(characters: int) -> Any:
    """No more than this many characters."""
    return Length(max=characters, message=_l("This is too long: at most %(max)d characters."))


def options(pairs: Iterable[tuple[object, Text]]) -> list[SelectChoice]:
    """The answers of a select field from (value, label)."""
    return [SelectChoice(str(value), label) for value, label in pairs]


class RowForm(Form):
    """A row of fields within a form: cleaned like the form's own. A row nothing is typed into is no row."""

    class Meta(PortalForm.Meta):
        csrf = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not any(field.data for field in self._fields.values() if field.data is not field.default)


def _rows(field: Any) -> list[Any]:
    """The fields within a field: rows of a list, or the fields of a row."""
    if hasattr(field, "entries"):
        return list(field.entries)
    return list(field.form._fields.values()) if hasattr(field, "form") else []


def _leaves(fields: Iterable[Any]) -> list[Any]:
    """Every field that somebody fills in, and the lists and rows they stand in, in the order of the page."""
    found = []
    for field in fields:
        found += [field, *_leaves(_rows(field))]
    return found


def _flat(errors: Any) -> list[str]:
    found: list[str] = []
    for error in errors.values() if isinstance(errors, dict) else errors:
        found += _flat(error) if isinstance(error, (list, tuple, dict)) else [str(error)]
    return found


__all__ = [
    "PortalForm",
    "RowForm",
    "TransitionForm",
    "ValidationError",
    "VersionedForm",
    "at_most",
    "chosen",
    "clean",
    "options",
    "required",
]
