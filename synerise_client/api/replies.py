"""What the server's answers mean: JSON, token replies, and errors however broken."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import field, frozen

from synerise_client.errors import ELSEWHERE, ErrorCause, ErrorReply, UnusableAnswer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_TOKEN_FIELDS = ("origin", "customId", "clientId", "realm")
_YEAR_3000 = 32_503_680_000
"""What lies beyond was not meant as a date; and not every system could write it as one."""


class Reply(NamedTuple):
    """A 2xx answer.

    Attributes:
        body: the bytes of the answer.
        date: the server's clock when it answered, Unix seconds; None if it did not tell.
        received: our clock when the answer came in, seconds of an arbitrary start.
    """

    body: bytes
    date: float | None
    received: float

    def __repr__(self) -> str:
        return f"Reply(body=b'…', date={self.date!r}, received={self.received!r})"

    def json_object(self) -> dict[str, Any]:
        """Return the body as a JSON object.

        Raises:
            UnusableAnswer: it is something else.
        """
        payload = _parse(self.body)
        if not isinstance(payload, dict):
            raise UnusableAnswer(f"The server's answer is not a JSON object{ELSEWHERE}")
        return payload


@frozen
class TokenReply:
    """The answer to a log-in or a refresh, as the server gave it.

    Attributes:
        token: the token itself.
        expiration: when it expires, Unix seconds of the server's clock.
        created: when it was made, Unix seconds of the server's clock, or None.
        date: the server's clock when it answered, Unix seconds, or None.
        received: our clock when the answer came in.
        fields: those of origin, customId, clientId and realm that the answer has.
    """

    token: str = field(repr=False)
    expiration: float
    created: float | None
    date: float | None
    received: float
    fields: dict[str, str | None]


def token_reply(reply: Reply, payload: dict[str, Any] | None = None) -> TokenReply:
    """Read a token out of ``reply``.

    Raises:
        UnusableAnswer: the token is not printable ASCII, or the expiration is no date.
    """
    payload = reply.json_object() if payload is None else payload
    token, expiration = payload.get("token"), _number(payload.get("expiration"))
    if not isinstance(token, str) or not is_token(token):
        raise UnusableAnswer("The server's answer has no usable token")
    if expiration is None or not _is_date(expiration):
        raise UnusableAnswer("The server's answer has no usable expiration")
    created = _number(payload.get("created"))
    return TokenReply(
        token=token,
        expiration=expiration,
        created=None if created is None else created / 1000,
        date=reply.date,
        received=reply.received,
        fields={name: _text(payload[name]) for name in _TOKEN_FIELDS if name in payload},
    )


def is_token(text: str) -> bool:
    """Tell whether ``text`` can travel in a header as one word."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def error_reply(
    status: int, headers: Mapping[str, str], body: bytes, secrets: Collection[str]
) -> ErrorReply:
    """Make an Error of an answer that is not a 2xx, whatever its body looks like.

    Args:
        status: the HTTP status.
        headers: of the answer.
        body: of the answer; JSON, HTML, nothing or garbage.
        secrets: texts that the call sent and the message must not repeat.
    """
    try:
        payload = _parse(body)
    except UnusableAnswer:
        payload = None
    fields: dict[str, Any] = payload if isinstance(payload, dict) else {}

    def text(name: str) -> str | None:
        return _redacted(_text(fields.get(name)), secrets)

    stated = fields.get("status")
    error = ErrorReply(
        stated if type(stated) is int else status,
        text("message") or _phrase(status),
        httpStatus=status,
        errorCode=text("errorCode"),
        causes=_causes(fields.get("errors"), secrets),
        path=text("path"),
        traceId=text("traceId"),
    )
    error.is_json = isinstance(payload, dict)
    error.retry_after = _retry_after(headers)
    return error


def server_clock(headers: Mapping[str, str]) -> float | None:
    """Return what the server's clock showed, Unix seconds; None if the answer does not tell."""
    date = _http_date(headers.get("Date"))
    return date if date is not None and _is_date(date) else None


def _is_date(seconds: float) -> bool:
    return 0 <= seconds < _YEAR_3000


@lru_cache(4)  # each answer of a second has the same
def _http_date(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise UnusableAnswer(f"The server's answer is not JSON{ELSEWHERE}") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if number - number == 0 else None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


def _causes(errors: Any, secrets: Collection[str]) -> tuple[ErrorCause, ...]:
    if not isinstance(errors, list):
        return ()
    return tuple(_cause(each, secrets) for each in errors if isinstance(each, dict))


def _cause(fields: dict[str, Any], secrets: Collection[str]) -> ErrorCause:
    name = _text(fields.get("field"))
    rejected = fields.get("rejectedValue")
    if _is_secret(name) or _holds(rejected, secrets):
        rejected = None
    return ErrorCause(
        field=_redacted(name, secrets),
        code=_redacted(_text(fields.get("code")), secrets),
        message=_redacted(_text(fields.get("message")), secrets),
        rejectedValue=rejected,
    )


def _is_secret(name: str | None) -> bool:
    lowered = (name or "").lower()
    return any(word in lowered for word in ("password", "token", "code", "key"))


def _holds(value: Any, secrets: Collection[str]) -> bool:
    pending = [value]
    while pending:  # not by recursion: it may be as deep as it likes
        each = pending.pop()
        if isinstance(each, dict):
            pending += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            pending += each
        elif any(secret in str(each) for secret in secrets):
            return True
    return False


def _redacted(text: str | None, secrets: Collection[str]) -> str | None:
    if text is None:
        return None
    for secret in sorted(secrets, key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, "…")
    return text.encode("utf-8", "replace").decode()  # half a character could not be printed


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    date, now = _http_date(value), server_clock(headers)
    if date is None:
        return None
    return max(0.0, date - (time.time() if now is None else now))
