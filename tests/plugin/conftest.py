"""Projects of their own, whose tests are run in a process of their own."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[..., pytest.RunResult]

SIGNED_IN = """
def test_anna(synerise, synerise_sandbox):
    synerise_sandbox.add_profile("anna@example.com", "Secret-1")
    synerise.Client.signIn("anna@example.com", "Secret-1")
    assert synerise.waitUntilIdle(10)
    assert synerise.Client.isSignedIn()
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest on a project in which this package is as good as installed.

    The entry points are those of setup.cfg, so that they need not be installed.
    """
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    information = pytester.mkdir("this_package-1.dist-info")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: this-package\nVersion: 1\n")
    points = setup["options.entry_points"]["pytest11"]
    (information / "entry_points.txt").write_text(f"[pytest11]\n{points.strip()}\n")

    def run(*options: str, **files: str) -> pytest.RunResult:
        if files:
            pytester.makepyfile(**files)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options, timeout=60)

    return run
