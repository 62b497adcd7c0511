"""A server that says of a token what a test wants it to say, and every way to be given one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, NamedTuple

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientAuthContext,
    ClientIdentityProvider,
    ClientSimpleAuthenticationData,
    MemoryStorage,
    Synerise,
)
from tests.api.conftest import server as server
from tests.api.server import ACCOUNT, ANONYMOUS, LOGIN, REFRESH, REGISTER, ScriptedServer, reply
from tests.conftest import EMAIL, PASSWORD, Team
from tests.session.scenes import ABSENT, token_answer

OTHER_EMAIL = "bea@example.com"
CONDITIONAL = f"{LOGIN}/conditional"
SIMPLE = f"{LOGIN}/simple"


class Times(NamedTuple):
    """What an answer tells of time, in seconds from now; ABSENT: it does not tell.

    Attributes:
        expiration: when the token expires; else a value as it is sent.
        created: when it was made; else a value as it is sent.
        date: when the server answered; else a header as it is sent.
        lifetime: how long such a token lives; None: it cannot be used.
    """

    expiration: Any = 3600.0
    created: Any = 0.0
    date: Any = 0.0
    lifetime: float | None = 3600.0


class AsSent(NamedTuple):
    """A value that is sent as it is."""

    value: Any


class Way(NamedTuple):
    """A way to be given a token.

    Attributes:
        path: where it is asked for.
        prepare: brings the session there.
        ask: makes the call, and returns what its callback got.
        is_due: whether the call goes on with the old token if it cannot be refreshed.
        is_anonymous: whether nobody is signed in by it.
        refused: where the server refuses the token that the call carries first.
    """

    path: str
    prepare: Callable[[Bench], object]
    ask: Callable[[Team], Any]
    is_due: bool = False
    is_anonymous: bool = False
    refused: str | None = None


class Bench:
    """A client with a clock to move against a server that follows a script."""

    def __init__(self, team: Team, server: ScriptedServer) -> None:
        self.team = team
        self.server = server
        self.storage = MemoryStorage()

    def client(self) -> None:
        self.team.client(self.storage, withBaseUrl=self.server.url)

    def sign_in(self) -> None:
        assert self.team.call("signIn", EMAIL, PASSWORD) is True

    def answer(self, path: str, times: Times) -> None:
        """Have the next request to ``path`` answered with a token of these times."""
        now = int(self.team.clock.wall())
        body = token_answer(
            self.team,
            expiration=_sent(times.expiration, lambda seconds: now + seconds),
            created=_sent(times.created, lambda seconds: (now + seconds) * 1000),
        )
        if path == ANONYMOUS:
            body["origin"] = "ANONYMOUS"
        date = _sent(times.date, lambda seconds: formatdate(now + seconds, usegmt=True))
        headers = {} if date is ABSENT else {"Date": date}
        fields = {**body, "status": "SUCCESS"}
        self.server.script(path, reply(body=json.dumps(fields).encode(), headers=headers))

    def ask(self, way: Way) -> Any:
        """Go ``way`` and return what the call was answered with."""
        if way.refused is not None:
            self.server.script(way.refused, reply(401))
        return way.ask(self.team)

    @property
    def known(self) -> tuple[Any, ...]:
        """What must not change when a token cannot be used."""
        rows = [json.loads(text) for text in self.storage._texts.values()]
        for row in rows:
            row.pop("clock_offset")  # any answer may tell that
            if row["token"] is not None:
                row["token"].pop("rests_above")  # until when the next due refresh waits
        client = Synerise.Client
        signed_in = client.isSignedIn(), client.isSignedInViaSimpleAuthentication()
        return rows, client.getUUID(), signed_in

    def requests_to(self, path: str) -> int:
        return len(self.server.to(path))


def _sent(value: Any, from_now: Callable[[float], Any]) -> Any:
    if isinstance(value, AsSent):
        return value.value
    return value if value is ABSENT else from_now(value)


def _nobody(bench: Bench) -> None:
    bench.client()


def _signed_in(bench: Bench) -> None:
    bench.client()
    bench.sign_in()


def _due(bench: Bench) -> None:
    _signed_in(bench)
    bench.team.clock.advance(1801)


def _register(team: Team) -> Any:
    return team.call("registerAccount", ClientAccountRegisterContext("new@example.com", PASSWORD))


def _anonymous(bench: Bench) -> None:
    bench.client()
    assert _register(bench.team) is True


def _anonymous_due(bench: Bench) -> None:
    _anonymous(bench)
    bench.team.clock.advance(1801)


def _calls(method: str, *arguments: Any) -> Callable[[Team], Any]:
    return lambda team: team.call(method, *arguments)


_BY_PROVIDER = ("a-token-of-the-provider", ClientIdentityProvider.Google, ClientAuthContext())
_SIMPLY = _calls("simpleAuthentication", ClientSimpleAuthenticationData(), "anna-1")
WAYS = {
    "anonymous log-in": Way(ANONYMOUS, _nobody, _register, is_anonymous=True),
    "anonymous log-in after a 401": Way(
        ANONYMOUS, _anonymous, _register, is_anonymous=True, refused=REGISTER
    ),
    "sign-in": Way(LOGIN, _nobody, _calls("signIn", EMAIL, PASSWORD)),
    "sign-in of another": Way(LOGIN, _signed_in, _calls("signIn", OTHER_EMAIL, PASSWORD)),
    "conditional sign-in": Way(
        CONDITIONAL, _signed_in, _calls("signInConditionally", OTHER_EMAIL, PASSWORD)
    ),
    "provider": Way(LOGIN, _nobody, _calls("authenticate", *_BY_PROVIDER)),
    "provider, conditionally": Way(
        CONDITIONAL, _nobody, _calls("authenticateConditionally", *_BY_PROVIDER)
    ),
    "simple authentication": Way(SIMPLE, _nobody, _SIMPLY),
    "simple authentication of another": Way(SIMPLE, _signed_in, _SIMPLY),
    "refresh": Way(REFRESH, _signed_in, _calls("refreshToken")),
    "refresh after a 401": Way(REFRESH, _signed_in, _calls("getAccount"), refused=ACCOUNT),
    "due refresh": Way(REFRESH, _due, _calls("retrieveToken"), is_due=True),
    "due refresh of a call": Way(REFRESH, _due, _calls("getAccount"), is_due=True),
    "due refresh of an anonymous token": Way(
        REFRESH, _anonymous_due, _register, is_due=True, is_anonymous=True
    ),
}


each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def each_way_with(each: Mapping[str, Times]) -> pytest.MarkDecorator:
    """Try every fourth pair of a way and times; the Pythons of the matrix take turns."""
    pairs = [(way, times) for way in WAYS for times in each]
    chosen = pairs[sys.version_info.minor % 4 :: 4]
    return pytest.mark.parametrize(
        ("way", "times"),
        [(WAYS[way], each[times]) for way, times in chosen],
        ids=[f"{way}, {times}" for way, times in chosen],
    )


@pytest.fixture
def bench(team: Team, server: ScriptedServer) -> Bench:
    return Bench(team, server)
