"""The form in which a city states whom it counts as a migrant."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from icportal.cities.models import City
from icportal.content.desk import with_autonym
from icportal.core.strings import _l
from icportal.i18n.formatting import sorted_by_name
from icportal.i18n.locales import CONTENT_LANGUAGES
from icportal.indicators.labels import DEFINITION_FAMILIES
from icportal.web.forms import PortalForm, at_most, chosen, options


class DefinitionForm(PortalForm):
    """A new definition; those stated before stay as they are."""

    family = RadioField(
        _l("Whom the city counts as a migrant"),
        [chosen(_l("Choose one of the families of definitions."))],
        description=_l("The family that comes nearest: it decides with which cities values are compared."),
    )
    words = TextAreaField(
        _l("In the city's own words"), [at_most(2000)], description=_l("As it stands in the city's statistics or strategy.")
    )
    words_language = SelectField(_l("Language of these words"))
    year_from = IntegerField(
        _l("Holds from the year"),
        [Optional()],
        description=_l("Four digits. Leave it empty if the city never counted otherwise."),
    )
    source = StringField(_l("Source"), [at_most(300)], description=_l("The document or page that says so."))

    def offer(self, city: City) -> DefinitionForm:
        """Fill in the choices; the city's own languages come first."""
        self.family.choices = options(DEFINITION_FAMILIES.items())
        own = [code for code in city.languages if code in CONTENT_LANGUAGES]
        others = sorted_by_name([code for code in CONTENT_LANGUAGES if code not in own], with_autonym)
        named: Any = [(code, with_autonym(code)) for code in (*own, *others)]
        self.words_language.choices = named
        return self

    def stated(self) -> dict[str, Any]:
        """What was filled in; a field that was left out says nothing."""
        return {name: "" if value is None and name != "year_from" else value for name, value in self.values().items()}
