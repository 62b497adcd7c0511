"""An answer as it comes off its socket, held against what HTTP says of answers.

http.client takes much for an answer that is none: headers that the end of the
connection has cut, a "103 Early Hints" before the answer. urllib3 reads what
is sent without end for as long as it is sent.
"""

from __future__ import annotations

import http.client
import io
import socket
from contextlib import suppress
from typing import Any

from synerise_client.api.current_call import socket_timeout
from synerise_client.errors import ELSEWHERE, UnusableAnswer

LARGEST_BODY = 4 * 1024 * 1024
_LARGEST_ANSWER = LARGEST_BODY + 1024 * 1024
_LONGEST_LINE = 65_000  # http.client and urllib3 take a few more, or any number
_ALL_LINES = 128 * 1024  # of the head, of what comes before it, and between chunks
_INTERIM = range(102, 200)  # http.client skips 100; 101 would be another protocol, never asked for
_WITHOUT_BODY = (204, 304)


class Answer(http.client.HTTPResponse):
    """An answer whose head is whole, and which is not read beyond a limit.

    Args:
        sock: that it comes from.
        arguments: as http.client gives them.
    """

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._wire = _Wire(self.fp.detach(), sock)
        self.fp = _Reader(self._wire, sock)

    def begin(self) -> None:
        """Read the head.

        Raises:
            RemoteDisconnected: the connection ended before the head did.
            UnusableAnswer: what came is not HTTP, or has no end.
        """
        try:
            super().begin()
            while self.status in _INTERIM:
                self.headers = None  # type: ignore[assignment] # else nothing more is read
                super().begin()
        except http.client.HTTPException:
            if not self._wire.has_ended:
                raise UnusableAnswer(f"The server's answer is not HTTP{ELSEWHERE}") from None
        if self._wire.has_ended:
            raise http.client.RemoteDisconnected("The connection ended in an answer's head")
        self._find_the_end()

    def _find_the_end(self) -> None:
        """Decide where the body ends, and leave a connection on which others may see it elsewhere.

        Raises:
            UnusableAnswer: the headers name several lengths.
        """
        coding = self.headers["Transfer-Encoding"]
        lengths = self.headers.get_all("Content-Length", [])
        if len({each.strip() for line in lengths for each in line.split(",")}) > 1:
            raise UnusableAnswer("The server's answer has several lengths")
        if self.status in _WITHOUT_BODY:
            del self.headers["Transfer-Encoding"]  # urllib3 would wait for the chunks
            self.chunked, self.length = False, 0
            if coding is not None or lengths not in ([], ["0"]):
                self.will_close = True
        elif lengths and coding is not None:
            self.will_close = True


class _Wire(io.RawIOBase):
    """The bytes that come in, counted, for as long as the call that they are for may take.

    Each read ends in time by itself: where no thread can be started any more,
    nobody else watches the deadline.

    Attributes:
        has_ended: whether the other side has said that no more will come.
    """

    def __init__(self, file: io.RawIOBase, sock: socket.socket) -> None:
        self._file = file
        self._sock = sock
        self._seconds = sock.gettimeout() or 0.0
        self._count = 0
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(socket_timeout(self._seconds))
        count = self._file.readinto(buffer)
        self.has_ended = count == 0
        self._count += count or 0
        if self._count > _LARGEST_ANSWER:
            raise _too_long()
        return count

    def tell(self) -> int:
        return self._count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Reader(io.BufferedReader):
    """What an answer is read through; a server that says more than that is hung up on."""

    def __init__(self, wire: _Wire, sock: socket.socket) -> None:
        super().__init__(wire)
        self._sock = sock
        self._in_lines = 0

    def readline(self, size: int | None = -1) -> bytes:  # noqa: ARG002 - theirs are longer
        line = super().readline(_LONGEST_LINE + 1)
        self._in_lines += len(line)
        if len(line) > _LONGEST_LINE or self._in_lines > _ALL_LINES:
            raise _too_long()
        return line

    def close(self) -> None:
        if not self.closed and self.tell() != self.raw.tell():
            # The rest of it would be read as the answer to the next request.
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
        super().close()


def _too_long() -> UnusableAnswer:
    return UnusableAnswer("The server's answer is too long")
