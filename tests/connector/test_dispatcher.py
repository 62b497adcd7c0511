"""withCallbackDispatcher: callbacks run where the user wants them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.connector.scenes import logged, lone_client, waiting_in_vain

Job = Callable[[], None]


def run_jobs(jobs: queue.Queue[Job], count: int) -> None:
    for _ in range(count):
        jobs.get(timeout=10)()


def test_callbacks_run_where_the_dispatcher_takes_them(team: Team) -> None:
    jobs: queue.Queue[Job] = queue.Queue()
    client = team.client(withCallbackDispatcher=jobs.put)
    client.retrieveToken(*team.heard.callbacks("first"))
    client.refreshToken(*team.heard.callbacks("second"))
    assert Synerise.waitUntilIdle(10)
    assert team.heard.told == []
    run_jobs(jobs, 2)
    assert team.heard.results == [("first", "error", 3200), ("second", "error", 3200)]
    assert team.heard.threads == {threading.current_thread()}
    assert jobs.empty()


def test_listener_events_are_dispatched_too_and_before_the_callback(team: Team) -> None:
    jobs: queue.Queue[Job] = queue.Queue()
    client = team.client(withCallbackDispatcher=jobs.put)
    team.sandbox.add_profile(EMAIL, PASSWORD)
    client.signIn(EMAIL, PASSWORD, *team.heard.callbacks("signIn"))
    run_jobs(jobs, 2)
    assert team.heard.told == [("listener", "in"), ("signIn", "success", True)]
    assert team.heard.threads == {threading.current_thread()}


def test_the_dispatcher_is_called_on_the_worker_thread(team: Team) -> None:
    on: list[threading.Thread] = []

    def dispatch(job: Job) -> None:
        on.append(threading.current_thread())
        job()

    client = team.client(withCallbackDispatcher=dispatch)
    client.retrieveToken(*team.heard.callbacks("retrieveToken"))
    assert Synerise.waitUntilIdle(10)
    assert team.heard.threads == set(on)
    assert threading.current_thread() not in on


def test_what_a_dispatched_callback_raises_is_logged_and_does_not_reach_the_dispatcher(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    jobs: queue.Queue[Job] = queue.Queue()
    client = team.client(withCallbackDispatcher=jobs.put)

    def breaks() -> None:
        raise ValueError("broken callback")

    client.retrieveToken(None, breaks)
    run_jobs(jobs, 1)
    assert "broken callback" in caplog.text


@pytest.mark.parametrize("problem", [RuntimeError("loop is closed"), SystemExit(3)], ids=repr)
def test_a_callback_whose_dispatcher_raises_counts_as_given_and_is_logged(
    team: Team, caplog: pytest.LogCaptureFixture, problem: BaseException
) -> None:
    dispatched: list[Job] = []

    def dispatch(job: Job) -> None:
        dispatched.append(job)
        if len(dispatched) == 1:
            raise problem
        job()

    with lone_client(team, withCallbackDispatcher=dispatch) as facade:
        facade.Client.retrieveToken(*team.heard.callbacks("lost"))
        facade.Client.retrieveToken(*team.heard.callbacks("next"))
        team.heard.wait_for(1, timeout=3)
        assert facade.waitUntilIdle(3)
    assert [name for name, _, _ in team.heard.results] == ["next"]
    assert len(dispatched) == 2
    (record,) = logged(caplog)
    assert record.name == "synerise_client"
    assert "dispatcher" in record.getMessage()


def test_wait_until_idle_inside_a_dispatched_callback_is_a_runtime_error(team: Team) -> None:
    jobs: queue.Queue[Job] = queue.Queue()
    client = team.client(withCallbackDispatcher=jobs.put)
    raised: list[RuntimeError] = []
    client.retrieveToken(None, waiting_in_vain(raised))
    run_jobs(jobs, 1)
    assert len(raised) == 1


def test_a_dispatcher_that_cannot_be_called_is_a_type_error() -> None:
    nothing: Any = "asyncio"
    with pytest.raises(TypeError, match="dispatch"):
        Synerise.Initializer().withCallbackDispatcher(nothing)
