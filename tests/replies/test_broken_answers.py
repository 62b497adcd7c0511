"""Every broken answer to every request: one callback, the right code, and the session stays."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterator

import pytest

from synerise_client import MemoryStorage
from tests.conftest import MovableClock
from tests.replies.answers import SUCCESS, BrokenAnswer, is_late
from tests.replies.framing import FRAMING
from tests.replies.heads import HEADS
from tests.replies.scenes import (
    HURRIED_SECONDS,
    SCENES,
    Client,
    Scene,
    code_of,
    row_in,
)
from tests.replies.server import KeepingServer
from tests.replies.table import TABLE, new_server
from tests.security.conftest import TLS

_PART = 200
_REFUSED = next(n for n, answer in enumerate(TABLE) if answer.name == "error 401: nothing")
_PARTS = range(0, len(TABLE), _PART)


class Stage:
    """Two clients of one session, one of which has little time, and a server for both."""

    def __init__(self, server: KeepingServer) -> None:
        self.clock = MovableClock()
        self.storage = MemoryStorage()
        self.patient = Client(server.url, self.storage, self.clock)
        self.hurried = Client(server.url, self.storage, self.clock, HURRIED_SECONDS)

    def close(self) -> None:
        self.patient.close()
        self.hurried.close()

    def complaints(self, scene: Scene, number: int) -> list[str]:
        """Have one call answered brokenly and the next one well; return what is wrong then."""
        answer = TABLE[number]
        client = self.hurried if is_late(answer.meaning) else self.patient
        scene.prepare(self.patient, self.clock)
        before = (self.patient.words(), row_in(self.storage))
        client.attempts.clear()
        client.asks_for = {scene.operation: number}
        if scene.is_refused_first:
            client.asks_for["account"] = _REFUSED
        got = scene.perform(client)
        client.asks_for = {}
        found = self._wrong_with_the_call(scene, answer, client, got)
        found += self._wrong_with_the_session(scene, answer, client, got, before)
        if client is self.hurried:
            self.patient.call("retrieveToken")  # catches up with the other client
        scene.prepare(self.patient, self.clock)
        again = scene.perform(self.patient)
        if [code_of(each) for each in again] != [SUCCESS]:
            found.append(f"the next call came to {again}")
        if len(got) != 1:
            found.append(f"there were {len(got)} callbacks")
        return [f"{answer.name}: {complaint}" for complaint in found]

    def _wrong_with_the_call(
        self, scene: Scene, answer: BrokenAnswer, client: Client, got: list[object]
    ) -> list[str]:
        expected, found = scene.outcome(answer.meaning), []
        code, attempts = code_of(got[0]), client.attempts[scene.operation]
        if code not in expected.codes:
            found.append(f"{got[0]!r} instead of {set(expected.codes)}")
        is_fine = attempts == expected.attempts or (client is self.hurried and attempts == 0)
        if not is_fine:
            found.append(f"sent {attempts} times instead of {expected.attempts}")
        errors = [record for record in client.logged if record.levelname in ("ERROR", "CRITICAL")]
        if errors:
            found.append(f"logged {errors}")
        client.logged.clear()
        return found

    def _wrong_with_the_session(
        self,
        scene: Scene,
        answer: BrokenAnswer,
        client: Client,
        got: list[object],
        before: tuple[tuple[str, bool, bool], dict[str, object]],
    ) -> list[str]:
        words, row = client.words(), row_in(self.storage)
        code = code_of(got[0])
        if scene.ends(answer.meaning, code):
            return [] if words[1:] == (False, False) and row["token"] is None else ["goes on"]
        if code in (SUCCESS, 401):
            # A token may have taken the place of another one; who it is for has not changed.
            is_same = words[0] == before[0][0] and any(words[1:]) >= any(before[0][1:])
        else:
            is_same = (words, row) == before
        return [] if is_same else [f"{before} became {(words, row)}"]


@pytest.fixture(scope="module")
def server() -> Iterator[KeepingServer]:
    server = new_server()
    yield server
    server.close()


@pytest.fixture
def stage(server: KeepingServer) -> Iterator[Stage]:
    stage = Stage(server)
    yield stage
    stage.close()


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> Callable[[int], bool]:
    """Tell which answers to send: all with --in-full, else every fourth one in turn."""
    in_full, python = request.config.getoption("--in-full"), sys.version_info.minor
    return lambda number: in_full or (number + python) % 4 == 0


@pytest.mark.long
@pytest.mark.parametrize("first", _PARTS)
@pytest.mark.parametrize("name", SCENES)
def test_no_broken_answer_breaks_a_call_or_the_session(
    stage: Stage,
    name: str,
    first: int,
    chosen: Callable[[int], bool],
    counted: Callable[[str, int], None],
) -> None:
    numbers = [*filter(chosen, range(first, min(first + _PART, len(TABLE))))]
    complaints = [each for n in numbers for each in stage.complaints(SCENES[name], n)]
    assert not complaints, "\n".join(complaints)
    counted("broken answers sent", len(numbers))


@pytest.fixture
def tls_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(TLS / "server.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "server.crt", TLS / "server.key")
    server = new_server(context)
    stage = Stage(server)
    yield stage
    stage.close()
    server.close()


@pytest.mark.parametrize("name", ["account", "register"])
def test_an_answer_over_tls_is_as_broken_as_any_other(
    tls_stage: Stage, name: str, counted: Callable[[str, int], None]
) -> None:
    numbers = [n for n, answer in enumerate(TABLE) if answer in HEADS or answer in FRAMING]
    complaints = [each for n in numbers for each in tls_stage.complaints(SCENES[name], n)]
    assert not complaints, "\n".join(complaints)
    counted("broken answers sent", len(numbers))


def test_the_answers_are_many_and_differ() -> None:
    assert len(TABLE) // 2 >= 300
    assert len({answer.name for answer in TABLE}) == len(TABLE)
