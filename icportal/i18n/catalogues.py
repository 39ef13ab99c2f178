"""Interface text in the current language, through Flask-Babel.

Flask-Babel finds a catalogue by a CLDR locale and is silent outside an application context. Our languages
include two that CLDR does not know, and mail is written by a worker: so the catalogue is found by our own
language code, and asking for a language without an application is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context
from flask_babel import Domain, force_locale

from icportal.config import ROOT
from icportal.core.errors import NotFound
from icportal.extensions import babel
from icportal.i18n.locales import DEFAULT, LANGUAGES, Language

CATALOGUES = ROOT / "translations"

_forced: ContextVar[str | None] = ContextVar("forced_language", default=None)
_loaded: dict[str, NullTranslations] = {}


class PortalDomain(Domain):
    """Messages of the current portal language."""

    def get_translations(self) -> NullTranslations:
        language = current_language()
        if language.code not in _loaded:
            _loaded[language.code] = (
                Translations.load(os.fspath(CATALOGUES), [language.catalogue]) if language.catalogue else NullTranslations()
            )
        return _loaded[language.code]


def current_language() -> Language:
    """The language of this request, or of the block opened by ``in_language``; English where none is set."""
    code = _forced.get()
    if code is None and has_request_context():
        code = g.get("language_code")
    return LANGUAGES[code or DEFAULT]


@contextmanager
def in_language(code: str) -> Iterator[Language]:
    """Write everything inside in another interface language: mail, exports, documents.

    A code without interface catalogue falls back by its own chain. Needs an application context.
    """
    assert current_app, "a language needs an application context"
    language = interface_language(code)
    token = _forced.set(language.code)
    try:
        with force_locale(language.cldr):
            yield language
    finally:
        _forced.reset(token)


def interface_language(code: str) -> Language:
    """The interface language that serves this code."""
    return LANGUAGES.get(code) or LANGUAGES[DEFAULT]


def set_request_language(code: str) -> None:
    """Fix the language of the request from its address.

    Raises:
        NotFound: the address names a language the portal does not have.
    """
    if code not in LANGUAGES:
        raise NotFound("")
    g.language_code = code


def init_app(app: Flask) -> None:
    """Bind Flask-Babel to our languages."""
    babel.init_app(
        app,
        default_locale="en",
        default_timezone="Europe/Brussels",
        locale_selector=lambda: current_language().cldr,
    )
    # Flask-Babel takes the name of a domain only and makes the domain of it; ours stands in its place.
    domain = PortalDomain(translation_directories=os.fspath(CATALOGUES))
    babel.domain_instance = domain
    # Templates ask it directly: a page has dozens of words.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: domain.get_translations().ugettext(message),
        ngettext=lambda one, many, number: domain.get_translations().ungettext(one, many, number),
        pgettext=lambda context, message: domain.get_translations().upgettext(context, message),
        npgettext=lambda context, one, many, number: domain.get_translations().unpgettext(context, one, many, number),
        newstyle=True,
    )
