"""The words a text is found by: the same function makes them for the index and for the question.

Both databases store and compare these words only, so a search gives the same answer on both.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from typing import Any

import snowballstemmer

from icportal.core.text import without_marks

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hu": "hungarian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip

LONGEST_WORD = 80
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿가-힣]+")
# One stemmer a thread: a stemmer keeps the word it works on.
_local = threading.local()


def tokens(text: str, language: str) -> list[str]:
    """Stems of the text's words in order: without case, accents, word endings and words of one letter.

    Chinese, Japanese and Korean, written without spaces, give pairs of neighbouring signs.
    """
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        word = match.group().casefold()[:LONGEST_WORD]
        place = 0
        for run in _CJK.finditer(word):
            found += _from_word(word[place : run.start()], language)
            signs = run.group()
            found += [signs[i : i + 2] for i in range(len(signs) - 1)] or [signs]
            place = run.end()
        found += _from_word(word[place:], language)
    return found


def _from_word(word: str, language: str) -> list[str]:
    """An elided article (*l'accueil*, *dell'integrazione*) is a word of its own, so *accueil* finds it."""
    parts = [without_marks(_stem(part, language)) for part in re.split("['’]", word)]
    return [part for part in parts if len(part) > 1 or part.isdigit()]


@lru_cache(maxsize=50_000)
def _stem(word: str, language: str) -> str:
    algorithm = STEMMERS.get(language.partition("-")[0])
    if algorithm is None or not word:
        return word
    stemmers: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = snowballstemmer.stemmer(algorithm)
    return str(stemmers[algorithm].stemWord(word))
