"""However a call goes wrong, nobody who logs or shows tracebacks gets to see its secrets."""

from __future__ import annotations

import http.client
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import requests

from synerise_client import ClientModule, Error, MemoryStorage, RetryPolicy, Synerise
from synerise_client.api.transport import Transport
from synerise_client.session.storage import SessionKey
from synerise_client.session.store import StateStore
from tests.conftest import EMAIL, PASSWORD, Team, secrets_of
from tests.methods.steps import LOGIN_OPERATIONS, STEPS
from tests.security.frames import Tracebacks, chain, frames_above, frames_of, leaks, shown
from tests.security.planted import SECRET, SECRETS, planted, secret

ROOT = Path(__file__).parent.parent.parent
METHODS = sorted(STEPS, key=lambda method: method == "signOutWithMode")  # which ends the session


class Odd(BaseException):
    """What nobody foresees."""


def raise_odd(*_: Any, **__: Any) -> Any:
    raise Odd("deep below")


@pytest.fixture
def tracebacks() -> Iterator[Tracebacks]:
    handler = Tracebacks()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def arguments_of(method: str) -> list[Any]:
    return list((planted(method) if method in SECRETS else STEPS[method].arguments).values())


def secrets_in(team: Team) -> set[str]:
    """Everything secret that the calls of a team have had to do with."""
    assert isinstance(Synerise.Client, ClientModule)
    token = Synerise.Client._session._store.state.token
    return {SECRET, *secrets_of(team.sandbox), *([token.string] if token else [])}


def a_hook_raises(_: pytest.MonkeyPatch) -> Any:
    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        mine = dict(body)
        raise ValueError(len(mine))

    return hook


def a_hook_raises_because_of_something_else(_: pytest.MonkeyPatch) -> Any:
    def sign(body: dict[str, Any]) -> None:
        mine = dict(body)
        raise KeyError(len(mine))

    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        try:
            sign(body)
        except KeyError as error:
            raise ValueError("no signature") from (error if operation == "login" else None)

    return hook


def a_hook_exits(_: pytest.MonkeyPatch) -> Any:
    def hook(operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        mine = dict(body)
        sys.exit(len(mine))

    return hook


def a_transport_raises(patch: pytest.MonkeyPatch) -> None:
    def send(self: Transport, route: Any, body: Any, token: Any, *_: Any, **__: Any) -> Any:
        raise RuntimeError("deep below")

    patch.setattr(Transport, "send", send)


def requests_raises(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests.Session, "send", raise_odd)


def the_connection_raises(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http.client.HTTPConnection, "endheaders", raise_odd)


def the_answer_raises(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests.Response, "iter_content", raise_odd)


FAULTS = pytest.mark.parametrize(
    "fault",
    [
        a_hook_raises,
        a_hook_raises_because_of_something_else,
        a_hook_exits,
        a_transport_raises,
        requests_raises,
        the_connection_raises,
        the_answer_raises,
    ],
    ids=lambda fault: fault.__name__,
)


@FAULTS
def test_an_exception_that_nobody_foresaw_is_logged_without_local_variables(
    team: Team,
    tracebacks: Tracebacks,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], Any],
) -> None:
    hooks: list[Any] = []
    team.client(withRequestHook=lambda *given: [hook(*given) for hook in hooks])
    team.sign_in()
    secrets = secrets_in(team)
    with monkeypatch.context() as patch:
        hook = fault(patch)
        if hook is not None:
            hooks.append(hook)
        for method in METHODS:
            if method == "retrieveToken":
                continue  # which asks for nothing, as long as the token lives
            tracebacks.records.clear()
            error = team.call(method, *arguments_of(method))
            secrets |= secrets_in(team)
            assert isinstance(error, Error), method
            assert error.code == 10
            assert list(chain(error)) == [error]
            assert error.__traceback__ is None
            assert not [each for each in secrets for text in shown(vars(error)) if each in text]
            (logged,) = tracebacks.errors
            frames = frames_of(logged)
            assert len(frames) > 1
            assert leaks(frames, secrets) == [], method
    assert len(secrets) > 2


