"""Forms of the matching: weights, locks and bans, the choice, and what cities answer. What is right the services decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired

from icportal.core.strings import Text, _l, _lp
from icportal.mentoring.enums import RuleKind
from icportal.mentoring.labels import AIMS, LEVELS
from icportal.mentoring.matching.pool import Settings
from icportal.mentoring.models import Programme
from icportal.mentoring.services.matching import LIMITS, LONGEST_REASON, WEIGHTS, in_words
from icportal.web.forms import PortalForm, VersionedForm, at_most, options

_NUMBER = InputRequired(message=_l("Enter a number."))

KINDS = {RuleKind.LOCK: _l("Lock: the pair stands in every matching"), RuleKind.BAN: _l("Ban: the pair is never made")}


class SettingsForm(VersionedForm):
    """How much each part counts, and the limits of the hard rules."""

    level = SelectField(LIMITS["level"], choices=options(LEVELS.items()))
    days = IntegerField(LIMITS["days"], [_NUMBER])
    same_country = BooleanField(LIMITS["same_country"])

    @property
    def settings(self) -> Settings:
        """What was filled in."""
        said = {name: self._fields[name].data for name in asdict(Settings())}
        return Settings(**{**said, "same_country": bool(said["same_country"])})


def _add_weight(name: str) -> None:
    setattr(SettingsForm, name, IntegerField(WEIGHTS[name], [_NUMBER]))


for _name in WEIGHTS:
    _add_weight(_name)


def settings_in_words(stored: Mapping[str, Any]) -> list[tuple[Text, str]]:
    """The weights and limits a run was computed with, by their labels."""
    words = in_words(Settings.of(stored))
    return [(label, words[name]) for name, label in {**WEIGHTS, **LIMITS}.items()]


def settings_form(programme: Programme) -> SettingsForm:
    """The form with what counts now."""
    return SettingsForm(data={**asdict(Settings.of(programme.settings)), "version": programme.version})


class PairForm(PortalForm):
    """A pair that is locked or banned."""

    scheme_id = SelectField(_l("Theme"), coerce=int, validate_choice=False)
    mentor_id = SelectField(_l("Mentor city"), coerce=int, validate_choice=False)
    mentee_id = SelectField(_l("Mentee city"), coerce=int, validate_choice=False)
    kind = RadioField(_l("What is fixed"), choices=options(KINDS.items()), default=RuleKind.LOCK)
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_REASON)])

    def offer(self, schemes: Iterable[tuple[int, str]], cities: Iterable[tuple[int, str]]) -> None:
        known = options([(0, _lp("city", "choose")), *cities])
        self.scheme_id.choices = options(schemes)
        self.mentor_id.choices = self.mentee_id.choices = known


class ChoiceForm(PortalForm):
    """Which of the two results is proposed to the cities, and why."""

    aim = RadioField(_l("Which result do you choose?"), choices=options(AIMS.items()), validate_choice=False)
    why = TextAreaField(
        _l("Why this one?"), [at_most(LONGEST_REASON)], description=_l("It stays with the matching, for whoever asks later.")
    )


class AnswerForm(VersionedForm):
    """A city's answer to a proposal."""

    city = HiddenField()
    reason = TextAreaField(_l("Reason"), [at_most(LONGEST_REASON)])
