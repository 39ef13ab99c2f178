"""Marking of interface text for translation. No other module names gettext.

Core marks the strings; ``icportal.i18n`` decides which language they are read in.
"""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext, lazy_ngettext, lazy_pgettext, ngettext, pgettext

__all__ = ["LazyString", "Text", "_", "_l", "_ln", "_lp", "_n", "_p"]

Text = str | LazyString


def _(message: str, **values: Any) -> str:
    """The message in the current language. Placeholders are named: ``_("%(city)s has signed.", city=name)``."""
    return gettext(message, **values)


def _l(message: str, **values: Any) -> LazyString:
    """Like ``_``, read when it is shown rather than when it is written."""
    return lazy_gettext(message, **values)


def _n(one: str, many: str, number: int, **values: Any) -> str:
    """The form for ``number``; the placeholder is ``%(num)s``."""
    return ngettext(one, many, number, **values)


def _p(context: str, message: str, **values: Any) -> str:
    """A short word whose meaning needs a context for the translator."""
    return pgettext(context, message, **values)


def _lp(context: str, message: str, **values: Any) -> LazyString:
    return lazy_pgettext(context, message, **values)


def _ln(one: str, many: str, number: int, **values: Any) -> LazyString:
    return lazy_ngettext(one, many, number, **values)
