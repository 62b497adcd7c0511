"""Thousands of calls over several threads, against a server with faults."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from benchmarks.usage import is_measurable
from tests.load.conftest import ROOT


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.skipif(not is_measurable(), reason="needs to see what the process holds")
@pytest.mark.parametrize(("storage", "rounds"), [("memory", 20_000), ("sqlite", 10_000)])
def test_every_call_is_answered_once_and_nothing_grows(
    storage: str,
    rounds: int,
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
) -> None:
    calls = portion(rounds)
    soak = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", f"--calls={calls}", f"--storage={storage}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=290,
    )
    assert soak.returncode == 0, soak.stdout
    tenth, made, answered = soak.stdout.splitlines()[11].split()[:3]
    assert (tenth, made) == ("10", answered)
    assert int(made) > calls  # there is a warm-up before
    assert soak.stdout.endswith("all is well\n")
    counted("calls in a soak", calls)
