"""Answers that HTTP has nothing to say against, and whose body is not what is expected."""

# ruff: noqa: E501 - a table
from __future__ import annotations

import json
from collections.abc import Collection

from tests.replies.answers import (
    ACCOUNT,
    CONDITIONAL,
    EVERYBODY,
    GOOD,
    NOBODY,
    TOKEN,
    Body,
    BrokenAnswer,
    good,
    http,
    rows,
    with_raw,
)

_DEEP = 100_000
_TYPES = {
    "null": None,
    "true": True,
    "a number": 1.5,
    "a text": "x y",
    "a list": [1],
    "an object": {"a": 1},
}
_NO_TOKEN = frozenset({ACCOUNT})
_NO_STATUS = frozenset({TOKEN, ACCOUNT})
_ONLY_STATUS = frozenset({CONDITIONAL, ACCOUNT})
_ACCOUNT_FIELDS = (
    "clientId", "email", "phone", "customId", "uuid", "firstName", "lastName", "displayName", "sex",
    "birthDate", "avatarUrl", "company", "address", "city", "province", "zipCode", "countryCode",
    "anonymous", "lastActivityDate", "agreements", "attributes", "tags",
)  # fmt: skip


def _body(name: str, body: bytes, fits: Collection[str] = NOBODY) -> BrokenAnswer:
    return rows("body", Body(frozenset(fits)), [(name, http(body))])[0]


