"""Forms about applications: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes, with_autonym
from icportal.core.strings import Text, _l, _lp
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.mentoring import labels
from icportal.mentoring.applications import Proposal, ThemeOf
from icportal.mentoring.enums import Level, Side
from icportal.mentoring.models import Application
from icportal.mentoring.services.applications import (
    LABELS,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_PLACES,
    MOST_WISHES,
    Draft,
    NeedDraft,
    OfferDraft,
    draft_of,
)
from icportal.plans.forms import AmountField
from icportal.web.forms import RowForm, VersionedForm, at_most, options

#: Rows that stand empty below those that are filled in.
EMPTY_ROWS = 2
_NUMBER = InputRequired(message=_l("Enter a number."))


class SkillRow(RowForm):
    """A language somebody of the team speaks."""

    person = StringField(_l("Person or function"), [at_most(LONGEST_NAME)])
    language = SelectField(_l("Language"), validate_choice=False)
    level = SelectField(_l("Level"), choices=options(labels.LEVELS.items()), default=Level.B2, validate_choice=False)


class WindowRow(RowForm):
    """Days in which the city can travel or host."""

    first = DayField(_l("First day"))
    last = DayField(_l("Last day"))


class MemberRow(RowForm):
    """Somebody of the local support group."""

    name = StringField(_l("Name"), [at_most(LONGEST_NAME)])
    organisation = StringField(_l("Organisation"), [at_most(LONGEST_NAME)])
    role = StringField(_l("Role"), [at_most(LONGEST_NAME)])


class ThemeRow(RowForm):
    """What a city needs and offers in one theme."""

    scheme_id = HiddenField()
    needs = BooleanField(_l("We want a mentor in this theme"))
    need_text = TextAreaField(
        _l("What you want to be able to do"),
        [at_most(LONGEST_TEXT)],
        description=_l("Proposed from your own answers; change it freely."),
    )
    priority = IntegerField(_l("How much it matters, 1 first"), [Optional()], default=1)
    need_factors = Checkboxes(_l("Key factors you want to work on"), validate_choice=False)
    offers = BooleanField(_l("We can mentor in this theme"))
    offer_text = TextAreaField(_l("What you can show another city"), [at_most(LONGEST_TEXT)])
    places = IntegerField(_l("Cities you can mentor in this theme"), [Optional()], default=1)
    offer_factors = Checkboxes(_l("Key factors you are strong in"), validate_choice=False)
    need_wishes = FieldList(SelectField(coerce=int, validate_choice=False), label=_l("Mentor you wish for"))
    offer_wishes = FieldList(SelectField(coerce=int, validate_choice=False), label=_l("City you would like to mentor"))


class ApplicationForm(VersionedForm):
    """A city's part in a programme."""

    contact_name = StringField(LABELS["contact_name"], [at_most(LONGEST_NAME)])
    contact_email = EmailField(LABELS["contact_email"], [at_most(LONGEST_ADDRESS)])
    language = SelectField(LABELS["language"], validate_choice=False)
    themes = FieldList(FormField(ThemeRow), label=_l("Themes"))
    skills = FieldList(FormField(SkillRow, label=_l("Language")), label=LABELS["skills"])
    interpreter = RadioField(LABELS["interpreter"], choices=options(labels.INTERPRETERS.items()), validate_choice=False)
    most_as_mentor = IntegerField(LABELS["most_as_mentor"], [_NUMBER], default=1, description=_l("0 means none for now."))
    most_as_mentee = IntegerField(LABELS["most_as_mentee"], [_NUMBER], default=1, description=_l("One, or two at most."))
    windows = FieldList(FormField(WindowRow, label=_l("Days")), label=LABELS["windows"])
    population = IntegerField(LABELS["population"], [Optional()])
    foreign_share = AmountField(LABELS["foreign_share"], [Optional()])
    competences = Checkboxes(
        LABELS["competences"], validate_choice=False, choices=options(labels.COMPETENCES.items()),
        description=_l("Where the city does not run a service, it speaks up with the body that does."),
    )  # fmt: skip
    support_group = FieldList(FormField(MemberRow, label=_l("Member")), label=LABELS["support_group"])
    avoided = Checkboxes(
        LABELS["avoided"], coerce=int, validate_choice=False, description=_l("Only your city and the coordinators know.")
    )
    note = TextAreaField(LABELS["note"], [at_most(LONGEST_TEXT)])

    def offer_choices(
        self, themes: Sequence[ThemeOf], cities: Iterable[tuple[int, str]], partners: Mapping[tuple[int, str], Collection[int]]
    ) -> None:
        """What can be chosen: languages, cities to wish for or avoid, and the key factors of each theme.

        Those that take part in the theme stand first among the wishes.
        """
        languages = options([("", _lp("language", "none")), *((code, with_autonym(code)) for code in CONTENT_LANGUAGES)])
        self.language.choices = languages[1:]
        for row in self.skills:
            row.form.language.choices = languages
        known = list(cities)
        self.avoided.choices = options(known)
        for theme_row, theme in zip(self.themes, themes, strict=False):
            factors = options((each.code, each.title) for each in theme.factors)
            theme_row.form.need_factors.choices = theme_row.form.offer_factors.choices = factors
            mentors, mentees = (partners.get((theme.scheme.id, side), ()) for side in (Side.MENTOR, Side.MENTEE))
            for wish in theme_row.form.need_wishes:
                wish.choices = _wished(known, {each: _l("offers this theme") for each in mentors})
            for wish in theme_row.form.offer_wishes:
                wish.choices = _wished(known, {each: _l("wants a mentor here") for each in mentees})

    def add_rows(self) -> None:
        """Some more empty rows below what was typed."""
        for rows in (self.skills, self.windows, self.support_group):
            for _row in range(EMPTY_ROWS):
                rows.append_entry()

    @property
    def draft(self) -> Draft:
        """What was filled in."""
        plain = {
            name: getattr(self, name).data
            for name in ("contact_name", "contact_email", "language", "interpreter", "most_as_mentor", "most_as_mentee", "population", "foreign_share", "note")
        }  # fmt: skip
        return Draft(
            **{**plain, "interpreter": plain["interpreter"] or "", "contact_name": plain["contact_name"] or "", "note": plain["note"] or ""},
            windows=tuple((row.form.first.data, row.form.last.data) for row in self.windows if row.form.first.data and row.form.last.data),
            competences=tuple(self.competences.data or ()),
            support_group=tuple(row.form.data for row in self.support_group),
            skills=tuple(
                (row.form.person.data or "", row.form.language.data or "", row.form.level.data)
                for row in self.skills
                if row.form.person.data or row.form.language.data
            ),
            needs=tuple(_need(row.form) for row in self.themes if row.form.needs.data),
            offers=tuple(_offer(row.form) for row in self.themes if row.form.offers.data),
            avoided=tuple(self.avoided.data or ()),
        )  # fmt: skip

    def half_windows(self) -> bool:
        """Whether a row of days lacks one of its two; each is marked."""
        found = False
        for row in self.windows:
            if bool(row.form.first.data) != bool(row.form.last.data):
                lacking = row.form.last if row.form.first.data else row.form.first
                lacking.errors = [*lacking.errors, str(_l("Give both the first and the last day."))]
                found = True
        return found


