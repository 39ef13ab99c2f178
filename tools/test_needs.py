"""Install what the tests need beyond Python packages: a browser with its fonts, and a spreadsheet program. PostgreSQL
comes with the packages.

Does nothing where they are there already. Named by CHROMIUM or SOFFICE, a program from elsewhere is taken as it is.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """A program: what it is called, the variable that names another one, how it is found and installed."""

    name: str
    why: str
    variable: str
    names: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def is_there(self) -> bool:
        return any(shutil.which(name) for name in self.names)


NEEDS = (
    Need(
        "Chromium",
        "The browser tests need",
        "CHROMIUM",
        ("chromium", "chromium-browser", "google-chrome"),
        ("chromium", "fonts-dejavu-core", "fonts-noto-core"),
    ),
    Need(
        "LibreOffice",
        "The tests of workbooks need",
        "SOFFICE",
        ("soffice", "libreoffice"),
        ("libreoffice-calc-nogui",),
    ),
)


def main() -> int:
    """Say nothing when all is there, one sentence when it cannot be had."""
    missing = []
    for need in NEEDS:
        named = os.environ.get(need.variable)
        if named and not os.access(named, os.X_OK):
            return refuse(f"{need.variable} names {named}, which is no program: correct it or unset it.")
        if not named and not need.is_there:
            missing.append(need)
    if not missing:
        return 0
    if not shutil.which("apt-get"):
        return refuse(*(f"{need.why} {need.name}: install it and name it with {need.variable}=/path/to/it." for need in missing))
    prefix = privileged()
    packages = [package for need in missing for package in need.packages]
    if prefix is None:
        command = f"sudo apt-get install {' '.join(packages)}"
        return refuse(*(f"{need.why} {need.name}, which only an administrator can install." for need in missing), f"{command}")
    print(f"Installing {' and '.join(need.name for need in missing)} for the tests (about a minute) ...", flush=True)
    problem = install(prefix, packages)
    if problem:
        return refuse(f"{' and '.join(need.name for need in missing)} could not be installed ({problem}).")
    return refuse(*lacking) if (lacking := still_lacking(missing)) else 0


def install(prefix: list[str], packages: list[str]) -> str:
    """Install the packages; why that failed, or nothing."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (
        [*prefix, "apt-get", "update", "-qq"],
        [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
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
            return next((line for line in outcome.stdout.splitlines() if line.startswith("E:")), "no reason was given")
    return ""


def still_lacking(needs: list[Need]) -> list[str]:
    return [f"apt-get installed no {need.name} that can be called." for need in needs if not need.is_there]


def privileged() -> list[str] | None:
    """What goes before a command to run it as administrator; None when that is not possible without asking."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def refuse(*sentences: str) -> int:
    print("\n".join(sentences), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
