"""Paths of the API that the user replaces, in the script or in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synerise_client import Error, Synerise
from synerise_client.api.routes import ROUTES
from tests.conftest import EMAIL, Team
from tests.methods.steps import STEPS, accept_next, take

VARIABLE = "SYNERISE_CLIENT_ROUTES"
METHOD_OF = {step.operation: method for method, step in reversed(STEPS.items())}
ASSUMED = {
    "simple_authentication",
    "logout",
    "basic_information_update",
    "password_reset_request",
    "password_reset_confirm",
    "password_change",
    "email_change_confirm",
    "phone_update_request",
    "phone_update_confirm",
    "account_delete",
}

RoutesFile = Callable[[object], Path]


@pytest.fixture
def routes_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RoutesFile:
    """Write a file of routes and have the environment name it."""

    def write(content: object) -> Path:
        path = tmp_path / "routes.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        monkeypatch.setenv(VARIABLE, str(path))
        return path

    return write


def paths(team: Team) -> list[str]:
    return [request.path for request in team.sandbox.requests]


@pytest.mark.parametrize("operation", METHOD_OF)
def test_with_routes_moves_an_operation(team: Team, operation: str) -> None:
    team.client(withRoutes={operation: "/moved/here"})
    team.sandbox.move(operation, "/moved/here")
    team.sign_in()
    accept_next(team, METHOD_OF[operation])
    assert not isinstance(take(team, METHOD_OF[operation]), Error)
    assert paths(team)[-1] == "/moved/here"
    assert None not in team.operations


def test_the_other_operations_stay_where_they_are(team: Team) -> None:
    team.client(withRoutes={"account": "/moved/here"})
    team.sandbox.move("account", "/moved/here")
    team.sign_in()
    assert team.call("getAccount").email == EMAIL
    assert take(team, "updateAccount") is True
    assert paths(team) == [ROUTES["login"].path, "/moved/here", ROUTES["account_update"].path]


def test_a_file_moves_operations(team: Team, routes_file: RoutesFile) -> None:
    routes_file({"logout": "/from/the/file", "account": "/from/the/file/too"})
    team.sandbox.move("logout", "/from/the/file")
    team.sandbox.move("account", "/from/the/file/too")
    team.client()
    team.sign_in()
    assert team.call("getAccount").email == EMAIL
    assert take(team, "signOutWithMode") is True


def test_with_routes_wins_over_the_file(team: Team, routes_file: RoutesFile) -> None:
    routes_file({"logout": "/from/the/file", "account": "/from/the/file/too"})
    team.client(withRoutes={"logout": "/from/the/script"})
    team.sandbox.move("logout", "/from/the/script")
    team.sandbox.move("account", "/from/the/file/too")
    team.sign_in()
    assert team.call("getAccount").email == EMAIL
    assert take(team, "signOutWithMode") is True


def test_an_empty_variable_names_no_file(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    team.client()
    team.sign_in()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "cannot be read"),
        ("", "cannot be read"),
        ("[]", "JSON object"),
        ('"/path"', "JSON object"),
        ({"log_out": "/path"}, "log_out"),
        ({"logout": "path"}, "logout"),
        ({"logout": None}, "logout"),
        ({"logout": ["/path"]}, "logout"),
    ],
)
def test_a_file_that_makes_no_sense_is_a_value_error_at_init(
    team: Team, routes_file: RoutesFile, content: object, reason: str
) -> None:
    routes_file(content)
    told: list[Error] = []
    Synerise.onError(told.append)
    with pytest.raises(ValueError, match=reason) as raised:
        team.client()
    assert [(error.code, error.message) for error in told] == [(3050, str(raised.value))]
    assert not Synerise.isInitialized()


@pytest.mark.parametrize("content", ["{", "[]", {"log_out": "/path"}, {"logout": "path"}])
def test_the_error_says_that_it_is_the_file_that_makes_no_sense(
    team: Team, routes_file: RoutesFile, content: object
) -> None:
    routes_file(content)
    with pytest.raises(ValueError, match=VARIABLE):
        team.client()


@pytest.mark.parametrize("missing", ["no-such-file.json", "."])
def test_a_file_that_cannot_be_read_is_a_value_error_at_init(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / missing))
    with pytest.raises(ValueError, match=VARIABLE):
        team.client()
    assert not Synerise.isInitialized()


@pytest.mark.parametrize(
    "routes",
    [{"log_out": "/path"}, {"logout": None}, {"logout": 5}, {"logout": b"/path"}, {12: "/path"}],
)
def test_with_routes_refuses_what_it_does_not_know_where_the_call_stands(
    team: Team, routes: Any
) -> None:
    with pytest.raises(ValueError, match="withRoutes"):
        team.initializer().withRoutes(routes)


def test_an_unknown_operation_is_told_the_known_ones(team: Team) -> None:
    with pytest.raises(ValueError, match="log_out") as raised:
        team.initializer().withRoutes({"log_out": "/path"})
    assert all(operation in str(raised.value) for operation in ROUTES)


@pytest.mark.parametrize("operation", METHOD_OF)
def test_a_404_says_how_a_path_is_replaced_if_it_is_assumed_and_only_then(
    team: Team, operation: str
) -> None:
    team.client()
    team.sign_in()
    team.sandbox.fail(operation, 404)
    error = take(team, METHOD_OF[operation])
    assert error.code == 404
    is_assumed = operation in ASSUMED
    assert ("assumed" in error.message) is is_assumed
    if is_assumed:
        for word in (operation, ROUTES[operation].path, "withRoutes", VARIABLE):
            assert word in error.message


@pytest.mark.parametrize("operation", sorted(ASSUMED))
def test_a_404_on_a_path_that_was_replaced_says_nothing_more(team: Team, operation: str) -> None:
    team.client(withRoutes={operation: "/no/such/path"})
    team.sign_in()
    error = take(team, METHOD_OF[operation])
    assert error.code == 404
    assert "assumed" not in error.message


def test_another_error_on_an_assumed_path_says_nothing_of_paths(team: Team) -> None:
    team.client()
    team.sign_in()
    team.sandbox.fail("phone_update_request", 405)
    error = take(team, "requestPhoneUpdate")
    assert error.code == 405
    assert "assumed" not in error.message
