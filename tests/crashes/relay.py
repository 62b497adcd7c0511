"""A relay on the loopback that notes which processes have sent something over each connection."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

_PROCESS = re.compile(rb"\r\nX-Process: (\d+)\r\n", re.IGNORECASE)


class Connection:
    """One connection.

    Attributes:
        port: the client's.
        sent: the bytes that came over it.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent = b""

    @property
    def processes(self) -> list[int]:
        """Who has sent the requests on it, in order; they tell it by a header."""
        return [int(process) for process in _PROCESS.findall(self.sent)]


class Relay:
    """Hands on every connection to a server.

    Args:
        url: of the server, plain HTTP.
    """

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.connections: list[Connection] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def close(self) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        for each in (self._listener, *self._sockets):
            each.close()

    def _start(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, (_, port) = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            self._sockets += [near, far]
            connection = Connection(port)
            self.connections.append(connection)
            self._start(self._hand_on, near, far, connection)
            self._start(self._hand_on, far, near, None)

    def _hand_on(
        self, source: socket.socket, target: socket.socket, connection: Connection | None
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if connection is not None:
                    connection.sent += data
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
