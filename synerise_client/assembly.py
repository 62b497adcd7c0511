"""Puts a client together: the session over the API, the connector beside it, the module on top."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

from synerise_client.api.base_url import DEFAULT_BASE_URL, BaseUrl, parse_base_url
from synerise_client.api.policy import RetryPolicy, Timeouts
from synerise_client.api.routes import Route, routes_with
from synerise_client.calls.script_end import wait_at_exit
from synerise_client.calls.workers import workers
from synerise_client.connector import Connector
from synerise_client.modules.client_module import ClientModule
from synerise_client.modules.state_listener import ClientStateChangeListener
from synerise_client.process.late_loading import loading
from synerise_client.secret import revealed
from synerise_client.session.account import Account
from synerise_client.session.clock import Clock
from synerise_client.session.session import Session
from synerise_client.session.sign_in import SignIn
from synerise_client.session.sqlite_storage import SQLiteStorage
from synerise_client.session.storage import SessionKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from synerise_client.api.operations import Operations
    from synerise_client.modules.settings_module import SdkSettings, SettingsModule
    from synerise_client.secret import Secret
    from synerise_client.setup import Setup

    OnDate = Callable[[float, float], None]

M = TypeVar("M", bound=ClientModule)
_REFRESH_MARGIN_SECONDS = 5.0
_ROUTES_VARIABLE = "SYNERISE_CLIENT_ROUTES"
_usual_storages: weakref.WeakValueDictionary[Path, SQLiteStorage] = weakref.WeakValueDictionary()


@frozen
class AssembledClient(Generic[M]):
    """A client and what is under it."""

    module: M
    connector: Connector
    session: Session


def assemble(
    setup: Setup, settings: SettingsModule, kind: type[M], owner: str
) -> AssembledClient[M]:
    """Put a client together.

    Args:
        setup: what the user has set; not to be changed any more.
        settings: what may change later.
        kind: of module.
        owner: the client, as the user knows it, for the log.

    Raises:
        ValueError: the API key is missing, or the base URL or the file of routes
            cannot be used.
    """
    if not setup.api_key:
        raise ValueError("withApiKey: the API key of the profile is missing")
    sdk = settings.sdk
    policy = setup.policy or RetryPolicy()
    listener = ClientStateChangeListener()
    session = _session(setup, setup.api_key, sdk, policy, listener)
    if sdk.doNotTrack:
        session.destroy()
    if setup.threads is not None:
        workers.most = setup.threads
    connector = Connector(
        owner=owner,
        deadline=policy.deadline,
        dispatch=setup.dispatch,
        on_close=session.close,
        drain_seconds=setup.drain_seconds,
    )
    wait_at_exit(connector)
    listener.deliver_with(connector.deliver)
    session.cut_calls_with(connector.cut)
    sign_in, account = SignIn(session), Account(session)
    module = kind(connector, settings, session, sign_in, account, listener)
    return AssembledClient(module, connector, session)


def _session(
    setup: Setup,
    api_key: Secret[str],
    sdk: SdkSettings,
    policy: RetryPolicy,
    listener: ClientStateChangeListener,
) -> Session:
    base_url = parse_base_url(revealed(setup.base_url) or DEFAULT_BASE_URL)
    timeouts = setup.timeouts or Timeouts()
    clock = setup.clock or Clock()
    return Session(
        storage=setup.storage or _usual_storage(),
        key=SessionKey(api_key.reveal(), base_url.text, setup.profile),
        connect=_connect(setup, base_url, policy, timeouts, clock),
        clock=clock,
        listener=listener,
        uuid_salt=setup.uuid_salt,
        refresh_interval=lambda: sdk.minTokenRefreshInterval,
        refresh_patience=timeouts.connect + timeouts.read + _REFRESH_MARGIN_SECONDS,
        do_not_track=lambda: sdk.doNotTrack,
    )


def _usual_storage() -> SQLiteStorage:
    """Return the user's file, over one connection for all clients of the process."""
    storage = SQLiteStorage()
    with suppress(RuntimeError):  # there is no home folder: the storage will say so
        return _usual_storages.setdefault(storage.path, storage)
    return storage


def _connect(
    setup: Setup, base_url: BaseUrl, policy: RetryPolicy, timeouts: Timeouts, clock: Clock
) -> Callable[[Secret[str], OnDate], Operations]:
    routes = _routes(setup)

    def connect(api_key: Secret[str], on_date: OnDate) -> Operations:
        with loading():
            from synerise_client.api.operations import Operations
            from synerise_client.api.transport import Transport

        transport = Transport(
            base_url.text,
            is_loopback=base_url.is_loopback,
            timeouts=timeouts,
            now=clock.elapsed,
            on_date=on_date,
            hook=setup.hook,
            bundle=setup.bundle,
            certificate=setup.certificate,
        )
        return Operations(transport, routes, api_key, policy)

    return connect


def _routes(setup: Setup) -> Mapping[str, Route]:
    """Return the routes; those of withRoutes win over those of the file."""
    file = os.environ.get(_ROUTES_VARIABLE)
    if not file:
        return routes_with(setup.paths)
    import json

    try:
        with open(file, encoding="utf-8") as stream:
            paths = json.load(stream)
    except (OSError, ValueError) as error:
        raise ValueError(f"{_ROUTES_VARIABLE}: {file} cannot be read: {error}") from None
    if not isinstance(paths, dict):
        raise ValueError(  # noqa: TRY004 - what is wrong is a file, not an argument
            f"{_ROUTES_VARIABLE}: {file} must hold a JSON object"
        )
    routes_with(paths, _ROUTES_VARIABLE)  # refuses what it does not know
    return routes_with({**paths, **setup.paths})
