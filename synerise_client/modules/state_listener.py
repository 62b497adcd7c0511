"""The listener that hears of every customer who comes or goes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from synerise_client.calls.callbacks import check_takes_nothing, takes_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.models.enums import ClientSessionEndReason

    Deliver = Callable[..., None]

_log = logging.getLogger("synerise_client")
SIGNED_IN, SIGNED_OUT = "onClientSignedIn", "onClientSignedOut"


class _Heard(NamedTuple):
    """The user's listener, swapped as one value, as another thread reads it."""

    signed_in: Callable[..., Any] | None = None
    signed_out: Callable[..., Any] | None = None
    takes_reason: bool = False


class ClientStateChangeListener:
    """Hands a session's events on to the user's listener, if there is one."""

    def __init__(self) -> None:
        self._heard = _Heard()
        self._deliver: Deliver = lambda callback, *arguments: callback(*arguments)

    def deliver_with(self, deliver: Deliver) -> None:
        """Have ``deliver`` run the user's code."""
        self._deliver = deliver

    def listen(self, listener: object) -> None:
        """Replace the user's listener; None removes it.

        Args:
            listener: an object with the methods onClientSignedIn() and
                onClientSignedOut(reason), or a mapping with functions of these
                names; one of the two may be missing.

        Raises:
            TypeError: it has neither, or one of them is no function.
        """
        signed_in, signed_out = _method(listener, SIGNED_IN), _method(listener, SIGNED_OUT)
        if listener is not None and signed_in is None and signed_out is None:
            raise TypeError(f"listener must have {SIGNED_IN} or {SIGNED_OUT}")
        if signed_in is not None:
            check_takes_nothing(signed_in, SIGNED_IN)
        if isinstance(listener, Mapping) and not listener.keys() <= {SIGNED_IN, SIGNED_OUT}:
            _log.warning("A listener has only %s and %s", SIGNED_IN, SIGNED_OUT)
        takes_reason = signed_out is not None and takes_argument(signed_out, SIGNED_OUT)
        self._heard = _Heard(signed_in, signed_out, takes_reason)

    def client_signed_in(self) -> None:
        """Tell that somebody is signed in."""
        heard = self._heard
        if heard.signed_in is not None:
            self._deliver(heard.signed_in)

    def client_signed_out(self, reason: ClientSessionEndReason) -> None:
        """Tell that nobody is signed in any more, and why."""
        heard = self._heard
        if heard.signed_out is not None:
            self._deliver(heard.signed_out, *((reason,) if heard.takes_reason else ()))


def _method(listener: object, name: str) -> Any:
    if isinstance(listener, Mapping):
        return listener.get(name)
    return getattr(listener, name, None)
