"""A stand-in for Synerise's API that is fast and now and then misbehaves: for load, not for rules.

It runs in a process of its own, so that what it needs is not counted as the
client's, and ends with whoever has started it.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

FAULTS = ("500", "503", "reset", "cut", "401", "late")
NEVER_ANSWERED = "hanging@example.com"
"""Who is never answered to."""

_LATE_SECONDS = 0.02
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class FastServer:
    """The server's process, from ``with`` to the end of its block.

    Args:
        seed: what the faults are drawn from; the same one gives the same faults
            to the same numbers of requests.
        share: of the requests that meet a fault, from 0 to 1.
        delay: seconds that every answer takes.

    Attributes:
        url: where it is reached.
        counts: requests and faults by their names, once it has stopped.
    """

    def __init__(self, seed: int = 1, share: float = 0.0, delay: float = 0.0) -> None:
        self._arguments = [str(seed), str(share), str(delay)]
        self.url = ""
        self.counts: dict[str, int] = {}

    def __enter__(self) -> FastServer:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            said, _ = self._process.communicate("", timeout=10)  # it ends when nobody can write
            self.counts = json.loads(said)
        finally:
            self._process.kill()
            self._process.wait()

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None


class _Api:
    """What is answered to which request.

    Args:
        seed: what the faults are drawn from.
        share: of the requests that meet one.
    """

    def __init__(self, seed: int, share: float) -> None:
        self.counts = Counter(dict.fromkeys(("requests", *FAULTS), 0))
        self._random = random.Random(seed)
        self._share = share
        self._routes: dict[str, Callable[[], dict[str, Any]]] = {
            "/sauth/v3/auth/login/client": self._token,
            "/sauth/v3/auth/login/client/anonymous": lambda: self._token("ANONYMOUS"),
            "/sauth/v3/auth/refresh/client": self._token,
            "/sauth/v3/auth/logout/client": dict,
            "/v4/my-account/personal-information": lambda: {"clientId": 1, "firstName": "Anna"},
        }

    def fault(self, has_token: bool) -> str | None:
        """Draw the fault that the next request meets, None for most."""
        self.counts["requests"] += 1
        if self._random.random() >= self._share:
            return None
        fault = self._random.choice(FAULTS)
        if fault == "401" and not has_token:
            return None
        self.counts[fault] += 1
        return fault

    def answer(self, path: str) -> bytes:
        """Return the whole answer to a request without a fault."""
        route = self._routes.get(path)
        if route is None:
            return _reply("404 Not Found", {"message": f"There is no {path} here"})
        return _reply("200 OK", route())

    def _token(self, origin: str = "SYNERISE") -> dict[str, Any]:
        now = time.time()
        return {
            "token": f"token-{self.counts['requests']}",
            "expiration": int(now) + 3600,
            "created": int(now * 1000),
            "origin": origin,
            "realm": "client",
        }


class _Connection(asyncio.Protocol):
    """One connection; the client waits for each answer before it asks again."""

    _transport: asyncio.Transport

    def __init__(self, api: _Api, delay: float) -> None:
        self._api = api
        self._delay = delay
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; asyncio has set TCP_NODELAY."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as the request is whole."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(body) < int(length[1] if length else 0):
            return
        self._received = b""
        if NEVER_ANSWERED.encode() in body:
            return
        fault = self._api.fault(b"\r\nauthorization:" in head.lower())
        self._answer(self._api.answer(head.split(b" ", 2)[1].decode()), fault)

    def _answer(self, answer: bytes, fault: str | None) -> None:
        transport = self._transport
        if fault == "reset":
            _reset_when_closed(transport.get_extra_info("socket"))
            transport.abort()
        elif fault == "cut":
            transport.write(answer[:-1])
            transport.close()
        elif fault == "late":
            asyncio.get_running_loop().call_later(_LATE_SECONDS, transport.write, answer)
        else:
            answer = _TROUBLES.get(fault or "", answer)
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, transport.write, answer)
            else:
                transport.write(answer)  # head and body in one send


def _reply(status: str, fields: dict[str, Any], more: str = "") -> bytes:
    body = json.dumps(fields).encode()
    head = (
        f"HTTP/1.1 {status}\r\nDate: {formatdate(usegmt=True)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


_TROUBLES = {
    "500": _reply("500 Internal Server Error", {"message": "of the load"}),
    "503": _reply("503 Service Unavailable", {"message": "of the load"}, "Retry-After: 0\r\n"),
    "401": _reply("401 Unauthorized", {"message": "of the load"}),
}


def _reset_when_closed(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _serve(seed: int, share: float, delay: float) -> None:
    api, loop = _Api(seed, share), asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(api, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the one who reads us has gone
    with suppress(BrokenPipeError):  # it was killed, and nobody wants to know
        os.write(1, json.dumps(api.counts).encode())


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
