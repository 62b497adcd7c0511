"""What every random script needs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from synerise_client.sandbox import server
from tests.machine.run import POLL_SECONDS
from tests.machine.sessions import Sessions


@pytest.fixture(autouse=True)
def scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> type[Sessions]:
    """The random scripts, with a folder of their own and sandboxes that stop at once."""
    monkeypatch.setattr(server, "_POLL", POLL_SECONDS)
    caplog.set_level(logging.CRITICAL + 1, "synerise_client")  # what fails, fails on purpose
    Sessions.folder = tmp_path
    Sessions.counts.clear()
    return Sessions
