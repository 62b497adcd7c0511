"""Runs random scripts; as a program, to find out whether a copy of the package breaks a rule."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

import synerise_client
from synerise_client.sandbox import server
from tests.machine.sessions import Sessions

STEPS = 40
POLL_SECONDS = 0.002
"""Between two looks of a sandbox whether it is to stop; here there is one for each script."""

FOUND = 3
"""The program's exit code if a script has shown that a rule is broken."""


def run(folder: Path, scripts: int, *, shrinks: bool = True) -> None:
    """Run ``scripts`` random scripts, and fail with the first that goes wrong.

    Args:
        folder: for what they store.
        scripts: how many.
        shrinks: look for a shorter script that goes wrong too.
    """
    Sessions.folder = folder
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    run_state_machine_as_test(
        Sessions,
        settings=settings(
            max_examples=scripts,
            stateful_step_count=STEPS,
            phases=phases,
            deadline=None,
            database=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def main(package: str, scripts: str, seed: str) -> int:
    """Run scripts against the package in the folder ``package``, the same for the same seed."""
    if Path(package) not in Path(synerise_client.__file__).parents:
        raise RuntimeError(f"{synerise_client.__file__} is not in {package}")
    logging.getLogger("synerise_client").setLevel(logging.CRITICAL + 1)
    server._POLL = POLL_SECONDS
    hypothesis.seed(int(seed))(Sessions)
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(Path(folder), int(scripts), shrinks=False)
        except (AssertionError, Flaky) as error:
            sys.stdout.write(f"{str(error) or type(error).__name__}\n")
            return FOUND
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
