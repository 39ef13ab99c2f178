"""Prepare the virtual environment: `python3 tools/bootstrap.py run` (or `test`). Standard library only.

A second call with nothing changed costs a few hundredths of a second: a stamp in the environment carries the hash
of the lock file it was filled from. Whatever is missing is said in one sentence, and the exit status is 1.
"""

import errno
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
KNOWN = ("python3.13", "python3.12", "python3.11")
ROOM = 300 * 1024 * 1024
DISK_FULL = "The disk is full: the packages need about 300 MB in {}.".format(ROOT)
NOT_WRITABLE = "{} cannot be written by this user: change its owner, or clone the project into a folder of your own."
LAUNCHER = "#!{python}\nfrom icportal.cli import main\n\nmain()\n"


class Refusal(Exception):
    """The environment cannot be prepared; the message says what to do."""


def main(purpose):
    use_recent_python()
    lock = ROOT / "requirements" / "{}.txt".format(purpose)
    if not lock.exists():
        raise Refusal("There is no requirements/{}.txt: call this with run, server or test.".format(purpose))
    try:
        handle = os.open(str(ROOT), os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        fill(lock)
    except OSError as error:
        raise Refusal(explain(error))
    compile_catalogues()


def use_recent_python():
    """Go on in a newer Python where the one that was called is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in KNOWN:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, __file__] + sys.argv[1:])
    raise Refusal(
        "Python {}.{} is too old: install Python 3.11 or newer, or name it with `make run PYTHON=/path/to/python3`.".format(
            *sys.version_info[:2]
        )
    )


def fill(lock):
    """Install exactly the locked packages unless the stamp says they are there."""
    python = VENV / "bin" / "python"
    stamp = VENV / "installed-{}".format(lock.stem)
    wanted = hashlib.sha256(lock.read_bytes() + str(ROOT).encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not usable(python):
        create()
    print(
        "Installing the packages of {} (the first time takes about half a minute) ...".format(lock.relative_to(ROOT)), flush=True
    )
    for old in VENV.glob("installed-*"):
        old.unlink()
    command = [str(python), "-m", "pip", "--quiet", "--quiet", "--no-input", "--disable-pip-version-check"]
    outcome = run(command + ["install", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)])
    if outcome.returncode:
        raise Refusal(why_not_installed(outcome.stdout))
    link_project(python)
    stamp.write_text(wanted)


def usable(python):
    return python.exists() and run([str(python), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]).returncode == 0


def create():
    if not os.access(str(ROOT), os.W_OK):
        raise Refusal(NOT_WRITABLE.format(ROOT))
    if shutil.disk_usage(str(ROOT)).free < ROOM:
        raise Refusal(DISK_FULL)
    if run([sys.executable, "-c", "import venv, ensurepip"]).returncode:
        raise Refusal(
            "This Python cannot make virtual environments: install its venv module "
            "(Debian and Ubuntu: apt-get install python3-venv) and try again."
        )
    print("Making the virtual environment in .venv ...", flush=True)
    outcome = run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if outcome.returncode:
        raise Refusal("The virtual environment could not be made: {}".format(last_line(outcome.stdout)))


def link_project(python):
    """Make the working copy importable and give it its command."""
    found = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).stdout.strip()
    (pathlib.Path(found) / "icportal.pth").write_text(str(ROOT) + "\n")
    launcher = VENV / "bin" / "icportal"
    launcher.write_text(LAUNCHER.format(python=python))
    launcher.chmod(0o755)


def compile_catalogues():
    """Compile the catalogues that are newer than their compiled form."""
    behind = []
    for source in ROOT.glob("translations/*/LC_MESSAGES/messages.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            behind.append(source)
    if behind:
        outcome = run([str(VENV / "bin" / "python"), str(ROOT / "tools" / "catalogues.py"), "compile"])
        if outcome.returncode:
            raise Refusal("The translations could not be compiled: {}".format(last_line(outcome.stdout)))


def run(command):
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False
    )


def why_not_installed(output):
    if "No space left" in output:
        return DISK_FULL
    for sign in (
        "NewConnectionError",
        "Name or service not known",
        "Temporary failure in name resolution",
        "Network is unreachable",
    ):
        if sign in output:
            return "The packages could not be fetched: there is no connection to the package registry."
    if "No matching distribution" in output or "Could not find a version" in output:
        return "A package has no build for this machine or the registry lacks it: {}".format(last_line(output))
    return "The packages could not be installed: {}".format(last_line(output))


def last_line(output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason was given"])[-1]


def explain(error):
    place = error.filename or ROOT
    if error.errno == errno.ENOSPC:
        return DISK_FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "{} cannot be written by this user: change its owner, or clone the project into a folder of your own.".format(
            place
        )
    return "{}: {}.".format(place, error.strerror)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
