"""The client beside what others would use, each figure as a ratio of both.

``python -m benchmarks.compare`` prints a table and exits with 1 if a figure is missed.
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from benchmarks import calls, customers, durability, herd, processes
from benchmarks.measuring import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.measuring import Comparison

COMPARISONS: tuple[Comparison, ...] = (
    *processes.COMPARISONS,
    *calls.COMPARISONS,
    *durability.COMPARISONS,
    *herd.COMPARISONS,
    *customers.COMPARISONS,
)
_UNITS = {"ms": (1e3, "ms"), "us": (1e6, "µs"), "KiB": (1.0, "KiB")}
_COMPARED_WITH = ("requests", "urllib3", "tenacity", "attrs", "botocore")


def run(comparisons: Iterable[Comparison], rounds: int | None) -> bool:
    """Print a row for each comparison; tell whether every figure was reached.

    Args:
        comparisons: what is to be measured.
        rounds: how often each; None: as each of them says.
    """
    print("| what | ours | against | theirs | ratio | at most | verdict |")
    print("|---|---|---|---|---|---|---|")
    reached = True
    for each in comparisons:
        cells, is_reached = _row(each, each.rounds if rounds is None else rounds)
        print("|", " | ".join(cells), "|", flush=True)
        reached = reached and is_reached
    return reached


def _row(comparison: Comparison, rounds: int) -> tuple[list[str], bool]:
    what, against, at_most = comparison.what, comparison.against, comparison.at_most
    bound = "" if at_most is None else f"{at_most:.2f}"
    try:
        measured = comparison.measure(rounds)
    except Unavailable as error:
        return [what, "", against, "", "", bound, f"not measured: {error}"], True
    is_missed = bool(measured.missed) or (at_most is not None and measured.ratio > at_most)
    verdict = "missed" if is_missed else "reached" if bound else "beside"
    if measured.missed:
        verdict = f"missed: {measured.missed}"
    ours, theirs = (_shown(each, comparison.unit) for each in (measured.ours, measured.theirs))
    return [what, ours, against, theirs, f"{measured.ratio:.2f}", bound, verdict], not is_missed


def _shown(value: float, unit: str) -> str:
    factor, name = _UNITS[unit]
    number = value * factor
    return f"{number:,.0f} {name}" if abs(number) >= 100 else f"{number:.1f} {name}"


def _versions() -> str:
    return ", ".join([f"Python {platform.python_version()}", *map(_version, _COMPARED_WITH)])


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return f"no {name}"


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    names = [each.name for each in COMPARISONS]
    parser.add_argument("--rounds", type=int, help="how often each side is measured")
    parser.add_argument(
        "--only", action="append", metavar="NAME", choices=names, help=", ".join(names)
    )
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    chosen = [each for each in COMPARISONS if each.name in (options.only or names)]
    reached = run(chosen, options.rounds)
    print(f"\n{_versions()}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