def _no_objects() -> list[BrokenAnswer]:
    text = good()
    bodies = {
        "HTML": b"<!DOCTYPE html><html><body>Maintenance</body></html>", "a form": b"token=a",
        "null": b"null", "true": b"true", "a number": b"200", "a text": b'"token"', "a list": b"[]",
        "an object in a list": b"[" + text + b"]", "white space": b" \r\n\t ", "gzip": b"\x1f\x8b\x08\x00",
        "a comma too many": text[:-1] + b",}", "single quotes": text.replace(b'"', b"'"),
        "no quotes": text.replace(b'"', b""), "a comment": text + b"// yes", "twice": text * 2,
        "JSONP": b"callback(" + text + b");", "a guard": b")]}',\n" + text, "more after it": text + b"x",
        "a zero after it": text + b"\x00", "a zero before it": b"\x00" + text,
        "deep lists": b"[" * _DEEP, "deep lists, closed": b"[" * _DEEP + b"]" * _DEEP,
        "deep objects": b'{"a":' * _DEEP, "deep, mixed": b'[{"a":' * _DEEP,
        "deep in a token": with_raw("token", b"[" * _DEEP + b"]" * _DEEP),
        "deep in a field nobody knows": with_raw("more", b"[" * _DEEP + b"]" * _DEEP),
        "NaN": with_raw("more", b"NaN"), "Infinity": with_raw("expiration", b"Infinity"),
        "-Infinity": with_raw("created", b"-Infinity"), "NaN for a token": with_raw("token", b"NaN"),
        "a number of 5,000 digits": with_raw("expiration", b"9" * 5000),
        "a number of 100,000 digits": with_raw("more", b"-" + b"1" * 100_000),
        "a leading zero": with_raw("expiration", b"0123"), "not UTF-8": with_raw("token", b'"\xff\xfe"'),
        "half a UTF-8 character": with_raw("more", b'"\xc3"'), "Latin-1": with_raw("more", b'"\xe9"'),
        "a control character": with_raw("token", b'"a\x01b"'), "a broken escape": with_raw("more", b'"\\x41"'),
        "half an escape": with_raw("more", b'"\\ud8"'), "UTF-16, cut": text.decode().encode("utf-16")[:-1],
        "a BOM alone": b"\xef\xbb\xbf", "two BOMs": b"\xef\xbb\xbf" * 2 + text,
    }  # fmt: skip
    cuts = [2, 9, 20, len(text) // 2, len(text) - 1]
    return [
        *(_body(name, body) for name, body in bodies.items()),
        *(_body(f"JSON cut after {n} bytes", text[:n]) for n in cuts),
    ]


def _objects() -> list[BrokenAnswer]:
    text = good()
    return [
        _body("a BOM before it", b"\xef\xbb\xbf" + text, EVERYBODY),
        _body("UTF-16", text.decode().encode("utf-16"), EVERYBODY),
        _body("UTF-16, big end first, no BOM", text.decode().encode("utf-16-be"), EVERYBODY),
        _body("UTF-32", text.decode().encode("utf-32"), EVERYBODY),
        _body("white space around it", b"\r\n\t " + text + b"\n" * 1000, EVERYBODY),
        _body("almost four megabytes", text[:-1] + b" " * 4_000_000 + b"}", EVERYBODY),
        _body("keys nobody knows", good(**{f"more-{n}": [n] for n in range(5000)}), EVERYBODY),
        _body("200 deep", with_raw("more", b"[" * 200 + b"]" * 200), EVERYBODY),
        _body("a zero in a key", good(**{"a\x00b": 1, "": 2}), EVERYBODY),
        _body(
            "halves of characters",
            good(customId="\ud800", realm="\udfff", origin="\ud800"),
            EVERYBODY,
        ),
        _body("halves of characters in UTF-8", with_raw("customId", b'"\xed\xa0\x80"'), EVERYBODY),
        _body("1e400 where nobody looks", with_raw("more", b"1e400"), EVERYBODY),
        _body("1e400 for created", with_raw("created", b"1e400"), EVERYBODY),
        _body("a number of 4,000 digits", with_raw("created", b"9" * 4000), EVERYBODY),
        _body("an empty object", b"{}", _NO_TOKEN),
        _body("an object of other things", b'{"error": "no"}', _NO_TOKEN),
        _body("two tokens, the last is good", b'{"token": 1, ' + text[1:], EVERYBODY),
        _body("two tokens, the last is bad", text[:-1] + b', "token": 1}', _NO_TOKEN),
        _body("names in capitals", text.replace(b'"token"', b'"TOKEN"'), _NO_TOKEN),
        _body("an error with a status of 200", b'{"status": 500, "message": "no"}', _NO_TOKEN),
    ]


def _types() -> list[BrokenAnswer]:
    """Each JSON type in place of each field that somebody reads."""
    needed = {
        "token": _NO_TOKEN,
        "expiration": _NO_TOKEN,
        "status": _NO_STATUS,
        "created": EVERYBODY,
    }
    others = [name for name in GOOD if name not in needed]
    found = [_body("the other fields are missing", _without(*others), EVERYBODY)]
    for field, fits in needed.items():
        for name, value in _TYPES.items():
            is_status = field == "status" and isinstance(value, str)
            if field != "created" or not isinstance(value, float):  # which has a meaning
                body = good(**{field: value})
                found.append(_body(f"{field} is {name}", body, EVERYBODY if is_status else fits))
        found.append(_body(f"{field} is missing", _without(field), fits))
    for name, value in _TYPES.items():
        of_account = json.dumps(dict.fromkeys(_ACCOUNT_FIELDS, value)).encode()
        found += [
            _body(f"the other fields are {name}", good(**dict.fromkeys(others, value)), EVERYBODY),
            _body(f"the account's fields are {name}", of_account, _NO_TOKEN),
        ]
    return found


def _without(*names: str) -> bytes:
    return json.dumps({name: GOOD[name] for name in GOOD if name not in names}).encode()


def _values() -> list[BrokenAnswer]:
    """The right type, and a value that cannot be meant."""
    now = GOOD["created"] // 1000
    tokens = [
        "",
        " ",
        "a b",
        "a\nb",
        "a\r\nX-Injected: 1",
        "t\u00f6ken",
        "a\x00b",
        "a\x7f",
        "\ud800",
        "\u202e",
    ]
    expirations = [
        0,
        -1,
        1,
        now - 1,
        now * 1000,
        now + 11 * 366 * 86400,
        10**18,
        10**300,
        1e308,
        -1e308,
        5e-324,
    ]
    statuses = ["", "success", "SUCCESS ", "UNAUTHORIZED", "MFA_REQUIRED", "\ud800", "x" * 100_000]
    dates = [
        1e308,
        -1e308,
        10**400,
        -62135596800,
        253402300800,
        "9999-99-99",
        "2024-13-01T99:99",
        "\ud800",
    ]
    return [
        *(_body(f"token {each!r}", good(token=each), _NO_TOKEN) for each in tokens),
        *(_body(f"expiration {each!r}", good(expiration=each), _NO_TOKEN) for each in expirations),
        _body("expiration 1e400", with_raw("expiration", b"1e400"), _NO_TOKEN),
        _body("expiration in a text", good(expiration=str(now + 3600)), _NO_TOKEN),
        _body("expiration and created beyond every calendar",
              good(expiration=10**15, created=(10**15 - 3600) * 1000), _NO_TOKEN),
        _body("expiration and created before every calendar",
              good(expiration=-(10**15), created=-(10**15 + 3600) * 1000), _NO_TOKEN),
        _body("created after the expiration", good(created=(now + 7200) * 1000), _NO_TOKEN),
        _body("created in seconds", good(created=now), _NO_TOKEN),
        _body("created is a number", good(created=1.5), _NO_TOKEN),
        _body("created 1e308", good(created=1e308), _NO_TOKEN),
        *(_body(f"status {each[:20]!r}, no token", json.dumps({"status": each}).encode(), _ONLY_STATUS) for each in statuses),
        _body("status SUCCESS, no token", b'{"status": "SUCCESS"}', _NO_TOKEN),
        *(_body(f"lastActivityDate {str(each)[:20]!r}", json.dumps({"lastActivityDate": each}).encode(), _NO_TOKEN)
          for each in dates),
        _body("agreements of other types", b'{"agreements": {"email": [], "sms": "x", "more": 1}}', _NO_TOKEN),
    ]  # fmt: skip


BODIES = [*_no_objects(), *_objects(), *_types(), *_values()]
