"""Forms about actions and objectives: shape and wording. What is right is decided by the services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import TextInput

from icportal.charter.forms import DayField
from icportal.content.desk import Checkboxes
from icportal.core.clock import today
from icportal.core.errors import DomainError, FieldErrors
from icportal.core.strings import Text, _, _l, _lp
from icportal.i18n.catalogues import current_language
from icportal.indicators.exchange.cells import read_number
from icportal.indicators.exchange.vocabulary import folded
from icportal.indicators.typed import plain
from icportal.plans.draft import (
    LABELS,
    LONGEST_CODE,
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_UNIT,
    Draft,
    IndicatorDraft,
    MilestoneDraft,
)
from icportal.plans.models import Objective
from icportal.plans.services.objectives import ObjectiveDraft, seal_of
from icportal.web.forms import PortalForm, RowForm, VersionedForm, at_most, options, required

#: Rows that stand empty below those that are filled in.
EMPTY_ROWS = 2
LONGEST_NUMBER = 40


class AmountField(DecimalField):
    """A number as people write it in their language; what cannot be read stays in the field and is explained."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return plain(self.data, current_language().code) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not text:
            return
        if len(text) <= LONGEST_NUMBER:
            self.data, _notes, _code = read_number(folded(text), reads_as=current_language().code, seen=text)
        if self.data is None:
            message = _("“%(text)s” is not a number such as 12.5. Leave out signs between thousands.", text=text[:LONGEST_NUMBER])
            raise ValueError(message)


class MilestoneRow(RowForm):
    """One milestone; an empty title is none."""

    id = HiddenField()
    title = StringField(_l("Milestone"), [at_most(LONGEST_TITLE)])
    due_on = DayField(_lp("date", "Due"))
    done_on = DayField(_l("Done on"))


class IndicatorRow(RowForm):
    """One indicator; an empty name is none."""

    id = HiddenField()
    label = StringField(_l("What is counted or measured"), [at_most(LONGEST_TITLE)])
    unit = StringField(_l("Unit"), [at_most(LONGEST_UNIT)])
    indicator_code = StringField(_l("Code in the catalogue of indicators"), [at_most(LONGEST_CODE)])
    baseline = AmountField(_l("Baseline"), [Optional()])
    baseline_on = DayField(_l("Day of the baseline"))
    target = AmountField(_l("Target"), [Optional()])
    deadline = DayField(_l("Deadline of the target"))
    next_due_on = DayField(_l("Next value due on"))


