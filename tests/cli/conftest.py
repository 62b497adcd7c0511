"""A sandbox that the command line finds in its environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from synerise_client import Synerise
from synerise_client.sandbox import Sandbox
from tests.cli.caller import EMAIL, PASSWORD, Desk

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of what is set for the tests' own process counts."""
    for name in list(os.environ):
        if name.startswith("SYNERISE_CLIENT_") or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "COLUMNS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def desk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    """Somebody with a sandbox, its API key and a store, who calls commands."""
    sandbox.add_profile(EMAIL, PASSWORD, firstName="Anna")
    monkeypatch.setenv("SYNERISE_CLIENT_BASE_URL", sandbox.url)
    monkeypatch.setenv("SYNERISE_CLIENT_API_KEY", sandbox.api_key)
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("synerise_client.cli.customer._ATTEMPTS", 1)
    yield Desk(sandbox, tmp_path / "home" / "sessions.sqlite3")
    assert not Synerise.isInitialized()
