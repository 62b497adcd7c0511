"""A server on a bare socket that answers as its script says, however wrong that is."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple

LOGIN = "/sauth/v3/auth/login/client"
ANONYMOUS = "/sauth/v3/auth/login/client/anonymous"
REFRESH = "/sauth/v3/auth/refresh/client"
LOGOUT = "/sauth/v3/auth/logout/client"
REGISTER = "/sauth/clients/registered"
ACCOUNT = "/v4/my-account/personal-information"

_DRIP_SECONDS = 0.02


class RawRequest(NamedTuple):
    """A request as its bytes came in; header names are kept as they were written."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of one header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Exchange(NamedTuple):
    """What a step has to play with: the connection, and an event that says that all is over."""

    connection: socket.socket
    over: threading.Event


Step = Callable[[Exchange], None]


def token_body(token: str = "token-1", **fields: Any) -> dict[str, Any]:
    """What a log-in answers; a field that is given replaces the usual one."""
    now = time.time()
    return {
        "token": token,
        "expiration": int(now) + 3600,
        "created": int(now * 1000),
        "origin": "SYNERISE",
        "customId": None,
        "realm": "client",
        **fields,
    }


def reply(status: int = 200, body: object = None, headers: dict[str, str] | None = None) -> Step:
    """Answer as a server does; a body that is not bytes goes out as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
    lines = {
        "Content-Type": "application/json",
        "Content-Length": str(len(payload)),
        "Connection": "close",
        **(headers or {}),
    }
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Strange"
    head = f"HTTP/1.1 {status} {reason}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return raw(head.encode("latin-1") + b"\r\n" + payload)


def raw(data: bytes) -> Step:
    """Send these bytes and hang up."""
    return lambda exchange: exchange.connection.sendall(data)


def hang_up(_: Exchange) -> None:
    """Close without a word."""


def reset(exchange: Exchange) -> None:
    """Break the connection off, as a crashed server or a firewall does."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(exchange: Exchange) -> None:
    """Say nothing until the other side hangs up."""
    with suppress(OSError):
        while not exchange.over.is_set() and exchange.connection.recv(1024):
            pass


def drip(first: bytes, drop: bytes) -> Step:
    """Send ``first`` and then ``drop`` every now and then, for ever."""

    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(first)
        while not exchange.over.wait(_DRIP_SECONDS):
            exchange.connection.sendall(drop)

    return step


DEFAULTS: dict[str, Callable[[], Step]] = {
    LOGIN: lambda: reply(body=token_body()),
    ANONYMOUS: lambda: reply(body=token_body("token-anonymous", origin="ANONYMOUS")),
    REFRESH: lambda: reply(body=token_body("token-refreshed")),
    LOGOUT: reply,
    REGISTER: reply,
    ACCOUNT: lambda: reply(body={"clientId": 1, "email": "anna@example.com"}),
}


class ScriptedServer:
    """Listens on the loopback; each request takes the next step of its path's script.

    Where a script has ended, or there is none, it answers as Synerise would.

    Args:
        tls: what to speak TLS with.
        family: AF_INET or AF_INET6.
    """

    def __init__(
        self, tls: ssl.SSLContext | None = None, family: socket.AddressFamily = socket.AF_INET
    ) -> None:
        self.requests: list[RawRequest] = []
        self.connections = 0
        self.cuts_handshakes = False
        self._tls = tls
        self._family = family
        self._host = "127.0.0.1" if family is socket.AF_INET else "::1"
        self._scripts: dict[str, deque[Step]] = {}
        self._over = threading.Event()
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.listen()

    @property
    def url(self) -> str:
        scheme = "http" if self._tls is None else "https"
        host = self._host if self._family is socket.AF_INET else f"[{self._host}]"
        return f"{scheme}://{host}:{self.port}"

    def listen(self) -> None:
        """Take connections, on the same port as before."""
        listener = socket.socket(self._family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self._host, self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._accept, listener)

    def refuse(self) -> None:
        """Let nobody connect any more."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # ends the accept that another thread waits in
            listener.close()

    def script(self, path: str, *steps: Step) -> None:
        """Say what the next requests to ``path`` get."""
        self._scripts.setdefault(path, deque()).extend(steps)

    def to(self, path: str) -> list[RawRequest]:
        """The requests that came for ``path``."""
        return [request for request in list(self.requests) if request.path == path]

    def wait_for(self, path: str, count: int = 1) -> None:
        """Wait until ``count`` requests have come for ``path``."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.to(path)) >= count, 10)

    def close(self) -> None:
        self._over.set()
        self.refuse()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _start(self, target: Callable[..., None], argument: socket.socket) -> None:
        thread = threading.Thread(target=target, args=(argument,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            if self.cuts_handshakes:
                return
            speaks = connection
            if self._tls is not None:
                speaks = self._tls.wrap_socket(connection, server_side=True)
                self._open.add(speaks)
            with speaks:
                request = _read_request(speaks)
                if request is not None:
                    self._step_for(request)(Exchange(speaks, self._over))
        except OSError:
            pass  # the client left, as it may
        finally:
            self._open.discard(connection)
            connection.close()

    def _step_for(self, request: RawRequest) -> Step:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        script = self._scripts.get(request.path)
        if script:
            return script.popleft()
        default = DEFAULTS.get(request.path)
        return reply(404) if default is None else default()


def _read_request(connection: socket.socket) -> RawRequest | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        data += more
        if not more or data.startswith(b"\x16"):  # somebody who wants to speak TLS
            return None
    head, body = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(":", 1) for line in lines]
    headers = [(name, value.strip()) for name, value in pairs]
    method, path, _ = first.split(" ")
    length = max(
        (int(value) for name, value in headers if name.lower() == "content-length"), default=0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return RawRequest(method, path, headers, body)
