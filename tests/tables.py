"""Tables kept beside the tests: what was decided once, a line each, so that a change of it is seen and decided again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path

#: Set it to write the tables anew; read the difference before it is committed.
REWRITE = "ICPORTAL_REWRITE_TABLES"


def compare(path: Path, found: Iterable[str]) -> None:
    """Fail with the difference between the table and what was found."""
    lines = list(found)
    if os.environ.get(REWRITE):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    decided = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    difference = [
        line for line in unified_diff(decided, lines, "decided", "found", lineterm="", n=0) if not line.startswith("@@")
    ]
    assert not difference, "\n".join([f"{path.name} says otherwise; if it was meant, run once with {REWRITE}=1", *difference])
