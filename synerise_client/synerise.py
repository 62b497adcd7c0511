"""Synerise and its Initializer, as lib/main/Synerise.js declares them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from synerise_client.errors import Error, ErrorCode
from synerise_client.modules.arguments import check, check_optional
from synerise_client.modules.client_module import ClientModule
from synerise_client.modules.settings_module import SettingsModule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synerise_client.api.operations import Operations
    from synerise_client.api.policy import RetryPolicy, Timeouts
    from synerise_client.api.transport import RequestHook
    from synerise_client.connector import Connector
    from synerise_client.delivery import Dispatch
    from synerise_client.session.clock import Clock
    from synerise_client.session.storage import Storage

_NOT_PORTED = ("Tracker", "Notifications", "Injector", "Promotions", "Content")
_log = logging.getLogger("synerise_client")


class SyneriseInitializer:
    """Collects what the SDK needs to know; each method returns the Initializer itself."""

    def __init__(self, facade: SyneriseFacade) -> None:
        self._facade = facade
        self._api_key: str | None = None
        self._base_url: str | None = None
        self._storage: Storage | None = None
        self._policy: RetryPolicy | None = None
        self._timeouts: Timeouts | None = None
        self._uuid_salt = ""
        self._hook: RequestHook | None = None
        self._paths: Mapping[str, str] = {}
        self._dispatch: Dispatch | None = None
        self._drain_seconds = 60.0
        self._clock: Clock | None = None

    def withApiKey(self, apiKey: str) -> SyneriseInitializer:
        """Set the API key of the profile; the one thing that must be set."""
        check(str, apiKey=apiKey)
        self._api_key = apiKey
        return self

    def withBaseUrl(self, baseUrl: str | None) -> SyneriseInitializer:
        """Set where the API is reached; https://api.snrapi.com if this is None or left out."""
        check_optional(str, baseUrl=baseUrl)
        self._base_url = baseUrl
        return self

    def withRequestValidationSalt(self, salt: str | None) -> SyneriseInitializer:
        """Accept a request validation salt, which is not sent.

        How it travels is not public. Whoever knows may add it with
        :meth:`withRequestHook`.
        """
        check_optional(str, salt=salt)
        if salt is not None:
            _log.warning(
                "The request validation salt is not sent, since it is not public how: "
                "withRequestHook can add it to each request"
            )
        return self

    def withDebugModeEnabled(self, enabled: bool) -> SyneriseInitializer:
        """Have the loggers ``synerise_client.*`` tell everything, or warnings only.

        Tokens, passwords and API keys are never part of it.
        """
        check(bool, enabled=enabled)
        _log.setLevel(logging.DEBUG if enabled else logging.WARNING)
        return self

    def withCrashHandlingEnabled(self, enabled: bool) -> SyneriseInitializer:
        """Accept the setting, which does nothing here: a Python script's crashes are its own."""
        check(bool, enabled=enabled)
        return self

    def withStorage(self, storage: Storage) -> SyneriseInitializer:
        """Set where the session is kept.

        Args:
            storage: ``SQLiteStorage()``, the default, or ``MemoryStorage()``.
        """
        for method in ("version", "update", "close"):
            if not callable(getattr(storage, method, None)) or isinstance(storage, type):
                raise TypeError("storage must be a storage, such as MemoryStorage()")
        self._storage = storage
        return self

    def withRetryPolicy(self, policy: RetryPolicy) -> SyneriseInitializer:
        """Set how often and how long requests are tried."""
        from synerise_client.api.policy import RetryPolicy

        check(RetryPolicy, policy=policy)
        self._policy = policy
        return self

    def withTimeouts(self, connect: float = 5.0, read: float = 20.0) -> SyneriseInitializer:
        """Set how long one attempt waits for the connection, and for more of the answer.

        Args:
            connect: seconds.
            read: seconds.
        """
        from synerise_client.api.policy import Timeouts

        self._timeouts = Timeouts(connect, read)
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
        self._drain_seconds = float(seconds)
        return self

    def withUUIDSalt(self, salt: str) -> SyneriseInitializer:
        """Set what goes before an identifier that a UUID is made of; empty by default."""
        check(str, salt=salt)
        self._uuid_salt = salt
        return self

    def withRequestHook(self, hook: RequestHook) -> SyneriseInitializer:
        """Set a function that may add to each request before it is sent.

        Args:
            hook: called as ``hook(operation, headers, body)`` on the worker thread, at
                each attempt; it may change the two dicts. They may hold secrets.
        """
        if not callable(hook):
            raise TypeError("hook must be a function of operation, headers and body")
        self._hook = hook
        return self

    def withRoutes(self, routes: Mapping[str, str]) -> SyneriseInitializer:
        """Replace paths of the API, by the names of the operations.

        Raises:
            ValueError: an operation is unknown, or a path does not start with "/".
        """
        from synerise_client.api.routes import routes_with

        routes_with(routes)
        self._paths = dict(routes)
        return self

    def withCallbackDispatcher(self, dispatch: Dispatch) -> SyneriseInitializer:
        """Have callbacks run somewhere else than on the worker thread.

        Args:
            dispatch: called on the worker thread with a function without arguments,
                which it runs or hands on, such as ``loop.call_soon_threadsafe``.
        """
        if not callable(dispatch):
            raise TypeError("dispatch must be a function that takes a function")
        self._dispatch = dispatch
        return self

    def init(self) -> None:
        """Initialize Synerise. Reads the store, for 0.25 seconds at most; sends nothing.

        If it is initialized already, nothing changes, a warning is logged and
        the callback of ``Synerise.onReady`` is called again.

        Raises:
            ValueError: the API key is missing or the base URL cannot be used; the
                callback of ``Synerise.onError`` is told before.
        """
        if self._facade.isInitialized():
            _log.warning("Synerise is initialized already; this init() changes nothing")
            self._facade.call_ready()
            return
        try:
            connector, client = self._build()
        except ValueError as error:
            self._facade.call_error(Error(ErrorCode.UNUSABLE_ARGUMENT, str(error)))
            raise
        self._facade.take(connector, client)

    def _build(self) -> tuple[Connector, ClientModule]:
        from synerise_client.api.base_url import DEFAULT_BASE_URL, parse_base_url
        from synerise_client.api.policy import RetryPolicy
        from synerise_client.connector import Connector
        from synerise_client.modules.state_listener import ClientStateChangeListener
        from synerise_client.session.clock import Clock
        from synerise_client.session.session import Session
        from synerise_client.session.storage import SessionKey, SQLiteStorage

        if not self._api_key or not self._api_key.strip():
            raise ValueError("withApiKey: the API key of the profile is missing")
        base_url = parse_base_url(self._base_url or DEFAULT_BASE_URL)
        policy = self._policy or RetryPolicy()
        clock = self._clock or Clock()
        settings = self._facade.Settings
        listener = ClientStateChangeListener()

        def connect(on_date: Callable[[float, float], None]) -> Operations:
            return self._operations(base_url, policy, clock, on_date)

        session = Session(
            storage=self._storage or SQLiteStorage(),
            key=SessionKey(self._api_key, base_url.text),
            connect=connect,
            clock=clock,
            listener=listener,
            uuid_salt=self._uuid_salt,
            refresh_interval=lambda: settings.sdk.minTokenRefreshInterval,
        )
        connector = Connector(
            deadline=policy.deadline,
            dispatch=self._dispatch,
            on_close=session.close,
            drain_seconds=self._drain_seconds,
        )
        listener.deliver_with(connector.deliver)
        return connector, ClientModule(connector, settings, session, listener)

    def _operations(
        self,
        base_url: Any,
        policy: RetryPolicy,
        clock: Clock,
        on_date: Callable[[float, float], None],
    ) -> Operations:
        from synerise_client.api.operations import Operations
        from synerise_client.api.policy import Timeouts
        from synerise_client.api.routes import routes_with
        from synerise_client.api.transport import Transport

        transport = Transport(
            base_url.text,
            is_loopback=base_url.is_loopback,
            timeouts=self._timeouts or Timeouts(),
            now=clock.elapsed,
            on_date=on_date,
            hook=self._hook,
        )
        return Operations(transport, routes_with(self._paths), self._api_key or "", policy)


