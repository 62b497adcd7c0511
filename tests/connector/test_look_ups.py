"""A name look-up that hangs: it cannot be cut, but it holds nobody up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from synerise_client import Synerise
from tests.conftest import EMAIL, PASSWORD, Team


class LookUps:
    """The system's look-ups, of which the first one hangs until it is released."""

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self.released = threading.Event()
        self.threads: list[threading.Thread] = []
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host == "localhost" and not (len(more) > 3 and more[3] & socket.AI_NUMERICHOST):
            self.threads.append(threading.current_thread())
            if len(self.threads) == 1:
                self.hangs.set()
                self.released.wait(30)
        return self._real(host, port, *more, **named)


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> Iterator[LookUps]:
    look_ups = LookUps()
    monkeypatch.setattr(socket, "getaddrinfo", look_ups)
    yield look_ups
    look_ups.released.set()
    for thread in look_ups.threads:
        thread.join(10)


def by_name(team: Team) -> str:
    return team.sandbox.url.replace("127.0.0.1", "localhost")


def test_destroy_session_answers_a_call_whose_look_up_hangs_and_the_queue_goes_on(
    team: Team, look_ups: LookUps
) -> None:
    client = team.client(withBaseUrl=by_name(team))
    team.sandbox.add_profile(EMAIL, PASSWORD)
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("hung"))
    client.retrieveToken(*team.heard.callbacks("queued"))
    assert look_ups.hangs.wait(10)
    began = time.monotonic()
    client.destroySession()
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("next"))
    team.heard.wait_for(4)
    assert time.monotonic() - began < 5
    assert team.heard.results == [
        ("hung", "error", -999),
        ("queued", "error", -999),
        ("next", "success", True),
    ]
    assert team.operations == ["login"]


def test_the_result_of_a_look_up_that_comes_late_is_dropped(team: Team, look_ups: LookUps) -> None:
    client = team.client(withBaseUrl=by_name(team))
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("hung"))
    assert look_ups.hangs.wait(10)
    client.destroySession()
    team.heard.wait_for(1)
    look_ups.released.set()
    look_ups.threads[0].join(10)
    assert Synerise.waitUntilIdle(10)
    assert team.operations == []
    assert team.heard.results == [("hung", "error", -999)]


def test_shutdown_does_not_wait_for_a_look_up_that_hangs(team: Team, look_ups: LookUps) -> None:
    client = team.client(withBaseUrl=by_name(team))
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("hung"))
    assert look_ups.hangs.wait(10)
    began = time.monotonic()
    Synerise.shutdown()
    assert time.monotonic() - began < 5
    assert team.heard.results == [("hung", "error", -999)]
