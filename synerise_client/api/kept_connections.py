"""Connections that all clients with the same destination share."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, NamedTuple

from synerise_client.api.connection import new_session
from synerise_client.forks import abandon, renew_in_children
from synerise_client.late_loading import loading

if TYPE_CHECKING:
    import requests

    from synerise_client.api.certificates import Certificate


class Destination(NamedTuple):
    """Where requests go, and how.

    Attributes:
        base_url: scheme, host and perhaps a path.
        uses_proxies: whether those of the environment are asked.
        bundle: path of the certificates to believe; None: those of the environment.
        certificate: that the client shows, if any.
    """

    base_url: str
    uses_proxies: bool
    bundle: str | None = None
    certificate: Certificate | None = None


class KeptConnections:
    """The connections to one destination, opened when they are needed and kept while anybody is.

    Args:
        destination: where they lead.
    """

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._session: requests.Session | None = None
        self._users: weakref.WeakSet[object] = weakref.WeakSet()
        self._lock = threading.Lock()
        renew_in_children(self)

    def session(self, user: object) -> requests.Session:
        """Return the session to send with, for ``user``, until :meth:`leave`."""
        session = self._session
        if session is None or user not in self._users:
            with loading(), self._lock:  # OpenSSL does not survive a fork while it reads
                self._users.add(user)
                if self._session is None:
                    self._session = new_session(*self._destination)
                session = self._session
        return session

    def leave(self, user: object) -> None:
        """Close the connections if nobody but ``user`` needs them."""
        with self._lock:
            self._users.discard(user)
            session = None
            if not self._users:
                session, self._session = self._session, None
        if session is not None:
            session.close()

    def renew_after_fork(self) -> None:
        """The connections are the parent's: they are neither used nor closed here."""
        abandon(self._session)
        self._session = None
        self._lock = threading.Lock()


_all_kept: weakref.WeakValueDictionary[Destination, KeptConnections] = weakref.WeakValueDictionary()


def connections_to(destination: Destination) -> KeptConnections:
    """Return the connections to ``destination``, which live for as long as somebody has them."""
    with loading():
        kept = _all_kept.get(destination)
        if kept is None:
            kept = _all_kept[destination] = KeptConnections(destination)
        return kept
