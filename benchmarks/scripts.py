"""Customers who are signed in before anything is measured."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from synerise_client import Synerise

if TYPE_CHECKING:
    from synerise_client.session.storage import Storage

API_KEY = "key"


def init(storage: Storage, url: str) -> None:
    """Initialize Synerise against a server."""
    Synerise.Initializer().withApiKey(API_KEY).withBaseUrl(url).withStorage(storage).init()


def sign_in(storage: Storage, url: str) -> None:
    """Leave a customer who is signed in in a store."""
    init(storage, url)
    failures: list[object] = []
    Synerise.Client.signIn("anna@example.com", "Pass1!word", None, failures.append)
    Synerise.waitUntilIdle(30)
    Synerise.shutdown()
    assert not failures, failures


def make_due(text: str | None) -> str:
    """Return a stored state whose token has ten minutes left of its hour."""
    assert text is not None
    state = json.loads(text)
    state["token"].update(expiration=int(time.time()) + 600, lifetime=3600.0)
    return json.dumps(state)


def fail(error: object) -> None:
    """Be the onError of a call that is to succeed."""
    print(error)
