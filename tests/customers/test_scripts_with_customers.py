"""Scripts with many customers: their end, a fork in the middle."""

from __future__ import annotations

import os
import subprocess
import sys

from synerise_client.sandbox import Sandbox
from tests.conftest import PASSWORD
from tests.customers.conftest import email_of

BEGINNING = """
import os, sys, threading
from synerise_client import MemoryStorage, Synerise

initializer = Synerise.Initializer().withApiKey(os.environ["KEY"]).withBaseUrl(os.environ["URL"])
initializer.withStorage(MemoryStorage()).withThreads(2)

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def connect(name):
    client = initializer.withProfile(name).connect()
    client.signIn(f"{name}@example.com", "Pass1!word", None, print)
    return client
"""


def said(sandbox: Sandbox, source: str, *, warns: bool = False, timeout: float = 50) -> list[str]:
    """Run a script with four customers and return what it said."""
    for name in "abcd":
        sandbox.add_profile(email_of(name), PASSWORD)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", BEGINNING + source],
        env={**os.environ, "KEY": sandbox.api_key, "URL": sandbox.url},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=True,
    )
    assert warns or done.stderr == ""
    return done.stdout.splitlines()


def test_the_end_of_a_script_waits_for_every_customer(sandbox: Sandbox) -> None:
    lines = said(
        sandbox,
        """
kept = connect("a")
for name in "bcd":
    connect(name).getAccount(lambda account: say(account.email), say)
kept.getAccount(lambda account: kept.refreshToken(lambda: say(account.email)), say)
""",
    )
    assert sorted(lines) == [email_of(name) for name in "abcd"]


def test_a_child_goes_on_with_the_parents_customers(sandbox: Sandbox) -> None:
    lines = said(
        sandbox,
        """
clients = [connect(name) for name in "ab"]
for client in clients:
    client.waitUntilIdle()
child = os.fork()
for client in clients:
    client.getAccount(lambda account: say("child" if not child else "parent", account.email), say)
    client.waitUntilIdle()
if not child:
    os._exit(0)
os.waitpid(child, 0)
""",
    )
    assert sorted(lines) == [
        f"{process} {email_of(name)}" for process in ("child", "parent") for name in "ab"
    ]


def test_many_customers_that_hang_hold_the_end_up_no_longer_than_one(sandbox: Sandbox) -> None:
    """One after another they would take ten times as long as the script may."""
    lines = said(
        sandbox,
        """
initializer.withDrainTimeout(1).withRequestHook(lambda *_: threading.Event().wait())
for number in range(50):
    client = initializer.withProfile(str(number)).connect()
    client.signIn("a@example.com", "Pass1!word", None, lambda error: say(error.code))
""",
        warns=True,
        timeout=25,
    )
    assert lines == ["-999"] * 50
