"""An HTTP proxy for CONNECT, which takes everybody to one server whatever they ask for."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Proxy:
    """Listens on the loopback.

    Attributes:
        heads: what each client has said to the proxy itself.
        target: the port that everybody is taken to.
        refuses_with: the status line that everybody is refused with instead.
    """

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.target = 0
        self.refuses_with = ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        for each in (self._listener, *list(self._open)):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _start(self, run: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.add(client)
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                more = client.recv(65536)
                if not more:
                    return
                head += more
            self.heads.append(head)
            if self.refuses_with:
                client.sendall(
                    f"HTTP/1.1 {self.refuses_with}\r\nContent-Length: 0\r\n\r\n".encode()
                )
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                self._open.add(server)
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._start(_pump, server, client)
                _pump(client, server)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
