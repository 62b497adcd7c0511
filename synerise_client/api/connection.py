"""urllib3's connections, made so that another thread can end what they wait for."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from synerise_client.api.answer import Answer
from synerise_client.api.cancellation import Cancellation, SocketBreaker
from synerise_client.api.current_call import current_call, socket_timeout
from synerise_client.errors import Error, ErrorCode, RequestNotSent
from synerise_client.process.threads import start_thread

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

    Address = tuple[Any, ...]

_TURNED_AWAY = re.compile(
    "_ALERT_(ACCESS_DENIED|BAD_CERTIFICATE|CERTIFICATE_|HANDSHAKE_FAILURE|UNKNOWN_CA|UNSUPPORTED_C)"
)
"""What a TLS server says, by OpenSSL's names, when it does not like the client's certificate."""
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}
"""What OpenSSL says, each version in its own way, of a server that answers in plain text."""
_LOOK_UP_POLL_SECONDS = 0.05


class _InterruptibleConnection(HTTPConnection):
    response_class = Answer
    _breaker: SocketBreaker | None = None

    def _new_conn(self) -> socket.socket:
        call = current_call()
        host, port = self._dns_host, self.port or self.default_port
        problem = OSError("no address")
        for address in _look_up(host, port, self._connect_seconds(), call):
            call.check()
            try:
                return self._connect_to(address, call)
            except OSError as error:
                problem = error
        raise problem

    def _connect_to(self, address: Address, call: Cancellation) -> socket.socket:
        family, kind, protocol, _, target = address
        sock = socket.socket(family, kind, protocol)
        breaker = SocketBreaker(sock)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(socket_timeout(self._connect_seconds()))
            call.attach(breaker)
            sock.connect(target)
            call.check()
        except BaseException:
            sock.close()
            breaker.retire()
            raise
        self._breaker = breaker
        return sock

    def _connect_seconds(self) -> float:
        return float(self.timeout or 0)

    def connect(self) -> None:
        """Open the connection; whatever fails here, the server never saw the request."""
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            raise Error(
                ErrorCode.REQUEST_FAILED,
                f"The certificate of {self._peer} is not trusted: {error.verify_message}",
            ) from None
        except OSError as error:
            self._raise_if_turned_away(error)
            current_call().check()
            raise RequestNotSent(
                ErrorCode.REQUEST_FAILED,
                f"Could not connect to {self.host}:{self.port}: {_reason(error)}",
            ) from None

    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # urllib3's own
        """Read the answer, or what the server has against the client's certificate."""
        try:
            return super().getresponse()
        except ssl.SSLError as error:
            self._raise_if_turned_away(error)
            raise

    @property
    def _peer(self) -> str:
        """Who is at the other end of TLS: the server, or the proxy on the way to it."""
        is_behind_proxy = self._tunnel_host and self._has_connected_to_proxy
        return str(self._tunnel_host if is_behind_proxy else self.host)

    def _raise_if_turned_away(self, error: OSError) -> None:
        if isinstance(error, ssl.SSLError) and _TURNED_AWAY.search(error.reason or ""):
            raise Error(
                ErrorCode.REQUEST_FAILED,
                f"{self._peer} turned this client away ({_alert(error)}); "
                "if it wants to see a certificate, withCertificate sets one",
            ) from None

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        """Start a request, which from now on ends with the call that it is sent for."""
        if self._breaker is not None and self.sock is not None:
            current_call().attach(self._breaker)
        super().putrequest(*args, **kwargs)

    def close(self) -> None:
        """Close the connection; an answer that is still being read keeps its breaker."""
        breaker, self._breaker = self._breaker, None
        super().close()
        if breaker is not None:
            breaker.retire()


class _InterruptibleTLSConnection(_InterruptibleConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _InterruptibleConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _InterruptibleTLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class InterruptibleAdapter(HTTPAdapter):
    """requests' adapter over connections that end with the call they are used for."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Make the pools for connections through ``proxy``."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def close(self) -> None:
        """Close every connection; at the interpreter's end urllib3 would only forget them."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it cannot be iterated
                manager.pools[key].close()
        super().close()


def _look_up(host: str, port: int, seconds: float, call: Cancellation) -> list[Address]:
    """Find the addresses of ``host`` in a thread of its own: a look-up cannot be cut, only left."""
    with suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    found: list[Address] = []
    problem: list[OSError] = []
    finished = threading.Event()

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except OSError as error:
            problem.append(error)
        finally:
            finished.set()

    start_thread(look_up, "synerise-client-look-up")
    gives_up_at = time.monotonic() + seconds
    while not finished.wait(_LOOK_UP_POLL_SECONDS):
        call.check()
        if time.monotonic() > gives_up_at:
            problem.append(TimeoutError())
            break
    if problem:
        raise problem[0]
    return found


def _alert(error: ssl.SSLError) -> str:
    return (error.reason or "").lower().replace("_", " ")


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
        return "it does not speak TLS there, as https needs"
    return error.strerror or str(error) or type(error).__name__
