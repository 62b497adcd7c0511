"""Takes every broken answer of a server in a process of its own, and tells what memory that took.

Reads a JSON object: the server's ``url``, the ``scenes`` to play, and the ``answers`` to ask
for, each a number and whether it takes the client with little time. Prints one too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from synerise_client import MemoryStorage
from tests.conftest import MovableClock
from tests.replies.scenes import HURRIED_SECONDS, SCENES, Client

_STATUS = Path("/proc/self/status")


def _kilobytes(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


def taste() -> None:
    """Do all of it."""
    order = json.load(sys.stdin)
    clock, storage = MovableClock(), MemoryStorage()
    patient = Client(order["url"], storage, clock)
    hurried = Client(order["url"], storage, clock, HURRIED_SECONDS)
    for name in order["scenes"]:  # what is loaded and connected once is not what is measured
        SCENES[name].prepare(patient, clock)
        for client in (patient, hurried):
            SCENES[name].perform(client)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, taken = _kilobytes("VmRSS"), 0
    for name in order["scenes"]:
        scene = SCENES[name]
        for number, is_hurried in order["answers"]:
            client = hurried if is_hurried else patient
            scene.prepare(patient, clock)
            client.asks_for = {scene.operation: number}
            taken += len(scene.perform(client))
            client.asks_for = {}
            client.logged.clear()
    peak, after = _kilobytes("VmHWM"), _kilobytes("VmRSS")
    patient.close()
    hurried.close()
    print(json.dumps({"taken": taken, "peak": peak - before, "kept": after - before}))  # noqa: T201


if __name__ == "__main__":
    taste()
