"""Synerise.Settings: what can be changed at any time, before init() too."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synerise_client.modules.arguments import check
from synerise_client.spelling import no_such_name, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

_SHORTEST_REFRESH_INTERVAL = 1800.0
_log = logging.getLogger("synerise_client")


class SdkSettings:
    """The settings of the SDK as a whole. Another name than these four is an AttributeError."""

    __slots__ = (
        "_do_not_track",
        "_enabled",
        "_min_token_refresh_interval",
        "_on_do_not_track",
        "_should_destroy_session_on_api_key_change",
    )

    def __init__(self) -> None:
        self._enabled = True
        self._do_not_track = False
        self._min_token_refresh_interval = _SHORTEST_REFRESH_INTERVAL
        self._should_destroy_session_on_api_key_change = True
        self._on_do_not_track: Callable[[], object] | None = None

    @property
    def enabled(self) -> bool:
        """Whether calls are carried out; False: each one gets -1 and nothing is sent."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        check(bool, enabled=value)
        self._enabled = value

    @property
    def doNotTrack(self) -> bool:
        """Whether nobody may become known: signing in and registering then gets -109.

        ``recognizeAnonymous`` is refused, too. Each change destroys the session at once, as
        ``destroySession`` does.
        """
        return self._do_not_track

    @doNotTrack.setter
    def doNotTrack(self, value: bool) -> None:
        check(bool, doNotTrack=value)
        has_changed, self._do_not_track = value != self._do_not_track, value
        if has_changed and self._on_do_not_track is not None:
            self._on_do_not_track()

    @property
    def minTokenRefreshInterval(self) -> float:
        """How many seconds before its end a token is due for a refresh: 1800 at least.

        A token that lives less than twice as long is due at half of its life.
        """
        return self._min_token_refresh_interval

    @minTokenRefreshInterval.setter
    def minTokenRefreshInterval(self, seconds: float) -> None:
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds != seconds:
            raise TypeError("minTokenRefreshInterval must be a number of seconds")
        if seconds < _SHORTEST_REFRESH_INTERVAL:
            _log.warning("minTokenRefreshInterval is 1800 seconds at least, not %s", seconds)
        self._min_token_refresh_interval = max(float(seconds), _SHORTEST_REFRESH_INTERVAL)

    @property
    def shouldDestroySessionOnApiKeyChange(self) -> bool:
        """Whether ``Synerise.changeApiKey`` destroys the session; False takes it along."""
        return self._should_destroy_session_on_api_key_change

    @shouldDestroySessionOnApiKeyChange.setter
    def shouldDestroySessionOnApiKeyChange(self, value: bool) -> None:
        check(bool, shouldDestroySessionOnApiKeyChange=value)
        self._should_destroy_session_on_api_key_change = value

    def watch_do_not_track(self, changed: Callable[[], object] | None) -> None:
        """Have ``changed`` called at each change of doNotTrack; None: nothing."""
        self._on_do_not_track = changed

    if not TYPE_CHECKING:  # a type checker is to find the mistyped names

        def __getattr__(self, name: str) -> Any:
            raise no_such_name("Synerise.Settings.sdk", name, _sdk_names())

        def __setattr__(self, name: str, value: Any) -> None:
            if not hasattr(type(self), name):
                raise no_such_name("Synerise.Settings.sdk", name, _sdk_names())
            super().__setattr__(name, value)


def _sdk_names() -> list[str]:
    """Return the names of the settings in ``Synerise.Settings.sdk``."""
    return [name for name, value in vars(SdkSettings).items() if isinstance(value, property)]


class SettingsModule:
    """All settings, by the part of the SDK that they belong to."""

    isActive = True

    def __init__(self) -> None:
        self._sdk = SdkSettings()

    @property
    def sdk(self) -> SdkSettings:
        """The settings of the SDK as a whole."""
        return self._sdk

    def isAlwaysActive(self) -> bool:
        """Tell whether the module works before the SDK is initialized; it does."""
        return True

    def set(self, settings: Mapping[str, Any]) -> None:
        """Change several settings.

        Args:
            settings: as in JavaScript, such as ``{"sdk": {"enabled": False}}``. Parts
                and names that this port has not are left out, with a warning.
        """
        check(Mapping, settings=settings)
        for part, values in settings.items():
            if part != "sdk":
                _log.warning("The settings of %s are not part of this port", part)
                continue
            check(Mapping, **{f"settings['{part}']": values})
            for name, value in values.items():
                self._set_one(name, value)

    def _set_one(self, name: str, value: Any) -> None:
        if name in _sdk_names():
            setattr(self._sdk, name, value)
        else:
            meant = suggestion(str(name), _sdk_names())
            _log.warning("The setting sdk.%s is not part of this port%s", name, meant)

    if not TYPE_CHECKING:  # a type checker is to find the mistyped names

        def __getattr__(self, name: str) -> Any:
            if name in ("tracker", "notifications", "injector", "inAppMessaging"):
                raise AttributeError(
                    f"Synerise.Settings.{name} is not part of this port: only sdk is"
                )
            raise no_such_name("Synerise.Settings", name, dir(type(self)))