class ActionForm(VersionedForm):
    """What is said of an action."""

    title = StringField(
        LABELS["title"],
        [required(_l("Give it a title: it is how you find it again.")), at_most(LONGEST_TITLE)],
        description=_l("What is done, in a few words."),
    )
    objective_id = SelectField(LABELS["objective_id"], coerce=int, validate_choice=False)
    outcome = TextAreaField(LABELS["outcome"], [at_most(LONGEST_TEXT)], description=_l("What one will see when it is done."))
    body = TextAreaField(LABELS["body"], [at_most(LONGEST_TEXT)], description=_l("The steps, the people, the places."))
    language = SelectField(LABELS["language"], validate_choice=False)
    commitments = Checkboxes(LABELS["commitments"], coerce=int, validate_choice=False)
    key_factors = Checkboxes(LABELS["key_factors"], validate_choice=False)
    owner_body = StringField(
        LABELS["owner_body"], [at_most(LONGEST_NAME)], description=_l("The department or body that answers for it.")
    )
    owner_person = StringField(LABELS["owner_person"], [at_most(LONGEST_NAME)])
    person_public = BooleanField(LABELS["person_public"])
    people = TextAreaField(LABELS["people"], [at_most(LONGEST_TEXT)])
    starts_on = DayField(LABELS["starts_on"])
    due_on = DayField(LABELS["due_on"], description=_l("The last day. It stands on your list two weeks before."))
    after = Checkboxes(LABELS["after"], coerce=int, validate_choice=False)
    milestones = FieldList(FormField(MilestoneRow, label=_l("Milestone")), label=LABELS["milestones"])
    indicators = FieldList(FormField(IndicatorRow, label=_l("Indicator")), label=LABELS["indicators"])
    cost = IntegerField(LABELS["cost"], [Optional()], description=_l("Whole units, without cents."))
    currency = StringField(LABELS["currency"], [at_most(3)], default="EUR")
    funding = StringField(LABELS["funding"], [at_most(LONGEST_TITLE)])
    internal_note = TextAreaField(
        LABELS["internal_note"],
        [at_most(LONGEST_TEXT)],
        description=_l("Only your city and the network’s coordinators read it. It is never part of the public text."),
    )

    def offer(
        self, languages: Iterable[tuple[str, Text]], commitments: Iterable[tuple[int, Text]], factors: Iterable[tuple[str, Text]],
        objectives: Iterable[tuple[int, str]], actions: Iterable[tuple[int, str]],
    ) -> None:  # fmt: skip
        """What can be chosen: languages, commitments, key factors, objectives, and the actions it can wait for."""
        self.language.choices = options(languages)
        self.commitments.choices = options(commitments)
        self.key_factors.choices = options(factors)
        self.objective_id.choices = options([(0, _lp("objective", "none")), *objectives])
        self.after.choices = options(actions)

    def refuse(self, error: DomainError) -> None:
        """What is wrong with the code of an indicator stands at its row: services count the rows that were filled in."""
        filled = (row.form for row in self.indicators if _is_filled(row.form))
        places = {f"indicators-{place}-indicator_code": form.indicator_code.id for place, form in enumerate(filled)}
        super().refuse(FieldErrors([(places.get(field or "", field), message) for field, message in error.problems]))
        # As validating leaves it: what stands at a row is an error of the list as well.
        self.indicators.errors = [*self.indicators.errors, *(row.errors for row in self.indicators if row.errors)]

    def add_rows(self) -> None:
        """Some more empty rows below what was typed."""
        for rows in (self.milestones, self.indicators):
            for _row in range(EMPTY_ROWS):
                rows.append_entry()

    @property
    def draft(self) -> Draft:
        """What was filled in."""
        texts = (
            "title",
            "outcome",
            "body",
            "language",
            "owner_body",
            "owner_person",
            "people",
            "currency",
            "funding",
            "internal_note",
        )
        said: dict[str, Any] = {name: self._fields[name].data or "" for name in texts}
        return Draft(
            **said, objective_id=self.objective_id.data or None, person_public=bool(self.person_public.data),
            starts_on=self.starts_on.data, due_on=self.due_on.data, cost=self.cost.data,
            commitments=tuple(self.commitments.data or ()), key_factors=tuple(self.key_factors.data or ()),
            after=tuple(self.after.data or ()),
            milestones=tuple(_milestone(row.form) for row in self.milestones if _is_filled(row.form)),
            indicators=tuple(_indicator(row.form) for row in self.indicators if _is_filled(row.form)),
        )  # fmt: skip


def _is_filled(form: Any) -> bool:
    """Whether anything stands in a row; one that was emptied takes away what stood there."""
    return any(field.data not in (None, "") for name, field in form._fields.items() if name != "id")


def _milestone(form: Any) -> MilestoneDraft:
    return MilestoneDraft(form.title.data or "", form.due_on.data, form.done_on.data, _number(form.id.data))


def _indicator(form: Any) -> IndicatorDraft:
    days = (form.baseline.data, form.baseline_on.data, form.target.data, form.deadline.data, form.next_due_on.data)
    return IndicatorDraft(
        form.label.data or "", form.unit.data or "", *days, (form.indicator_code.data or "").upper(), _number(form.id.data)
    )