def _wished(cities: Sequence[tuple[int, str]], there: Mapping[int, Text]) -> list[Any]:
    first = [(number, f"{name} – {there[number]}") for number, name in cities if number in there]
    return options([(0, _lp("wish", "no wish")), *first, *((number, name) for number, name in cities if number not in there)])


def _need(form: Any) -> NeedDraft:
    wishes = tuple(wish.data for wish in form.need_wishes if wish.data)
    priority = form.priority.data if form.priority.data is not None else 1
    return NeedDraft(_scheme(form), form.need_text.data or "", priority, tuple(form.need_factors.data or ()), wishes)


def _offer(form: Any) -> OfferDraft:
    wishes = tuple(wish.data for wish in form.offer_wishes if wish.data)
    places = form.places.data if form.places.data is not None else 1
    return OfferDraft(_scheme(form), form.offer_text.data or "", places, tuple(form.offer_factors.data or ()), wishes)


def _scheme(form: Any) -> int:
    """The number of the theme; 0, which is none, where what came is no number."""
    try:
        return int(form.scheme_id.data or 0)
    except ValueError:
        return 0


def application_form(
    application: Application | None, proposal: Proposal, themes: Sequence[ThemeOf], language: str
) -> ApplicationForm:
    """The form with what was said, or with what the portal proposes where nothing was said yet."""
    if application is None:
        data: dict[str, Any] = {
            "contact_name": proposal.contact_name, "contact_email": proposal.contact_email, "interpreter": proposal.interpreter,
            "population": proposal.fingerprint.population, "foreign_share": proposal.fingerprint.foreign_share,
            "competences": list(proposal.fingerprint.competences), "language": language, "version": 0, "most_as_mentor": 1,
            "most_as_mentee": 1,
            "skills": [dict(zip(("person", "language", "level"), each, strict=True)) for each in proposal.skills],
            "support_group": [dict(row) for row in proposal.support_group],
            "windows": [],
        }  # fmt: skip
    else:
        draft = draft_of(application)
        data = {
            **{name: getattr(draft, name) for name in ("contact_name", "contact_email", "language", "interpreter", "most_as_mentor", "most_as_mentee", "population", "foreign_share", "note")},
            "competences": list(draft.competences), "avoided": list(draft.avoided), "version": application.version,
            "skills": [dict(zip(("person", "language", "level"), each, strict=True)) for each in draft.skills],
            "windows": [{"first": first, "last": last} for first, last in draft.windows],
            "support_group": [dict(row) for row in draft.support_group],
        }  # fmt: skip
    for name in ("skills", "windows", "support_group"):
        data[name] = [*data[name], *({} for _row in range(EMPTY_ROWS))]
    data["themes"] = [_theme(theme, is_new=application is None) for theme in themes]
    return ApplicationForm(data=data)


def _theme(theme: ThemeOf, *, is_new: bool) -> Mapping[str, Any]:
    need, offer = theme.need, theme.offer
    wishes = (theme.need_wishes, theme.offer_wishes)
    padded = [[*each, *([0] * (MOST_WISHES - len(each)))] for each in wishes]
    return {
        "scheme_id": str(theme.scheme.id),
        "needs": need is not None or (is_new and theme.gap.size > 0),
        "need_text": need.text if need else theme.gap.said,
        "priority": need.priority if need else 1,
        "need_factors": list(need.key_factors) if need else [],
        "offers": offer is not None or (is_new and theme.strength.size > 0 and theme.strength.size >= theme.gap.size),
        "offer_text": offer.text if offer else theme.can_show,
        "places": offer.places if offer else min(1, MOST_PLACES),
        "offer_factors": list(offer.key_factors) if offer else [],
        "need_wishes": padded[0],
        "offer_wishes": padded[1],
    }


class StepForm(VersionedForm):
    """A step of an application: the version that was seen, and the reason where one is needed."""

    transition = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]


__all__ = ["ApplicationForm", "StepForm", "application_form"]
