"""Calls the command line in this process."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from synerise_client import SQLiteStorage
from synerise_client.cli.commands import synerise_client
from synerise_client.sandbox import Sandbox
from synerise_client.session.storage import SessionKey

EMAIL = "anna@example.com"
PASSWORD = "Secret-1"


class Ended(NamedTuple):
    """What a command has left behind."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """The one line on standard error."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        return self.err[:-1]


class Screen(io.TextIOWrapper):
    """A stream that takes itself for a terminal, or not."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def text(self) -> str:
        """Everything that was written."""
        self.flush()
        self.seek(0)
        return self.read()


def call(*arguments: object, stdin: bytes = b"", on_terminal: bool = False) -> Ended:
    """Run a command as its own process would, and return how it ended."""
    out, err, usual = Screen(on_terminal), Screen(on_terminal), sys.stdin
    # Bytes that are no text get through, as in the locale C.
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8", errors="surrogateescape")
    try:
        with redirect_stdout(out), redirect_stderr(err):
            synerise_client([str(each) for each in arguments], prog_name="synerise-client")
    except SystemExit as end:
        return Ended(int(end.code or 0), out.text(), err.text())
    finally:
        sys.stdin = usual
    raise AssertionError("the command line has not ended")


class Desk:
    """A sandbox, a store, and commands that use both.

    Args:
        sandbox: with a customer.
        store: the file of the session.
    """

    def __init__(self, sandbox: Sandbox, store: Path) -> None:
        self.sandbox = sandbox
        self.store = store

    def call(self, *arguments: object, stdin: bytes = b"", on_terminal: bool = False) -> Ended:
        """Run a command."""
        return call(*arguments, stdin=stdin, on_terminal=on_terminal)

    def sign_in(self) -> Ended:
        """Sign the customer in."""
        ended = self.call("sign-in", EMAIL, stdin=f"{PASSWORD}\n".encode())
        assert ended.exit_code == 0, ended.err
        return ended

    def uuid(self) -> str:
        """The customer's uuid."""
        return self.call("uuid").out.strip()

    @property
    def operations(self) -> list[str | None]:
        """What the sandbox was asked for."""
        return [request.operation for request in self.sandbox.requests]

    def let_the_session_age(self, seconds: float) -> None:
        """Have the stored session believe that the server's clock is ahead by so much more."""

        def later(text: str | None) -> str:
            state = json.loads(text or "")
            return json.dumps({**state, "clock_offset": state["clock_offset"] + seconds})

        storage = SQLiteStorage(self.store)
        storage.update(SessionKey(self.sandbox.api_key, self.sandbox.url), later, 5)
        storage.close()