def _number(said: object) -> int | None:
    typed = str(said or "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None  # noqa: PLR2004  no row has a longer number


def action_form(draft: Draft, version: int) -> ActionForm:
    """The form with what is said now and some empty rows; what was sent takes its place."""
    plain = {name: getattr(draft, name) for name in LABELS if name not in {"milestones", "indicators"}}
    rows: dict[str, list[dict[str, Any]]] = {
        "milestones": [{"id": m.id or "", "title": m.title, "due_on": m.due_on, "done_on": m.done_on} for m in draft.milestones],
        "indicators": [{name: getattr(i, name) for name in _INDICATOR} | {"id": i.id or ""} for i in draft.indicators],
    }
    for each in rows.values():
        each.extend({} for _row in range(EMPTY_ROWS))
    lists = {name: list(plain[name]) for name in ("commitments", "key_factors", "after")}
    return ActionForm(data={**plain, **lists, **rows, "objective_id": draft.objective_id or 0, "version": version})


_INDICATOR = ("label", "unit", "indicator_code", "baseline", "baseline_on", "target", "deadline", "next_due_on")


class StepForm(VersionedForm):
    """A step of an action: the version that was seen, and the reason where one is needed."""

    transition = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_TEXT)])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Like any form's, but the reason stands in a field named after its step."""
        own = f"reason-{self.transition.data}"
        return [(own if field == self.reason.id else "", message) for field, message in super().problems]


class MergeForm(VersionedForm):
    """Which action takes this one in."""

    into = SelectField(_l("Merge it into"), coerce=int, validate_choice=False)

    def offer(self, actions: Iterable[tuple[int, str]]) -> None:
        self.into.choices = options(actions)


class TickForm(PortalForm):
    """On which day a milestone was reached; empty takes the day away."""

    done_on = DayField(_l("Done on"))


class ValueForm(PortalForm):
    """A value that an indicator has reached."""

    value = AmountField(_l("Value"), [InputRequired(message=_l("Enter a number."))])
    on_date = DayField(_l("Day of the value"), [InputRequired(message=_l("Enter a day."))])
    note = StringField(_l("Note"), [at_most(LONGEST_TEXT)])
    next_on = DayField(_l("Next value due on"))

    @property
    def reached(self) -> tuple[Decimal, date]:
        """The value and its day, once both were found to be there."""
        return self.value.data or Decimal(0), self.on_date.data or today()


class ObjectiveRow(RowForm):
    """One objective; an empty title is none."""

    id = HiddenField()
    title = StringField(_l("Objective"), [at_most(LONGEST_TITLE)])
    text = TextAreaField(_l("What is to be reached"), [at_most(LONGEST_TEXT)])


class ObjectivesForm(PortalForm):
    """The objectives of a plan in their order; ``seen`` is the seal of the list that was read."""

    seen = HiddenField()
    objectives = FieldList(FormField(ObjectiveRow, label=_l("Objective")), label=_l("Objectives"))

    @property
    def drafts(self) -> list[ObjectiveDraft]:
        """What was filled in; a row without a title is left out."""
        rows = [row.form for row in self.objectives if row.form.title.data or row.form.text.data]
        return [ObjectiveDraft(r.title.data or "", r.text.data or "", _number(r.id.data)) for r in rows]

    def renew(self, there: Sequence[Objective]) -> None:
        """Go on from the list as it stands now: rows that are gone are new ones, those that others added stand below."""
        self.seen.data = seal_of(there)
        gone = [row.form.id for row in self.objectives if _number(row.form.id.data) not in {each.id for each in there}]
        for field in gone:
            field.data = ""
        shown = {_number(row.form.id.data) for row in self.objectives}
        for each in there:
            if each.id not in shown:
                self.objectives.append_entry({"id": each.id, "title": each.title, "text": each.text})


def objectives_form(objectives: Sequence[Objective]) -> ObjectivesForm:
    """The form with the objectives there are and some empty rows."""
    rows: list[dict[str, Any]] = [{"id": o.id, "title": o.title, "text": o.text} for o in objectives]
    return ObjectivesForm(data={"seen": seal_of(objectives), "objectives": [*rows, *({} for _row in range(EMPTY_ROWS))]})
