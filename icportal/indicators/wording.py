"""How a published value is written in the reader's language."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency, format_decimal, format_percent

from icportal.core.strings import _, _p
from icportal.i18n.catalogues import current_language
from icportal.indicators import labels
from icportal.indicators.comparability import BOUND_SIGNS, Value
from icportal.indicators.enums import Bound, Unit

#: Units whose name a figure says once, above its axis.
_CURRENCIES = {Unit.EUR: "EUR", Unit.CAD: "CAD"}


def amount(number: Decimal, unit: str) -> str:
    """A number with the sign of its unit, where it has one: 22.2%, €8,800,000, 1,232."""
    locale = current_language().locale
    if unit == Unit.PERCENT:
        return str(format_percent(number / 100, locale=locale, decimal_quantization=False))
    if unit in _CURRENCIES:
        digits = "#,##0" if number == number.to_integral_value() else "#,##0.00"
        pattern = locale.currency_formats["standard"].pattern.split(";")[0].replace("#,##0.00", digits)
        return str(format_currency(number, _CURRENCIES[Unit(unit)], pattern, locale=locale, currency_digits=False))
    if unit == Unit.YES_NO:
        return _p("answer", "yes") if number else _p("answer", "no")
    return str(format_decimal(number, locale=locale, decimal_quantization=False)) + ("\u202f‰" if unit == Unit.PER_1000 else "")


def written(value: Value) -> str:
    """The number with its bound, or the word that stands in its place."""
    if value.withheld:
        return _p("value", "withheld")
    if value.amount is None:
        return str(labels.MISSING.get(value.missing, labels.MISSING["not_available"]))
    if value.bound == Bound.UNDER_HALF:
        return f"< {amount(Decimal('0.5'), value.unit)}"
    sign = BOUND_SIGNS.get(value.bound, "")
    return f"{sign}\u202f{amount(value.amount, value.unit)}" if sign else amount(value.amount, value.unit)


def unit_words(unit: str) -> str:
    return str(labels.UNITS[unit])


def period_words(value: Value) -> str:
    """The period, and that the year was assumed."""
    return _("%(period)s (assumed)", period=value.period) if value.period_assumed else value.period
