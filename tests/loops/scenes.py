"""What several tests of event loops need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from synerise_client import Error, Synerise
from synerise_client.aio import AsyncClient
from synerise_client.sandbox import Hold
from tests.conftest import EMAIL, PASSWORD, Team


def async_client(team: Team, **doors: Any) -> AsyncClient:
    """Initialize Synerise with a customer who is registered, and return its AsyncClient."""
    team.client(**doors)
    team.sandbox.add_profile(EMAIL, PASSWORD, firstName="Anna")
    return AsyncClient(Synerise.Client)


async def arrived(hold: Hold) -> None:
    """Wait until a request is held."""
    assert await asyncio.to_thread(hold.arrived.wait, 10)


async def begun(*tasks: asyncio.Task[Any]) -> None:
    """Let tasks make their calls."""
    for _ in tasks:
        await asyncio.sleep(0)


async def code_of(call: Awaitable[Any]) -> int | None:
    """Return the code of the Error that a call raises; None if it succeeds."""
    try:
        await call
    except Error as error:
        return error.code
    return None
