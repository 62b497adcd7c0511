"""The demo: one customer's story, told by what the callbacks get.

The story has two parts, run as two processes that share a store, since a
session that outlives its process is half of the point.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404 # for this very module
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientSessionEndReason,
    ClientSignOutMode,
    Error,
    Synerise,
    Token,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_EMAIL, _PASSWORD = "bea@example.com", "Secret-2"
_URL, _KEY = "SYNERISE_DEMO_URL", "SYNERISE_DEMO_API_KEY"


def run(say: Callable[[str], object]) -> None:
    """Run both parts against a sandbox of their own.

    Args:
        say: prints a line.

    Raises:
        RuntimeError: a part of the demo failed.
    """
    from synerise_client.sandbox import Sandbox

    with tempfile.TemporaryDirectory() as home, Sandbox() as sandbox:
        say(f"A sandbox stands in for Synerise at {sandbox.url}")
        environment = {_URL: sandbox.url, _KEY: sandbox.api_key, "SYNERISE_CLIENT_HOME": home}
        environment["SYNERISE_CLIENT_ROUTES"] = ""  # none is replaced in the sandbox
        for part in ("first", "second"):
            say("")
            say(f"The {part} process:")
            command = [sys.executable, "-m", "synerise_client.cli.demo", part]
            finished = subprocess.run(  # nosec B603 # noqa: S603 - this very module
                command,
                env={**os.environ, **environment},
                check=False,
                text=True,
                stdout=subprocess.PIPE,
            )
            say(finished.stdout.rstrip())
            if finished.returncode != 0:
                raise RuntimeError(f"The {part} process of the demo failed")
        say("")
        say("The sandbox and the store of the demo are gone.")


class _Listener:
    def onClientSignedIn(self) -> None:
        _tell("listener", "onClientSignedIn()")

    def onClientSignedOut(self, reason: ClientSessionEndReason) -> None:
        _tell("listener", f"onClientSignedOut({reason})")


def _first_part() -> None:
    client = Synerise.Client
    _tell("getUUID", client.getUUID())
    client.retrieveToken(*_callbacks("retrieveToken"))
    newcomer = ClientAccountRegisterContext(_EMAIL, _PASSWORD, firstName="Bea")
    client.registerAccount(newcomer, *_callbacks("registerAccount"))
    client.signIn(_EMAIL, _PASSWORD, *_callbacks("signIn"))
    client.retrieveToken(*_callbacks("retrieveToken"))
    client.refreshToken(*_callbacks("refreshToken"))
    client.getAccount(*_callbacks("getAccount"))


def _second_part() -> None:
    client = Synerise.Client
    _tell("getUUID", client.getUUID())
    _tell("isSignedIn", client.isSignedIn())
    client.retrieveToken(*_callbacks("retrieveToken"))
    client.signOutWithMode(ClientSignOutMode.SignOut, False, *_callbacks("signOutWithMode"))
    Synerise.waitUntilIdle()
    _tell("isSignedIn", client.isSignedIn())
    client.destroySession()
    _tell("destroySession", "a new customer")
    _tell("getUUID", client.getUUID())


def _callbacks(method: str) -> tuple[Callable[[Any], None], Callable[[Error], None]]:
    return (
        lambda result: _tell(method, f"onSuccess({_shown(result)})"),
        lambda error: _tell(method, f"onError({error.code}: {error.message})"),
    )


def _shown(result: object) -> str:
    if isinstance(result, Token):
        return f"token {result.tokenString[:4]}… until {result.expirationDate:%H:%M:%S} UTC"
    if isinstance(result, ClientAccountInformation):
        return f"account of {result.firstName}, {result.email}"
    return str(result)


def _tell(method: str, what: object) -> None:
    print(f"  {method:16} {what}", flush=True)


def _main(part: str) -> None:
    Synerise.Initializer().withApiKey(os.environ[_KEY]).withBaseUrl(os.environ[_URL]).init()
    Synerise.Client.setClientStateChangeListener(_Listener())
    {"first": _first_part, "second": _second_part}[part]()


if __name__ == "__main__":
    _main(sys.argv[1])
