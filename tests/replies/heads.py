"""Answers whose head is broken: status lines, headers, and what comes before them."""

# ruff: noqa: E501 - a table
from __future__ import annotations

import random
import socket

from tests.api.server import Exchange, Step, drip, hang_up, raw, reset, silence
from tests.replies.answers import (
    NOBODY,
    Body,
    BrokenAnswer,
    Late,
    Lost,
    Meaning,
    Status,
    Unusable,
    good,
    http,
    rows,
)

_WHOLE = http(good(), "X-One: 1", "X-Two: 2")
_HEAD = _WHOLE[: _WHOLE.index(b"\r\n\r\n")]
_STATUS_LINE = b"HTTP/1.1 200 OK\r\n"
_KILOBYTES = 1024


def then_reset(data: bytes) -> Step:
    """Send these bytes and break the connection off."""

    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(data)
        reset(exchange)

    return step


def endless(first: bytes, block: bytes) -> Step:
    """Send ``first``, then ``block`` as fast as it goes, until the client has had enough."""

    def step(exchange: Exchange) -> None:
        exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * _KILOBYTES)
        exchange.connection.sendall(first)
        while not exchange.over.is_set():
            exchange.connection.sendall(block)

    return step


def _cut() -> list[BrokenAnswer]:
    """Heads that end too soon, at every byte of the first line and around each other line."""
    ends = set(range(1, len(_STATUS_LINE) + 1))
    for at in range(len(_STATUS_LINE), len(_HEAD)):
        if _HEAD[at : at + 2] in (b": ", b"\r\n"):
            ends |= {at, at + 1, at + 2}
    ends |= {len(_HEAD), len(_HEAD) + 1, len(_HEAD) + 2, len(_HEAD) + 3}
    refused = http(b"{}", status="403 Forbidden")
    answers = [(f"after {end} bytes", _WHOLE[:end]) for end in sorted(ends)]
    answers += [(f"a refusal after {end} bytes", refused[:end]) for end in (9, 12, 24, 40)]
    return [
        *rows("head cut", Lost(), answers),
        BrokenAnswer("head cut: nothing at all", hang_up, Lost()),
        BrokenAnswer("head reset: nothing at all", reset, Lost()),
        *(
            BrokenAnswer(f"head reset: after {end} bytes", then_reset(_WHOLE[:end]), Lost())
            for end in (1, 9, 15, 17, 30, len(_HEAD), len(_HEAD) + 2)
        ),
    ]


def _status_line(line: str, meaning: Meaning) -> BrokenAnswer:
    data = line.encode("latin-1") + b"\r\n" + http(good()).split(b"\r\n", 1)[1]
    return BrokenAnswer(f"status line: {line[:40]!r}", raw(data), meaning)


def _status_lines() -> list[BrokenAnswer]:
    unusable = [
        "", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 OK", "HTTP/1.1 abc OK", "HTTP/1.1 0 OK",
        "HTTP/1.1 -200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 2 0 0", "HTTP/1.1 200OK", "HTTP/1.1 2e2 OK", "HTTP/1.1 0x200 OK", "HTTP/1.1 \xb200 OK", "HTTP/2 200 OK",
        "HTTP/3 200 OK", "HTTP/ 200 OK", "HTTP 200 OK", "http/1.1 200 OK",
        "ICY 200 OK", "\x00HTTP/1.1 200 OK",
        "HTTP/1.1 200\x00 OK", "HTTP/1.1 " + "9" * 5000 + " OK",
        "HTTP/1.1 200 " + "O" * 70 * _KILOBYTES,
    ]  # fmt: skip
    usable = [
        "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK", "HTTP/0.9 200 OK", "HTTP/1.2 200 OK",
        "HTTP/1.1  200  OK", "HTTP/1.1\t200\tOK", "HTTP/1.1 200 \xff\xfe", "HTTP/1.1 200 \x00",
        "HTTP/1.1 200 404 Not Found",
    ]  # fmt: skip
    return [
        *(_status_line(line, Unusable()) for line in unusable),
        *(_status_line(line, Body()) for line in usable),
        *(_status_line(f"HTTP/1.1 {n} Strange", Status(n)) for n in (101, 600, 799, 999)),
    ]


