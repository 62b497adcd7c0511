"""Calls for minutes against a server with faults: each is answered once, and nothing grows.

``python -m benchmarks.soak`` prints a table and exits with 1 if something is wrong.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.callers import Caller
from benchmarks.fast_server import FAULTS, FastServer
from benchmarks.usage import Usage, growth, is_measurable, usage
from synerise_client import ErrorCode, MemoryStorage, RetryPolicy, SQLiteStorage, Synerise

if TYPE_CHECKING:
    from synerise_client.session.storage import Storage

TENTHS = 10
_WARM_UP_CALLS = 2000  # until everything is loaded and the interpreter's own caches are full
_IDLE_SECONDS = 120.0
_DEADLINES = "synerise-client-deadlines"
_FORESEEN = {
    "success",
    ErrorCode.SESSION_ENDED,
    ErrorCode.NOT_LOGGED_IN,
    ErrorCode.REQUEST_FAILED,
    401,
    500,
    503,
}
_HEADER = f"{'tenth':>8}{'calls':>9}{'answered':>10}{'threads':>9}{'sockets':>9}{'files':>7}"
_HEADER += f"{'KiB':>9}{'blocks':>9}{'calls/s':>9}"


class _Complaints(logging.Handler):
    """Counts what the client logs as an error: callbacks that raise, and its own mistakes."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record, and show the first one."""
        self.count += 1
        if self.count == 1:
            print(self.format(record), file=sys.stderr)


class Soak:
    """Some callers at work on one client, a tenth of the calls after the other.

    Args:
        callers: how many threads make calls.
        seed: what the calls are drawn from.
    """

    def __init__(self, callers: int, seed: int) -> None:
        self.outcomes: Counter[str | int] = Counter()
        self.readings: list[Usage] = []
        self._callers = [
            Caller(Synerise.Client, seed + number, self.outcomes, ends_sessions=number == 0)
            for number in range(callers)
        ]
        self._tallies = [tally for caller in self._callers for tally in caller.tallies]

    @property
    def made(self) -> int:
        """Calls so far."""
        return sum(tally.made for tally in self._tallies)

    @property
    def answered(self) -> int:
        """Callbacks so far."""
        return sum(tally.answered for tally in self._tallies)

    def run_part(self, name: str, calls: int) -> None:
        """Make so many calls, wait until all are answered, and measure.

        Args:
            name: of the row in the table.
            calls: how many.
        """
        began = time.monotonic()
        share, rest = divmod(calls, len(self._callers))
        threads = [
            threading.Thread(target=caller.make, args=(share + (number < rest),))
            for number, caller in enumerate(self._callers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        Synerise.waitUntilIdle(_IDLE_SECONDS)
        seconds = time.monotonic() - began
        self.readings.append(usage())
        print(
            f"{name:>8}{self.made:>9}{self.answered:>10}",
            _columns(self.readings[-1]),
            f"{calls / seconds:>8.0f}",
            flush=True,
        )

    @property
    def has_lost_some(self) -> bool:
        """Whether there are calls without an answer."""
        return self.answered != self.made

    def problems(self, calls: int) -> list[str]:
        """Name what went wrong with calls and callbacks.

        Args:
            calls: that should have been made.
        """
        misplaced = sum(tally.misplaced for tally in self._tallies)
        unforeseen = self.outcomes.keys() - _FORESEEN
        found = {
            f"{self.made} of {calls} calls could be made": self.made != calls,
            f"{self.answered} callbacks for {self.made} calls": self.has_lost_some,
            f"{misplaced} callbacks came twice or out of their turn": misplaced > 0,
            f"there were errors that nobody foresaw: {unforeseen}": bool(unforeseen),
        }
        return [problem for problem, is_there in found.items() if is_there]


def run(calls: int, callers: int, storage: Storage, seed: int, share: float) -> list[str]:
    """Print how a soak goes, and return what went wrong."""
    complaints = _Complaints()
    logger = logging.getLogger("synerise_client")
    logger.addHandler(complaints)
    logger.setLevel(logging.ERROR)
    before = usage()
    with FastServer(seed, share) as server:
        _initialize(server.url, storage)
        soak = Soak(callers, seed)
        print(_HEADER, flush=True)
        soak.run_part("warm-up", _WARM_UP_CALLS)
        for number in range(TENTHS):
            if not soak.has_lost_some:
                soak.run_part(str(number + 1), calls // TENTHS)
        Synerise.shutdown()
    print("outcomes:", *(f"{what}: {n}" for what, n in soak.outcomes.most_common()), sep="  ")
    print("server:", *(f"{what}: {n}" for what, n in server.counts.items()), sep="  ")
    problems = soak.problems(_WARM_UP_CALLS + calls) + _left_behind(before)
    if not soak.has_lost_some:
        problems += growth(soak.readings[1:])
    if complaints.count:
        problems.append(f"{complaints.count} errors were logged")
    if share:
        problems += [f"no fault {fault} was met" for fault in FAULTS if not server.counts[fault]]
    return problems


def _initialize(url: str, storage: Storage) -> None:
    initializer = Synerise.Initializer().withApiKey("api-key-of-the-load").withBaseUrl(url)
    initializer.withStorage(storage).withRetryPolicy(RetryPolicy(initial=0, maximum=0))
    initializer.withThreads(3).init()


def _left_behind(before: Usage) -> list[str]:
    """Name what is left after shutdown; the watch over deadlines lingers for some seconds."""
    ours = [each for each in threading.enumerate() if each.name.startswith("synerise-client")]
    for thread in ours:
        if thread.name != _DEADLINES:
            thread.join(10)
    after = usage()
    left = [each.name for each in ours if each.is_alive() and each.name != _DEADLINES]
    left += [each for each in ("sockets", "files") if getattr(after, each) > getattr(before, each)]
    return [f"after shutdown there is left: {each}" for each in left]


def _columns(reading: Usage) -> str:
    columns = zip((8, 9, 7, 9, 9), reading, strict=True)
    return "".join(f"{value:>{width}}" for width, value in columns)


def main() -> int:
    """Run a soak as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--callers", type=int, default=8, help="threads that make calls")
    parser.add_argument("--storage", choices=("memory", "sqlite"), default="memory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.05, help="share of requests that fail")
    options = parser.parse_args()
    if not is_measurable():
        parser.error("this needs /proc, to see what the process holds")
    with ExitStack() as stack:
        storage: Storage = MemoryStorage()
        if options.storage == "sqlite":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            storage = SQLiteStorage(folder / "sessions.sqlite3")
        calls = options.calls // TENTHS * TENTHS
        problems = run(calls, options.callers, storage, options.seed, options.faults)
    print(*(problems or ["all is well"]), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
