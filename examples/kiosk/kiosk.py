"""Greets members at the door of a shop, and signs them out when they go.

Ported from JavaScript: names, arguments and callbacks are as they were there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from synerise_client import ClientSignOutMode, Synerise

if TYPE_CHECKING:
    from collections.abc import Callable

    from synerise_client import ClientAccountInformation, Error

    Show = Callable[[str], object]


def greet(email: str, password: str, show: Show) -> None:
    """Sign a member in.

    Args:
        email: the member's.
        password: the member's.
        show: shows a line to the member; called once.
    """

    def signed_in() -> None:
        Synerise.Client.getAccount(known, failed)

    def known(account: ClientAccountInformation) -> None:
        show(f"Welcome, {account.firstName or 'dear member'}")

    def failed(error: Error) -> None:
        is_wrong = error.code == 401
        show("E-mail and password do not match" if is_wrong else "Please ask our staff")

    Synerise.Client.signIn(email, password, signed_in, failed)


def say_goodbye(show: Show) -> None:
    """Sign the member out, so that the next one finds nobody; also where the server is down."""
    Synerise.Client.signOutWithMode(
        ClientSignOutMode.SignOutWithSessionDestroy,
        False,
        lambda: show("Good-bye"),
        lambda: show("Good-bye"),
    )


def main() -> None:
    """Greet whoever enters e-mail and password."""
    Synerise.Initializer().withApiKey(os.environ["KIOSK_API_KEY"]).init()
    while email := input("E-mail (nothing ends): "):
        greet(email, input("Password: "), print)
        Synerise.waitUntilIdle()
        say_goodbye(print)
        Synerise.waitUntilIdle()


if __name__ == "__main__":
    main()
