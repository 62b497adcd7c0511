"""A server on a bare socket that keeps its connections, and answers as each request asks it to.

The number of an answer travels in a header, so that nothing has to be kept in
step between a client and the server, be they in one process or in two.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress

from tests.api.server import Exchange, Step

ASKED_FOR = "X-Answer"
_AT_ONCE = 65536


class KeepingServer:
    """Listens on the loopback, serving each connection for as long as both sides keep it.

    Args:
        good: what a request gets that asks for nothing else.
        broken: the other answers; a request asks for one by its number. Each comes with
            whether the connection is kept.
        tls: what to speak TLS with.
    """

    def __init__(
        self,
        good: Step,
        broken: Sequence[tuple[Step, bool]],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self._good = good
        self._broken = broken
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """End everything, and see that it has ended."""
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the accept that a thread waits in
        self._listener.close()
        self._acceptor.join(10)
        with self._lock:
            threads = list(self._threads)
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
        assert not any(thread.is_alive() for thread in [self._acceptor, *threads])

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open.add(connection)
                self._threads.add(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                self._converse(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as speaks:
                    self._converse(speaks)
        with self._lock:
            self._open.discard(connection)
            self._threads.discard(threading.current_thread())

    def _converse(self, connection: socket.socket) -> None:
        is_kept = True
        while is_kept and not self._over.is_set():
            asked_for = _read_request(connection)
            if asked_for is None:
                break
            step, is_kept = self._broken[asked_for] if asked_for >= 0 else (self._good, True)
            step(Exchange(connection, self._over))


def _read_request(connection: socket.socket) -> int | None:
    """Read a request to its end; return the number it asks for, -1 for none, None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(_AT_ONCE)
        data += more
        if not more:
            return None
    head, body = data.split(b"\r\n\r\n", 1)
    missing = int(_header(head, "Content-Length") or 0) - len(body)
    while missing > 0:
        missing -= len(connection.recv(_AT_ONCE))
    return int(_header(head, ASKED_FOR) or -1)


def _header(head: bytes, name: str) -> str | None:
    wanted = name.lower().encode()
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == wanted:
            return value.strip().decode()
    return None
