"""What this process holds of the machine, and whether that grows."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROCESS = Path("/proc/self")
_COMPARED = 3


class Usage(NamedTuple):
    """What a process holds.

    Attributes:
        threads: of the process, whoever started them.
        sockets: handles on sockets.
        files: all other handles.
        resident: memory in KiB (VmRSS).
        blocks: pieces of memory that Python's objects take.
    """

    threads: int
    sockets: int
    files: int
    resident: int
    blocks: int


MAY_GROW = Usage(threads=2, sockets=4, files=0, resident=1024, blocks=500)
"""What is no growth yet.

Sign-outs in the background may be under way two at a time, each with a thread and a
connection of two handles; and memory is never twice the same.
"""


def is_measurable() -> bool:
    """Tell whether this platform shows what a process holds."""
    return (_PROCESS / "fd").is_dir()


def usage() -> Usage:
    """Measure this process, after its garbage was collected."""
    gc.collect()
    handles = _handles()
    sockets = sum(each.startswith("socket:") for each in handles)
    return Usage(
        threads=len(os.listdir(_PROCESS / "task")),
        sockets=sockets,
        files=len(handles) - sockets,
        resident=_resident(),
        blocks=sys.getallocatedblocks(),
    )


def growth(readings: Sequence[Usage]) -> list[str]:
    """Name what grew: even the least of the last readings is above the most of the first ones.

    Args:
        readings: at least six, at moments at which the same should be held.
    """
    first, last = readings[:_COMPARED], readings[-_COMPARED:]
    return [
        f"{name}: {most} at first, {least} at last"
        for name, most, least, may_grow in zip(
            Usage._fields, map(max, *first), map(min, *last), MAY_GROW, strict=True
        )
        if least > most + may_grow
    ]


def _handles() -> list[str]:
    folder, links = _PROCESS / "fd", []
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):  # that on the folder itself is gone
            links.append(os.readlink(folder / name))
    return links


def _resident() -> int:
    lines = (_PROCESS / "status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(line.split()[1])
