"""recognizeAnonymous: an event of an anonymous customer that nobody is told the outcome of."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from synerise_client import ClientModule, Synerise
from tests.conftest import EMAIL, Team
from tests.methods.steps import take, warnings_in
from tests.session.scenes import bodies

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def recognize(client: ClientModule, *arguments: Any) -> None:
    client.recognizeAnonymous(*arguments)
    assert Synerise.waitUntilIdle(10)


def test_it_travels_as_an_event_of_the_anonymous_customer(team: Team) -> None:
    client = team.client()
    recognize(client, EMAIL, "anna-1", {"from": ["shop", 1], "sure": True})
    assert team.operations == ["login_anonymous", "event_custom"]
    (body,) = bodies(team, "event_custom")
    assert TIME.fullmatch(body.pop("time"))
    assert UUID(body.pop("eventSalt"))
    assert body.pop("label")
    assert body == {
        "action": "client.recognize",
        "client": {"uuid": client.getUUID(), "email": EMAIL, "customId": "anna-1"},
        "params": {"from": ["shop", 1], "sure": True},
    }
    assert [event.action for event in team.sandbox.events] == ["client.recognize"]


@pytest.mark.parametrize(
    ("arguments", "client_fields", "params"),
    [
        ((EMAIL, None, None), {"email": EMAIL}, {}),
        ((None, "anna-1", None), {"customId": "anna-1"}, {}),
        ((None, None, {"x": None}), {}, {"x": None}),
        ((None, None, None), {}, {}),
        ((), {}, {}),
    ],
)
def test_each_argument_may_be_none(
    team: Team, arguments: Any, client_fields: dict[str, str], params: dict[str, Any]
) -> None:
    client = team.client()
    recognize(client, *arguments)
    (body,) = bodies(team, "event_custom")
    assert body["client"] == {"uuid": client.getUUID(), **client_fields}
    assert body["params"] == params


def test_the_event_is_dated_by_the_servers_clock(team: Team) -> None:
    client = team.client()
    team.clock.jump(-86400)
    recognize(client)  # the server's clock is known from its first answer
    recognize(client)
    body = bodies(team, "event_custom")[1]
    seconds = datetime.fromisoformat(body["time"].replace("Z", "+00:00")).timestamp()
    assert abs(seconds - team.clock.wall() - 86400) < 60


def test_the_parameters_are_read_at_once(team: Team) -> None:
    client = team.client()
    parameters = {"list": [1]}
    with team.sandbox.hold("login_anonymous") as hold:
        client.recognizeAnonymous(EMAIL, None, parameters)
        assert hold.arrived.wait(10)
        parameters["list"].append(2)
    assert Synerise.waitUntilIdle(10)
    assert bodies(team, "event_custom")[0]["params"] == {"list": [1]}


@pytest.mark.parametrize(
    ("parameters", "error"),
    [({"when": object()}, TypeError), ({1: 2}, TypeError), ({"much": float("inf")}, ValueError)],
)
def test_parameters_that_json_cannot_hold_are_refused_where_the_call_stands(
    team: Team, parameters: Any, error: type[Exception]
) -> None:
    client = team.client()
    with pytest.raises(error, match="parameters"):
        client.recognizeAnonymous(None, None, parameters)
    assert Synerise.waitUntilIdle(10)
    assert team.operations == []


@pytest.mark.parametrize("method", ["signIn", "simpleAuthentication"])
def test_it_has_no_effect_on_a_customer_who_is_logged_in(
    team: Team, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    client = team.client()
    if method == "signIn":
        team.sign_in()
    else:
        take(team, method)
    before, uuid = team.operations, client.getUUID()
    recognize(client, "bea@example.com", "bea-1", {})
    assert team.operations == before
    assert client.getUUID() == uuid
    assert warnings_in(caplog) == []


def test_a_failure_leaves_one_line_in_the_log(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    client = team.client()
    team.sandbox.fail("event_custom", 400)
    recognize(client, EMAIL, "anna-1", {})
    (line,) = warnings_in(caplog)
    assert "recognizeAnonymous" in line
    assert "400" in line
    assert EMAIL not in line
    assert team.heard.told == []


def test_without_an_answer_it_is_sent_again_as_the_same_event(team: Team) -> None:
    client = team.client()
    team.sandbox.drop("event_custom")
    recognize(client, EMAIL, None, None)
    first, second = bodies(team, "event_custom")
    assert first == second
    assert len(team.sandbox.events) == 1


def test_two_calls_are_two_events(team: Team) -> None:
    client = team.client()
    recognize(client, EMAIL)
    recognize(client, EMAIL)
    first, second = (body["eventSalt"] for body in bodies(team, "event_custom"))
    assert first != second
    assert len(team.sandbox.events) == 2


@pytest.mark.parametrize("way", ["regenerateUUID", "destroySession"])
def test_another_customer_is_not_mixed_up_with_who_was_recognized(team: Team, way: str) -> None:
    client = team.client()
    recognize(client, EMAIL, "anna-1")
    getattr(client, way)()
    recognize(client, None, None, {"page": 1})
    assert bodies(team, "event_custom")[1]["client"] == {"uuid": client.getUUID()}


def test_an_expired_customer_is_anonymous(team: Team) -> None:
    client = team.client()
    team.sign_in()
    team.time_passes(3601)
    recognize(client, EMAIL)
    assert team.operations == ["login", "login_anonymous", "event_custom"]


def test_a_new_uuid_at_sign_in_forgets_who_was_recognized(team: Team) -> None:
    client = team.client()
    recognize(client, EMAIL, "anna-1")
    team.sign_in()
    team.sign_in("bea@example.com")
    client.signOut()
    recognize(client, None, None, {"page": 1})
    assert bodies(team, "event_custom")[1]["client"] == {"uuid": client.getUUID()}