def test_the_secrets_would_be_found_in_the_frames_if_those_were_kept(
    team: Team, tracebacks: Tracebacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above would prove nothing."""
    monkeypatch.setattr("synerise_client.calls.call.forget_locals", lambda error: None)
    monkeypatch.setattr("synerise_client.api.transport.forget_locals", lambda error: None)
    team.client()
    with monkeypatch.context() as patch:
        the_connection_raises(patch)
        team.call("signIn", EMAIL, SECRET)
    (logged,) = tracebacks.errors
    assert len(leaks(frames_of(logged), [SECRET])) > 3


@pytest.mark.parametrize("method", [each for each in METHODS if each != "retrieveToken"])
def test_whoever_is_called_in_mid_call_sees_no_secret_in_the_frames_above(
    team: Team, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Hooks, storages and whatever else is the user's: their tools may show the whole stack."""
    found: list[tuple[list[FrameType], list[str]]] = []

    def look() -> None:
        frames = frames_above()
        found.append((frames, leaks(frames, secrets_in(team))))

    send = requests.Session.send

    def send_and_look(*given: Any, **options: Any) -> Any:
        frames = [each for each in frames_above() if each.f_code.co_name != "send_and_look"]
        found.append((frames, leaks(frames, secrets_in(team))))
        return send(*given, **options)

    class LookingStorage(MemoryStorage):
        def version(self, key: SessionKey) -> object:
            if threading.current_thread() is not threading.main_thread():
                look()
            return super().version(key)

    team.client(LookingStorage(), withRequestHook=lambda *_: look())
    team.sign_in()
    monkeypatch.setattr(requests.Session, "send", send_and_look)
    found.clear()
    team.call(method, *arguments_of(method))
    assert found
    for frames, seen in found:
        assert len(frames) > 4
        assert seen == []


def test_a_listener_and_a_callback_see_no_secret_in_the_frames_above(team: Team) -> None:
    found: list[list[str]] = []

    def look(*_: Any) -> None:
        found.append(leaks(frames_above(), secrets_in(team)))

    team.client().setClientStateChangeListener(
        {"onClientSignedIn": lambda: look(), "onClientSignedOut": look}
    )
    team.sandbox.add_profile(EMAIL, PASSWORD)
    Synerise.Client.signIn(EMAIL, PASSWORD, look, look)
    Synerise.Client.retrieveToken(look, look)
    Synerise.Client.refreshToken(look, look)
    Synerise.Client.signIn(EMAIL, PASSWORD + "?", look, look)
    Synerise.Client.signOutWithMode("SIGN_OUT", False, look, look)
    assert Synerise.waitUntilIdle(10)
    assert found == [[]] * 7


@pytest.mark.parametrize("dispatches", [False, True], ids=["worker", "dispatcher"])
def test_a_callback_that_raises_is_logged_without_its_token(
    team: Team, tracebacks: Tracebacks, dispatches: bool
) -> None:
    tokens: list[str] = []

    def refuse(token: Any) -> None:
        tokens.append(token.tokenString)
        raise ValueError("mine")

    def dispatch(run: Callable[[], None]) -> None:
        run()
        raise ValueError("mine, too")

    settings: dict[str, Any] = {"withCallbackDispatcher": dispatch} if dispatches else {}
    team.client(**settings)
    team.sandbox.add_profile(EMAIL, PASSWORD)
    Synerise.Client.signIn(EMAIL, PASSWORD)
    Synerise.Client.retrieveToken(refuse)
    assert Synerise.waitUntilIdle(10)
    assert len(tokens) == 1
    assert len(tracebacks.errors) == (3 if dispatches else 1)  # the listener was told, too
    for error in tracebacks.errors:
        ours = [each for each in frames_of(error) if "synerise_client" in each.f_code.co_filename]
        assert ours
        assert leaks(ours, [*tokens, *secrets_in(team)]) == []
        for frame in ours:
            for value in frame.f_locals.values():
                assert not hasattr(value, "tokenString")
                assert not isinstance(value, tuple)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 409, 500, 503])
