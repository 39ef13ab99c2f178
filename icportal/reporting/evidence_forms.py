"""The form of a piece of evidence, on a page of its own and at an answer."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from icportal.core.strings import _l
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.reporting import labels
from icportal.reporting.enums import EvidenceKind, Visibility
from icportal.reporting.services.evidence import EvidenceFacts, Upload
from icportal.web.forms import VersionedForm, at_most, options


class EvidenceForm(VersionedForm):
    """What shows that an answer is right: a file, a link, or a statement of the city; which of them is seen by what is filled in."""

    title = StringField(
        _l("What it is"), description=_l("For example: council decision of 17 May 2023."), validators=[at_most(300)]
    )
    file = FileField(_l("File"), description=_l("PDF, picture, Word or Excel."))
    url = StringField(_l("Web address"), validators=[at_most(2000)])
    text = TextAreaField(
        _l("Statement"), description=_l("What it shows, in your own words. Alone it is a statement of the city."),
        validators=[at_most(5000)],
    )  # fmt: skip
    effective_on = DateField(_l("Took effect on"), description=_l("Not the day on which you enter it."), validators=[Optional()])
    period_from = DateField(_l("Covers the time from"), validators=[Optional()])
    period_to = DateField(_l("Covers the time until"), validators=[Optional()])
    expires_on = DateField(
        _l("Expires on"),
        description=_l("From this day on it no longer counts. You are warned 7 days and 1 day before. Empty: never."),
        validators=[Optional()],
    )
    owner = StringField(_l("Who answers for it"), description=_l("A person or an office."), validators=[at_most(200)])
    visibility = SelectField(_l("Who reads it"), default=Visibility.NETWORK)
    language = SelectField(_l("Language of the evidence"))

    def __init__(self, *args: Any, written_in: str = "en", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visibility.choices = options(labels.VISIBILITIES.items())
        self.language.choices = options((code, language.autonym) for code, language in CONTENT_LANGUAGES.items())
        if self.language.data not in CONTENT_LANGUAGES:
            self.language.data = written_in

    @property
    def upload(self) -> Upload | None:
        """The file that was sent, if any."""
        sent = self.file.data
        return Upload(sent.stream, sent.filename) if sent and getattr(sent, "filename", "") else None

    def facts(self, kind: str = "") -> EvidenceFacts:
        """What was filled in, as the service takes it. ``kind`` is that of evidence that is there."""
        given: dict[str, Any] = {
            name: "" if value is None and name in TEXTS else value for name, value in self.values().items() if name != "file"
        }
        return EvidenceFacts(kind=kind or self._kind, **given)

    @property
    def _kind(self) -> str:
        if self.upload is not None:
            return EvidenceKind.FILE
        return EvidenceKind.LINK if (self.url.data or "").strip() else EvidenceKind.STATEMENT


TEXTS = frozenset({"title", "url", "text", "owner", "visibility", "language"})
