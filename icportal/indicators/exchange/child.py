"""The child process that opens an uploaded workbook: ``python -m icportal.indicators.exchange.child [network|form]``.

The file comes on standard input, the answer goes to standard output as JSON. Memory and time are limited by the
system, so that whatever a file makes a parser do, this process ends and the portal goes on. It loads neither Flask
nor the database.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile

from icportal.indicators.exchange.inspection import Refused, inspect

#: Of address space, which is more than what is really used; calculating libraries reserve a lot.
MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = {"city": 20, "form": 20, "network": 150}
#: A workbook that holds a form has long texts: all that a cell can hold.
LONGEST_IN_FORM = 32_767


def main(arguments: list[str]) -> None:
    mode = next((mode for mode in MOST_SECONDS if mode in arguments), "city")
    _limit(MOST_SECONDS[mode])
    data = sys.stdin.buffer.read()
    try:
        if mode == "network":
            # The fast reader is loaded only where it is used.
            from icportal.indicators.exchange import network_child

            signs = network_child.Signs()
            inspect(data, network=True, watch=signs)
            network_child.answer(data, careful=signs.seen)
        else:
            _answer_cells(data, inspect(data), longest=LONGEST_IN_FORM if mode == "form" else None)
    except Refused as refused:
        _say({"problem": refused.code, "params": refused.params})
    except MemoryError:
        _say({"problem": "file.too_demanding"})
    except Exception:  # noqa: BLE001  whatever a parser makes of a damaged file, the answer is the same
        _say({"problem": "file.damaged"})


def _answer_cells(data: bytes, notes: list[str], *, longest: int | None) -> None:
    # A network's table is not read cell by cell.
    from icportal.indicators.exchange import sheets

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = sheets.read(archive, longest=longest or sheets.LONGEST_TEXT)
    _say({**found, "notes": notes})


def _say(answer: dict[str, object]) -> None:
    json.dump(answer, sys.stdout, ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write("\n")
    sys.stdout.flush()


def _limit(seconds: int) -> None:
    try:
        # Windows has no such limits; the time limit of the parent remains.
        import resource
    except ImportError:
        return
    limits = ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0))
    for which, most in limits:
        _soft, hard = resource.getrlimit(which)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(which, (wanted, wanted))
        except (ValueError, OSError):
            # A system that does not allow it still has the gate and the time limit.
            continue


if __name__ == "__main__":
    main(sys.argv[1:])
