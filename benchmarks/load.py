"""Requests by the thousand: with `wrk` where it is installed, otherwise with our own processes."""

from __future__ import annotations

import multiprocessing
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 16
OWN_PROCESSES = 2
#: Seconds. Megabytes of data for sixteen at once take longer than wrk would wait by itself.
LONGEST_ANSWER = 20


@dataclass(frozen=True)
class Speed:
    """Requests a second, and the middle answer's milliseconds."""

    rate: float
    milliseconds: float


class WrongAnswerError(Exception):
    """A server under load answered something else than 200."""


def measure(address: str, *, seconds: float) -> Speed:
    """Load one address for a while."""
    return _with_wrk(address, seconds) if shutil.which("wrk") else _with_our_own(address, seconds)


def compare(addresses: dict[str, str], *, seconds: float, rounds: int) -> dict[str, Speed]:
    """Load several addresses in turn, so that what disturbs the machine disturbs all; the median round of each."""
    for address in addresses.values():
        measure(address, seconds=min(1, seconds))
    found: dict[str, list[Speed]] = {name: [] for name in addresses}
    for _ in range(rounds):
        for name, address in addresses.items():
            found[name].append(measure(address, seconds=seconds))
    return {name: sorted(speeds, key=lambda speed: speed.rate)[len(speeds) // 2] for name, speeds in found.items()}


def tell_the_tool() -> str:
    """Which of the two measures, in one sentence."""
    if shutil.which("wrk"):
        return f"Load by wrk, 2 threads, {CONNECTIONS} connections kept open."
    return (
        "wrk is not installed (apt-get install wrk): load by our own clients, which take so much of the machine "
        "themselves that fast pages seem slower than they are."
    )


def _with_wrk(address: str, seconds: float) -> Speed:
    command = [
        "wrk",
        "-t2",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        f"{LONGEST_ANSWER}s",
        "--latency",
        address,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise WrongAnswerError(f"{address} was not answered well:\n{output}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    middle = re.search(r"50%\s+([\d.]+)(us|ms|s)", output)
    if rate is None or middle is None:
        raise WrongAnswerError(f"wrk said:\n{output}")
    return Speed(float(rate[1]), float(middle[1]) * {"us": 0.001, "ms": 1, "s": 1000}[middle[2]])


def _with_our_own(address: str, seconds: float) -> Speed:
    answers: multiprocessing.Queue[tuple[int, float]] = multiprocessing.Queue()
    clients = [multiprocessing.Process(target=_client, args=(address, seconds, answers)) for _ in range(OWN_PROCESSES)]
    for client in clients:
        client.start()
    counted = [answers.get(timeout=seconds + 30) for _ in clients]
    for client in clients:
        client.join()
    if any(number < 0 for number, _middle in counted):
        raise WrongAnswerError(f"{address} was not answered with 200")
    return Speed(sum(number for number, _middle in counted) / seconds, statistics.median(middle for _number, middle in counted))


def _client(address: str, seconds: float, answers: multiprocessing.Queue[tuple[int, float]]) -> None:
    """Half of the connections, each with one request under way at a time."""
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    connections = [
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20)
        for _ in range(CONNECTIONS // OWN_PROCESSES)
    ]
    times: list[float] = []
    sent = [0.0] * len(connections)
    end = time.perf_counter() + seconds
    for place, connection in enumerate(connections):
        sent[place] = time.perf_counter()
        connection.sendall(request)
    while time.perf_counter() < end:
        for place, connection in enumerate(connections):
            if not _read(connection):
                answers.put((-1, 0.0))
                return
            moment = time.perf_counter()
            times.append((moment - sent[place]) * 1000)
            sent[place] = moment
            connection.sendall(request)
    for connection in connections:
        connection.close()
    answers.put((len(times), statistics.median(times)))


def _read(connection: socket.socket) -> bool:
    """Read one answer to its end; whether it was a 200 with a length."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return False
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length is None or b" 200 " not in head[:20]:
        return False
    missing = int(length[1]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(min(missing, 65536)))
    return True


if __name__ == "__main__":
    print(measure(sys.argv[1], seconds=float(sys.argv[2])))
