"""Two sides of a comparison, measured in turn, so that what the machine does besides hits both."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Side = Callable[[], float]


class Unavailable(Exception):
    """A comparison cannot be made here; the message says why."""


class Measured(NamedTuple):
    """What a comparison found: medians, in its unit.

    Attributes:
        ours: of this package.
        theirs: of what it is compared with.
        missed: what else is not as it should be; empty if everything is.
    """

    ours: float
    theirs: float
    missed: str = ""

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs


class Comparison(NamedTuple):
    """A row of the table.

    Attributes:
        name: for the command line.
        what: is measured of this package.
        against: what it is compared with.
        at_most: the ratio that it is to stay below; None: it is only shown.
        unit: of both sides.
        rounds: how often each side is measured, if nothing else is asked for.
        measure: measures so many rounds.
    """

    name: str
    what: str
    against: str
    at_most: float | None
    unit: str
    rounds: int
    measure: Callable[[int], Measured]


def in_turn(rounds: int, ours: Side, theirs: Side, bare: Side | None = None) -> Measured:
    """Measure both sides so many times and return the medians; a round before does not count.

    Args:
        rounds: how often.
        ours: measures this package once.
        theirs: measures what it is compared with once.
        bare: measures what both have in common, which is taken off both.
    """
    sides = [ours, theirs] if bare is None else [ours, theirs, bare]
    readings: list[list[float]] = [[] for _ in sides]
    for number in range(-1, rounds):
        order = range(len(sides))
        for at in order if number % 2 else reversed(order):  # who is first has no advantage
            reading = sides[at]()
            if number >= 0:
                readings[at].append(reading)
    medians = [median(each) for each in readings]
    common = medians[2] if bare is not None else 0.0
    return Measured(medians[0] - common, medians[1] - common)


def seconds(run: Callable[[], object]) -> float:
    """Run something and tell how long it took."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
