"""The kiosk against a sandbox: the fixtures come with synerise_client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kiosk
import pytest

if TYPE_CHECKING:
    from synerise_client.sandbox import Sandbox
    from synerise_client.synerise import SyneriseFacade

EMAIL, PASSWORD = "anna@example.com", "Secret-1"


@pytest.fixture(autouse=True)
def _anna(synerise_sandbox: Sandbox) -> None:
    synerise_sandbox.add_profile(EMAIL, PASSWORD, firstName="Anna")


@pytest.fixture
def shown() -> list[str]:
    """What the kiosk shows."""
    return []


def test_a_member_is_greeted_by_name(synerise: SyneriseFacade, shown: list[str]) -> None:
    kiosk.greet(EMAIL, PASSWORD, shown.append)
    assert synerise.waitUntilIdle(10)
    assert shown == ["Welcome, Anna"]


def test_a_wrong_password_is_told(synerise: SyneriseFacade, shown: list[str]) -> None:
    kiosk.greet(EMAIL, "wrong", shown.append)
    assert synerise.waitUntilIdle(10)
    assert shown == ["E-mail and password do not match"]


def test_a_server_that_stumbles_is_not_noticed(
    synerise: SyneriseFacade, synerise_sandbox: Sandbox, shown: list[str]
) -> None:
    synerise_sandbox.fail("login", status=503, times=2)
    kiosk.greet(EMAIL, PASSWORD, shown.append)
    assert synerise.waitUntilIdle(10)
    assert shown == ["Welcome, Anna"]


def test_the_staff_is_asked_when_the_server_is_down(
    synerise: SyneriseFacade, synerise_sandbox: Sandbox, shown: list[str]
) -> None:
    synerise_sandbox.stop()
    kiosk.greet(EMAIL, PASSWORD, shown.append)
    assert synerise.waitUntilIdle(10)
    assert shown == ["Please ask our staff"]


def test_a_member_who_leaves_is_signed_out_here_and_on_the_server(
    synerise: SyneriseFacade, synerise_sandbox: Sandbox, shown: list[str]
) -> None:
    kiosk.greet(EMAIL, PASSWORD, shown.append)
    assert synerise.waitUntilIdle(10)
    kiosk.say_goodbye(shown.append)
    assert synerise.waitUntilIdle(10)
    assert not synerise.Client.isSignedIn()
    assert synerise_sandbox.requests[-1].operation == "logout"
    assert shown == ["Welcome, Anna", "Good-bye"]


def test_the_next_customer_is_another_one(synerise: SyneriseFacade, shown: list[str]) -> None:
    before = synerise.Client.getUUID()
    kiosk.greet(EMAIL, PASSWORD, shown.append)
    assert synerise.waitUntilIdle(10)
    kiosk.say_goodbye(shown.append)
    assert synerise.waitUntilIdle(10)
    assert synerise.Client.getUUID() != before
