"""Shape and wording of what coordinators fill in about indicators."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from icportal.content.desk import Checkboxes, language_written_in, working_title
from icportal.core.strings import Text, _, _l
from icportal.indicators import breakdowns, labels
from icportal.indicators.comparison import DIMENSIONS, commitment_titles
from icportal.indicators.facts import Facts
from icportal.web.forms import PortalForm, ValidationError, VersionedForm, at_most, chosen, options, required

MOST_PLACES = 6
#: The dimensions whose codes are classes: asked for alone, or of a group.
CLASSES = ("isced", "subject", "level", "measure")


class StartForm(PortalForm):
    """What is needed to begin an indicator."""

    code = StringField(
        _l("Code"),
        description=_l("Letters and digits, such as EMP01. It stands in workbooks and open data and is never changed."),
        validators=[required(_l("Give it a code.")), at_most(20)],
    )
    family = SelectField(
        _l("Group of the catalogue"), choices=options(labels.FAMILIES.items()), validators=[chosen(_l("Choose a group."))]
    )
    language = language_written_in()
    title = working_title()


def _codes(dimensions: Iterable[str], *, whole: bool = False) -> list[tuple[str, Text]]:
    """(code, label) of every code of these dimensions; ``whole`` gives the pair for a code."""
    return [
        (f"{dimension}={code}" if whole else code, labels.BREAKDOWNS[f"{dimension}={code}"])
        for dimension in dimensions
        for code in breakdowns.DIMENSIONS[dimension]
    ]


class FactsForm(VersionedForm):
    """Everything about an indicator that is the same in all languages."""

    family = SelectField(_l("Group of the catalogue"), choices=options(labels.FAMILIES.items()))
    asked = BooleanField(_l("Cities are asked for it"), description=_l("It stands in the workbooks once it is published."))
    unit = SelectField(_l("Unit"), choices=options(labels.UNITS.items()), description=_l("A change ends the series."))
    decimals = IntegerField(_l("Decimals"), validators=[NumberRange(0, MOST_PLACES, _l("A number from 0 to 6."))])
    counting = SelectField(
        _l("Way of counting"), choices=options(labels.COUNTINGS.items()), description=_l("A change ends the series.")
    )
    total = BooleanField(_l("Ask for the whole"))
    groups = Checkboxes(_l("Groups of residents"), choices=options(_codes(["origin"])))
    sexes = Checkboxes(_l("Sexes"), choices=options(_codes(["sex"])))
    ages = Checkboxes(_l("Ages"), choices=options(_codes(["age"])))
    classes = Checkboxes(_l("Classes"), choices=options(_codes(CLASSES, whole=True)))
    crossed = BooleanField(
        _l("Ask for each group by sex and class as well"), description=_l("This multiplies the values a city has to find.")
    )
    adds_up = Checkboxes(
        _l("Parts that add up to the whole"),
        choices=options(DIMENSIONS.items()),
        description=_l("The portal warns when the parts exceed the whole."),
    )
    low = StringField(_l("Lowest plausible value"), description=_l("A lower one is asked about, not refused."))
    high = StringField(_l("Highest plausible value"), description=_l("A higher one is asked about, not refused."))
    jump = IntegerField(
        _l("Change since the last period that is asked about, in per cent"),
        validators=[Optional(), NumberRange(1, 100_000, _l("A whole number above 0."))],
    )
    commitments = Checkboxes(_l("Commitments it belongs to"), coerce=int)
    frames = Checkboxes(_l("Frames it belongs to"), choices=options(labels.FRAMES.items()))
    substitutes = StringField(
        _l("Codes of indicators a figure may show in its place"),
        description=_l("Separated by commas, the best first. They are always marked."),
        validators=[at_most(200)],
    )
    source = TextAreaField(
        _l("Source of the figures"),
        description=_l("Registers and tables by their codes, the same in all languages."),
        validators=[at_most(1000)],
    )
    source_checked = BooleanField(_l("The source has been checked"))
    same_meaning = BooleanField(
        _l("The changed definition means the same"),
        description=_l("Then series run on. Your name stands beside this claim, and a second person has to agree."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commitments.choices = [(number, f"{number} · {title}") for number, title in commitment_titles().items()]

    def validate_low(self, field: StringField) -> None:
        _number(field.data)

    validate_high = validate_low

    @property
    def unit_fields(self) -> list[Any]:
        """One select for each class the indicator has, for units that differ."""
        return [field for name, field in self._fields.items() if name.startswith("unit_of_")]

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, as the service takes it."""
        values = self._asked() | {name: self[name].data or "" for name in ("family", "source")}
        values |= {name: bool(self[name].data) for name in ("asked", "source_checked", "same_meaning")}
        values |= {"decimals": self.decimals.data, "counting": self.counting.data, "jump": self.jump.data}
        values |= {name: self[name].data or [] for name in ("adds_up", "commitments", "frames")}
        values["substitutes"] = [code.strip().upper() for code in (self.substitutes.data or "").split(",") if code.strip()]
        return values | {name: _number(self[name].data) for name in ("low", "high")}

    @property
    def rows(self) -> tuple[str, ...]:
        """The breakdowns a city would be asked for by what is ticked now."""
        return Facts.of(self._asked()).rows()

    def _asked(self) -> dict[str, Any]:
        values: dict[str, Any] = {name: self[name].data or [] for name in ("groups", "sexes", "ages", "classes")}
        values |= {"total": bool(self.total.data), "crossed": bool(self.crossed.data), "unit": self.unit.data}
        units = {pair: self[unit_field(pair)].data for pair in values["classes"] if unit_field(pair) in self}
        return values | {"units": {pair: unit for pair, unit in units.items() if unit}}


def unit_field(pair: str) -> str:
    """The name of the field for the unit of a class."""
    return "unit_of_" + "".join(sign if sign.isalnum() else "_" for sign in pair)


def facts_form(stored: dict[str, Any], version: int) -> FactsForm:
    """The form filled with these facts; each class they have may be given a unit of its own."""
    choices = options([("", _("as above")), *labels.UNITS.items()])
    fields = {
        unit_field(pair): SelectField(_l("Unit of “%(name)s”", name=labels.breakdown(pair)), choices=choices)
        for pair in stored["classes"]
    }
    data = {
        **stored,
        **{unit_field(pair): stored["units"].get(pair, "") for pair in stored["classes"]},
        "substitutes": ", ".join(stored["substitutes"]),
        "version": version,
    }
    form: FactsForm = type("FactsForm", (FactsForm,), fields)(data=data)
    return form


def _number(text: str | None) -> str | None:
    """A decimal number as it is kept; None for an empty field."""
    written = (text or "").replace("\N{MINUS SIGN}", "-").replace(",", ".").strip()
    if not written:
        return None
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise ValidationError(_("“%(text)s” is not a number such as 12.5. Leave out signs between thousands.", text=written))
    return format(value.normalize(), "f")
