from __future__ import annotations

from typing import Any

import pytest

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, Caller, causes, good

EVENT = {
    "time": "2024-05-06T07:08:09.123Z",
    "label": "recognized",
    "action": "client.recognize",
    "client": {"uuid": "uuid-1", "email": EMAIL},
    "params": {"page": 3},
    "eventSalt": "salt-1",
}


def test_an_event_is_kept(sandbox: Sandbox, call: Caller) -> None:
    good(call("event_custom", EVENT, call.anonymous()))
    (event,) = sandbox.events
    assert (event.action, event.label) == ("client.recognize", "recognized")
    assert event.client == {"uuid": "uuid-1", "email": EMAIL}
    assert event.params == {"page": 3}
    assert (event.time, event.event_salt) == (EVENT["time"], "salt-1")


def test_an_event_sent_again_with_its_salt_is_kept_once(sandbox: Sandbox, call: Caller) -> None:
    token = call.anonymous()
    for salt in ("salt-1", "salt-1", "salt-2"):
        good(call("event_custom", {**EVENT, "eventSalt": salt}, token))
    assert [event.event_salt for event in sandbox.events] == ["salt-1", "salt-2"]


def test_events_without_a_salt_are_all_kept(sandbox: Sandbox, call: Caller) -> None:
    token = call.anonymous()
    body = {key: EVENT[key] for key in ("action", "label", "client")}
    for _ in range(2):
        good(call("event_custom", body, token))
    assert [event.time for event in sandbox.events] == [None, None]


@pytest.mark.parametrize("time", ["2024-05-06T07:08:09Z", "2024-05-06T07:08:09.1+02:00"])
def test_an_event_has_its_time_in_iso_8601(call: Caller, time: str) -> None:
    good(call("event_custom", {**EVENT, "time": time}, call.anonymous()))


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"time": "yesterday"}, {"time": "FORMAT"}),
        ({"time": 1700000000}, {"time": "TYPE"}),
        ({"client": "anna"}, {"client": "TYPE"}),
        ({"params": []}, {"params": "TYPE"}),
        ({"action": ""}, {"action": "EMPTY"}),
    ],
)
def test_a_faulty_event_is_refused(
    sandbox: Sandbox, call: Caller, change: dict[str, Any], faults: dict[str, str]
) -> None:
    assert causes(call("event_custom", {**EVENT, **change}, call.anonymous())) == faults
    assert sandbox.events == []