class SyneriseFacade:
    """What ``Synerise`` is: the one way into the SDK."""

    def __init__(self) -> None:
        self._settings = SettingsModule()
        self._connector: Connector | None = None
        self._on_ready: Callable[[], Any] | None = None
        self._on_error: Callable[[Error], Any] | None = None

    def Initializer(self) -> SyneriseInitializer:
        """Start to describe what ``init()`` is to set up."""
        return SyneriseInitializer(self)

    @property
    def Client(self) -> ClientModule:
        """The customer's session.

        Raises:
            RuntimeError: Synerise is not initialized.
        """
        return ClientModule.instance()

    @property
    def Settings(self) -> SettingsModule:
        """The settings, which may be changed before ``init()`` too."""
        return self._settings

    def isInitialized(self) -> bool:
        """Tell whether ``init()`` was called, and ``shutdown()`` not since."""
        return self._connector is not None

    def onReady(self, callback: Callable[[], Any] | None) -> None:
        """Set the function that is called when Synerise is initialized; at once if it is.

        Args:
            callback: takes nothing, replaces the one before and is called on the
                thread of ``init()``.
        """
        _check_callback(callback)
        self._on_ready = callback
        if self.isInitialized():
            self.call_ready()

    def onError(self, callback: Callable[[Error], Any] | None) -> None:
        """Set the function that is told why ``init()`` failed.

        Args:
            callback: takes the Error, replaces the one before and is called on the
                thread of ``init()``, which raises afterwards.
        """
        _check_callback(callback)
        self._on_error = callback

    def waitUntilIdle(self, timeout: float | None = None) -> bool:
        """Wait until every call is answered, those made by callbacks included.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Returns:
            Whether everything is answered.

        Raises:
            RuntimeError: Synerise is not initialized, or this is a callback, which
                would wait for itself.
        """
        ClientModule.instance()
        return self._connector is None or self._connector.wait_until_idle(timeout)

    def shutdown(self) -> None:
        """Answer every pending call with -999 and close connections and files.

        Returns when all are answered; inside a callback at once. The customer
        stays signed in: afterwards a new Initializer may be used.
        """
        connector = self._connector
        if connector is None:
            return
        try:
            connector.shutdown()
        finally:
            if self._connector is connector:
                self._connector = ClientModule._shared = None

    def take(self, connector: Connector, client: ClientModule) -> None:
        """Be initialized with ``client``; called by the Initializer."""
        self._connector, ClientModule._shared = connector, client
        self.call_ready()

    def call_ready(self) -> None:
        """Call the function that onReady has set; called by the Initializer."""
        if self._on_ready is not None:
            self._on_ready()

    def call_error(self, error: Error) -> None:
        """Call the function that onError has set; called by the Initializer."""
        if self._on_error is not None:
            self._on_error(error)

    def __getattr__(self, name: str) -> Any:
        if name in _NOT_PORTED:
            raise AttributeError(
                f"Synerise.{name} is not part of this port: it has Synerise.Client and Settings"
            )
        raise AttributeError(f"Synerise has no {name!r}")


def _check_callback(callback: object) -> None:
    if callback is not None and not callable(callback):
        raise TypeError(f"callback must be a function or None, not {type(callback).__name__}")


Synerise = SyneriseFacade()
