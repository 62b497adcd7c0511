"""Answers with an unusual status, or an error status and a body or a Retry-After that is broken."""

# ruff: noqa: E501 - a table
from __future__ import annotations

import json

from tests.api.server import drip
from tests.replies.answers import (
    NOBODY,
    Body,
    BrokenAnswer,
    Late,
    Status,
    chunked,
    good,
    http,
    rows,
)

_DEEP = 100_000


def _successes() -> list[BrokenAnswer]:
    usable = [201, 202, 203, 206, 226, 299]
    without = [("204", http(status="204 No Content", length=None)),
               ("204 with a body", http(good(), status="204 No Content")),
               ("204 with chunks", http(chunked(good()), "Transfer-Encoding: chunked", status="204 No Content")),
               ("205", http(status="205 Reset Content")),
               ("200 with nothing", http()),
               ("202 with nothing", http(status="202 Accepted"))]  # fmt: skip
    return [
        *rows("success", Body(), [(str(n), http(good(), status=f"{n} Good")) for n in usable]),
        *rows("success", Body(), [("205 with a body", http(good(), status="205 Reset Content"))]),
        *rows("success", Body(), [
            ("206 of a range", http(good(), "Content-Range: bytes 0-9/1000", status="206 Part")),
        ]),
        *rows("success", Body(NOBODY), without),
    ]  # fmt: skip


def _redirects() -> list[BrokenAnswer]:
    places = {
        "to another host": "http://127.0.0.1:1/elsewhere",
        "to a host by name": "https://no-such-host.invalid/",
        "to itself": "/v4/my-account/personal-information",
        "to nothing": "",
        "to a file": "file:///etc/passwd",
        "to garbage": "http://[::1",
        "to itself again": "?",
    }
    return [
        row
        for status in (300, 301, 302, 303, 305, 307, 308)
        for row in rows(
            f"redirect {status}",
            Status(status),
            [
                ("without a place", http(status=f"{status} Away")),
                *(
                    (name, http(good(), f"Location: {place}", status=f"{status} Away"))
                    for name, place in places.items()
                    if status == 302 or name == "to itself"
                ),
            ],
        )
    ] + rows("redirect 304", Status(304), [("bare", http(status="304 Same", length=None))])


_BODIES = {
    "nothing": b"",
    "HTML": b"<!DOCTYPE html><title>Sorry</title>",
    "broken JSON": b'{"message": "cut',
    "a list": b'[{"message": "no"}]',
    "deep": b"[" * _DEEP,
    "deep causes": b'{"errors": [' + b'{"rejectedValue": [' * _DEEP,
    "not UTF-8": b'{"message": "\xff"}',
    "UTF-16, cut": "{}".encode("utf-16")[:-1],
    "NaN": b'{"status": NaN}',
    "a long number": b'{"status": ' + b"9" * 5000 + b"}",
    "zeros": b"\x00" * 100,
    "two objects": b"{}{}",
}
_OBJECTS = {
    "empty": {},
    "fields of other types": {name: [] for name in ("status", "message", "errors", "errorCode", "path")},
    "fields of null": dict.fromkeys(("status", "message", "errors", "traceId", "path")),
    "causes of other types": {"errors": [None, 1, "x", [], {"field": {}, "code": [], "message": 1.5}]},
    "halves of characters": {"message": "\ud800", "errors": [{"field": "\udfff", "message": "\ud800"}]},
    "causes by the thousand": {"errors": [{"field": "x"}] * 1000},
    "a deep value": {"errors": [{"field": "x", "rejectedValue": json.loads("[" * 200 + "]" * 200)}]},
}  # fmt: skip


def _errors() -> list[BrokenAnswer]:
    bare = [402, 404, 406, 412, 423, 501, 599]
    passing = [408, 425, 429, 500, 502, 503, 504]
    return [
        *(row for status in (400, 401, 403, 503) for row in rows(
            f"error {status}", Status(status),
            [(name, http(body, status=f"{status} No")) for name, body in _BODIES.items()
             if status == 400 or name in ("nothing", "HTML", "broken JSON", "deep")],
        )),
        *(row for status in (400, 401, 403) for row in rows(
            f"error {status}", Status(status, is_json=True),
            [(name, http(json.dumps(body).encode(), status=f"{status} No"))
             for name, body in _OBJECTS.items() if status == 400 or name == "empty"],
        )),
        *(row for status in (*bare, *passing) for row in rows(
            f"error {status}", Status(status), [("HTML again", http(b"<html>", status=f"{status} No"))],
        )),
        *rows("error 400", Status(400), [
            ("UTF-8 with BOM, broken", http(b"\xef\xbb\xbf{", status="400 No")),
            ("no reason", http(b"", status="400")),
            ("cut", http(b'{"message": "x"}', status="400 No", length=1000)),
        ]),
        *rows("error 400", Status(400, 412, is_json=True), [
            ("another status inside", http(b'{"status": 412}', status="400 No")),
            ("the last of two statuses", http(b'{"status": 1, "status": 412}', status="400 No")),
            ("in UTF-16", http('{"status": 412}'.encode("utf-16"), status="400 No")),
        ]),
        *rows("error 400", Status(400, 10**40, is_json=True), [
            ("a huge status inside", http(b'{"status": 1%s}' % (b"0" * 40), status="400 No")),
        ]),
        *rows("error 400", Status(400, -999, is_json=True), [
            ("a status inside that is ours", http(b'{"status": -999}', status="400 No")),
        ]),
        BrokenAnswer("error 403: a body that drips", drip(http(b"", status="403 No", length=99), b" "), Late()),
    ]  # fmt: skip


def _waits() -> list[BrokenAnswer]:
    ignored = [
        "-5",
        "NaN",
        "Infinity",
        "soon",
        "",
        "1.5",
        "1e3",
        "0x10",
        "\xb2",
        "5, 5",
        "99 Foo 2024",
    ]
    ignored += [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01 Jan 0001 00:00:00 GMT",
        "0",
        "000",
        "-1e400",
    ]
    endless = ["86400", "9" * 400, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"]
    return [
        row
        for status in (429, 503)
        for waits, values in ((False, ignored), (True, endless))
        for row in rows(
            f"wait {status}",
            Status(status, waits=waits),
            [
                (f"{value[:20]} ({len(value)})", http(b"", f"Retry-After: {value}", status=f"{status} Wait"))
                for value in values
                if status == 503 or value in ("-5", "soon", "0", "86400")
            ],
        )
    ]  # fmt: skip


STATUSES = [*_successes(), *_redirects(), *_errors(), *_waits()]
