"""What a broken answer is, and what a call that gets it is to come to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from attrs import frozen

from synerise_client.api.routes import ROUTES
from tests.api.server import Step, raw

NOTHING, TOKEN, CONDITIONAL, ACCOUNT = "nothing", "token", "conditional", "account"
READS = {
    **dict.fromkeys(ROUTES, NOTHING),
    "login": TOKEN,
    "login_anonymous": TOKEN,
    "simple_authentication": TOKEN,
    "refresh": TOKEN,
    "login_conditional": CONDITIONAL,
    "account": ACCOUNT,
}
"""What each operation reads in a 2xx answer; most read nothing."""

EVERYBODY = frozenset({TOKEN, CONDITIONAL, ACCOUNT})
NOBODY: frozenset[str] = frozenset()

SUCCESS = None
FAILED, NOT_USABLE = -1, -106
ATTEMPTS = 2
"""How often the clients of these tests send a request at most."""

_MADE_AT = int(time.time())
GOOD: dict[str, Any] = {
    "status": "SUCCESS",
    "token": "a-token-of-the-server",
    "expiration": _MADE_AT + 3600,
    "created": _MADE_AT * 1000,
    "origin": "SYNERISE",
    "customId": "custom-1",
    "realm": "client",
    "clientId": "1234",
    "email": "anna@example.com",
    "conditions": [],
}
"""An answer that every operation can use."""


class Outcome(NamedTuple):
    """How a call ends.

    Attributes:
        codes: of the Error that it may get; None is success.
        attempts: how often the request is sent.
    """

    codes: frozenset[int | None]
    attempts: int


@frozen
class Lost:
    """No whole answer came: -1, and a request that is safe is sent again."""

    def outcome(self, reads: str, safe: bool) -> Outcome:
        return Outcome(frozenset({FAILED}), ATTEMPTS if safe else 1)


@frozen
class Unusable:
    """Something came that is no answer, or has no end: -106, and that is that."""

    def outcome(self, reads: str, safe: bool) -> Outcome:
        return Outcome(frozenset({NOT_USABLE}), 1)


@frozen
class Late:
    """Nothing comes to its end before the deadline does: -1, sent once."""

    def outcome(self, reads: str, safe: bool) -> Outcome:
        return Outcome(frozenset({FAILED}), 1)


@frozen
class Status:
    """The server says no: its status is the code, unless its body tells another one.

    Attributes:
        http: the HTTP status.
        code: of the Error, if it is another one.
        is_json: whether the body is a JSON object.
        waits: whether the server asks to wait for longer than a call may take.
    """

    http: int
    code: int | None = None
    is_json: bool = False
    waits: bool = False

    def outcome(self, reads: str, safe: bool) -> Outcome:
        is_again = self.http in {429, 503} or (safe and self.http in {408, 425, 500, 502, 504})
        attempts = ATTEMPTS if is_again and not self.waits else 1
        return Outcome(frozenset({self.http if self.code is None else self.code}), attempts)


@frozen
class Body:
    """The server says yes; whether that is of use depends on the body, for those who read it.

    Attributes:
        fits: who can use it.
        is_whole: whether it came to its end; what was cut off is asked for again.
        is_late: whether the deadline comes before its end.
    """

    fits: frozenset[str] = EVERYBODY
    is_whole: bool = True
    is_late: bool = False

    def outcome(self, reads: str, safe: bool) -> Outcome:
        if reads == NOTHING:
            # What is to be done after it may come too late.
            codes = {SUCCESS, FAILED} if self.is_late else {SUCCESS}
            return Outcome(frozenset(codes), 1)
        if self.is_late:
            return Late().outcome(reads, safe)
        if not self.is_whole:
            return Lost().outcome(reads, safe)
        return Outcome(frozenset({SUCCESS if reads in self.fits else NOT_USABLE}), 1)


Meaning = Lost | Unusable | Late | Status | Body


def is_late(meaning: Meaning) -> bool:
    """Whether it is the deadline that ends a call."""
    return isinstance(meaning, Late) or (isinstance(meaning, Body) and meaning.is_late)


class BrokenAnswer(NamedTuple):
    """One row of the table.

    Attributes:
        name: unique.
        step: what the server does.
        meaning: what that is to be taken for.
        is_kept: whether the server keeps the connection and expects another request on it.
    """

    name: str
    step: Step
    meaning: Meaning
    is_kept: bool = False


def rows(group: str, meaning: Meaning, answers: Iterable[tuple[str, bytes]]) -> list[BrokenAnswer]:
    """Make rows of plain bytes that all mean the same."""
    return [BrokenAnswer(f"{group}: {name}", raw(data), meaning) for name, data in answers]


def good(**changes: Any) -> bytes:
    """Return the body that everybody can use, with ``changes``."""
    return json.dumps({**GOOD, **changes}).encode()


def with_raw(name: str, value: bytes) -> bytes:
    """Return the good body with one field written as ``value``, which need not be JSON."""
    return good(**{name: "@"}).replace(b'"@"', value)


def http(
    body: bytes = b"",
    *headers: str | bytes,
    status: str = "200 OK",
    version: str = "HTTP/1.1",
    length: object = ...,
    connection: str = "close",
) -> bytes:
    """Write an answer.

    Args:
        body: as it is.
        headers: lines that come before the usual ones.
        status: the rest of the first line.
        version: the start of it.
        length: told in Content-Length instead of the true one; None: no such header.
        connection: whether it is closed or kept.
    """
    lines = [f"{version} {status}".encode("latin-1")]
    lines += [each if isinstance(each, bytes) else each.encode("latin-1") for each in headers]
    lines += [b"Content-Type: application/json", f"Connection: {connection}".encode()]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length is ... else length}".encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Write a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end
