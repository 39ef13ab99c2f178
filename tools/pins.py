"""Choose exact versions with hashes for requirements/{run,server,test}.in; every file agrees with the one before it."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
HEADER = "# Exact versions with hashes, made from {name}.in by `make pins`; good for Python 3.11 to 3.13. Do not edit.\n"


def main() -> None:
    """Compile the three lock files; an existing pin is kept as long as its range allows, unless --upgrade is given."""
    for name in ("run", "server", "test"):
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"]
        subprocess.run([*command, *sys.argv[1:], "-o", f"{name}.txt", f"{name}.in"], cwd=FOLDER, check=True)
        lock = FOLDER / f"{name}.txt"
        text = lock.read_text(encoding="utf-8")
        lock.write_text(HEADER.format(name=name) + text, encoding="utf-8")
        if "://" in text:
            sys.exit(f"requirements/{name}.txt names an address; a lock file may hold versions and hashes only.")


if __name__ == "__main__":
    main()
