"""Scripts that are ended at a moment that nobody has chosen."""

from __future__ import annotations

import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox
from tests.connector.conftest import Finished, Script
from tests.exits.conftest import Strict, complaints
from tests.store.conftest import opened

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes die of no signal there")

# Two daemon threads and the main thread make calls, each with a number of its own.
BUSY = """
import itertools
numbers = itertools.count()

def call(method, *arguments):
    number = next(numbers)
    method(*arguments, lambda: say("answer", number), lambda: say("answer", number))
    say("taken", number)

def work():
    try:
        while True:
            call(client.signIn, EMAIL, PASSWORD)
            call(client.getAccount)
            call(client.refreshToken)
            Synerise.waitUntilIdle(1)
            client.signOut()
    except RuntimeError as error:  # no more calls are taken
        assert "ending" in str(error) or "shut down" in str(error), error

signal.signal(signal.SIGINT, signal.default_int_handler)
say("begins")
client = stored(withDrainTimeout=0.5)
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
"""
ENDINGS = {
    "SIGINT": ("work()", -signal.SIGINT),
    "SIGTERM": ("work()", -signal.SIGTERM),
    "end": ("time.sleep(float(os.environ['MOMENT']))\nsys.exit(3)", 3),
}
LEFT_BY_AN_IMPORT = re.compile(
    r"Exception ignored in: <_io\.FileIO name='[^']*\.pyc' .*\n"
    r"(?:Traceback .*\n(?: .*\n)*)?ResourceWarning: .*\n"
)
"""Python itself leaves a module's file open if a Ctrl-C comes while it is read."""

NOISE = (
    "The script ends although calls are pending",
    "The session goes on in memory",
    "signOut: signed out here, but the server was not told",
)


def check(finished: Finished, ending: str, code: int) -> int:
    """Check what is left of a script, and return how many answers it got."""
    assert finished.code == code, finished
    errors = LEFT_BY_AN_IMPORT.sub("", finished.errors)
    assert not re.search("Exception ignored|Fatal|ResourceWarning", errors), finished
    if ending == "end":
        assert all(line.startswith(NOISE) for line in complaints(finished)), finished
    answers = Counter(line for line in finished.lines if line.startswith("answer "))
    assert set(answers.values()) <= {1}
    if ending == "end":
        taken = {line.split()[1] for line in finished.lines if line.startswith("taken ")}
        answered = {line.split()[1] for line in answers}
        assert taken <= answered, taken - answered
    return len(answers)


def end(script: Script, ending: str, moment: float) -> Finished:
    if ending != "end":
        time.sleep(moment)
        script._process.send_signal(getattr(signal, ending))
    return script.end(within=20)


@pytest.mark.long
@pytest.mark.parametrize("ending", ENDINGS)
def test_whenever_a_script_ends_its_calls_and_its_store_are_as_they_should_be(
    strict: Strict,
    sandbox: Sandbox,
    store: Path,
    ending: str,
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
) -> None:
    rounds, total = portion(20), 0
    last_line, code = ENDINGS[ending]
    for _ in range(rounds):
        moment = random.uniform(0, 0.5)
        script = strict(BUSY + last_line, MOMENT=str(moment))
        script.says("begins")
        total += check(end(script, ending, moment), ending, code)
        if store.exists():
            with opened(store) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    again = strict("client = stored()\nsay(bool(client.getUUID()))\n").end()
    assert (again.lines[0], again.errors) == ("True", "")
    counted("scripts ended at any moment", rounds)
    counted("answers of scripts ended at any moment", total)
