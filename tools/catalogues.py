"""Interface catalogues: `update` collects and merges the texts, `compile` makes them readable, `check` finds what is missing."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from icportal.i18n.locales import LANGUAGES, Language  # noqa: E402  the project's root has to be on the path first

FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
KEYWORDS: dict[str, object] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "_n": (1, 2),
    "_ln": (1, 2),
    "ngettext": (1, 2),
    "_p": ((1, "c"), 2),
    "_lp": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
MARK = "Translators:"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|<[^<>]+>|&\w+;|\{\w*\}|https?://\S+")
ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
)
RIGHT_TO_LEFT, POP = "\u202e", "\u202c"


def main() -> int:
    """Do one of the three; `check` answers 1 when something is to be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["update", "compile", "check"])
    action = parser.parse_args().action
    if action == "check":
        faults = check()
        print("\n".join(faults) or "Catalogues: complete and up to date.")
        return 1 if faults else 0
    if action == "update":
        update()
    compile_all()
    return 0


def collect() -> Catalog:
    """Every marked text of the source, without line numbers so that moving code changes no catalogue."""
    template = Catalog(project="icportal", charset="utf-8", fuzzy=False)
    with (ROOT / "babel.cfg").open(encoding="utf-8") as handle:
        methods, options = parse_mapping_cfg(handle)
    for name, _line, message, comments, context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, comment_tags=[MARK], strip_comment_tags=True
    ):
        template.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return template


def update() -> None:
    """Bring the template and every catalogue up to the source; the pseudo-languages are generated whole."""
    template = collect()
    FOLDER.mkdir(exist_ok=True)
    write(TEMPLATE, template)
    for language in with_catalogue():
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(path, language)
        if language.pseudo:
            catalogue = Catalog(locale=language.cldr, project="icportal", charset="utf-8", fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        catalogue.obsolete.clear()
        if language.pseudo:
            for message in catalogue:
                if message.id:
                    message.string = disguise(message, language, catalogue.num_plurals)
        write(path, catalogue)
        missing = [message for message in catalogue if message.id and not filled(message)]
        print(f"{language.catalogue}: {len(catalogue)} texts, {len(missing)} to translate")


def compile_all() -> None:
    """Write the compiled form of every catalogue beside it."""
    for language in with_catalogue():
        path = path_of(language)
        if path.exists():
            fresh = path.with_suffix(".mo.new")
            with fresh.open("wb") as handle:
                write_mo(handle, read(path, language), use_fuzzy=False)
            fresh.replace(path.with_suffix(".mo"))


def check() -> list[str]:
    """One sentence for each fault."""
    faults = []
    source = {key(message) for message in collect() if message.id}
    known = {key(message) for message in read(TEMPLATE) if message.id}
    if source != known:
        faults.append(f"translations/messages.pot differs from the source in {len(source ^ known)} texts: run `make strings`.")
    for language in with_catalogue():
        catalogue = read(path_of(language), language)
        messages = [message for message in catalogue if message.id]
        if {key(message) for message in messages} != known:
            faults.append(f"{language.catalogue}: is behind messages.pot: run `make strings`.")
        for message in messages:
            wording = source_of(message)
            if not filled(message) or message.fuzzy:
                faults.append(f"{language.catalogue}: '{wording}' is not translated.")
            faults += [f"{language.catalogue}: '{wording}': {error}" for error in message.check(catalogue)]
            if not language.pseudo and filled(message) and markup(message) is False:
                faults.append(f"{language.catalogue}: '{wording}' and its translation differ in placeholders.")
    return faults


def markup(message: Message) -> bool:
    """Whether the translation has the placeholders of the source; a singular may do without the number."""
    sources, targets = forms(message.id), forms(message.string)
    wanted = set(re.findall(r"%\(\w+\)[sd]", sources[-1]))
    return all(set(re.findall(r"%\(\w+\)[sd]", target)) | {"%(num)s", "%(num)d"} >= wanted for target in targets[-1:])


def disguise(message: Message, language: Language, plurals: int) -> str | tuple[str, ...]:
    """The text as the pseudo-language shows it: readable, and plain to see where a text was not marked."""
    if not message.pluralizable:
        return disguised(message.id, language)
    one, many = message.id
    return (disguised(one, language), *(disguised(many, language) for _ in range(plurals - 1)))


def disguised(text: str, language: Language) -> str:
    """Accents and a third more length, or the direction turned round; placeholders and markup stay as they are."""
    parts = PLACEHOLDER.split(text)
    kept = PLACEHOLDER.findall(text)
    turned = [part.translate(ACCENTS) if not language.is_rtl else turn(part) for part in parts]
    joined = "".join(part + place for part, place in zip(turned, [*kept, ""], strict=True))
    if language.is_rtl:
        return joined
    return f"[{joined}{' ' + '~' * (len(text) // 3) if text else ''}]"


def turn(part: str) -> str:
    core = part.strip()
    return part.replace(core, f"{RIGHT_TO_LEFT}{core}{POP}") if core else part


def with_catalogue() -> list[Language]:
    return [language for language in LANGUAGES.values() if language.catalogue]


def path_of(language: Language) -> Path:
    return FOLDER / language.catalogue / "LC_MESSAGES" / "messages.po"


def read(path: Path, language: Language | None = None) -> Catalog:
    locale = language.cldr if language else None
    if not path.exists():
        return Catalog(locale=locale, project="icportal", charset="utf-8", fuzzy=False)
    with path.open("rb") as handle:
        return read_po(handle, locale=locale)


def write(path: Path, catalogue: Catalog) -> None:
    """Write the file if a text changed; its dates alone are no change."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as handle:
        write_po(handle, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
    if path.exists() and dateless(path) == dateless(fresh):
        fresh.unlink()
    else:
        fresh.replace(path)


def dateless(path: Path) -> list[str]:
    dates = ('"POT-Creation-Date', '"PO-Revision-Date')
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(dates)]


def key(message: Message) -> tuple[object, object]:
    return message.context, message.id


def source_of(message: Message) -> str:
    return forms(message.id)[0]


def forms(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def filled(message: Message) -> bool:
    return bool(message.string) and all(forms(message.string))


if __name__ == "__main__":
    sys.exit(main())
