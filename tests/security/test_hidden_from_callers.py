"""An exception that is raised where the call stands shows no secret in the frames below the call.

Of the caller's frame and of the method's own nothing can be hidden: they were handed the secret.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    MemoryStorage,
    Synerise,
)
from synerise_client.session.storage import SessionKey, Stored
from tests.conftest import Team
from tests.security.frames import frames_of, leaks, raised_by
from tests.security.planted import SECRET, SECRETS, planted


def below(error: BaseException, method: str) -> list[str]:
    """Name what can be seen of the secret below the public method."""
    frames = frames_of(error)
    assert frames[1].f_code.co_name == method
    assert len(frames) > 2
    return leaks(frames[2:], [SECRET])


def call(method: str, arguments: dict[str, Any]) -> BaseException:
    return raised_by(getattr(Synerise.Client, method), **arguments)


def test_what_is_planted_is_found_where_it_is_not_hidden(team: Team) -> None:
    """Else the other tests here would prove nothing."""
    team.client()

    def method(password: str) -> None:
        credentials = {"password": password}
        Synerise.Client.signIn("a@example.com", credentials["password"], 5)  # type: ignore[arg-type]

    error = raised_by(method, SECRET)
    assert leaks(frames_of(error)[1:2], [SECRET]) == [
        f"{__name__}.method: password",
        f"{__name__}.method: credentials",
    ]
    assert leaks(frames_of(error)[2:3], [SECRET]) == [
        "synerise_client.modules.client_module.signIn: password"
    ]


@pytest.mark.parametrize("callback", ["onSuccess", "onError"])
@pytest.mark.parametrize("method", SECRETS)
def test_a_callback_that_cannot_be_called_shows_no_secret(
    team: Team, method: str, callback: str
) -> None:
    team.client()
    for wrong in (5, lambda one, two: None):
        error = call(method, {**planted(method), callback: wrong})
        assert isinstance(error, TypeError)
        assert below(error, method) == []


@pytest.mark.parametrize("method", SECRETS)
def test_arguments_of_a_wrong_type_show_no_secret(team: Team, method: str) -> None:
    team.client()
    arguments = planted(method)
    for name in arguments:
        error = call(method, {**arguments, name: object()})
        assert isinstance(error, TypeError)
        assert below(error, method) == []


@pytest.mark.parametrize("method", [each for each in SECRETS if each != "registerAccount"])
def test_secrets_of_a_wrong_type_show_no_secret(team: Team, method: str) -> None:
    team.client()
    for name in SECRETS[method]:
        error = call(method, {**planted(method), name: SECRET.encode()})
        assert isinstance(error, TypeError)
        assert name in str(error)
        assert SECRET not in str(error)
        assert below(error, method) == []


@pytest.mark.parametrize("method", SECRETS)
def test_a_client_that_was_shut_down_shows_no_secret(team: Team, method: str) -> None:
    client = team.client()
    Synerise.shutdown()
    error = raised_by(getattr(client, method), **planted(method))
    assert isinstance(error, RuntimeError)
    assert below(error, method) == []


@pytest.mark.parametrize("wrong", [object(), float("nan"), {1: 2}], ids=["object", "nan", "key"])
def test_a_wrong_value_deep_in_a_context_shows_no_secret(team: Team, wrong: object) -> None:
    team.client()
    attributes = {"a": [{"b": (1, wrong)}]}
    context = ClientAccountRegisterContext("a@example.com", SECRET, attributes=attributes)
    error = call("registerAccount", {"context": context})
    assert isinstance(error, (TypeError, ValueError))
    assert below(error, "registerAccount") == []


def test_a_context_whose_password_is_of_a_wrong_type_shows_no_secret() -> None:
    error = raised_by(ClientAccountRegisterContext, "a@example.com", SECRET.encode())
    assert isinstance(error, TypeError)
    assert "password" in str(error)
    frames = frames_of(error)
    assert frames[1].f_code.co_name == "__init__"
    assert leaks(frames[2:], [SECRET]) == []


@pytest.mark.parametrize("wrong", [SECRET.encode(), f"{SECRET}\r\n.", [SECRET]], ids=type)
def test_a_wrong_api_key_shows_no_secret(team: Team, wrong: Any) -> None:
    error = raised_by(Synerise.Initializer().withApiKey, wrong)
    assert below(error, "withApiKey") == []
    team.client()
    error = raised_by(Synerise.changeApiKey, wrong)
    assert below(error, "changeApiKey") == []


def test_a_config_of_a_wrong_type_beside_an_api_key_shows_no_secret(team: Team) -> None:
    team.client()
    error = raised_by(Synerise.changeApiKey, SECRET, {"requestValidationSalt": "s"})
    assert below(error, "changeApiKey") == []


def test_a_salt_of_a_wrong_type_shows_no_secret() -> None:
    error = raised_by(Synerise.Initializer().withRequestValidationSalt, SECRET.encode())
    assert below(error, "withRequestValidationSalt") == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{SECRET}@example.com",
        f"https://user:{SECRET}/@example.com",
        f"http://example.com?{SECRET}",
        f"ftp://{SECRET}",
        SECRET,
    ],
)
def test_a_base_url_with_a_password_shows_no_secret(team: Team, url: str) -> None:
    initializer = team.initializer().withBaseUrl(url)
    error = raised_by(initializer.init)
    assert isinstance(error, ValueError)
    assert leaks(frames_of(error)[1:], [SECRET, team.sandbox.api_key]) == []
    error = raised_by(Synerise.Initializer().withBaseUrl, url.encode())
    assert below(error, "withBaseUrl") == []


class Interrupt(BaseException):
    """Ctrl-C, which may come at any line."""


class InterruptedStorage(MemoryStorage):
    """Is interrupted in the middle of an exchange while ``is_interrupted`` is set."""

    is_interrupted = False

    def update(
        self, key: SessionKey, change: Callable[[str | None], str | None], timeout: float
    ) -> Stored:
        def interrupted(text: str | None) -> str | None:
            after = change(text)
            if self.is_interrupted:
                raise Interrupt
            return after

        return super().update(key, interrupted, timeout)


def test_an_interrupted_init_shows_no_secret(team: Team) -> None:
    storage = InterruptedStorage()
    storage.is_interrupted = True
    error = raised_by(team.initializer().withStorage(storage).init)
    assert isinstance(error, Interrupt)
    assert leaks(frames_of(error)[1:], [team.sandbox.api_key]) == []


@pytest.mark.parametrize(
    ("ender", "arguments"),
    [
        ("destroySession", ()),
        ("signOut", ()),
        ("regenerateUUIDWithClientIdentifier", ("id",)),
        ("changeApiKey", (SECRET,)),
    ],
)
def test_an_interrupted_end_of_a_session_shows_no_secret(
    team: Team, ender: str, arguments: tuple[str, ...]
) -> None:
    storage = InterruptedStorage()
    team.client(storage)
    if ender.startswith("regenerate"):
        team.call("requestPasswordReset", "a@example.com")
    else:
        team.sign_in()
    (state,) = storage._texts.values()
    token = state.partition('"string": "')[2].partition('"')[0]
    assert len(token) > 10
    storage.is_interrupted = True
    owner: Any = Synerise if ender == "changeApiKey" else Synerise.Client
    error = raised_by(getattr(owner, ender), *arguments)
    storage.is_interrupted = False
    assert isinstance(error, Interrupt)
    frames = frames_of(error)
    assert frames[1].f_code.co_name == ender
    assert leaks(frames[2:], [SECRET, token, team.sandbox.api_key]) == []
