"""A network's table as it comes in: one row a value, eight columns, read in a child process while it is understood."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from icportal.core.strings import _l
from icportal.indicators import findings
from icportal.indicators.exchange.layout import Unreadable
from icportal.indicators.findings import Finding

TIMEOUT = 180.0

findings.register(
    {
        "file.network_header": _l(
            "The first row has to name the columns; all but status and note are needed. The columns are: %(wanted)s."
        ),
        "file.network_twice": _l("A column stands there twice. Each of these may stand there once: %(wanted)s."),
        "file.too_many_rows": _l("The table has more than %(most)s rows. Send it in parts."),
    }
)


@dataclass(frozen=True)
class Column:
    """Distinct texts and, for each row, which of them stands there."""

    texts: Sequence[str]
    codes: Sequence[int]


@dataclass(frozen=True)
class Block:
    """Some rows of the table. ``first`` is the number the first of them has in the sheet.

    ``numbers`` is not a number (NaN) where the cell holds something else; ``others`` then says (kind, as seen), and
    nothing where the cell is empty.
    """

    first: int
    rows: int
    columns: dict[str, Column]
    numbers: Sequence[float]
    others: dict[int, tuple[str, str]]
    #: Columns nothing is read from.
    unread: Sequence[str] = ()


def read_blocks(data: bytes, *, timeout: float = TIMEOUT) -> Iterator[Block]:
    """The table in these bytes, block by block.

    Raises:
        Unreadable: it is no workbook, could do harm, asks for too much memory or time, or has no such columns.
    """
    command = [sys.executable, "-m", "icportal.indicators.exchange.child", "network"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        watch = threading.Timer(timeout, child.kill)
        watch.start()
        try:
            _hand_over(child, data)
            assert child.stdout is not None
            ended = False
            for line in child.stdout:
                told = json.loads(line)
                if "problem" in told:
                    raise Unreadable(Finding(told["problem"], told.get("params", {})))
                if told.get("end"):
                    ended = True
                    break
                yield _block(told)
            if not ended:
                raise Unreadable(Finding("file.too_demanding"))
        finally:
            watch.cancel()
            child.kill()


def _hand_over(child: Any, data: bytes) -> None:
    try:
        child.stdin.write(data)
        child.stdin.close()
    except BrokenPipeError:
        # What it said before it went is read below.
        return


def _block(told: dict[str, Any]) -> Block:
    columns = {
        name: Column(column["texts"], array("I", base64.b64decode(column["codes"])))
        for name, column in told["columns"].items()
        if "texts" in column
    }
    value = told["columns"]["value"]
    others = {int(place): (kind, text) for place, (kind, text) in value["others"].items()}
    return Block(
        told["first"], told["rows"], columns, array("d", base64.b64decode(value["numbers"])), others, told.get("unread", ())
    )
