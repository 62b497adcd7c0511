"""Answers whose body is framed, packed or sent wrongly; the JSON in it would be good."""

# ruff: noqa: E501 - a table
from __future__ import annotations

import gzip
import select
import zlib

from tests.api.server import Exchange, Step, drip, raw
from tests.replies.answers import (
    EVERYBODY,
    NOBODY,
    Body,
    BrokenAnswer,
    Status,
    Unusable,
    chunked,
    good,
    http,
    rows,
)
from tests.replies.heads import endless, then_reset

_BODY = good()
_LONG = len(_BODY) + 100
_CHUNKED = "Transfer-Encoding: chunked"
_CUT = Body(NOBODY, is_whole=False)
_GIGABYTE = 1024**3


def _lengths() -> list[BrokenAnswer]:
    nonsense = [
        "NaN",
        "",
        "-1",
        f"-{len(_BODY)}",
        "1e3",
        "0x400",
        "12.5",
        "many",
        "\xb2",
        "9" * 5000,
    ]
    equal = f"Content-Length: {len(_BODY)}"
    return [
        *rows("length", Body(), [(each[:9], http(_BODY, length=each)) for each in nonsense]),
        *rows("length", Body(), [
            ("none", http(_BODY, length=None)),
            ("plus", http(_BODY, length=f"+{len(_BODY)}")),
            ("zeros before", http(_BODY, length=f"{len(_BODY):09}")),
            ("twice the same", http(_BODY, equal)),
            ("a list of the same", http(_BODY, length=f"{len(_BODY)}, {len(_BODY)}")),
            ("with chunks", http(chunked(_BODY), _CHUNKED)),
            ("with chunks, wrong", http(chunked(_BODY), _CHUNKED, length=3)),
        ]),
        *rows("length", Unusable(), [
            ("twice, different", http(_BODY, "Content-Length: 3")),
            ("a list of two", http(_BODY, length=f"3, {len(_BODY)}")),
        ]),
        *rows("length", _CUT, [
            ("one too long", http(_BODY, length=len(_BODY) + 1)),
            ("too long", http(_BODY, length=_LONG)),
            ("a gigabyte", http(_BODY, length=_GIGABYTE)),
            ("2**63", http(_BODY, length=2**63)),
            ("2**64", http(_BODY, length=2**64)),
            ("10**400", http(_BODY, length=10**400)),
            ("a gigabyte and nothing", http(length=_GIGABYTE)),
            ("half a body", http(_BODY)[: -len(_BODY) // 2]),
            ("no body", http(_BODY)[: -len(_BODY)]),
        ]),
        *rows("length", Body(NOBODY), [
            ("one too short", http(_BODY, length=len(_BODY) - 1)),
            ("too short", http(_BODY, length=10)),
            ("zero", http(_BODY, length=0)),
        ]),
        *rows("length", Status(400), [
            ("a refusal too long", http(b"{}", status="400 No", length=_LONG)),
            ("a refusal of a gigabyte", http(b"{}", status="400 No", length=_GIGABYTE)),
            ("a refusal of no number", http(b"{}", status="400 No", length="many")),
        ]),
        BrokenAnswer("length: reset in the body", then_reset(http(_BODY, length=_LONG)), _CUT),
        BrokenAnswer("length: reset before the body", then_reset(http(length=_LONG)), _CUT),
    ]  # fmt: skip


def _chunks() -> list[BrokenAnswer]:
    whole = chunked(_BODY[:20], _BODY[20:])
    size = b"%x" % len(_BODY)
    rest = b"\r\n" + _BODY + b"\r\n0\r\n\r\n"
    cuts = [0, 1, 2, 3, 4, 12, 24, 25, 26, 28, len(whole) - 7]
    cuts += [len(whole) - 6, len(whole) - 5]
    usable = [
        ("as they are", whole),
        ("of one byte", chunked(*(_BODY[n : n + 1] for n in range(len(_BODY))))),
        ("without the last line", chunked(_BODY, end=b"0\r\n")),
        ("with extensions", chunked(_BODY).replace(b"\r\n", b';a=b;c="d"\r\n', 1)),
        ("with a trailer", chunked(_BODY, end=b"0\r\nX-Sum: 1\r\n\r\n")),
        ("with a trailer that is cut", chunked(_BODY, end=b"0\r\nX-Su")),
        ("with zeros before the size", b"0" * 50 + size + rest),
        ("with spaces around the size", b" " + size + b" " + rest),
        ("with capitals", size.upper() + rest),
        ("with line feeds alone for sizes", size + rest.replace(b"\r\n", b"\n", 1)),
        ("with more after the end", chunked(_BODY) + b"more"),
    ]
    sizes = [b"", b"x", b"-", b"zz", b"1 2", b"1.0", b"\xff", b"\x00", b";", b"{", b"5;\x00" * 9000]
    return [
        *rows("chunks", Body(), [(name, http(body, _CHUNKED, length=None)) for name, body in usable]),
        *rows("chunks", _CUT, [
            (f"cut after {n} bytes", http(whole[:n], _CHUNKED, length=None)) for n in cuts
        ]),
        *rows("chunks", _CUT, [
            (f"size {each[:9]!r}", http(each + rest, _CHUNKED, length=None)) for each in sizes
        ]),
        *rows("chunks", _CUT, [
            ("size negative", http(b"-5" + rest, _CHUNKED, length=None)),
            ("size of a gigabyte", http(b"%x" % _GIGABYTE + rest, _CHUNKED, length=None)),
            ("size of 5,000 digits", http(b"f" * 5000 + rest, _CHUNKED, length=None)),
            ("size too small", http(b"3" + rest, _CHUNKED, length=None)),
            ("size too large", http(b"%x" % _LONG + rest, _CHUNKED, length=None)),
            ("none, plain bytes", http(_BODY, _CHUNKED, length=None)),
        ]),
        *rows("chunks", Body(NOBODY), [
            ("an extension of 100 kilobytes", http(b"1;" + b"x" * 102_400, _CHUNKED, length=None)),
            ("none at all", http(chunked(), _CHUNKED, length=None)),
            ("twice", http(chunked(chunked(_BODY)), "Transfer-Encoding: chunked, chunked", length=None)),
            ("packed", http(chunked(gzip.compress(_BODY)), "Transfer-Encoding: gzip, chunked", length=None)),
            ("not said", http(chunked(_BODY), length=None)),
        ]),
        *rows("chunks", Body(), [
            ("unknown coding, with a length", http(_BODY, "Transfer-Encoding: nonsense")),
            ("identity", http(_BODY, "Transfer-Encoding: identity")),
            ("in HTTP/1.0", http(chunked(_BODY), _CHUNKED, length=None, version="HTTP/1.0")),
        ]),
        BrokenAnswer("chunks: reset between them", then_reset(http(whole[:26], _CHUNKED, length=None)), _CUT),
    ]  # fmt: skip


def _packed() -> list[BrokenAnswer]:
    """Nothing but identity is asked for, so nothing is unpacked, whatever its size would be."""
    deflated = zlib.compress(_BODY)
    bomb = gzip.compress(b" " * 20_000_000 + _BODY)
    nested = gzip.compress(gzip.compress(b"\x00" * 50_000_000))
    said = {
        "gzip": gzip.compress(_BODY), "x-gzip": gzip.compress(_BODY), "deflate": deflated,
        "deflate, raw": deflated[2:-4], "br": b"\x0b\x02\x80{}\x03", "zstd": b"\x28\xb5\x2f\xfd\x04\x00",
        "gzip, gzip": gzip.compress(gzip.compress(_BODY)), "gzip, gzip, gzip, gzip, gzip, gzip": nested,
    }  # fmt: skip
    plain = ["identity", "", "utf-8", "none", "nonsense", "gzip", "deflate", "br", "gzip, br", ","]
    plain.append("gzip, " * 1000 + "gzip")
    return [
        *rows("packed", Body(NOBODY), [
            (f"as {name}", http(data, f"Content-Encoding: {name.partition(', raw')[0]}"))
            for name, data in said.items()
        ]),
        *rows("packed", Body(NOBODY), [
            ("not said", http(gzip.compress(_BODY))),
            ("a bomb", http(bomb, "Content-Encoding: gzip")),
            ("a bomb in chunks", http(chunked(bomb), _CHUNKED, "Content-Encoding: gzip", length=None)),
            ("a bomb in a bomb", http(nested, "Content-Encoding: gzip, gzip")),
            ("a bomb in a bomb in chunks", http(
                chunked(nested), _CHUNKED, "Content-Encoding: gzip, gzip", length=None)),
            ("half of it", http(gzip.compress(_BODY)[:40], "Content-Encoding: gzip")),
        ]),
        *rows("packed", Body(), [
            (f"not at all, but said: {each[:20]!r}", http(_BODY, f"Content-Encoding: {each}"))
            for each in plain
        ]),
        *rows("packed", Status(400), [
            ("a bomb of a refusal", http(bomb, "Content-Encoding: gzip", status="400 No")),
            ("a refusal", http(gzip.compress(b"{}"), "Content-Encoding: gzip", status="400 No")),
        ]),
    ]  # fmt: skip


def _long() -> list[BrokenAnswer]:
    ok, no, block = "200 OK", "403 Forbidden", b" " * 65536
    head, chunk_head = http(length=_GIGABYTE), http(b"", _CHUNKED, length=None)
    streams = {
        "a gigabyte that is sent": (head, block),
        "until somebody closes": (http(b"{", length=None), block),
        "in chunks": (chunk_head, b"10000\r\n" + block + b"\r\n"),
        "in a chunk of a negative size": (chunk_head + b"-1\r\n", block),
        "in a chunk's extension": (chunk_head + b"1;", b"x" * 65536),
        "in a trailer": (chunk_head + chunked(_BODY, end=b"0\r\nX: "), b"x" * 65536),
        "in trailers": (chunk_head + chunked(_BODY, end=b"0\r\n"), b"X: x\r\n" * 8192),
    }
    return [
        *(
            BrokenAnswer(f"long: {name}", endless(*both), Body(NOBODY))
            for name, both in streams.items()
        ),
        *(
            BrokenAnswer(f"long: a refusal, {name}", endless(first.replace(ok.encode(), no.encode()), then), Status(403))
            for name, (first, then) in list(streams.items())[:3]
        ),
        *rows("long", Body(NOBODY), [("a little more than four megabytes", http(_BODY[:-1] + b" " * 4 * 1024**2 + b"}"))]),
    ]  # fmt: skip


def _slow() -> list[BrokenAnswer]:
    late, chunk_head = Body(NOBODY, is_late=True), http(b"", _CHUNKED, length=None)
    steps = {
        "a byte of the body now and then": drip(http(length=_GIGABYTE), b" "),
        "a chunk now and then": drip(chunk_head, b"1\r\n \r\n"),
        "a byte of a chunk's extension now and then": drip(chunk_head + b"1;", b"x"),
        "a byte of a trailer now and then": drip(
            chunk_head + chunked(_BODY, end=b"0\r\nX: "), b"x"
        ),
        "the last byte is missing": drip(http(_BODY, length=len(_BODY) + 1), b""),
    }
    return [BrokenAnswer(f"slow: {name}", step, late) for name, step in steps.items()]


def _surplus() -> list[BrokenAnswer]:
    """More than one answer on a connection that is kept: the rest answers nobody's next call."""
    kept = http(_BODY, connection="keep-alive")
    refusal = http(
        b'{"message": "This belongs to nobody"}', status="403 No", connection="keep-alive"
    )
    no_content = http(b"", status="204 No Content", length=None, connection="keep-alive")
    with_length = http(refusal, status="204 No Content", connection="keep-alive")
    at_once = {
        "two answers": (kept + refusal, EVERYBODY),
        "three answers": (kept + refusal * 2, EVERYBODY),
        "an answer and garbage": (kept + b"garbage\r\n", EVERYBODY),
        "an answer and a line": (kept + b"\r\n", EVERYBODY),
        "chunks and an answer": (http(chunked(_BODY), _CHUNKED, length=None, connection="keep-alive") + refusal, EVERYBODY),
        "204 with a body": (no_content + refusal, NOBODY),
        "204 with a length and a body": (with_length, NOBODY),
        "too short a length": (http(_BODY + refusal, length=len(_BODY), connection="keep-alive"), EVERYBODY),
        "a length and chunks": (http(chunked(_BODY) + refusal, _CHUNKED, length=5, connection="keep-alive"), EVERYBODY),
    }  # fmt: skip
    in_parts = {
        "half an answer, the rest at the next request": (kept + refusal[:9], refusal[9:]),
        "garbage, then an answer at the next request": (kept + b"x", refusal),
        "204 with a length, its body at the next request": (
            with_length[: -len(refusal)], refusal),
        "a length and chunks, an answer at the next request": (
            http(chunked(_BODY), _CHUNKED, length=5, connection="keep-alive"), refusal),
    }  # fmt: skip
    return [
        *(
            BrokenAnswer(f"surplus: {name}", raw(data), Body(fits), is_kept=True)
            for name, (data, fits) in at_once.items()
        ),
        *(
            BrokenAnswer(f"surplus: {name}", _at_next_request(*both),
                         Body(NOBODY if name.startswith("204") else EVERYBODY), is_kept=True)
            for name, both in in_parts.items()
        ),
        BrokenAnswer("surplus: 304 with a body",
                     raw(http(refusal, status="304 Not Modified", connection="keep-alive")),
                     Status(304), is_kept=True),
    ]  # fmt: skip


def _at_next_request(first: bytes, rest: bytes) -> Step:
    """Send ``first``, and ``rest`` as soon as the client sends something on this connection."""

    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(first)
        select.select([exchange.connection], [], [])
        exchange.connection.sendall(rest)

    return step


FRAMING = [*_lengths(), *_chunks(), *_packed(), *_long(), *_slow(), *_surplus()]
