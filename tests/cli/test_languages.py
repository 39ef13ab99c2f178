"""A language is added by one command and one file, and every public page opens in it at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from icportal.config import ROOT

OPEN_EVERYTHING = """
from pathlib import Path
from flask_migrate import upgrade
from icportal.app import create_app
from icportal.cli.data import load_all
from icportal.config import ROOT, Mode, Settings
from icportal.web.cycle import commit

Path("instance").mkdir(exist_ok=True)
app = create_app(Settings(instance=Path("instance").resolve(), secret_key="only-for-tests-0123456789-abcdefghij", mode=Mode.TEST))
with app.app_context():
    upgrade(directory=str(ROOT / "migrations"))
    load_all()
    commit()
client = app.test_client()
for path in ("", "cities", "cities/vienna", "charter", "charter/commitments/4", "charter/versions", "signatories", "practices",
             "practices/report-1-1", "practices/feed.xml", "verify", "sign-in", "accessibility", "privacy", "open-data"):
    answer = client.get("/sv/" + path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
assert 'lang="sv"' in client.get("/sv/").text
assert "22 februari 2010" in client.get("/sv/signatories").text
"""


def test_a_language_added_by_one_command_serves_every_public_page(tmp_path: Path) -> None:
    for folder in ("icportal", "translations", "tools", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("babel.cfg", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "ICPORTAL_INSTANCE": str(tmp_path / "instance")}

    def run(*words: str) -> str:
        outcome = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert outcome.returncode == 0, outcome.stdout[-1500:] + outcome.stderr[-1500:]
        return outcome.stdout

    run("-m", "icportal.cli", "languages", "add", "sv")
    assert (tmp_path / "translations" / "sv" / "LC_MESSAGES" / "messages.po").exists()
    assert "sv " in run("-m", "icportal.cli", "languages", "list")
    run("-c", OPEN_EVERYTHING)
