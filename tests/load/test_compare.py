"""The command that measures the client beside others; its figures are another matter."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.compare import COMPARISONS, run
from benchmarks.customers import measure_customers
from benchmarks.measuring import Comparison, Measured, Unavailable, in_turn
from tests.load.conftest import ROOT


def compare(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.compare", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.mark.long
@pytest.mark.parametrize("name", [each.name for each in COMPARISONS if each.name != "customers"])
def test_every_comparison_can_be_measured(name: str) -> None:
    done = compare("--rounds=1", f"--only={name}")
    assert done.returncode in (0, 1), done.stderr
    assert not done.stderr
    (row,) = done.stdout.splitlines()[2:3]
    assert (
        row.split(" | ")[-1]
        .removesuffix(" |")
        .startswith(("reached", "missed", "beside", "not measured"))
    )
    assert f"Python {sys.version.split()[0]}" in done.stdout


def test_customers_are_measured_and_each_call_is_answered_in_order() -> None:
    measured = measure_customers(1, customers=20)
    assert (measured.missed, measured.ours > 0) == ("", True)


def comparison(at_most: float | None, measured: Measured | None) -> Comparison:
    def measure(rounds: int) -> Measured:
        if measured is None:
            raise Unavailable("there is none here")
        return measured

    return Comparison("it", "ours", "theirs", at_most, "ms", 1, measure)


@pytest.mark.parametrize(
    ("at_most", "measured", "is_reached", "verdict"),
    [
        (0.5, Measured(0.5, 1.0), True, "reached"),
        (0.5, Measured(0.51, 1.0), False, "missed"),
        (0.5, Measured(0.1, 1.0, missed="2 requests"), False, "missed: 2 requests"),
        (None, Measured(9.0, 1.0), True, "beside"),
        (0.5, None, True, "not measured: there is none here"),
    ],
)
def test_a_figure_that_is_missed_fails_the_run(
    at_most: float | None,
    measured: Measured | None,
    is_reached: bool,
    verdict: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    comparisons = [comparison(at_most, measured), comparison(None, Measured(1.0, 1.0))]
    assert run(comparisons, None) is is_reached
    assert capsys.readouterr().out.splitlines()[2].endswith(f"| {verdict} |")


def test_both_sides_are_measured_in_turn_above_what_they_share() -> None:
    made: list[str] = []

    def side(name: str, *readings: float) -> float:
        made.append(name)
        return readings[made.count(name) - 1]

    measured = in_turn(
        3,
        lambda: side("ours", 99, 5, 40, 7),
        lambda: side("theirs", 99, 13, 11, 12),
        lambda: side("bare", 99, 2, 2, 2),
    )
    assert measured == (7 - 2, 12 - 2, "")
    assert made[:3] == made[6:9] == ["ours", "theirs", "bare"]
    assert made[3:6] == made[9:] == ["bare", "theirs", "ours"]