def test_an_error_and_what_is_logged_of_it_repeat_nothing_secret_that_was_sent(
    team: Team, tracebacks: Tracebacks, status: int
) -> None:
    team.client(withRetryPolicy=RetryPolicy(attempts=1))
    team.sign_in()
    told = f"{SECRET} {team.sandbox.api_key}"
    body = {
        "message": told,
        "errors": [{"field": "x", "code": told, "message": told, "rejectedValue": {"a": [told]}}],
        "path": told,
        "traceId": told,
        "errorCode": told,
    }
    for method in SECRETS:
        operation = STEPS[method].operation
        sends_key = operation in LOGIN_OPERATIONS
        text = json.dumps(body) if sends_key else json.dumps(body).replace(team.sandbox.api_key, "")
        team.sandbox.fail(operation, status, body=text)
        error = team.call(method, *arguments_of(method))
        assert isinstance(error, Error)
        assert error.httpStatus == status
        assert list(chain(error)) == [error]
        assert error.__traceback__ is None
        texts = [*shown(vars(error), 4), repr(error), str(error), *shown(error.args)]
        assert not [each for each in secrets_in(team) for text in texts if each in text]
    for record in tracebacks.records:
        texts = [record.getMessage(), *shown(record.args)]
        assert not [each for each in secrets_in(team) for text in texts if each in text]


CTRL_C = """
import os, sys
from synerise_client import MemoryStorage, Synerise
from synerise_client.calls.workers import Workers
from tests.security.frames import frames_of, leaks

SECRET = "S3cret-planted"
Workers._start_thread = lambda self: False  # as at the end of a script, where none can be had

def hook(operation, headers, body):
    raise KeyboardInterrupt

def sign_in():
    Synerise.Client.signIn("anna@example.com", SECRET)

initializer = Synerise.Initializer().withApiKey(SECRET + "-key").withStorage(MemoryStorage())
initializer.withRequestHook(hook).init()
sign_in()
try:
    Synerise.waitUntilIdle()
except KeyboardInterrupt as error:
    frames = frames_of(error)
    names = [frame.f_code.co_name for frame in frames]
    print("by_password" in names, "_let_the_hook_add" in names, leaks(frames[1:], [SECRET]))
sys.stdout.flush()
os._exit(0)
"""


def test_ctrl_c_while_the_main_thread_drains_shows_no_secret() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CTRL_C],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.strip() == "True True []", done.stderr


def test_a_failing_step_of_the_client_itself_is_logged_without_local_variables(
    team: Team, tracebacks: Tracebacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as an announcement that cannot be made."""

    def flush(self: StateStore, timeout: float = 0.0) -> None:
        if threading.current_thread() is not threading.main_thread():
            state = self.state
            held = [state.token and state.token.string, self._key.api_key, SECRET]
            raise RuntimeError(len(held))

    team.client()
    team.sign_in()
    secrets = secrets_in(team)
    with monkeypatch.context() as patch:
        patch.setattr(StateStore, "flush", flush)
        patch.setattr(StateStore, "has_unsaved", True)
        Synerise.Client.destroySession()
        assert Synerise.waitUntilIdle(10)
    assert tracebacks.errors
    for error in tracebacks.errors:
        assert leaks(frames_of(error), secrets) == []


def test_a_password_in_a_context_is_hidden_as_one_in_an_argument(team: Team) -> None:
    context = secret("context")
    assert SECRET not in repr(context)
    assert context.toObject()["password"] == SECRET
    team.client()
    assert team.call("registerAccount", context) is True
    assert team.sandbox.requests[-1].json["password"] == SECRET
