"""What is logged, at every level and by requests and urllib3 too, holds no secret."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from synerise_client import Error, Synerise
from tests.conftest import EMAIL, PASSWORD, Team, secrets_of
from tests.methods.steps import STEPS
from tests.security.frames import Tracebacks, shown
from tests.security.planted import SECRET, SECRETS, planted

LOGGERS = ("synerise_client.api", "synerise_client", "urllib3.connectionpool")


@pytest.fixture
def everything() -> Any:
    """Every record of every logger, from the lowest level on."""
    handler, root = Tracebacks(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield handler.records
    root.setLevel(before)
    root.removeHandler(handler)


@pytest.mark.parametrize("debug", [True, False])
def test_every_method_is_logged_without_its_secrets(
    team: Team, everything: list[logging.LogRecord], debug: bool
) -> None:
    team.client(withDebugModeEnabled=debug)
    secrets = {SECRET}
    try:
        for method in sorted(STEPS, key=lambda each: each == "signOutWithMode"):
            team.sign_in()
            secrets.add(team.call("retrieveToken").tokenString)
            arguments = planted(method) if method in SECRETS else STEPS[method].arguments
            team.call(method, *arguments.values())
            getattr(Synerise.Client, method)(*arguments.values())  # without a callback
            assert Synerise.waitUntilIdle(10)
    finally:
        logging.getLogger("synerise_client").setLevel(logging.NOTSET)
    secrets |= secrets_of(team.sandbox)
    assert len(secrets) > 4
    if debug:
        assert set(LOGGERS) <= {record.name for record in everything}
    for record in everything:
        texts = [record.getMessage(), *shown(record.args), *shown(record.__dict__.get("extra"))]
        assert not [each for each in secrets for text in texts if each in text], record.msg


def test_an_api_key_that_is_changed_and_a_salt_are_not_logged(
    team: Team, everything: list[logging.LogRecord]
) -> None:
    team.client(withRequestValidationSalt=f"{SECRET}-salt")
    team.sign_in()
    Synerise.changeApiKey(f"{SECRET}-key")
    assert isinstance(team.call("signIn", EMAIL, PASSWORD), Error)
    Synerise.Client.destroySession()
    assert Synerise.waitUntilIdle(10)
    assert everything
    for record in everything:
        assert SECRET not in f"{record.getMessage()} {record.args!r}"
