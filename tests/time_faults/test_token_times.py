"""What answers tell of a token's life, in every way to be given one."""

from __future__ import annotations

from typing import Any

from synerise_client import Error, Synerise
from tests.api.server import ACCOUNT, REGISTER
from tests.session.scenes import ABSENT
from tests.time_faults.conftest import AsSent, Bench, Times, Way, each_way, each_way_with

HOUR = 3600.0
DAY = 24 * HOUR
TEN_YEARS = 10 * 365.25 * DAY
SECONDS = 1_700_000_000  # a moment of the past, in seconds

USABLE = {
    "all agree": Times(),
    "no Date": Times(date=ABSENT),
    "no created": Times(created=ABSENT),
    "neither": Times(created=ABSENT, date=ABSENT),
    "created of yesterday": Times(created=-DAY),
    "created of yesterday, no Date": Times(created=-DAY, date=ABSENT, lifetime=DAY + HOUR),
    "created half an hour early": Times(created=HOUR / 2, lifetime=HOUR / 2),
    "created as text": Times(created=AsSent("yesterday")),
    "created as digits in text": Times(created=AsSent(str(SECONDS * 1000)), date=ABSENT),
    "created as a bool": Times(created=AsSent(True), date=ABSENT),
    "created as a list": Times(created=AsSent([SECONDS]), date=ABSENT),
    "created null": Times(created=AsSent(None), date=ABSENT),
    "created in seconds": Times(created=AsSent(SECONDS)),
    "created 0": Times(created=AsSent(0)),
    "created far in the past": Times(created=AsSent(-1e300)),
    "Date empty": Times(date=AsSent("")),
    "Date unparsable": Times(date=AsSent("soon")),
    "Date of no day": Times(date=AsSent("Fri, 32 Nov 2024 10:00:00 GMT")),
    "Date and created unreadable": Times(created=AsSent("x"), date=AsSent("x")),
    "Date an hour behind": Times(date=-HOUR),
    "Date half an hour ahead": Times(date=HOUR / 2, lifetime=HOUR / 2),
    "Date an hour ahead of a longer life": Times(expiration=2 * HOUR, date=HOUR),
    "Date an hour behind, no created": Times(created=ABSENT, date=-HOUR, lifetime=2 * HOUR),
    "exactly ten years": Times(expiration=TEN_YEARS, lifetime=TEN_YEARS),
    "exactly ten years by Date": Times(expiration=TEN_YEARS, created=ABSENT, lifetime=TEN_YEARS),
    "more than ten years by created only": Times(created=-TEN_YEARS),
}
UNUSABLE = {
    "expiration missing": Times(expiration=ABSENT),
    "expiration null": Times(expiration=AsSent(None)),
    "expiration in the past": Times(expiration=-1.0),
    "expiration of yesterday": Times(expiration=-DAY),
    "nothing left": Times(expiration=0.0),
    "nothing left by created": Times(expiration=0.0, date=ABSENT),
    "nothing left by Date": Times(expiration=0.0, created=ABSENT),
    "expiration in milliseconds": Times(expiration=AsSent(SECONDS * 2000)),
    "expiration in milliseconds, no Date": Times(
        expiration=AsSent(SECONDS * 2000), created=ABSENT, date=ABSENT
    ),
    "ten years and a second": Times(expiration=TEN_YEARS + 1),
    "ten years and a second by Date": Times(expiration=TEN_YEARS + 1, created=ABSENT),
    "expiration true": Times(expiration=AsSent(True)),
    "expiration false": Times(expiration=AsSent(False)),
    "expiration NaN": Times(expiration=AsSent(float("nan"))),
    "expiration Infinity": Times(expiration=AsSent(float("inf"))),
    "expiration -Infinity": Times(expiration=AsSent(float("-inf"))),
    "expiration as text": Times(expiration=AsSent("soon")),
    "expiration as digits in text": Times(expiration=AsSent(str(SECONDS * 2))),
    "expiration as a list": Times(expiration=AsSent([SECONDS * 2])),
    "expiration as an object": Times(expiration=AsSent({"seconds": SECONDS * 2})),
    "expiration 0": Times(expiration=AsSent(0)),
    "expiration negative": Times(expiration=AsSent(-SECONDS)),
    "expiration 1e308": Times(expiration=AsSent(1e308)),
    "expiration -1e308": Times(expiration=AsSent(-1e308)),
    "expiration of 400 digits": Times(expiration=AsSent(10**400)),
    "created of tomorrow": Times(created=DAY),
    "created of tomorrow, no Date": Times(created=DAY, date=ABSENT),
    "created of an hour ahead": Times(created=HOUR),
    "created in seconds, no Date": Times(created=AsSent(SECONDS), date=ABSENT),
    "created without end": Times(created=AsSent(1e308)),
    "Date an hour ahead": Times(date=HOUR),
    "Date a day ahead, no created": Times(created=ABSENT, date=DAY),
    "beyond what a date can be": Times(
        expiration=AsSent(253_402_300_801),
        created=ABSENT,
        date=AsSent("Fri, 31 Dec 9999 23:59:59 GMT"),
    ),
}


def lives_for(bench: Bench, way: Way, seconds: float) -> None:
    """Check that the token just got lives so long and no longer."""

    def lives() -> bool:
        client = Synerise.Client
        if way.is_anonymous:
            token = client._session._store.state.token
            return token is not None and token.remaining(bench.team.clock.elapsed()) > 0
        return client.isSignedIn() or client.isSignedInViaSimpleAuthentication()

    bench.team.clock.advance(seconds - 5)
    assert lives()
    bench.team.clock.advance(10)
    assert not lives()


@each_way_with(USABLE)
def test_a_token_lives_for_the_shortest_that_its_answer_tells(
    bench: Bench, way: Way, times: Times
) -> None:
    way.prepare(bench)
    before = bench.requests_to(way.path)
    bench.answer(way.path, times)
    assert not isinstance(bench.ask(way), Error)
    assert bench.requests_to(way.path) == before + 1
    assert times.lifetime is not None
    lives_for(bench, way, times.lifetime)


@each_way_with(UNUSABLE)
def test_a_token_with_impossible_times_changes_nothing(
    bench: Bench, way: Way, times: Times
) -> None:
    """It is -106 at once; where only a refresh was due, the call goes on with the live token."""
    way.prepare(bench)
    before, requests = bench.known, bench.requests_to(way.path)
    bench.team.heard.clear()
    bench.answer(way.path, times)
    answer: Any = bench.ask(way)
    assert bench.requests_to(way.path) == requests + 1
    if way.is_due:
        assert not isinstance(answer, Error)
        if bench.server.requests[-1].path in (ACCOUNT, REGISTER):
            (bearer,) = bench.server.requests[-1].all("Authorization")
            assert bearer in ("Bearer token-1", "Bearer token-anonymous")
    else:
        assert isinstance(answer, Error)
        assert answer.code == -106
    assert bench.known == before
    assert bench.team.heard.told == []


@each_way
def test_the_answer_after_an_impossible_one_is_taken(bench: Bench, way: Way) -> None:
    """A failure is not remembered; a due refresh rests for a minute at most."""
    way.prepare(bench)
    bench.answer(way.path, UNUSABLE["expiration missing"])
    bench.ask(way)
    bench.answer(way.path, USABLE["all agree"])
    if way.is_due:
        bench.team.clock.advance(61)
        bench.answer(way.path, USABLE["all agree"])
    assert not isinstance(bench.ask(way), Error)
    token = Synerise.Client._session._store.state.token
    assert token is not None
    assert token.string == "a-token-of-the-test"
