"""The HTTP server: real sockets on 127.0.0.1, kept alive, silent."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.http import http_date
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from synerise_client.sandbox.app import DROP

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

    from synerise_client.sandbox.clock import Clock

HOST = "127.0.0.1"
_POLL = 0.05
_PATIENCE = 5.0


class _Exchange(WSGIRequestHandler):
    """One connection.

    Werkzeug's own handler closes it after each answer, dates answers by the wall clock and
    logs; this one keeps it alive, dates by the sandbox's clock and is silent.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        body = self._body(environ)
        if body is None:
            # The rest of the request never came: there is nothing to act on.
            self.close_connection = True
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        dropped = threading.Event()
        environ[DROP] = dropped.set
        response = Response.from_app(self.server.app, environ, buffered=True)
        if dropped.is_set():
            self.close_connection = True
            return
        self.wfile.write(self._head(response) + self._payload(response))

    def _body(self, environ: WSGIEnvironment) -> bytes | None:
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return None
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else None

    def _head(self, response: Response) -> bytes:
        is_last = self.close_connection or self.server.serves_alone
        if is_last or response.headers.get("Connection") == "close":
            self.close_connection = True
            response.headers["Connection"] = "close"
        lines = [f"{self.protocol_version} {response.status}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _payload(self, response: Response) -> bytes:
        bodiless = self.command == "HEAD" or response.status_code in {204, 304}
        return b"" if bodiless else response.get_data()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return http_date(self.server.clock.now() if timestamp is None else timestamp)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass


class _Listener(ThreadedWSGIServer):
    """Accepts connections and remembers them, so that stopping can end them."""

    clock: Clock

    def __init__(self, listening: socket.socket, app: WSGIApplication, clock: Clock) -> None:
        self.clock = clock
        self.serves_alone = False
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        port = listening.getsockname()[1]
        # Binding is not left to werkzeug: a port in use would end the process there.
        super().__init__(HOST, port, app, _Exchange, fd=listening.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        try:
            super().process_request(request, client_address)
        except RuntimeError:
            # The script that holds the sandbox is ending, and no thread can be started any more.
            self.serves_alone = True
            self.process_request_thread(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: what fails here is a connection that the client gave up."""

    def hang_up(self) -> None:
        """End the open connections."""
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the client was faster
                    connection.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait until the connections' threads are through."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, _PATIENCE)


class Server:
    """Serves an application on one port, which it keeps while it is stopped.

    Args:
        app: the application.
        clock: dates the answers that never reach the application.
        release: lets answers go that are being kept back; called when it stops, once the
            connections are cut, so that none of these answers still gets out.
        port: where to listen; 0 takes a free one at the first start.
    """

    def __init__(
        self, app: WSGIApplication, clock: Clock, release: Callable[[], None], port: int = 0
    ) -> None:
        self.port = port
        self._release = release
        self._app = app
        self._clock = clock
        self._lock = threading.RLock()
        self._reserved: socket.socket | None = None
        self._listener: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it accepts connections."""
        return self._listener is not None

    def start(self) -> None:
        """Accept connections from now on; nothing happens if it does already.

        Raises:
            OSError: the port is taken.
        """
        with self._lock:
            if self.running:
                return
            listening = self._reserved or _bound(self.port)
            self._reserved = None
            with listening:
                _share(listening, True)
                listening.listen(128)
                self.port = listening.getsockname()[1]
                self._listener = _Listener(listening, self._app, self._clock)
            serve = self._listener.serve_forever
            self._thread = threading.Thread(
                target=serve, args=(_POLL,), name="synerise-sandbox", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Refuse connections from now on, and end those that are open."""
        self._stop(keeps_port=True)

    def _stop(self, *, keeps_port: bool) -> None:
        with self._lock:
            if self._listener is None or self._thread is None:
                return
            self._listener.shutdown()
            self._thread.join()
            if keeps_port:
                # Bound but not listening, a socket refuses connections and keeps others off.
                self._reserved = _bound(self.port)
                _share(self._reserved, False)
            self._listener.hang_up()
            self._release()
            self._listener.join()
            self._listener = self._thread = None

    def close(self) -> None:
        """Stop, and give the port back."""
        with self._lock:
            self._stop(keeps_port=False)
            if self._reserved is not None:
                self._reserved.close()
                self._reserved = None


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        _share(bound, True)
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


def _share(bound: socket.socket, shared: bool) -> None:
    """Say whether the port may be bound while connections of the last run linger on it."""
    if os.name == "posix":  # elsewhere the option would share the port with strangers
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))
