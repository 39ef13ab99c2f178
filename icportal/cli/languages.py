"""``icportal languages``: the interface languages and how complete each is."""

from __future__ import annotations

import re
import subprocess
import sys

import click
from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

from icportal.config import ROOT
from icportal.i18n.catalogues import CATALOGUES
from icportal.i18n.locales import LANGUAGES, Language

CODE = re.compile(r"[a-z]{2,3}")


@click.group()
def languages() -> None:
    """List, add and check the interface languages."""


@languages.command("list")
def list_languages() -> None:
    """Say how many texts of each language are translated."""
    for language in LANGUAGES.values():
        done, total = progress(language)
        click.echo(f"{language.code:6} {language.direction}  {done:5} of {total:5}  {language.autonym}")


@languages.command("add")
@click.argument("code")
def add(code: str) -> None:
    """Add an interface language: a line in the list of languages and an empty catalogue to translate."""
    if not CODE.fullmatch(code):
        raise click.ClickException(f"'{code}' is no language code: it is two or three small letters, such as 'sv'.")
    if code in LANGUAGES:
        raise click.ClickException(f"'{code}' is an interface language already.")
    try:
        locale = Locale.parse(code)
    except UnknownLocaleError:
        raise click.ClickException(
            f"'{code}' is a language whose dates and numbers are not known: choose another code."
        ) from None
    write_line(code, (locale.get_display_name(code) or code).capitalize(), locale.text_direction)
    subprocess.run([sys.executable, str(ROOT / "tools" / "catalogues.py"), "update"], check=True)
    click.echo(f"Translate translations/{code}/LC_MESSAGES/messages.po, then run `make strings`.")


def write_line(code: str, autonym: str, direction: str) -> None:
    """Put the language before the pseudo-languages in ``i18n/locales.py``."""
    path = ROOT / "icportal" / "i18n" / "locales.py"
    extra = "" if direction == "ltr" else f', direction="{direction}"'
    line = f'        Language("{code}", "{autonym}", "{code}", "{code}"{extra}),\n'
    source = path.read_text(encoding="utf-8")
    mark = '        Language("en-xa"'
    path.write_text(source.replace(mark, line + mark, 1), encoding="utf-8")


def progress(language: Language) -> tuple[int, int]:
    """(texts translated, texts there are)."""
    template = CATALOGUES / "messages.pot"
    total = len(read_po(template.open("rb"))) if template.exists() else 0
    path = CATALOGUES / language.catalogue / "LC_MESSAGES" / "messages.po"
    if not language.catalogue:
        return total, total
    if not path.exists():
        return 0, total
    with path.open("rb") as handle:
        catalogue = read_po(handle, locale=language.cldr)
    done = sum(
        1
        for message in catalogue
        if message.id and (all(message.string) if isinstance(message.string, (list, tuple)) else message.string)
    )
    return done, total
