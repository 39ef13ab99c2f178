"""What is found about a cell or a value: a code with its particulars, written out in the reader's language.

Findings are stored with a batch and read by people of several languages, so they hold no sentence. Each module
that finds something registers its sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from icportal.core.strings import Text
from icportal.i18n.formatting import day, number


@dataclass(frozen=True)
class Finding:
    """``code`` names the sentence; ``params`` fill it and are plain JSON.

    Fractions and a ``day`` (as ISO writes it) stand there as the reader writes them.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Finding:
        return cls(stored["code"], dict(stored.get("params", {})))

    def __str__(self) -> str:
        """The sentence in the current language. A code that nothing registers any more shows as it is."""
        shown = {name: _as_read(name, value) for name, value in self.params.items()}
        return str(_sentences[self.code]) % shown if self.code in _sentences else f"{self.code} {shown or ''}".strip()


def _as_read(name: str, value: Any) -> Any:
    if isinstance(value, float):
        return number(value)
    return day(date.fromisoformat(value)) if name == "day" and value else value


_sentences: dict[str, Text] = {}


def register(sentences: Mapping[str, Text]) -> None:
    """Make codes known, each with its lazy sentence (``%(name)s`` for what ``params`` hold)."""
    _sentences.update(sentences)


def known() -> Mapping[str, Text]:
    return _sentences
