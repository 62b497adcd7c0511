"""Connections that all clients with the same destination share."""

from __future__ import annotations

import os
import threading
import weakref
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, NamedTuple

import requests
from requests.utils import get_environ_proxies

from synerise_client.api.certificates import usable_bundle
from synerise_client.api.connection import InterruptibleAdapter
from synerise_client.errors import Error, ErrorCode
from synerise_client.process.forks import abandon, renew_in_children
from synerise_client.process.late_loading import loading
from synerise_client.process.threads import MOST_THREADS

if TYPE_CHECKING:
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
        """Return the session to send with, for ``user``, until :meth:`leave`.

        Raises:
            Error: the environment names certificates that cannot be used.
        """
        session = self._session
        if session is None or user not in self._users:
            with loading(), self._lock:  # OpenSSL does not survive a fork while it reads
                self._users.add(user)
                if self._session is None:
                    self._session = _new_session(self._destination)
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


class _DirectSession(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Follow nothing: even to look at a redirect, requests would read its whole body."""
        return None


def _new_session(destination: Destination) -> requests.Session:
    session = _DirectSession()
    # The environment is read here, once: requests would read it again at each request.
    session.trust_env = False
    base_url, bundle = destination.base_url, destination.bundle
    session.proxies = get_environ_proxies(base_url) if destination.uses_proxies else {}
    if bundle is None and base_url.startswith("https:"):
        bundle = _bundle_of_the_environment()
    session.verify = bundle or True
    session.cert = _as_requests_wants(destination.certificate)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, InterruptibleAdapter(pool_maxsize=MOST_THREADS))
    return session


def _bundle_of_the_environment() -> str | None:
    """Return the file or folder of certificates that the environment names, if any."""
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        path = os.environ.get(variable)
        if path:
            try:
                return usable_bundle(path, variable)
            except ValueError as error:
                raise Error(ErrorCode.REQUEST_FAILED, str(error)) from None
    return None


def _as_requests_wants(certificate: Certificate | None) -> str | tuple[str, str] | None:
    if certificate is None:
        return None
    file, key = certificate
    return file if key is None else (file, key)
