"""What a soak looks at would show what it looks for."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from benchmarks.callers import Tally
from benchmarks.fast_server import FAULTS, FastServer
from benchmarks.usage import Usage, growth, is_measurable
from tests.load.conftest import ROOT

needs_proc = pytest.mark.skipif(not is_measurable(), reason="needs to see what the process holds")


STARTER = """
from benchmarks.fast_server import FastServer
with FastServer() as server:
    print(server.url, flush=True)
    input()
"""


@needs_proc
@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        ("three_more_threads", "threads"),
        ("five_more_sockets", "sockets"),
        ("one_more_file", "files"),
        ("four_more_megabytes", "resident"),
        ("a_thousand_more_results", "blocks"),
    ],
)
def test_what_is_left_open_or_kept_is_growth(plant: str, kind: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.load.planted", plant],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split(":")[0] for line in said.stdout.splitlines()] == [kind]


def test_what_comes_and_goes_is_no_growth() -> None:
    calm, busy = Usage(3, 2, 7, 30_000, 90_000), Usage(6, 8, 8, 39_000, 99_000)
    assert growth([calm, calm, calm, busy, busy, busy, calm]) == []
    assert growth([calm, busy, calm, calm, busy, busy, busy]) == []
    assert len(growth([calm, calm, calm, busy, busy, busy])) == len(Usage._fields)


@pytest.mark.parametrize("answers", [[1, 2], [1, 2, 2, 3], [2, 1, 3], [1, 3]])
def test_a_callback_that_is_lost_or_comes_twice_or_out_of_turn_is_noticed(
    answers: list[int],
) -> None:
    tally = Tally()
    assert [tally.make() for _ in range(3)] == [1, 2, 3]
    for number in answers:
        tally.answer(number)
    assert tally.answered != tally.made or tally.misplaced > 0


def test_a_tally_of_calls_that_are_answered_in_turn_has_nothing_to_say() -> None:
    tally = Tally()
    for _ in range(3):
        tally.answer(tally.make())
    assert (tally.made, tally.answered, tally.misplaced) == (3, 3, 0)


def ask(url: str, times: int) -> Iterator[Any]:
    """Ask for an account, each time over a new connection; yield statuses and exceptions."""
    for _ in range(times):
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        path = "/v4/my-account/personal-information"
        try:
            connection.request("GET", path, headers={"Authorization": "Bearer token"})
            reply = connection.getresponse()
            reply.read()
            yield reply.status
        except (OSError, http.client.HTTPException) as error:
            yield type(error).__name__
        finally:
            connection.close()


def test_the_server_s_faults_are_the_same_each_time_and_all_are_met() -> None:
    told, counts = [], []
    for _ in range(2):
        with FastServer(seed=3, share=0.5) as server:
            told.append(list(ask(server.url, 100)))
        counts.append(server.counts)
    assert told[0] == told[1]
    assert {200, 401, 500, 503, "ConnectionResetError", "IncompleteRead"} == set(told[0])
    assert counts[0] == counts[1]
    assert all(counts[0][fault] for fault in FAULTS)


def test_the_server_s_process_is_gone_after_its_block() -> None:
    with FastServer() as server:
        assert not server.has_ended
        assert list(ask(server.url, 1)) == [200]
    assert server.has_ended
    assert list(ask(server.url, 1)) == ["ConnectionRefusedError"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a way to die at once")
def test_the_server_ends_when_whoever_started_it_is_killed() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout is not None
        host, port = starter.stdout.readline().strip().removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            starter.kill()
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""
