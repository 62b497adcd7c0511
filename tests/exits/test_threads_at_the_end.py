"""The script ends while other threads of its own use the client."""

from __future__ import annotations

from tests.api.server import LOGIN, ScriptedServer, silence
from tests.exits.conftest import DRAIN, SECOND, STALLED, Strict, complaints, said, seconds


def test_daemon_threads_that_ask_again_and_again_do_not_keep_the_script_up(
    strict: Strict, server: ScriptedServer
) -> None:
    """What they asked for before the end is answered, each once; after that they are refused."""
    finished = strict(
        """
taken, answers, refusals = [], [], []

def ask():
    while True:
        answered = threading.Event()
        answer = lambda: (answers.append(1), answered.set())
        try:
            client.getAccount(answer, answer)
        except RuntimeError as error:
            refusals.append(str(error))
            return
        taken.append(1)
        answered.wait()

REASONS = ("getAccount: the script is ending", "getAccount: the client was shut down")

def count():
    for thread in threads:
        thread.join()
    say("refused", sum(each.startswith(REASONS) for each in refusals))
    say("missed", len(taken) - len(answers))

atexit.register(count)
client = stored()
client.signIn(EMAIL, PASSWORD)
Synerise.waitUntilIdle()
threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
for thread in threads:
    thread.start()
while len(answers) < 20:
    time.sleep(0.01)
""",
        SANDBOX_URL=server.url,
    ).end()
    assert finished.code == 0
    assert said(finished) == ["refused 8", "missed 0"]
    assert seconds(finished) < SECOND
    assert finished.errors == ""


def test_during_the_drain_callbacks_may_call_and_daemon_threads_may_not(
    strict: Strict, server: ScriptedServer
) -> None:
    finished = strict(
        """
drained, asked = threading.Event(), threading.Event()

def ask():
    drained.wait()
    try:
        client.retrieveToken(*told("thread"))
    except RuntimeError as error:
        say(error)
    asked.set()

def answered():
    drained.set()
    asked.wait()
    client.retrieveToken(*told("callback"))

threading.Thread(target=ask, daemon=True).start()
drains = threading.Event()
client = stored(withRequestHook=lambda *_: drains.wait(10))
client._connector._drain_here = lambda *_: drains.set()
client.signIn(EMAIL, PASSWORD, answered)
""",
        SANDBOX_URL=server.url,
    ).end()
    assert finished.code == 0
    assert said(finished) == ["retrieveToken: the script is ending", "callback success"]


def test_a_daemon_thread_in_wait_until_idle_does_not_hold_the_end_up(
    strict: Strict, server: ScriptedServer
) -> None:
    server.script(LOGIN, silence)
    script = strict(
        f"""
client = stored(withDrainTimeout={DRAIN})
client.signIn(EMAIL, PASSWORD, *told("signIn"))
threading.Thread(target=Synerise.waitUntilIdle, daemon=True).start()
input()
""",
        SANDBOX_URL=server.url,
    )
    server.wait_for(LOGIN)
    script.go_on()
    finished = script.end()
    assert finished.code == 0
    assert said(finished) == ["signIn error -999"]
    assert seconds(finished) < DRAIN + SECOND
    assert complaints(finished) == [STALLED]


def test_the_main_thread_may_end_while_another_one_shuts_the_client_down(
    strict: Strict, server: ScriptedServer
) -> None:
    server.script(LOGIN, silence)
    script = strict(
        """
client = stored()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
client.retrieveToken(*told("retrieveToken"))
input()
threading.Thread(target=Synerise.shutdown, daemon=True).start()
sys.exit(8)
""",
        SANDBOX_URL=server.url,
    )
    server.wait_for(LOGIN)
    script.go_on()
    finished = script.end()
    assert finished.code == 8
    assert said(finished) == ["signIn error -999", "retrieveToken error -999"]
    assert seconds(finished) < SECOND
    assert finished.errors == ""
