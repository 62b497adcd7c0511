"""What the end of a script asks: is something being loaded, and will this process wait for it?"""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from synerise_client.process import late_loading

FORKED_BY_ANOTHER_THREAD = """
import os, threading
from synerise_client.process.threads import idle_seconds, is_script_over

def fork():
    child = os.fork()
    if not child:
        print(idle_seconds(5.0), is_script_over(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)

print(idle_seconds(5.0), is_script_over(), flush=True)
thread = threading.Thread(target=fork)
thread.start()
thread.join()
"""


def test_something_is_being_loaded_from_the_beginning_of_that_until_a_moment_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def load() -> None:
        with late_loading.loading():
            inside.set()
            go_on.wait(10)

    monkeypatch.setattr(late_loading, "_loaded_at", -10.0)
    assert not late_loading.has_just_loaded()
    thread = threading.Thread(target=load)
    thread.start()
    assert inside.wait(10)
    assert late_loading.has_just_loaded()
    go_on.set()
    thread.join(10)
    monkeypatch.setattr(late_loading, "_MOMENT_SECONDS", 60.0)
    assert late_loading.has_just_loaded()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no forks")
def test_a_child_that_a_thread_has_forked_is_not_kept_up_by_idle_threads() -> None:
    """Its main thread is the one that forked: Python would wait for the others there."""
    said = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED_BY_ANOTHER_THREAD],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    assert said.stdout == "5.0 False\n0.1 False\n"
