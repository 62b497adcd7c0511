"""pytest fixtures for scripts that use Synerise: a sandbox, and Synerise initialized against it.

pytest finds them where this package is installed; ``-p no:synerise_client``
leaves them out. Nothing else of the package is loaded before a test uses one.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synerise_client.sandbox import Sandbox
    from synerise_client.synerise import SyneriseFacade

_PATIENCE_SECONDS = 10.0
_DRAIN_SECONDS = 1.0  # the tests' end does not wait for a callback that never returns
_HINT = "; does the sandbox still hold or delay an answer, or has a callback not returned?"
_NOT_CLOSED = "; is a client that connect() has made not closed?"
_log = logging.getLogger("synerise_client")


@pytest.fixture
def synerise_sandbox() -> Iterator[Sandbox]:
    """A local stand-in for Synerise's API, a new one for each test."""
    try:
        from synerise_client.sandbox import Sandbox
    except ImportError:
        message = "synerise_sandbox and synerise need Flask: pip install 'synerise_client[testing]'"
        pytest.fail(message, pytrace=False)
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def synerise(
    synerise_sandbox: Sandbox,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[SyneriseFacade]:
    """``Synerise``, initialized against ``synerise_sandbox``, in memory, retrying at once.

    It is shut down after the test, with its settings as they were at first. The
    store of a client that the test initializes by itself is the test's own. The
    test fails if one of its callbacks raised, a call is not answered, or a
    thread of the client is left.
    """
    from synerise_client import MemoryStorage, RetryPolicy, Synerise

    if Synerise.isInitialized():
        pytest.fail(
            "Synerise is initialized already, by a test without this fixture or by a module as it "
            "was imported: a script calls init() in a function, which a test may call or not",
            pytrace=False,
        )
    # A script that initializes once more must not find the session of whoever runs the tests.
    monkeypatch.setenv("SYNERISE_CLIENT_HOME", str(tmp_path / "synerise_client"))
    monkeypatch.delenv("SYNERISE_CLIENT_ROUTES", raising=False)  # another server's
    watch = _Watch(request.session)
    initializer = Synerise.Initializer().withApiKey(synerise_sandbox.api_key)
    initializer.withBaseUrl(synerise_sandbox.url).withStorage(MemoryStorage())
    initializer.withRetryPolicy(RetryPolicy(initial=0, maximum=0))
    initializer.withDrainTimeout(_DRAIN_SECONDS).init()
    yield Synerise
    faults = watch.end(Synerise)
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


class _Watch(logging.Handler):
    """Looks after one test.

    Args:
        session: tells whether the test has failed by itself.
    """

    def __init__(self, session: pytest.Session) -> None:
        super().__init__(logging.ERROR)
        self._session = session
        self._failed_before = session.testsfailed
        self._threads_before = set(threading.enumerate())
        self._formatter = logging.Formatter()
        self._errors: list[str] = []
        _log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what a callback has raised, with its traceback."""
        self._errors.append(self._formatter.format(record))

    def end(self, facade: SyneriseFacade) -> list[str]:
        """Shut ``facade`` down, and return what the test is to fail with if it has not already."""
        has_failed = self._session.testsfailed > self._failed_before
        faults = [] if has_failed else _unanswered(facade)
        faults += _shut_down(facade)
        faults += _left([each for each in _threads() if each not in self._threads_before])
        facade._start_over()
        _log.removeHandler(self)
        return [] if has_failed else [*self._errors, *faults]


def _unanswered(facade: SyneriseFacade) -> list[str]:
    if not facade.isInitialized() or facade.waitUntilIdle(_PATIENCE_SECONDS):
        return []
    pending = ", ".join(facade.Client._connector.pending())
    if not pending:
        return [f"A callback did not return within {_PATIENCE_SECONDS:.0f} seconds"]
    return [f"Not answered within {_PATIENCE_SECONDS:.0f} seconds: {pending}{_HINT}"]


def _shut_down(facade: SyneriseFacade) -> list[str]:
    shutting = threading.Thread(target=facade.shutdown, name="synerise-shutdown", daemon=True)
    shutting.start()
    shutting.join(_PATIENCE_SECONDS)
    if not shutting.is_alive():
        return []
    return ["Synerise.shutdown() did not return: it waits for a callback that has not returned"]


def _threads() -> list[threading.Thread]:
    """Return the client's threads; the one for deadlines leaves by itself."""
    ours = [each for each in threading.enumerate() if each.name.startswith("synerise-client")]
    return [each for each in ours if each.name != "synerise-client-deadlines"]


def _left(threads: list[threading.Thread]) -> list[str]:
    gives_up_at = time.monotonic() + _PATIENCE_SECONDS / 5
    for thread in threads:
        thread.join(max(0.0, gives_up_at - time.monotonic()))
    names = ", ".join(each.name for each in threads if each.is_alive())
    return [f"Threads of the client are left: {names}{_NOT_CLOSED}"] if names else []
