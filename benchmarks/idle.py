"""What a connected client costs that does nothing, from a hundred of them to ten thousand.

``python -m benchmarks.idle`` prints a table. Each row is a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path
from typing import NamedTuple

from synerise_client import MemoryStorage, SQLiteStorage, Synerise

NUMBERS = (100, 1000, 10_000)
STORAGES = ("memory", "sqlite")
MOST_KIB = 8.0


class Cost(NamedTuple):
    """What one client costs, of many.

    Attributes:
        microseconds: to connect it.
        kib: that Python allocates for it; a smaller part of what is resident for few
            clients, as they are given what was free already.
        threads: of the client's, of all together.
    """

    microseconds: float
    kib: float
    threads: int


def cost_of(number: int, storage: str, folder: Path, counts_memory: bool) -> Cost:
    """Connect ``number`` clients in this process and return what each one costs.

    Args:
        number: of clients.
        storage: one of STORAGES.
        folder: where the store is, if it is a file.
        counts_memory: which takes its time.
    """
    kept = MemoryStorage() if storage == "memory" else SQLiteStorage(folder / "sessions.sqlite3")
    initializer = Synerise.Initializer().withApiKey("api-key").withStorage(kept)
    first = initializer.withProfile("the first loads what all need").connect()
    if counts_memory:
        tracemalloc.start()
    began = time.perf_counter()
    clients = [initializer.withProfile(str(each)).connect() for each in range(number)]
    took = time.perf_counter() - began
    gc.collect()
    kib = tracemalloc.get_traced_memory()[0] / number / 1024 if counts_memory else 0.0
    threads = [each for each in threading.enumerate() if each.name.startswith("synerise-client")]
    for client in (first, *clients):
        client.close()
    return Cost(took / number * 1e6, kib, len(threads))


def measured(number: int, storage: str) -> Cost:
    """Return what :func:`cost_of` finds, time and memory each in a process of its own."""
    quick, counted = (
        _in_a_process(number, storage, "time"),
        _in_a_process(number, storage, "memory"),
    )
    return quick._replace(kib=counted.kib)


def _in_a_process(number: int, storage: str, what: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        line = [
            sys.executable,
            "-m",
            "benchmarks.idle",
            "--one",
            str(number),
            storage,
            folder,
            what,
        ]
        done = subprocess.run(line, check=True, capture_output=True, text=True)
    return Cost(*json.loads(done.stdout))


def main() -> int:
    """Print the table; 1 if a client takes too much, or a thread."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle", description=__doc__)
    parser.add_argument("--one", nargs=4, metavar=("NUMBER", "STORAGE", "FOLDER", "WHAT"))
    one = parser.parse_args().one
    if one is not None:
        print(json.dumps(cost_of(int(one[0]), one[1], Path(one[2]), one[3] == "memory")))
        return 0
    print("| clients | session kept in | to connect one | memory of one | threads of all |")
    print("|---|---|---|---|---|")
    is_well = True
    for storage in STORAGES:
        for number in NUMBERS:
            cost = measured(number, storage)
            is_well = is_well and cost.kib <= MOST_KIB and not cost.threads
            shown = f"{cost.microseconds:,.0f} µs | {cost.kib:.1f} KiB | {cost.threads}"
            print(f"| {number:,} | {storage} | {shown} |", flush=True)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
