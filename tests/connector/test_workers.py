"""The threads that answer calls, where none can be started any more."""

from __future__ import annotations

import threading

import pytest

from synerise_client.calls.workers import Workers


def test_a_job_for_which_no_thread_can_be_started_is_not_run_by_a_busy_one_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever is told so runs it: it would be run twice."""

    def cannot_start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    def be_busy() -> None:
        go_on.wait(10)

    workers, go_on, ran = Workers(), threading.Event(), list[str]()
    assert workers.run(be_busy)
    monkeypatch.setattr(threading.Thread, "start", cannot_start)
    monkeypatch.setattr("synerise_client.calls.workers.is_script_over", lambda: True)
    assert not workers.run(lambda: ran.append("twice"))
    go_on.set()
    workers.join(10)
    assert ran == []
