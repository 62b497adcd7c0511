"""Scripts that run in processes of their own, beside the test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def script_that_said(line: str, script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a script which has said ``line`` when the block begins; wait for its end after it."""
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{line}\n"
        yield process
