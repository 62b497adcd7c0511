"""The Flask application: finds the operation, checks the token, answers by the rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, Request, g, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from synerise_client.sandbox import accounts, events, logins, registrations
from synerise_client.sandbox.call import Call
from synerise_client.sandbox.faults import Act, Fault, Faults
from synerise_client.sandbox.recording import RecordedRequest
from synerise_client.sandbox.replies import Refusal, json_response
from synerise_client.sandbox.routes import Auth, Route, Routes
from synerise_client.sandbox.state import State
from synerise_client.sandbox.tokens import Token

Rule = Callable[[Call], dict[str, Any]]

DROP = "synerise_client.sandbox.drop"
"""The key in the WSGI environment of what closes the connection without an answer."""

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        logins.login,
        logins.login_conditional,
        logins.login_anonymous,
        logins.simple_authentication,
        logins.refresh,
        logins.logout,
        registrations.register,
        registrations.activation_request,
        registrations.activation_confirm,
        registrations.pin_request,
        registrations.pin_confirm,
        accounts.account,
        accounts.account_update,
        accounts.basic_information_update,
        accounts.password_reset_request,
        accounts.password_reset_confirm,
        accounts.password_change,
        accounts.email_change_request,
        accounts.email_change_confirm,
        accounts.phone_update_request,
        accounts.phone_update_confirm,
        accounts.account_delete,
        events.event_custom,
    )
}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def make_app(
    state: State, routes: Routes, faults: Faults, requests: list[RecordedRequest]
) -> Flask:
    """The application.

    Args:
        state: what the rules read and change, under its lock.
        routes: what is served where; may change while the application runs.
        faults: what goes wrong on purpose.
        requests: grows by each request that comes.
    """
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False

    @app.before_request
    def record() -> None:
        with state.lock:
            g.route = routes.find(request.method, request.path)
            requests.append(_recorded(request, g.route))

    # One rule for all paths, because operations can be moved while the server runs.
    @app.route("/", methods=_METHODS, provide_automatic_options=False)
    @app.route("/<path:_path>", methods=_METHODS, provide_automatic_options=False)
    def answer(_path: str = "") -> Response:
        route: Route | None = g.route
        if route is None:
            raise _not_served(routes, request.path)
        return _meet(faults.next(route.operation), partial(_act, state, route, request))

    @app.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        return _refused(error, request, state.clock.now())

    @app.after_request
    def date(response: Any) -> Any:  # Flask's own Response type says no more
        response.headers.setdefault("Date", http_date(state.clock.now()))
        return response

    return app


def _recorded(request: Request, route: Route | None) -> RecordedRequest:
    try:
        body = json.loads(request.get_data() or b"null")
    except ValueError:
        body = None
    operation = None if route is None else route.operation
    headers = Headers(list(request.headers))
    return RecordedRequest(operation, request.method, request.path, headers, body)


def _meet(fault: Fault | None, act: Act) -> Response:
    response = act() if fault is None else fault.answer(act)
    if response is None:
        request.environ[DROP]()
        return Response()
    return response


def _not_served(routes: Routes, path: str) -> Refusal:
    methods = routes.methods(path)
    if methods:
        return Refusal(405, headers={"Allow": ", ".join(methods)})
    return Refusal(404)


def _act(state: State, route: Route, request: Request) -> Response:
    """Carry a request out; refusals come back as answers, so that faults can keep them back."""
    with state.lock:
        try:
            bearer = _bearer(state, route, request)
            body = _body(request)
            if bearer is not None:
                bearer.profile.last_activity = state.clock.now()
            return json_response(RULES[route.operation](Call(state, body, bearer)))
        except Refusal as refusal:
            return _refused(refusal, request, state.clock.now())


def _bearer(state: State, route: Route, request: Request) -> Token | None:
    if route.auth is Auth.NONE:
        return None
    scheme, _, string = request.headers.get("Authorization", "").partition(" ")
    token = state.tokens.live(string, state.clock.now()) if scheme == "Bearer" else None
    if token is None:
        raise Refusal(401, "The token is missing, expired or revoked")
    if route.auth is Auth.CLIENT and token.origin == "ANONYMOUS":
        raise Refusal(403, "An anonymous token is not enough")
    return token


def _body(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return {}
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise Refusal(400, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The body is not a JSON object")
    return body


def _refused(error: Exception, request: Request, now: float) -> Response:
    if isinstance(error, HTTPException):
        refusal = Refusal(error.code or 500, error.description)
    elif isinstance(error, Refusal):
        refusal = error
    else:
        refusal = Refusal(500, f"The sandbox itself failed: {error!r}")
    return json_response(refusal.body(request.path, now), refusal.status, refusal.headers)
