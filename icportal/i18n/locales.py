"""The languages the portal knows, in the order it offers them.

Adding an interface language is one line here and one catalogue (``icportal languages add CODE`` makes both).
The fallback chain is part of the entry: it is never guessed from a similarity of languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel import Locale


@dataclass(frozen=True)
class Language:
    """A language as readers meet it.

    ``code`` stands in addresses and in ``lang``; ``cldr`` names the locale whose dates and numbers it uses;
    ``catalogue`` is the folder of its interface text; ``fallbacks`` are read in this order where a text is missing.
    """

    code: str
    autonym: str
    cldr: str
    catalogue: str = ""
    direction: str = "ltr"
    fallbacks: tuple[str, ...] = ("en",)
    pseudo: bool = False

    @property
    def locale(self) -> Locale:
        return _locale(self.cldr)

    @property
    def is_rtl(self) -> bool:
        return self.direction == "rtl"

    def name_in(self, language: Language) -> str:
        """The language's name as written in another language."""
        if self.pseudo:
            return self.autonym
        return language.locale.languages.get(self.locale.language) or self.autonym


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code, sep="-" if "-" in code else "_")


DEFAULT = "en"

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English", "en_GB", fallbacks=()),
        Language("fr", "Français", "fr", "fr"),
        Language("de", "Deutsch", "de", "de"),
        Language("es", "Español", "es", "es"),
        Language("it", "Italiano", "it", "it"),
        Language("nl", "Nederlands", "nl", "nl"),
        Language("en-xa", "[Ẽñĝļîšĥ]", "en", "en_XA", pseudo=True),
        Language("ar-xb", "[\u202ehsilgnE\u202c]", "ar", "ar_XB", direction="rtl", pseudo=True),
    )
}

#: Languages a text of a city may be written in; the interface need not know them.
CONTENT_LANGUAGES: dict[str, Language] = {
    **{code: language for code, language in LANGUAGES.items() if not language.pseudo},
    **{
        language.code: language
        for language in (
            Language("ar", "العربية", "ar", direction="rtl"),
            Language("ca", "Català", "ca", fallbacks=("es", "en")),
            Language("cs", "Čeština", "cs"),
            Language("da", "Dansk", "da"),
            Language("el", "Ελληνικά", "el"),
            Language("eu", "Euskara", "eu", fallbacks=("es", "en")),
            Language("fi", "Suomi", "fi"),
            Language("ga", "Gaeilge", "ga"),
            Language("hr", "Hrvatski", "hr"),
            Language("lt", "Lietuvių", "lt"),
            Language("lv", "Latviešu", "lv"),
            Language("nb", "Norsk bokmål", "nb"),
            Language("pl", "Polski", "pl"),
            Language("pt", "Português", "pt"),
            Language("sv", "Svenska", "sv"),
        )
    },
}

_INTERFACE = tuple(code for code, language in LANGUAGES.items() if not language.pseudo)


def get(code: str) -> Language:
    """The language with this code, of the interface or of content. KeyError when there is none."""
    return LANGUAGES.get(code) or CONTENT_LANGUAGES[code]


def reading_language(code: str) -> Language:
    """The language content is read in: a pseudo-language reads what English does, an unknown one too."""
    language = LANGUAGES.get(code) or CONTENT_LANGUAGES.get(code) or LANGUAGES[DEFAULT]
    return LANGUAGES[DEFAULT] if language.pseudo else language


def offered(*, with_pseudo: bool) -> tuple[Language, ...]:
    """The interface languages to offer; the pseudo-languages are for tests and demonstrations."""
    return tuple(language for language in LANGUAGES.values() if with_pseudo or not language.pseudo)


def interface_codes() -> tuple[str, ...]:
    """Codes of the real interface languages."""
    return _INTERFACE


def reading_order(language: str, available: set[str], source: str) -> list[str]:
    """The available language versions in the order a reader of ``language`` should get them.

    Own language, then its declared fallbacks, then the language the text was written in, then the rest by code.
    """
    wanted = reading_language(language)
    order = [wanted.code, *wanted.fallbacks, source, *sorted(available)]
    return [code for code in dict.fromkeys(order) if code in available]
