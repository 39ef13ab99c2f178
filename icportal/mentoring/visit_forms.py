"""Forms about visits, their documents and minutes: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import Optional

from icportal.charter.forms import DayField
from icportal.cities.models import City
from icportal.content.desk import Checkboxes, with_autonym
from icportal.core.strings import Text, _, _l, _lp
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring.services import minutes as writing
from icportal.mentoring.services.minutes import DecisionDraft, MinutesDraft
from icportal.mentoring.services.visits import LONGEST_TITLE
from icportal.mentoring.visit_drafts import LABELS, LONGEST_LINK, LONGEST_NAME, LONGEST_PLACE, Item, Person, VisitDraft
from icportal.mentoring.visit_words import VISIT_INTERPRETERS, VISIT_KINDS
from icportal.web.forms import PortalForm, RowForm, VersionedForm, at_most, options, required

#: Rows that stand empty below those that are filled in.
EMPTY_ROWS = 3


class ClockField(TimeField):
    """A time of the day; what cannot be read stays in the field and is explained."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators or [Optional()], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError(_("This is not a time of the day. Write it as hours and minutes, such as 14:30.")) from None


class AgendaRow(RowForm):
    """One point of the agenda; an empty row is none."""

    on = DayField(_l("Day"))
    at = ClockField(_lp("agenda", "Time"))
    title = StringField(_l("What happens"), [at_most(LONGEST_NAME)])
    lead = StringField(_l("Who leads"), [at_most(LONGEST_NAME)])

    @property
    def item(self) -> Item:
        return Item(self.title.data or "", self.on.data, self.at.data, self.lead.data or "")


class PersonRow(RowForm):
    """Somebody who takes part; an empty row is nobody."""

    name = StringField(_l("Name"), [at_most(LONGEST_NAME)])
    role = StringField(_l("Role"), [at_most(LONGEST_NAME)])
    organisation = StringField(_l("Organisation"), [at_most(LONGEST_NAME)])
    city_id = SelectField(_l("City"), coerce=int, default=0, validate_choice=False)

    @property
    def person(self) -> Person:
        return Person(self.name.data or "", self.role.data or "", self.organisation.data or "", self.city_id.data or None)


class VisitForm(VersionedForm):
    """What is said of a visit."""

    kind = SelectField(LABELS["kind"], choices=options(VISIT_KINDS.items()), validate_choice=False)
    host_id = SelectField(LABELS["host_id"], coerce=int, validate_choice=False)
    title = StringField(
        LABELS["title"], [required(_l("Say in a few words what it is about.")), at_most(LONGEST_TITLE)],
        description=_l("It stands in mails and in calendars."),
    )  # fmt: skip
    language = SelectField(LABELS["language"], validate_choice=False)
    first_on = DayField(LABELS["first_on"])
    last_on = DayField(LABELS["last_on"], description=_l("Leave it empty for one day."))
    starts_at = ClockField(LABELS["starts_at"])
    ends_at = ClockField(LABELS["ends_at"])
    zone = SelectField(LABELS["zone"], validate_choice=False)
    link = StringField(LABELS["link"], [at_most(LONGEST_LINK)])
    place = StringField(LABELS["place"], [at_most(LONGEST_PLACE)], description=_l("Where one meets: house, street, room."))
    languages = Checkboxes(LABELS["languages"], validate_choice=False)
    interpreter = SelectField(LABELS["interpreter"], choices=options(VISIT_INTERPRETERS.items()), validate_choice=False)
    agenda = FieldList(FormField(AgendaRow, label=_l("Point of the agenda")), label=LABELS["agenda"])
    people = FieldList(FormField(PersonRow, label=_l("Person")), label=LABELS["people"])

    def offer(self, both: Sequence[City], zones: Iterable[tuple[str, str]], language: str) -> None:
        """The cities, clocks and languages there are."""
        names = [(city.id, city.name_in(language)) for city in both]
        self.host_id.choices = options(names)
        self.zone.choices = options(zones)
        self.language.choices = self.languages.choices = options((code, with_autonym(code)) for code in CONTENT_LANGUAGES)
        for row in self.people:
            row.form.city_id.choices = options([*names, (0, _lp("at a visit", "guest"))])

    def add_rows(self) -> None:
        """Some more empty rows below what was typed."""
        for rows in (self.agenda, self.people):
            for _row in range(EMPTY_ROWS):
                rows.append_entry()

    @property
    def draft(self) -> VisitDraft:
        """What was filled in."""
        texts: dict[str, Any] = {
            name: self._fields[name].data or "" for name in ("kind", "title", "zone", "place", "link", "language", "interpreter")
        }
        times: dict[str, Any] = {name: self._fields[name].data for name in ("first_on", "last_on", "starts_at", "ends_at")}
        return VisitDraft(
            **texts, **times, host_id=self.host_id.data, languages=tuple(self.languages.data or ()),
            agenda=tuple(row.form.item for row in self.agenda if _is_filled(row.form)),
            people=tuple(row.form.person for row in self.people if _is_filled(row.form)),
        )  # fmt: skip


