"""Every finding has its sentence in a process that has only just started."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from flask import Flask

import icportal
from icportal.indicators.findings import Finding

SOURCE = Path(icportal.__file__).parent
ASK = "import json, icportal.app; from icportal.indicators import findings; print(json.dumps({k: str(v) for k, v in findings.known().items()}))"


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for path in (SOURCE / "indicators").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""(?:Finding|Refused|_refused|refuse)\(\s*"([a-z]+\.[a-z_]+)\"""", text))
    return found


def test_a_server_that_has_just_started_knows_every_sentence() -> None:
    answer = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    known = json.loads(answer.stdout.splitlines()[-1])
    codes = codes_in_source()
    assert len(codes) > 60
    assert codes - known.keys() == set()


def test_a_code_of_an_older_portal_is_shown_and_breaks_no_page(app: Flask) -> None:
    with app.test_request_context("/en/"):
        assert str(Finding("gone.long_ago", {"shown": "x"})).startswith("gone.long_ago")
