"""Shape and wording of what people fill in about practices."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, Optional

from icportal.content.desk import Checkboxes, language_written_in, working_title
from icportal.core.strings import _, _l
from icportal.practices import labels
from icportal.web.forms import PortalForm, ValidationError, VersionedForm, at_most, chosen, required

MOST_LINKS = 20
LINK_SCHEMES = ("https://", "http://")


class StartForm(PortalForm):
    """What is needed to begin; the city offers its own languages first."""

    city_id = SelectField(_l("City"), coerce=int, validators=[chosen(_l("Choose the city the practice belongs to."))])
    language = language_written_in()
    title = working_title()


class FactsForm(VersionedForm):
    """Everything about a practice that is the same in all languages."""

    commitments = Checkboxes(_l("Commitments it serves"), coerce=int, description=_l("At least one."))
    themes = Checkboxes(_l("Themes"), description=_l("At least one; three at most are easiest to find."))
    contact_name = StringField(_l("Contact person"), validators=[at_most(200)])
    contact_email = EmailField(
        _l("Mail address of the contact"),
        description=_l("It is not shown: people write through a form of the portal."),
        validators=[Optional(), at_most(254), Email(message=_l("This is not a mail address. It looks like name@city.example."))],
    )
    looking_for_partners = BooleanField(
        _l("We are looking for partners"), description=_l("Other cities can then find it by this and write to the contact.")
    )
    links = TextAreaField(
        _l("Links"),
        description=_l("One a line: the address, a space, and what is found there."),
        validators=[at_most(5000)],
    )
    adopted_from = TextAreaField(
        _l("Adopted from"),
        description=_l("Practices of other cities this one was made after: the address of each, one a line."),
        validators=[at_most(3000)],
    )
    visible_from = DateField(_l("Visible from"), description=_l("Empty: as soon as it is published."), validators=[Optional()])
    visible_until = DateField(_l("Visible until"), description=_l("Empty: without an end."), validators=[Optional()])
    review_by = DateField(
        _l("To be looked at again by"), description=_l("You are reminded by mail a month before."), validators=[Optional()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commitments.choices = [(number, f"{number} · {title}") for number, title in labels.commitment_titles().items()]
        self.themes.choices = labels.theme_choices()

    def validate_links(self, field: TextAreaField) -> None:
        """Each line begins with an address that a browser can open safely."""
        lines = _lines(field.data)
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("At most %(most)s links are kept.", most=MOST_LINKS))
        for line in lines:
            if not line.startswith(LINK_SCHEMES) or "." not in line.split()[0]:
                raise ValidationError(
                    _("“%(line)s” does not begin with an address such as https://city.example.", line=line[:60])
                )

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, as the service takes it."""
        values = self.values()
        values["links"] = [
            {"url": line.partition(" ")[0], "label": line.partition(" ")[2].strip()} for line in _lines(self.links.data)
        ]
        values["adopted_from"] = _lines(self.adopted_from.data)
        return values


class FileForm(PortalForm):
    """One file beside a practice."""

    file = FileField(
        _l("File"),
        description=_l("PDF, picture, Word or Excel. It is public once the practice is."),
        validators=[FileRequired(_l("Choose a file."))],
    )
    label = StringField(_l("What it is"), validators=[required(_l("Say in a few words what the file is.")), at_most(200)])


class PartnerForm(PortalForm):
    """A message to the people behind a practice."""

    message = TextAreaField(
        _l("Your message"),
        description=_l("Your name and mail address go with it, so that they can answer you."),
        validators=[required(_l("Write what you want to say.")), at_most(5000)],
    )


def links_as_text(links: list[dict[str, str]]) -> str:
    """Links as they are typed."""
    return "\n".join(f"{link['url']} {link.get('label', '')}".strip() for link in links)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
