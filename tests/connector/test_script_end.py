"""What happens to pending calls when a script ends."""

from __future__ import annotations

import time

import pytest

from synerise_client.sandbox import Sandbox
from tests.connector.conftest import Run

CHAIN = """
client = start()
client.signIn(EMAIL, PASSWORD)
client.retrieveToken(
    lambda token: client.refreshToken(
        lambda new: say("a new token", new.tokenString != token.tokenString)))
"""


@pytest.mark.parametrize(
    ("last_line", "code"),
    [
        ("", 0),
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('a text')", 1),
        ("raise ValueError('own')", 1),
        ("raise Error(3200, 'own')", 1),
    ],
)
def test_a_script_ends_by_itself_with_its_own_code_when_all_callbacks_have_come(
    run: Run, last_line: str, code: int
) -> None:
    finished = run(CHAIN + last_line).end()
    assert finished.lines == ["a new token True"]
    assert finished.code == code


def test_the_end_waits_for_an_answer_that_takes_time(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run("start().signIn(EMAIL, PASSWORD, *told('signIn'))\nsay('last line')")
        script.says("last line")
        assert hold.arrived.wait(10)
    finished = script.end()
    assert finished.lines == ["signIn success"]
    assert finished.code == 0


def test_a_script_without_calls_ends(run: Run) -> None:
    finished = run("start().getUUID()").end()
    assert (finished.code, finished.lines, finished.errors) == (0, [], "")


def test_a_script_that_waited_itself_ends_with_its_code(run: Run) -> None:
    finished = run(
        """
client = start()
failed = []
client.retrieveToken(None, failed.append)
Synerise.waitUntilIdle()
sys.exit(len(failed) + 6)
"""
    ).end()
    assert finished.code == 7


def test_a_script_that_has_shut_down_ends_without_waiting(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(
            """
client = start()
client.signIn(EMAIL, PASSWORD, *told('signIn'))
input()
Synerise.shutdown()
say("shut down")
"""
        )
        assert hold.arrived.wait(10)
        script.go_on()
        finished = script.end(within=5)
    assert finished.lines == ["signIn error -999", "shut down"]
    assert finished.code == 0


def test_an_exit_hook_registered_after_the_first_call_runs_before_the_drain(
    run: Run, sandbox: Sandbox
) -> None:
    with sandbox.hold("login"):
        script = run(
            """
start().signIn(EMAIL, PASSWORD, *told("signIn"))
atexit.register(lambda: say("hook"))
"""
        )
        script.says("hook")
    assert script.end().lines == ["signIn success"]


def test_a_call_made_in_an_exit_hook_is_answered_and_what_its_callback_calls_too(run: Run) -> None:
    finished = run(
        """
client = start()
client.signIn(EMAIL, PASSWORD, *told("signIn"))

def hook():
    Synerise.waitUntilIdle()
    client.getAccount(lambda: (say("getAccount"), client.refreshToken(*told("refreshToken"))))

atexit.register(hook)
sys.exit(5)
"""
    ).end()
    assert finished.lines == ["signIn success", "getAccount", "refreshToken success"]
    assert finished.code == 5


def test_a_call_made_after_the_drain_is_refused_instead_of_forgotten(run: Run) -> None:
    finished = run(
        """
def late():
    try:
        client.retrieveToken(*told("late"))
    except RuntimeError:
        say("refused")

atexit.register(late)
client = start()
client.retrieveToken(*told("retrieveToken"))
"""
    ).end()
    assert finished.lines == ["retrieveToken error 3200", "refused"]
    assert finished.code == 0


def test_calls_of_two_clients_are_answered(run: Run) -> None:
    finished = run(
        """
from synerise_client.synerise import SyneriseFacade

start().signIn(EMAIL, PASSWORD, *told("first"))
first, Synerise = Synerise, SyneriseFacade()
start().signIn(EMAIL, PASSWORD, *told("second"))

"""
    ).end()
    assert sorted(finished.lines) == ["first success", "second success"]


def test_a_drain_timeout_of_zero_ends_what_is_pending_at_once(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(
            """
client = start(withDrainTimeout=0)
client.signIn(EMAIL, PASSWORD, *told("signIn"))
input()
"""
        )
        assert hold.arrived.wait(10)
        script.go_on()
        finished = script.end(within=5)
    assert finished.lines == ["signIn error -999"]
    assert finished.code == 0


def test_a_call_made_by_a_callback_that_got_its_999_at_the_end_is_refused(
    run: Run, sandbox: Sandbox
) -> None:
    with sandbox.hold("login"):
        finished = run(
            """
client = start(withDrainTimeout=0.2)

def again(error):
    try:
        client.retrieveToken(*told("again"))
    except RuntimeError:
        say("refused")

client.signIn(EMAIL, PASSWORD, None, again)
"""
        ).end()
    assert finished.lines == ["refused"]


def test_answers_that_keep_coming_keep_the_drain_alive(run: Run, sandbox: Sandbox) -> None:
    sandbox.delay("login", 0.2, times=8)
    finished = run(
        """
client = start(withDrainTimeout=1.0)
for number in range(8):
    client.signIn(EMAIL, PASSWORD, *told(number))
"""
    ).end()
    assert finished.lines == [f"{number} success" for number in range(8)]


def test_refusals_that_keep_coming_keep_the_drain_alive_too(run: Run, sandbox: Sandbox) -> None:
    """Only if no reply came for that long are the rest given up; an error is a reply."""
    sandbox.delay("login", 0.2, times=8)
    finished = run(
        """
client = start(withDrainTimeout=1.0)
for number in range(8):
    client.signIn(EMAIL, "wrong", *told(number))
"""
    ).end()
    assert finished.lines == [f"{number} error 401" for number in range(8)]


@pytest.mark.parametrize("raised", ["sys.exit(7)", "raise KeyboardInterrupt"])
def test_an_exit_in_a_callback_is_logged_and_the_exit_code_is_the_scripts(
    run: Run, raised: str
) -> None:
    finished = run(
        f"""
client = start()

def leaves():
    {raised}

client.retrieveToken(None, leaves)
client.retrieveToken(*told("next"))
sys.exit(2)
"""
    ).end()
    assert finished.lines == ["next error 3200"]
    assert finished.code == 2
    assert "waitUntilIdle()" in finished.errors
    assert "in leaves" in finished.errors


def test_a_handled_ctrl_c_still_drains(run: Run, sandbox: Sandbox) -> None:
    with sandbox.hold("login") as hold:
        script = run(
            """
client = start()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
try:
    Synerise.waitUntilIdle()
except KeyboardInterrupt:
    say("handled")
sys.exit(8)
"""
        )
        assert hold.arrived.wait(10)
        time.sleep(0.1)  # until it waits: a Ctrl-C before the try would not be handled
        script.interrupt()
        script.says("handled")
    finished = script.end()
    assert finished.lines == ["signIn success"]
    assert finished.code == 8


def test_a_users_thread_may_call_the_client_after_the_main_thread_has_ended(run: Run) -> None:
    finished = run(
        """
client = start()
client.signIn(EMAIL, PASSWORD, *told("signIn"))
main = threading.current_thread()

def later():
    main.join()
    answered = threading.Event()
    client.getAccount(lambda: (say("getAccount"), answered.set()))
    say("answered", answered.wait(10))
    client.refreshToken(*told("refreshToken"))

threading.Thread(target=later).start()
sys.exit(9)
"""
    ).end()
    expected = ["signIn success", "getAccount", "answered True", "refreshToken success"]
    assert finished.lines == expected
    assert finished.code == 9


def test_the_thread_is_kept_once_the_main_thread_has_ended(run: Run) -> None:
    finished = run(
        """
client = start()
client.signIn(EMAIL, PASSWORD)
Synerise.waitUntilIdle()
workers._idle_seconds = 0.05
main = threading.current_thread()
(worker,) = [each for each in threading.enumerate() if each.name == "synerise-client"]

def later():
    client.retrieveToken(None, lambda: None)
    main.join()
    worker.join(0.2)
    say("kept", worker.is_alive())
    client.getAccount(*told("getAccount"))

thread = threading.Thread(target=later)
client.retrieveToken(thread.start)
Synerise.waitUntilIdle()
"""
    ).end()
    assert finished.lines == ["kept True", "getAccount success"]


def test_a_users_thread_that_goes_on_after_the_thread_was_given_back_is_answered(
    run: Run,
) -> None:
    finished = run(
        """
client = start()
client.signIn(EMAIL, PASSWORD)
give_the_thread_back()
main = threading.current_thread()

def later():
    main.join()
    client.getAccount(*told("getAccount"))
    say("idle", Synerise.waitUntilIdle())
    client.refreshToken(*told("refreshToken"))

threading.Thread(target=later).start()
"""
    ).end()
    assert finished.lines == ["getAccount success", "idle True", "refreshToken success"]
