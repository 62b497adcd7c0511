"""Synerise.Settings: what can be changed at any time, before init() too."""

from __future__ import annotations

import logging

from synerise_client.modules.arguments import check

_SHORTEST_REFRESH_INTERVAL = 1800.0
_log = logging.getLogger("synerise_client")


class SdkSettings:
    """The settings of the SDK as a whole."""

    __slots__ = ("_enabled", "_min_token_refresh_interval")

    def __init__(self) -> None:
        self._enabled = True
        self._min_token_refresh_interval = _SHORTEST_REFRESH_INTERVAL

    @property
    def enabled(self) -> bool:
        """Whether calls are carried out; False: each one gets -1 and nothing is sent."""
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        check(bool, enabled=value)
        self._enabled = value

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
            _log.warning(
                "minTokenRefreshInterval is 1800 seconds at least; %s counts as that", seconds
            )
        self._min_token_refresh_interval = max(float(seconds), _SHORTEST_REFRESH_INTERVAL)


class SettingsModule:
    """All settings, by the part of the SDK that they belong to."""

    def __init__(self) -> None:
        self._sdk = SdkSettings()

    @property
    def sdk(self) -> SdkSettings:
        """The settings of the SDK as a whole."""
        return self._sdk
