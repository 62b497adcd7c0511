"""Sends one request and returns its answer, or the Error that tells why there is none."""

from __future__ import annotations

import json
import logging
import platform
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import requests
from requests.utils import default_headers

from synerise_client import __version__
from synerise_client.api.answer import LARGEST_BODY
from synerise_client.api.current_call import requests_belong_to
from synerise_client.api.deadlines import watch
from synerise_client.api.kept_connections import Destination, connections_to
from synerise_client.api.replies import Reply, error_reply, is_token, server_clock
from synerise_client.errors import AnswerLost, Error, ErrorCode, UnusableAnswer
from synerise_client.secret import Secret, forget_locals, revealed

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.certificates import Certificate
    from synerise_client.api.policy import Timeouts
    from synerise_client.api.routes import Route

    RequestHook = Callable[[str, dict[str, str], dict[str, Any]], object]

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Api-Version": "4.4",
    "User-Agent": f"synerise_client/{__version__} Python/{platform.python_version()}",
}
_READ_AT_ONCE = 16 * 1024
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_log = logging.getLogger("synerise_client.api")


class Transport:
    """Requests to one base URL, over connections that are kept and shared with other clients.

    Args:
        base_url: scheme, host and perhaps a path, without a slash at its end.
        is_loopback: the requests stay on this machine, so no proxy is asked.
        timeouts: of each attempt.
        now: the clock that stamps the answers, seconds.
        on_date: told the server's clock (Unix seconds) and ``now`` at each answer with a date.
        hook: may add to the headers and the body of each request before it is sent.
        bundle: path of the certificates to believe; None: those of the environment.
        certificate: that the client shows, if any.
    """

    def __init__(
        self,
        base_url: str,
        *,
        is_loopback: bool,
        timeouts: Timeouts,
        now: Callable[[], float],
        on_date: Callable[[float, float], None],
        hook: RequestHook | None = None,
        bundle: str | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self._base_url = base_url
        self._timeouts = timeouts
        self._now = now
        self._on_date = on_date
        self._hook = hook
        self._connections = connections_to(
            Destination(base_url, not is_loopback, bundle, certificate)
        )

    def send(
        self,
        route: Route,
        body: dict[str, Any] | None,
        token: Secret[str] | None,
        cancellation: Cancellation,
        *,
        ignores_body: bool = False,
    ) -> Reply:
        """Send one request and wait for its answer.

        Args:
            route: where to.
            body: what is sent as JSON, if anything; what is secret in it is a Secret.
            token: travels in the Authorization header.
            cancellation: ends the waiting.
            ignores_body: a 2xx is enough, whatever comes with it.

        Raises:
            Error: no 2xx came, or it was not wanted any more.
        """
        secrets = Secret(_secrets(body, token))
        with requests_belong_to(cancellation), watch.over(cancellation):
            try:
                request = self._prepared(route, body or {}, token)
                response = self._connections.session(self).send(
                    request,
                    timeout=self._seconds_left(cancellation),
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    return self._answer(route, response, secrets, cancellation, ignores_body)
            except Error:
                cancellation.check()
                raise
            except Exception as error:
                cancellation.check()
                raise _failure(error) from None

    def close(self) -> None:
        """Close the connections, unless others use them. Another request would open new ones."""
        self._connections.leave(self)

    def _prepared(
        self, route: Route, fields: dict[str, Any], token: Secret[str] | None
    ) -> requests.PreparedRequest:
        headers: dict[str, str] = {}
        body = Secret({name: revealed(value) for name, value in fields.items()})
        self._let_the_hook_add(route.operation, headers, body)
        request = _without_body(route.method, self._base_url + route.path).copy()
        request.headers.update(headers)
        if body or route.method != "GET":
            request.headers.setdefault("Content-Type", "application/json")
            request.prepare_body(_encoded(body, route), None)
        request.prepare_auth(_Bearer(token))
        return request

    def _let_the_hook_add(
        self, operation: str, headers: dict[str, str], body: Secret[dict[str, Any]]
    ) -> None:
        if self._hook is None:
            return
        try:
            self._hook(operation, headers, body.reveal())
        except Exception as error:
            forget_locals(error)
            _log.exception("The request hook failed")
            message = f"The request hook raised {type(error).__name__}; the log has its traceback"
            raise Error(ErrorCode.UNKNOWN, message) from None
        for name, value in headers.items():
            if not _can_be_name(name) or not _can_be_value(value):
                raise Error(
                    ErrorCode.REQUEST_FAILED,
                    f"The header {name!r} cannot be sent; the request hook has set it",
                )

    def _seconds_left(self, cancellation: Cancellation) -> tuple[float, float]:
        cancellation.check()
        return (
            cancellation.within(self._timeouts.connect),
            cancellation.within(self._timeouts.read),
        )

    def _answer(
        self,
        route: Route,
        response: requests.Response,
        secrets: Secret[list[str]],
        cancellation: Cancellation,
        ignores_body: bool,
    ) -> Reply:
        received = self._now()
        cancellation.note_reply()
        date = server_clock(response.headers)
        if date is not None:
            self._on_date(date, received)
        _log.debug("%s %s: HTTP status %d", route.method, route.path, response.status_code)
        if not 200 <= response.status_code < 300:
            body = _read_if_possible(response)
            cancellation.check()
            raise error_reply(response.status_code, response.headers, body, secrets.reveal())
        if ignores_body:
            return Reply(_read_if_possible(response), date, received)
        body = _read(response)
        cancellation.check()  # a body that was cut off may look like one that is complete
        return Reply(body, date, received)


@lru_cache(256)
def _without_body(method: str, url: str) -> requests.PreparedRequest:
    """Return a request without body and token, to be copied: to prepare one takes its time."""
    headers = {**default_headers(), **_HEADERS}
    return requests.Request(method, url, headers=headers).prepare()


class _Bearer:
    """Adds the token; or nothing, which still keeps ~/.netrc from adding its own."""

    def __init__(self, token: Secret[str] | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.pop("Authorization", None)
        if self._token is not None:
            if not is_token(self._token.reveal()):
                raise Error(ErrorCode.REQUEST_FAILED, "The stored token cannot be sent in a header")
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


def _can_be_name(text: object) -> bool:
    return isinstance(text, str) and _HEADER_NAME.fullmatch(text) is not None


def _can_be_value(text: object) -> bool:
    if not isinstance(text, str):
        return False
    return text.isascii() and text.isprintable() and text == text.strip()


def _encoded(body: Secret[dict[str, Any]], route: Route) -> bytes:
    try:
        return json.dumps(body.reveal(), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Error(
            ErrorCode.UNUSABLE_ARGUMENT,
            f"What was given for {route.operation} cannot be sent as JSON: {error}",
        ) from None


def _secrets(body: dict[str, Any] | None, token: Secret[str] | None) -> list[str]:
    values = (*(body or {}).values(), token)
    return [each.reveal() for each in values if isinstance(each, Secret) and each]


def _read(response: requests.Response) -> bytes:
    response.raw.headers.discard("Content-Encoding")  # none was asked for: nothing is unpacked
    body = bytearray()
    for chunk in response.iter_content(_READ_AT_ONCE):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise UnusableAnswer("The server's answer is too long")
    return bytes(body)


def _read_if_possible(response: requests.Response) -> bytes:
    try:
        return _read(response)
    except Exception:  # the status is known, and that decides
        return b""


def _failure(error: Exception) -> Error:
    if isinstance(error, (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL)):
        return Error(
            ErrorCode.REQUEST_FAILED, f"The request cannot be sent: {type(error).__name__}"
        )
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        # What the network does comes as one of requests' own; this is a file of certificates.
        return Error(ErrorCode.REQUEST_FAILED, f"The request cannot be sent: {error}")
    if isinstance(error, requests.exceptions.Timeout):
        return AnswerLost(
            ErrorCode.REQUEST_FAILED,
            "The server did not answer in time; it may have acted on the request",
        )
    return AnswerLost(
        ErrorCode.REQUEST_FAILED,
        f"The connection broke before the whole answer came ({type(error).__name__}); "
        "the server may have acted on the request",
    )
