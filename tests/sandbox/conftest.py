from __future__ import annotations

from collections.abc import Iterator

import pytest

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, PASSWORD, Caller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def call(sandbox: Sandbox) -> Iterator[Caller]:
    call = Caller(sandbox)
    with call.session:
        yield call


@pytest.fixture
def anna(sandbox: Sandbox) -> int:
    """The clientId of a registered, active customer."""
    return sandbox.add_profile(EMAIL, PASSWORD, firstName="Anna", customId="anna-1")
