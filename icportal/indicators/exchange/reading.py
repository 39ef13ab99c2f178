"""Reading an uploaded workbook: opened in a child process, understood here. No file can end or fill up this one."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from typing import Any

from icportal.config import ROOT
from icportal.indicators.exchange.gate import gate
from icportal.indicators.exchange.inspection import MB
from icportal.indicators.exchange.layout import ReadWorkbook, Unreadable
from icportal.indicators.exchange.understanding import ReadingContext, understand
from icportal.indicators.findings import Finding

__all__ = ["ReadingContext", "open_workbook", "read_workbook"]

#: Seconds by the clock; the child's own limit counts computing time.
COMMAND = [sys.executable, "-m", "icportal.indicators.exchange.child"]
TIMEOUT = 30.0
MOST_ANSWER = 48 * MB


def read_workbook(data: bytes, context: ReadingContext) -> ReadWorkbook:
    """The workbook in these bytes, every cell with its verdict. Needs an application context.

    Raises:
        Unreadable: it is no workbook, could do harm, or is not the one expected here; its finding says what to do.
    """
    return understand(open_workbook(data), context)


def open_workbook(data: bytes, *, form: bool = False) -> dict[str, Any]:
    """What the child process found in the file, as ``sheets.read`` says it; a ``form`` has longer texts.

    Raises:
        Unreadable: it is no workbook, or could do harm; its finding says what to do.
    """
    gate(data)
    answer = _answer(data, [*COMMAND, "form"] if form else COMMAND, timeout=TIMEOUT)
    try:
        found = json.loads(answer)
    except ValueError:
        raise Unreadable(Finding("file.too_demanding")) from None
    if "problem" in found:
        raise Unreadable(Finding(found["problem"], found.get("params", {})))
    return found


def _answer(data: bytes, command: list[str], *, timeout: float) -> bytes:
    """What the child says before it ends; nothing where it died, took too long or said too much."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        watch = threading.Timer(timeout, child.kill)
        watch.start()
        try:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(data)
                child.stdin.close()
            answer = child.stdout.read(MOST_ANSWER + 1)
        finally:
            watch.cancel()
            child.kill()
    return answer if len(answer) <= MOST_ANSWER else b""
