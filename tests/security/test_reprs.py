"""No repr shows a secret: what is printed, logged or shown by a debugger by accident."""

from __future__ import annotations

import copy
import gc
import types
from typing import Any

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    Error,
    InitializationConfig,
    MemoryStorage,
    SQLiteStorage,
    Synerise,
)
from synerise_client.api.replies import Reply, TokenReply
from synerise_client.secret import Secret, hidden, revealed
from synerise_client.session.storage import SessionKey, Stored
from tests.conftest import EMAIL, PASSWORD, Team, secrets_of

SECRET = "S3cret-planted"
PLAIN = (str, bytes, int, float, type(None), dict, list, tuple, set, frozenset)
SKIPPED = (type, types.ModuleType, types.CodeType, types.FrameType, types.CellType)


def reachable(*roots: object) -> list[object]:
    """Return every object of the package, and of requests and urllib3, that hangs on ``roots``."""
    found: dict[int, object] = {}
    left: list[object] = [*roots]
    while left:
        each = left.pop()
        if id(each) in found or isinstance(each, SKIPPED):
            continue
        found[id(each)] = each
        if isinstance(each, types.FunctionType):
            left += [cell.cell_contents for cell in each.__closure__ or ()]
        elif isinstance(each, types.MethodType):
            left.append(each.__self__)
        else:
            left += gc.get_referents(each)
    owners = ("synerise_client", "requests", "urllib3")
    return [
        each
        for each in found.values()
        if type(each).__module__.startswith(owners) and type(each) not in PLAIN
    ]


@pytest.mark.parametrize("storage", [MemoryStorage, SQLiteStorage])
def test_nothing_that_hangs_on_the_client_shows_a_secret(
    team: Team, storage: Any, tmp_path: Any
) -> None:
    kept = storage() if storage is MemoryStorage else storage(tmp_path / "home" / "s.sqlite3")
    initializer = team.initializer().withStorage(kept).withRequestValidationSalt(SECRET)
    initializer.init()
    team.sign_in()
    token = team.call("retrieveToken")
    account = team.call("getAccount")
    refreshed = team.call("refreshToken")
    error = team.call("signIn", EMAIL, SECRET)
    assert isinstance(error, Error)
    hold = team.sandbox.hold("account")
    with hold:
        context = ClientAccountRegisterContext(EMAIL, SECRET)
        Synerise.Client.getAccount()
        assert hold.arrived.wait(10)
        Synerise.Client.signIn(EMAIL, PASSWORD)  # waits in the queue
        Synerise.Client.registerAccount(context)
        objects = reachable(
            Synerise, initializer, token, account, refreshed, error, context, Synerise.Client
        )
    secrets = {SECRET, token.tokenString, refreshed.tokenString, *secrets_of(team.sandbox)}
    kinds = {type(each).__name__ for each in objects}
    assert {"Session", "Transport", "Operations", "SessionState", "SessionToken", "Call"} <= kinds
    assert {"Setup", "Secret", "Token", "SessionKey", "StateStore", "_DirectSession"} <= kinds
    for each in objects:
        assert not [secret for secret in secrets if secret in f"{each!r}{each}"], type(each)
    assert Synerise.waitUntilIdle(10)


@pytest.mark.parametrize(
    "value",
    [
        Secret(SECRET),
        [Secret(SECRET)],
        {"password": Secret(SECRET)},
        SessionKey(SECRET, "https://api.snrapi.com"),
        Stored(SECRET, 1),
        Reply(SECRET.encode(), None, 0.0),
        TokenReply(SECRET, 0.0, None, None, 0.0, {}),
        ClientAccountRegisterContext(EMAIL, SECRET),
        InitializationConfig(requestValidationSalt=SECRET),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_holds_a_secret_does_not_show_it(value: object) -> None:
    assert SECRET not in f"{value!r} {value} {value:}"
    assert SECRET not in repr([value])


def test_a_secret_gives_itself_up_only_when_asked() -> None:
    kept = Secret(SECRET)
    assert kept.reveal() == revealed(kept) == SECRET
    assert revealed(SECRET) == SECRET
    assert hidden(None) is None
    assert hidden(SECRET) == kept != Secret("another")
    assert kept != SECRET
    assert kept
    assert not Secret("")
    assert copy.copy(kept) == kept
    with pytest.raises(TypeError):
        hash(kept)
    assert f"{kept}" == f"{kept!r}" == str(kept) == "…"
    attributes = [getattr(kept, name) for name in dir(kept)]
    assert SECRET not in repr([each for each in attributes if not callable(each)])