def visit_form(draft: VisitDraft, version: int) -> VisitForm:
    """The form with what is said now and some empty rows; what was sent takes its place."""
    plain = {name: getattr(draft, name) for name in LABELS if name not in {"languages", "agenda", "people"}}
    empty: list[dict[str, Any]] = [{} for _row in range(EMPTY_ROWS)]
    agenda = [{"on": i.on, "at": i.at, "title": i.title, "lead": i.lead} for i in draft.agenda]
    people = [{"name": p.name, "role": p.role, "organisation": p.organisation, "city_id": p.city_id or 0} for p in draft.people]
    return VisitForm(
        data={**plain, "languages": list(draft.languages), "agenda": agenda + empty, "people": people + empty, "version": version}
    )


def _is_filled(form: Any) -> bool:
    """Whether anything was typed into a row; what stands in it by itself does not count."""
    return any(field.data not in (None, "") for name, field in form._fields.items() if name not in {"id", "city_id"})


class DocumentForm(PortalForm):
    """A file that belongs to a visit."""

    upload = FileField(
        _l("Document"), [FileRequired(message=_l("Choose a file."))],
        description=_l("PDF, Word, Excel, PNG or JPEG, at most 10 MB. Both cities, the facilitator and the coordinators can open it."),
    )  # fmt: skip
    title = StringField(_l("What it is"), [at_most(LONGEST_TITLE)])


class DecisionRow(RowForm):
    """One decision; an empty row is none."""

    id = HiddenField()
    text = TextAreaField(_l("What was decided"), [at_most(writing.LONGEST_DECISION)])
    city_id = SelectField(_l("For the plan of"), coerce=int, validate_choice=False)
    owner_body = StringField(_l("Responsible body"), [at_most(writing.LONGEST_NAME)])
    owner_person = StringField(_l("Responsible person"), [at_most(writing.LONGEST_NAME)])
    due_on = DayField(_lp("date", "Due"))

    @property
    def decision(self) -> DecisionDraft:
        typed = str(self.id.data or "")
        number = int(typed) if typed.isdecimal() and len(typed) < 10 else None  # noqa: PLR2004  no row has a longer number
        return DecisionDraft(
            self.text.data or "",
            self.city_id.data,
            self.owner_body.data or "",
            self.owner_person.data or "",
            self.due_on.data,
            number,
        )


class MinutesForm(VersionedForm):
    """What was said at a visit, and what was decided."""

    language = SelectField(writing.LABELS["language"], validate_choice=False)
    text = TextAreaField(
        writing.LABELS["text"], [required(_l("Write down in a few lines what was said.")), at_most(writing.LONGEST_TEXT)],
        description=_l("Who was met, what was seen, what it means for the mentee."),
    )  # fmt: skip
    decisions = FieldList(FormField(DecisionRow, label=_l("Decision")), label=writing.LABELS["decisions"])

    def offer(self, cities: Iterable[tuple[int, Text]]) -> None:
        """The languages there are, and the cities whose plan a decision can be for."""
        self.language.choices = options((code, with_autonym(code)) for code in CONTENT_LANGUAGES)
        offered = options(cities)
        for row in self.decisions:
            row.form.city_id.choices = offered

    def add_rows(self, city_id: int) -> None:
        """Some more empty rows below what was typed."""
        for _row in range(EMPTY_ROWS):
            self.decisions.append_entry({"city_id": city_id})

    @property
    def draft(self) -> MinutesDraft:
        """What was filled in."""
        decisions = tuple(row.form.decision for row in self.decisions if _is_filled(row.form))
        return MinutesDraft(self.text.data or "", self.language.data or "", decisions)


def minutes_form(draft: MinutesDraft, version: int, city_id: int) -> MinutesForm:
    """The form with what is written now and some empty rows for the plan of a city; what was sent takes its place."""
    rows: list[dict[str, Any]] = [
        {
            "id": d.id or "",
            "text": d.text,
            "city_id": d.city_id,
            "owner_body": d.owner_body,
            "owner_person": d.owner_person,
            "due_on": d.due_on,
        }
        for d in draft.decisions
    ]
    rows += [{"city_id": city_id} for _row in range(EMPTY_ROWS)]
    return MinutesForm(data={"language": draft.language, "text": draft.text, "decisions": rows, "version": version})
