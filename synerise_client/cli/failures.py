"""How a command ends, and the one line that it says when it fails."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import click

from synerise_client.errors import Error, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping


class Exit(enum.IntEnum):
    """The exit codes, for scripts to tell apart."""

    DONE = 0
    OTHER = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    UNREACHABLE = 4
    REFUSED = 5
    STORE = 6
    SOMETHING_WRONG = 7
    CANNOT_TELL = 8
    INTERRUPTED = 130
    CLOSED_PIPE = 141


_PASSING = {408, 425, 429}
_EXIT_CODES: dict[int, Exit] = {
    ErrorCode.NOT_LOGGED_IN: Exit.NOT_SIGNED_IN,
    ErrorCode.TOKEN_EXPIRED: Exit.NOT_SIGNED_IN,
    ErrorCode.ALREADY_SIGNED_OUT: Exit.NOT_SIGNED_IN,
    ErrorCode.SESSION_ENDED: Exit.NOT_SIGNED_IN,
    ErrorCode.REQUEST_FAILED: Exit.UNREACHABLE,
    ErrorCode.UNUSABLE_ARGUMENT: Exit.USAGE,
}
_HAPPENED: dict[int, str] = {
    ErrorCode.NOT_LOGGED_IN: "Nobody is signed in with this API key and base URL",
    ErrorCode.ALREADY_SIGNED_OUT: "Nobody is signed in with this API key and base URL",
    ErrorCode.TOKEN_EXPIRED: "The session has expired",
}


class Failure(click.ClickException):
    """Ends the command with one line on standard error.

    Args:
        exit_code: of the command.
        message: what happened and what to do; for a person to read.
    """

    def __init__(self, exit_code: Exit, message: str) -> None:
        super().__init__(one_line(message))
        self._exit_code = exit_code

    @property
    def exit_code(self) -> Exit:  # type: ignore[override] # click's is the class'
        """What the command ends with."""
        return self._exit_code


def one_line(text: object) -> str:
    """Return ``text`` on one line, without what could steer a terminal."""
    return "".join(each for each in " ".join(str(text).split()) if each.isprintable())


def failure_of(error: Error, *, base_url: str, advice: Mapping[int, str]) -> Failure:
    """Make of an Error what a command ends with.

    Args:
        error: that a call got.
        base_url: that it was sent to.
        advice: what to do about an HTTP status, where a command knows better than
            the usual.
    """
    exit_code = _exit_code(error)
    trace = f" (trace {error.traceId})" if error.traceId else ""
    given = advice.get(error.httpStatus or 0) if exit_code is Exit.REFUSED else None
    what_to_do = given or _advice(error, exit_code, base_url)
    return Failure(exit_code, f"{_happened(error, exit_code)}{trace}. {what_to_do}")


def is_passing(status: int | None) -> bool:
    """Tell whether an HTTP status says that it may be another one later."""
    return status is not None and (status in _PASSING or status >= 500)


def is_about_certificates(error: Error) -> bool:
    """Tell whether a request was not sent because of a certificate, the server's or ours."""
    is_unsent = error.code == ErrorCode.REQUEST_FAILED and error.httpStatus is None
    return is_unsent and "certificate" in error.message.lower()


def _exit_code(error: Error) -> Exit:
    if is_passing(error.httpStatus):
        return Exit.UNREACHABLE
    return Exit.REFUSED if error.httpStatus is not None else _EXIT_CODES.get(error.code, Exit.OTHER)


def _happened(error: Error, exit_code: Exit) -> str:
    if error.httpStatus is None:
        return _HAPPENED.get(error.code, error.message)
    who = "The server is in trouble" if exit_code is Exit.UNREACHABLE else "The server refused"
    return f"{who}: {error}"


def _advice(error: Error, exit_code: Exit, base_url: str) -> str:
    if is_about_certificates(error):
        return "--ca names the certificate to believe; 'synerise-client doctor' tells more"
    if exit_code is Exit.UNREACHABLE and error.httpStatus is not None:
        return "Try again later"
    if exit_code is Exit.UNREACHABLE:
        return (
            f"Is the network there, and {base_url} the right base URL? "
            "'synerise-client doctor' tells more"
        )
    if exit_code is Exit.NOT_SIGNED_IN or error.httpStatus == 401:
        return "Sign in with: synerise-client sign-in EMAIL"
    if error.httpStatus in (404, 405):
        return f"Is {base_url} the right base URL? 'synerise-client doctor' tells more"
    return "--debug tells more"
