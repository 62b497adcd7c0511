"""What can go wrong with a call.

::

    Exception
    └── Error                    what onError gets: code, message and what the server told
        ├── CallEnded            -999, the session ended or the client was shut down
        ├── RequestNotSent       -1, the server never saw the request
        ├── AnswerLost           -1, the server may have acted, no whole answer came
        ├── UnusableAnswer       -106, an answer came and makes no sense
        └── ErrorReply           the server answered with an error

A wrong use of the client (a context that is None, a callback that cannot be
called) is a TypeError, ValueError or RuntimeError where the call stands.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


ELSEWHERE = "; does withBaseUrl lead to Synerise's API?"
"""Ends the message about an answer that hardly comes from there."""

START_AGAIN = "; init() or connect() of Synerise.Initializer() starts another"
"""Ends the message about a client that was shut down."""


class ErrorCode(enum.IntEnum):
    """The values of ``Error.code`` that do not come from the server."""

    REQUEST_FAILED = -1
    UNUSABLE_ANSWER = -106
    DO_NOT_TRACK = -109
    SESSION_ENDED = -999
    UNKNOWN = 10
    UNUSABLE_ARGUMENT = 3050
    NOT_LOGGED_IN = 3200
    TOKEN_EXPIRED = 3210
    ALREADY_SIGNED_OUT = 3220


class ErrorCause(NamedTuple):
    """One of the reasons that the server gave, often one for each field of a form.

    Attributes:
        field: the field that the server complains of.
        code: the server's own code, such as ``SAU-601``.
        message: the server's words.
        rejectedValue: what was sent, or None where it may be a secret.
    """

    field: str | None = None
    code: str | None = None
    message: str | None = None
    rejectedValue: Any = None


class Error(Exception):
    """Why a call failed; what ``onError`` gets.

    It is an exception, so that a caller may raise it. It keeps neither the
    request nor its headers or body.

    Args:
        code: the ``status`` of the server's answer, else its HTTP status, else
            one of :class:`ErrorCode`.
        message: what happened, for a person to read.
        httpStatus: the HTTP status, if the server answered.
        errorCode: the server's code for the whole failure, such as ``SAU-302``.
        causes: the server's reasons, field by field.
        path: the path that the server says was asked.
        traceId: what Synerise's support will ask for.
    """

    code: int
    message: str

    def __init__(
        self,
        code: int,
        message: str,
        *,
        httpStatus: int | None = None,
        errorCode: str | None = None,
        causes: tuple[ErrorCause, ...] = (),
        path: str | None = None,
        traceId: str | None = None,
    ) -> None:
        super().__init__(int(code), message)
        self.code = int(code)
        self.message = message
        self.httpStatus = httpStatus
        self.errorCode = errorCode
        self.causes = causes
        self.path = path
        self.traceId = traceId

    @classmethod
    def fromObject(cls, data: Mapping[str, Any] | None) -> Error:
        """Build an Error from ``{"code": …, "message": …}``, or code 10 from None."""
        data = data or {}
        return Error(
            data.get("code", ErrorCode.UNKNOWN),
            data.get("message", "An unknown error happened"),
        )

    def __str__(self) -> str:
        causes = [f"{each.field}: {each.message}" for each in self.causes if each.message]
        return f"{'; '.join([self.message, *causes])} ({self.code})"

    def __repr__(self) -> str:
        return f"Error(code={self.code}, message={self.message!r})"


class CallEnded(Error):
    """The call's result is not wanted any more."""

    def __init__(self, message: str = "The session ended before this call finished") -> None:
        super().__init__(ErrorCode.SESSION_ENDED, message)

    def __reduce__(self) -> tuple[Any, ...]:
        return CallEnded, (self.message,)


class RequestNotSent(Error):
    """No connection: the server never saw the request."""


class AnswerLost(Error):
    """The request left and no whole answer came: the server may have acted on it."""


class UnusableAnswer(Error):
    """The server's answer lacks what the call needs."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.UNUSABLE_ANSWER, message)

    def __reduce__(self) -> tuple[Any, ...]:
        return UnusableAnswer, (self.message,)


class ErrorReply(Error):
    """The server answered, and not with a 2xx.

    Attributes:
        retry_after: seconds that the server asks to wait, or None.
        is_json: whether the body was a JSON object, as Synerise's own errors
            are; a proxy's page is not.
    """

    retry_after: float | None = None
    is_json: bool = False

    def add_hint(self, hint: str) -> None:
        """Say in the message what may be done about it."""
        self.message = f"{self.message} ({hint})"
        self.args = (self.code, self.message)
