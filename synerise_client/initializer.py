"""Synerise.Initializer(): describes what init() is to set up."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from synerise_client.debug_log import show_everything
from synerise_client.errors import Error, ErrorCode
from synerise_client.modules.arguments import check, check_optional, usable_key
from synerise_client.modules.client_module import ClientModule
from synerise_client.modules.settings_module import SettingsModule
from synerise_client.process.threads import MOST_THREADS
from synerise_client.secret import Secret, hidden, without_locals
from synerise_client.setup import Setup
from synerise_client.spelling import no_such_name

if TYPE_CHECKING:
    from synerise_client.api.policy import RetryPolicy
    from synerise_client.api.transport import RequestHook
    from synerise_client.assembly import AssembledClient
    from synerise_client.calls.delivery import Dispatch
    from synerise_client.modules.connected_client import ConnectedClient
    from synerise_client.session.storage import Storage

M = TypeVar("M", bound=ClientModule)
_log = logging.getLogger("synerise_client")


class Initializable(Protocol):
    """What an Initializer sets up."""

    @property
    def Settings(self) -> SettingsModule:
        """The settings."""

    def isInitialized(self) -> bool:
        """Tell whether it is set up."""

    def _take(self, client: AssembledClient[ClientModule]) -> None:
        """Be set up with ``client``."""

    def _call_ready(self) -> None:
        """Tell the user that it is set up."""

    def _call_error(self, error: Error) -> None:
        """Tell the user why it is not."""


def warn_that_the_salt_is_not_sent() -> None:
    """Log a warning to those who set a request validation salt."""
    _log.warning(
        "The request validation salt is not sent, since it is not public how: "
        "withRequestHook can add it to each request"
    )


def _path(**argument: object) -> str | os.PathLike[str]:
    ((name, path),) = argument.items()
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, not {type(path).__name__}")
    return path


class SyneriseInitializer:
    """Collects what the SDK needs to know; each method returns the Initializer itself."""

    def __init__(self, facade: Initializable) -> None:
        self._facade = facade
        self._settings: list[Mapping[str, Any]] = []
        self._setup = Setup()

    def withApiKey(self, apiKey: str) -> SyneriseInitializer:
        """Set the API key of the profile; the one thing that must be set.

        Raises:
            ValueError: it holds something other than printable ASCII.
        """
        self._setup.api_key = usable_key(Secret(apiKey))
        return self

    def withBaseUrl(self, baseUrl: str | None) -> SyneriseInitializer:
        """Set where the API is reached; https://api.snrapi.com if this is None or left out."""
        secret = hidden(baseUrl)  # a wrong one may hold a password
        check_optional(str, baseUrl=secret)
        self._setup.base_url = secret
        return self

    def withRequestValidationSalt(self, salt: str | None) -> SyneriseInitializer:
        """Accept a request validation salt, which is not sent.

        How it travels is not public. Whoever knows may add it with
        :meth:`withRequestHook`.
        """
        check_optional(str, salt=hidden(salt))
        if salt is not None:
            warn_that_the_salt_is_not_sent()
        return self

    def withDebugModeEnabled(self, enabled: bool) -> SyneriseInitializer:
        """Have the loggers ``synerise_client.*`` tell everything, or warnings only.

        A program that has set up no logging sees it on stderr.
        Tokens, passwords and API keys are never part of it.
        """
        check(bool, enabled=enabled)
        show_everything(enabled)
        return self

    def withInitialDoNotTrack(self, doNotTrack: bool) -> SyneriseInitializer:
        """Start with ``Synerise.Settings.sdk.doNotTrack`` set like this."""
        check(bool, doNotTrack=doNotTrack)
        self._settings.append({"sdk": {"doNotTrack": doNotTrack}})
        return self

    def withSettings(self, settings: Mapping[str, Any]) -> SyneriseInitializer:
        """Start with these settings.

        Args:
            settings: as in JavaScript, such as ``{"sdk": {"enabled": False}}``.
        """
        check(Mapping, settings=settings)
        self._settings.append(settings)
        return self

    def withCrashHandlingEnabled(self, enabled: bool) -> SyneriseInitializer:
        """Accept the setting, which does nothing here: a Python script's crashes are its own."""
        check(bool, enabled=enabled)
        return self

    def withProfile(self, profile: str) -> SyneriseInitializer:
        """Set whose session it is, where several customers share a store; empty by default.

        Args:
            profile: any name that tells the customers apart: the store keeps one session
                for each API key, base URL and profile. It is not sent.
        """
        check(str, profile=profile)
        self._setup.profile = profile
        return self

    def withStorage(self, storage: Storage) -> SyneriseInitializer:
        """Set where the session is kept.

        Args:
            storage: ``SQLiteStorage()``, the default, ``MemoryStorage()``,
                ``RedisStorage(url)``, ``EncryptedStorage(storage, key)`` or one of your own.
        """
        from synerise_client.session.storage import is_storage

        if not is_storage(storage):
            raise TypeError("storage must be a storage, such as MemoryStorage() or SQLiteStorage()")
        self._setup.storage = storage
        return self

    def withRetryPolicy(self, policy: RetryPolicy) -> SyneriseInitializer:
        """Set how often and how long requests are tried."""
        from synerise_client.api.policy import RetryPolicy

        check(RetryPolicy, policy=policy)
        self._setup.policy = policy
        return self

    def withTimeouts(self, connect: float = 5.0, read: float = 20.0) -> SyneriseInitializer:
        """Set how long one attempt waits for the connection, and for more of the answer.

        Args:
            connect: seconds.
            read: seconds.
        """
        from synerise_client.api.policy import Timeouts

        self._setup.timeouts = Timeouts(connect, read)
        return self

    def withVerify(self, verify: str | os.PathLike[str] | bool) -> SyneriseInitializer:
        """Set which certificates of servers are believed; read at once and for each connection.

        Args:
            verify: path of a PEM file, or of a folder that ``openssl rehash`` has made;
                it counts instead of all others. True, the default: the one that
                REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names, else those of certifi.

        Raises:
            TypeError: it is no path.
            ValueError: there is no certificate; or it is False: nothing is sent to a
                server whose certificate was not checked.
        """
        if verify is False:
            raise ValueError(
                "verify must not be False: a server's certificate is always checked; give the "
                "path of the one that signs it, or its own"
            )
        if verify is True:
            self._setup.bundle = None
            return self
        from synerise_client.api.certificates import usable_bundle

        self._setup.bundle = usable_bundle(_path(verify=verify), "verify")
        return self

    def withCertificate(
        self, certificate: str | os.PathLike[str], key: str | os.PathLike[str] | None = None
    ) -> SyneriseInitializer:
        """Set the certificate that this client shows to a server that wants one.

        Args:
            certificate: path of a PEM file; read at once and for each connection.
            key: path of the PEM file with its key, if that is another one. It must
                not need a passphrase.

        Raises:
            TypeError: one of them is no path.
            ValueError: they cannot be used together.
        """
        from synerise_client.api.certificates import usable_certificate

        self._setup.certificate = usable_certificate(
            _path(certificate=certificate), None if key is None else _path(key=key)
        )
        return self

    def withDrainTimeout(self, seconds: float) -> SyneriseInitializer:
        """Set how long the end of the script waits for pending calls while nothing moves.

        Args:
            seconds: 60 by default; calls that are pending after that get -999.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError("seconds must be a number")
        if not seconds >= 0:
            raise ValueError("seconds must not be negative")
        self._setup.drain_seconds = float(seconds)
        return self

    def withThreads(self, count: int) -> SyneriseInitializer:
        """Set how many threads all clients of this process may have together.

        Each one carries out one call at a time. What was set last holds for all.

        Args:
            count: 1 to 256; 32 by default.
        """
        check(int, count=count)
        if isinstance(count, bool) or not 1 <= count <= MOST_THREADS:
            raise ValueError(f"count must be between 1 and {MOST_THREADS}")
        self._setup.threads = count
        return self

    def withUUIDSalt(self, salt: str) -> SyneriseInitializer:
        """Set what goes before an identifier that a UUID is made of; empty by default."""
        check(str, salt=salt)
        self._setup.uuid_salt = salt
        return self

    def withRequestHook(self, hook: RequestHook) -> SyneriseInitializer:
        """Set a function that may add to each request before it is sent.

        Args:
            hook: called as ``hook(operation, headers, body)`` on the worker thread, at
                each attempt; it may change the two dicts. They may hold secrets.
        """
        if not callable(hook):
            raise TypeError("hook must be a function of operation, headers and body")
        self._setup.hook = hook
        return self

    def withRoutes(self, routes: Mapping[str, str]) -> SyneriseInitializer:
        """Replace paths of the API, by the names of the operations.

        Raises:
            ValueError: an operation is unknown, or a path cannot be sent as it is.
        """
        from synerise_client.api.routes import routes_with

        check(Mapping, routes=routes)
        routes_with(routes)  # refuses what it does not know
        self._setup.paths = dict(routes)
        return self

    def withCallbackDispatcher(self, dispatch: Dispatch) -> SyneriseInitializer:
        """Have callbacks run somewhere else than on the worker thread.

        Args:
            dispatch: called on the worker thread with a function without arguments,
                which it runs or hands on, such as ``loop.call_soon_threadsafe``. A call
                counts as answered as soon as this returns.
        """
        if not callable(dispatch):
            raise TypeError("dispatch must be a function that takes a function")
        self._setup.dispatch = dispatch
        return self

    def init(self) -> None:
        """Initialize Synerise. Reads the store, for 0.25 seconds at most; sends nothing.

        If it is initialized already, nothing changes, a warning is logged and
        the callback of ``Synerise.onReady`` is called again.

        Raises:
            ValueError: the API key is missing, or the base URL or the file of routes
                cannot be used; the callback of ``Synerise.onError`` is told before.
        """
        if self._facade.isInitialized():
            _log.warning("Synerise is initialized already; this init() changes nothing")
            self._facade._call_ready()
            return
        try:
            client = self._assembled(self._facade.Settings, ClientModule, "Synerise.Client")
        except ValueError as error:
            self._facade._call_error(Error(ErrorCode.UNUSABLE_ARGUMENT, str(error)))
            raise
        self._facade._take(client)

    def connect(self) -> ConnectedClient:
        """Return a client of its own, beside the one that ``Synerise.Client`` is.

        Reads the store, for 0.25 seconds at most; sends nothing. This Initializer may be
        used again, such as with another profile.

        Returns:
            The client, with its own session, settings, listener and order of calls.
            It is closed with ``close()`` or ``with``; one that is simply dropped still
            answers the calls that were made.

        Raises:
            ValueError: the API key is missing, or the base URL or the file of routes
                cannot be used.
        """
        from synerise_client.modules.connected_client import ConnectedClient

        settings = SettingsModule()
        owner = f"ConnectedClient({self._setup.profile!r})"
        client = self._assembled(settings, ConnectedClient, owner).module
        settings.sdk.watch_do_not_track(client.destroySession)
        return client

    def _assembled(self, settings: SettingsModule, kind: type[M], owner: str) -> AssembledClient[M]:
        from synerise_client.assembly import assemble

        for each in self._settings:
            settings.set(each)
        with without_locals():  # they hold the API key
            return assemble(copy(self._setup), settings, kind, owner)

    if not TYPE_CHECKING:  # a type checker is to find the mistyped names

        def __getattr__(self, name: str) -> Any:
            raise no_such_name("Synerise.Initializer()", name, dir(type(self)))
