"""Every static check of the project, one after the other; ends non-zero when one of them finds something."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = (
    ("style", [BIN / "ruff", "check", "--quiet", "."]),
    ("layout", [BIN / "ruff", "format", "--quiet", "--check", "."]),
    ("types", [BIN / "mypy"]),
    ("directions of imports", [BIN / "lint-imports", "--no-cache"]),
    ("templates", [sys.executable, ROOT / "tools" / "templates.py"]),
    ("catalogues", [sys.executable, ROOT / "tools" / "catalogues.py", "check"]),
)


def main() -> int:
    """Run all of them, even after a failure, and print the output of those that failed."""
    failed = []
    for name, command in CHECKS:
        start = time.monotonic()
        outcome = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        print(f"{'ok    ' if outcome.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - start:.1f} s)", flush=True)
        if outcome.returncode:
            failed.append(name)
            print(outcome.stdout + outcome.stderr, flush=True)
    if failed:
        print(f"To be done: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