def _garbage() -> list[BrokenAnswer]:
    """What is no HTTP at all. Without the end of a line nobody knows what it would have been."""
    noise = random.Random(7).randbytes(4096)
    lines = [
        ("HTTP/0.9", b"<html>\r\n<body>It works</body>\r\n</html>\r\n"),
        ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
        ("SMTP", b"220 mail.example.com ESMTP ready\r\n"),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("JSON alone", good() + b"\n"),
        ("noise", noise + b"\n"),
        ("an empty line", b"\r\n"),
        ("a line feed", b"\n"),
        ("UTF-16", "HTTP/1.1 200 OK\r\n\r\n".encode("utf-16") + b"\n"),
        ("BOM", b"\xef\xbb\xbf" + _WHOLE),
        ("a request", b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ]
    ends = [
        ("TLS alert", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("TLS hello", b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + noise[:80].replace(b"\n", b"")),
        ("HTTP/2 settings", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"),
        ("zeros", b"\x00" * 1000),
        ("one byte", b"\xff"),
        ("noise without a line", noise.replace(b"\n", b"")),
    ]  # fmt: skip
    return [*rows("garbage", Unusable(), lines), *rows("garbage", Lost(), ends)]


def _headers() -> list[BrokenAnswer]:
    usable = [
        "X-Folded: a\r\n b\r\n\tc", "X-Nul: a\x00b", "X-Return: a\rb", "X-Empty:", "X-\xe9: \xff",
        ": no name", "X-Colons: ::::", "X-Long: " + "x" * 60 * _KILOBYTES,
        "\r\n".join(f"X-{n}: {n}" for n in range(90)), "Set-Cookie: a=b; expires=" + "9" * 4000,
        "Set-Cookie: ;;;===", 'Set-Cookie: a="\\"; Max-Age=-1e99; Version=x; Path=\xff',
        "Set-Cookie: session=1; Domain=.com; Secure; HttpOnly", "Content-Type: ;charset=",
        "Content-Type: multipart/mixed", "Content-Type: message/rfc822",
        "Content-Type: text/html; charset=nonsense", "Content-Type: \x00", "Location: //",
        "Content-Type: application/json; charset=utf-16", "Location: http://[::1", 'ETag: "',
        "Content-Language: \xff\xfe",
        "Retry-After: 9999",
    ]  # fmt: skip
    dates = [
        "", "0", "-1", "soon", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 0001 00:00:00 GMT",
        "Thu, 01 Jan 99999 00:00:00 GMT", "Thu, 99 Foo 2024 99:99:99 GMT", "9" * 5000,
        "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 2024 00:00:00 -0000", "\x00",
        "Mon, 01 Jan 2024 00:00:00 +999999999999",
    ]  # fmt: skip
    unusable = [
        ("one of a megabyte", "X-Long: " + "x" * 1024 * _KILOBYTES),
        ("10,000", "\r\n".join(f"X-{n}: {n}" for n in range(10_000))),
        ("101 and more", "\r\n".join(f"X-{n}: {n}" for n in range(101))),
        ("80 of 50 kilobytes", "\r\n".join(f"X-{n}: {'x' * 50 * _KILOBYTES}" for n in range(80))),
    ]
    with_body = [(each[:40], http(good(), each)) for each in usable]
    with_body += [(f"Date: {each[:32]}", http(good(), f"Date: {each}")) for each in dates]
    with_body.append(("line feeds alone", http(good()).replace(b"\r\n", b"\n")))
    return [
        *rows("headers", Body(), with_body),
        *rows("headers", Unusable(), [(name, http(good(), text)) for name, text in unusable]),
        BrokenAnswer("headers: without end", endless(_STATUS_LINE, b"X-M: m\r\n" * 4096), Unusable()),
        BrokenAnswer("headers: a line without end", endless(_STATUS_LINE, b"x" * 65536), Unusable()),
        BrokenAnswer("status line: without end", endless(b"HTTP/1.1 200 ", b"x" * 65536), Unusable()),
    ]  # fmt: skip


def _interim() -> list[BrokenAnswer]:
    """1xx, which announces an answer and is none."""
    one = {n: f"HTTP/1.1 {n} Wait\r\n\r\n".encode() for n in (100, 102, 103, 150, 199)}
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
    usable = [(f"{n} before", data + _WHOLE) for n, data in one.items()]
    usable += [
        ("103 with headers before", hints + _WHOLE),
        ("three of them before", one[100] + hints + one[102] + _WHOLE),
        ("a hundred before", one[103] * 100 + _WHOLE),
        ("103 with a length before", hints[:-2] + b"Content-Length: 0\r\n\r\n" + _WHOLE),
    ]
    cut = [(f"{n} and no more", data) for n, data in one.items()]
    cut += [("103 cut", hints[:40]), ("the answer after 103 cut", hints + _WHOLE[:30])]
    return [
        *rows("interim", Body(), usable),
        *rows("interim", Lost(), cut),
        *rows("interim", Status(400), [("103, then a refusal", hints + http(status="400 No"))]),
        *rows("interim", Unusable(), [("100, then garbage", one[100] + b"garbage\r\n")]),
        BrokenAnswer("interim: endless 100", endless(b"", one[100] * 2000), Unusable()),
        BrokenAnswer("interim: endless 103", endless(b"", hints * 1000), Unusable()),
        BrokenAnswer("interim: a slow 103 now and then", drip(b"", hints), Late()),
    ]


def _slow() -> list[BrokenAnswer]:
    return [
        BrokenAnswer("slow: nothing", silence, Late()),
        BrokenAnswer("slow: a byte of the status line now and then", drip(b"HTTP/1.1 2", b"0"), Late()),
        BrokenAnswer("slow: a byte of a header now and then", drip(_STATUS_LINE + b"X: ", b"x"), Late()),
        BrokenAnswer("slow: a header now and then", drip(_STATUS_LINE, b"X: x\r\n"), Late()),
        BrokenAnswer("slow: the head's last line is missing", drip(_HEAD + b"\r\n", b""), Late()),
    ]  # fmt: skip


def _empty() -> list[BrokenAnswer]:
    heads = [("HTTP/1.1", "HTTP/1.1"), ("HTTP/1.0", "HTTP/1.0")]
    return rows(
        "head alone", Body(NOBODY), [(name, http(length=None, version=v)) for name, v in heads]
    )


HEADS = [*_cut(), *_status_lines(), *_garbage(), *_headers(), *_interim(), *_slow(), *_empty()]
