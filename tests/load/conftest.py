"""A fast server, and scripts that run against it as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fast_server import FastServer

ROOT = Path(__file__).parent.parent.parent

Run = Callable[..., Any]


@pytest.fixture
def fast_server() -> Iterator[FastServer]:
    with FastServer() as server:
        yield server


@pytest.fixture
def run(fast_server: FastServer) -> Run:
    """Run a script, which finds the server in SERVER_URL, and return the JSON that it prints."""

    def run(source: str, **variables: str) -> Any:
        finished = subprocess.run(
            [sys.executable, "-c", source],
            cwd=ROOT,
            env={**os.environ, "SERVER_URL": fast_server.url, **variables},
            capture_output=True,
            text=True,
            timeout=50,
        )
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    return run
