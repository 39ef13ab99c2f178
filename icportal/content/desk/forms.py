"""Shape and wording of what people fill in about texts of any kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from icportal.content.kinds import ContentField
from icportal.core.strings import Text, _, _l
from icportal.web.forms import PortalForm, VersionedForm, at_most, required

LONGEST_LINE = 300
LONGEST_TEXT = 20_000


class Checkboxes(SelectMultipleField):
    """Several answers, each a check box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def language_written_in() -> SelectField:
    """The question that begins a text of any kind; its choices come with the form."""
    return SelectField(
        _l("Language you write in"),
        description=_l("Write in the language you know best. It is translated from there."),
        validators=[required(_l("Choose the language you write in."))],
    )


def working_title() -> StringField:
    """The title a text is begun with."""
    return StringField(
        _l("Title"),
        description=_l("You can change it later. At most 15 words."),
        validators=[required(_l("Give it a title: it is how you find it again.")), at_most(LONGEST_LINE)],
    )


class EmptyForm(VersionedForm):
    """Only the token and the version that was seen."""


class TextForm(VersionedForm):
    """The text itself. A draft may be incomplete; what is needed binds when it is sent to review."""

    names: tuple[str, ...] = ()

    @classmethod
    def for_body(cls, body: dict[str, str], version: int, **options: Any) -> TextForm:
        """The form filled with a text."""
        return cls(data={**body, "version": version}, **options)

    @property
    def body(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in self.names}


def text_form(written: Sequence[ContentField], *, claim: Text) -> type[TextForm]:
    """The form for the fields of a text. ``claim`` says what follows from "only the wording has changed"."""
    fields: dict[str, Any] = {
        "names": tuple(field.name for field in written),
        "same_meaning": BooleanField(_l("Only the wording has changed, not the meaning"), description=claim),
    }
    for field in written:
        is_line = field.kind == "line"
        limit = at_most(field.longest or (LONGEST_LINE if is_line else LONGEST_TEXT))
        fields[field.name] = (StringField if is_line else TextAreaField)(field.label, description=field.hint, validators=[limit])
    return type("TextForm", (TextForm,), fields)


class CommentForm(PortalForm):
    """A remark on a field."""

    field = SelectField(_l("About"), validators=[Optional()])
    text = TextAreaField(_l("Remark"), validators=[required(_l("Write what you want to say.")), at_most(5000)])

    def __init__(self, written: Iterable[ContentField], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field.choices = [("", _("The whole text")), *((field.name, str(field.label)) for field in written)]


class StartTranslationForm(PortalForm):
    """The language to translate into."""

    language = SelectField(_l("Translate into"), validators=[required(_l("Choose a language to translate into."))])
