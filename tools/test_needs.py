"""Install what the tests need beyond Python packages: a browser and its fonts. PostgreSQL comes with the packages.

Does nothing where they are there already. Named by CHROMIUM, a browser from elsewhere is taken as it is.
"""

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-noto-core")
NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Say nothing when all is there, one sentence when it cannot be had."""
    named = os.environ.get("CHROMIUM")
    if named:
        if os.access(named, os.X_OK):
            return 0
        return refuse(f"CHROMIUM names {named}, which is no program: correct it or unset it.")
    if any(shutil.which(name) for name in NAMES):
        return 0
    if not shutil.which("apt-get"):
        return refuse("The browser tests need Chromium: install it and name it with CHROMIUM=/path/to/chromium.")
    prefix = privileged()
    if prefix is None:
        return refuse("The browser tests need Chromium, which only an administrator can install: sudo apt-get install chromium.")
    print("Installing Chromium for the browser tests (about half a minute) ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (
        [*prefix, "apt-get", "update", "-qq"],
        [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    )
    for step in steps:
        outcome = subprocess.run(
            step,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if outcome.returncode:
            reason = next((line for line in outcome.stdout.splitlines() if line.startswith("E:")), "no reason was given")
            return refuse(f"Chromium for the browser tests could not be installed ({reason}).")
    return 0 if any(shutil.which(name) for name in NAMES) else refuse("apt-get installed no Chromium that can be called.")


def privileged() -> list[str] | None:
    """What goes before a command to run it as administrator; None when that is not possible without asking."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
