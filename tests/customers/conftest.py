"""Several customers in one process, all of them registered with one sandbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from synerise_client import ConnectedClient, MemoryStorage, SyneriseInitializer
from synerise_client.calls.workers import workers
from synerise_client.session.storage import Storage
from tests.conftest import PASSWORD, Team


class Customers:
    """Connects clients of a team, and closes them."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.storage: Storage = MemoryStorage()
        self._connected: list[ConnectedClient] = []

    def initializer(self, **settings: Any) -> SyneriseInitializer:
        """Return an Initializer whose clients share a storage."""
        initializer = self.team.initializer().withStorage(self.storage)
        for name, value in settings.items():
            getattr(initializer, name)(value)
        return initializer

    def connect(self, profile: str, **settings: Any) -> ConnectedClient:
        """Connect a client that is closed after the test."""
        client = self.initializer(**settings).withProfile(profile).connect()
        self._connected.append(client)
        return client

    def signed_in(self, profile: str, **settings: Any) -> ConnectedClient:
        """Connect a client and sign a customer in who is called like the profile."""
        client = self.connect(profile, **settings)
        self.register(profile)
        assert self.team.call("signIn", email_of(profile), PASSWORD, client=client) is True
        return client

    def register(self, profile: str) -> None:
        """Have the sandbox know a customer."""
        self.team.sandbox.add_profile(email_of(profile), PASSWORD)

    def close(self) -> None:
        for client in self._connected:
            client.close()


def email_of(profile: str) -> str:
    """Return the e-mail of the customer of a profile."""
    return f"{profile}@example.com"


@pytest.fixture
def customers(team: Team) -> Iterator[Customers]:
    before = workers.most
    for thread in threading.enumerate():
        if thread.name == "synerise-client":  # of the test before, on its way out
            thread.join(10)
    customers = Customers(team)
    yield customers
    customers.close()
    workers.most = before
