"""Any JSON value, and what only looks like one, in any field of any reply."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synerise_client import (
    ClientAccountInformation,
    ClientConditionalAuthResult,
    ClientSex,
    Error,
    ErrorCause,
    MemoryStorage,
    Token,
    TokenOrigin,
)
from synerise_client.api.replies import Reply, error_reply, server_clock, token_reply
from synerise_client.errors import UnusableAnswer
from synerise_client.session.session import _handed_out
from synerise_client.session.state import SessionState, from_text, to_text
from synerise_client.session.tokens import token_from
from tests.api.server import Exchange
from tests.conftest import MovableClock
from tests.replies.answers import GOOD, good, http
from tests.replies.scenes import SCENES, Client, code_of, row_in
from tests.replies.server import KeepingServer

pytestmark = pytest.mark.long

Count = Callable[[str, int], None]

_TEN_YEARS = 10 * 365.25 * 86400
_YEAR_3000 = 32_503_680_000
_ACCOUNT = ("sex", "lastActivityDate", "agreements", "attributes", "tags", "clientId", "anonymous")
_ERROR = ("status", "message", "errors", "errorCode", "path", "traceId", "timestamp", "error")
_CAUSE = ("field", "code", "message", "rejectedValue")
_SECRET = "Pass1!word"

_ODD = st.sampled_from(
    [
        b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"1e308", b"-0", b"5e-324",
        b"9" * 5000, b"9" * 4000, b"-" + b"9" * 400, b'"\\ud800"', b'"\\udfff\\ud800"', b'"\xff"',
        b'"\xed\xa0\x80"', b'"\\u0000"', b"[" * 100_000, b"[" * 300 + b"]" * 300, b"", b"undefined",
        b'"Pass1!word"', b'"SUCCESS"', b'"ANONYMOUS"', b'"' + b"x" * 10_000 + b'"',
    ]
)  # fmt: skip
_NEAR = st.integers(-2, 2).map(lambda n: b"%d" % (GOOD["created"] // 1000 + n * 3600))
_LEAVES = st.one_of(
    _ODD,
    _NEAR,
    st.none().map(json.dumps).map(str.encode),
    st.booleans().map(json.dumps).map(str.encode),
    st.integers().map(json.dumps).map(str.encode),
    st.integers(-(2**40), 2**60).map(json.dumps).map(str.encode),
    st.floats().map(json.dumps).map(str.encode),
    st.text().map(json.dumps).map(str.encode),
    st.text().map(lambda text: json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")),
)


def _object(pairs: list[tuple[str, bytes]]) -> bytes:
    return b"{%b}" % b",".join(b"%b:%b" % (json.dumps(key).encode(), each) for key, each in pairs)


def _pairs(names: tuple[str, ...], values: st.SearchStrategy[bytes], most: int = 4) -> Any:
    return st.lists(st.tuples(st.sampled_from(names), values), max_size=most)


_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: b"[%b]" % b",".join(each)),
        st.lists(st.tuples(st.text(max_size=4), inner), max_size=3).map(_object),
        _pairs((*_CAUSE, "email", "sms"), inner).map(_object),
    ),
    max_leaves=6,
)
_GOOD_PAIRS = [(name, json.dumps(value).encode()) for name, value in GOOD.items()]
_REPLIES = st.one_of(
    _pairs((*GOOD, *_ACCOUNT), _VALUES).map(lambda pairs: _object(_GOOD_PAIRS + pairs)),
    _pairs((*GOOD, *_ACCOUNT), _VALUES).map(_object),
    _VALUES,
    st.binary(max_size=40),
)
_CAUSES = st.lists(_pairs(_CAUSE, _VALUES).map(_object), max_size=3).map(
    lambda causes: b"[%b]" % b",".join(causes)
)
_ERRORS = st.one_of(_pairs(_ERROR, st.one_of(_VALUES, _CAUSES), 6).map(_object), _REPLIES)
_DATES = st.one_of(
    st.none(),
    st.text(),
    st.sampled_from(
        ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 0001 00:00:00 GMT", "-1", "9" * 5000]
    ),
    st.datetimes().map(lambda date: date.strftime("%a, %d %b %Y %H:%M:%S GMT")),
)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_usable(reply: Reply, wall: float) -> bool:
    """Decide by the rule whether a reply is a token: printable, and it ends within ten years."""
    try:
        fields = reply.json_object()
    except UnusableAnswer:
        return False
    token: Any = fields.get("token")
    expiration: Any = fields.get("expiration")
    created: Any = fields.get("created")
    if not (isinstance(token, str) and token and all("!" <= each <= "~" for each in token)):
        return False
    if not _is_number(expiration) or not 0 <= expiration < _YEAR_3000:
        return False
    starts: list[float] = [created / 1000] if _is_number(created) else []
    starts += [reply.date] if reply.date is not None else []
    left: float = min(expiration - start for start in starts or [wall])
    return 0 < left <= _TEN_YEARS


def test_a_reply_is_a_token_or_it_is_not_usable(counted: Count) -> None:
    tried = 0

    @given(body=_REPLIES, date=_DATES)
    def holds(body: bytes, date: str | None) -> None:
        nonlocal tried
        tried += 1
        clock = MovableClock()
        reply = Reply(body, server_clock({} if date is None else {"Date": date}), clock.elapsed())
        is_usable = _is_usable(reply, clock.wall())
        try:
            answer = token_reply(reply)
            token = token_from(answer, clock=clock, origin=TokenOrigin.Synerise)
        except UnusableAnswer:
            assert not is_usable
            return
        assert is_usable
        assert 0 < token.lifetime <= _TEN_YEARS
        assert token.expires_at == reply.received + token.lifetime
        assert isinstance(_handed_out(token), Token)
        state = SessionState("uuid", "device", token=token)
        assert from_text(to_text(state), clock) == state

    holds()
    counted("replies of any JSON tried", tried)


def test_any_account_is_an_account_or_not_usable(counted: Count) -> None:
    tried = 0

    @given(body=_REPLIES)
    def holds(body: bytes) -> None:
        nonlocal tried
        tried += 1
        try:
            fields = Reply(body, None, 0.0).json_object()
        except UnusableAnswer:
            return
        account = ClientAccountInformation.fromObject(fields)
        assert isinstance(account.sex, ClientSex)
        date = account.lastActivityDate
        assert date is None or (isinstance(date, datetime) and date.tzinfo is timezone.utc)
        result = ClientConditionalAuthResult.fromObject(fields)
        assert result.conditions == fields.get("conditions")

    holds()
    counted("replies of any JSON tried", tried)


def test_any_error_is_an_error_that_can_be_printed_and_keeps_no_secret(counted: Count) -> None:
    tried = 0

    @given(
        status=st.integers(100, 999),
        body=_ERRORS,
        retry_after=st.one_of(st.none(), st.text(), st.integers().map(str), _DATES),
        date=_DATES,
    )
    def holds(status: int, body: bytes, retry_after: str | None, date: str | None) -> None:
        nonlocal tried
        tried += 1
        given_headers = {"Retry-After": retry_after, "Date": date}
        headers = {name: value for name, value in given_headers.items() if value is not None}
        error = error_reply(status, headers, body, [_SECRET])
        assert error.httpStatus == status
        assert type(error.code) is int
        assert error.message
        assert _SECRET.encode() not in str(error).encode()
        assert all(isinstance(each, ErrorCause) for each in error.causes)
        assert _SECRET not in repr(vars(error))
        assert error.retry_after is None or error.retry_after >= 0

    holds()
    counted("replies of any JSON tried", tried)


# Through the whole client


class Stage:
    """A client whose requests for one operation get the body of the moment."""

    def __init__(self) -> None:
        self.answer = b""
        self.clock = MovableClock()
        self.storage = MemoryStorage()
        self._made = 0
        self._server = KeepingServer(self._answer_well, [(self._answer, True)])
        self.client = Client(self._server.url, self.storage, self.clock)

    def close(self) -> None:
        self.client.close()
        self._server.close()

    def _answer(self, exchange: Exchange) -> None:
        exchange.connection.sendall(self.answer)

    def _answer_well(self, exchange: Exchange) -> None:
        self._made += 1
        body = good(token=f"token-{self._made}")
        exchange.connection.sendall(http(body, connection="keep-alive"))

    def try_(self, name: str, answer: bytes) -> Any:
        """Have one call answered so, and see that the session makes sense before and after."""
        scene = SCENES[name]
        scene.prepare(self.client, self.clock)
        before = (self.client.words(), row_in(self.storage))
        self.answer, self.client.asks_for = answer, {scene.operation: 0}
        got = scene.perform(self.client)
        self.client.asks_for = {}
        assert not [each for each in self.client.logged if each.levelname == "ERROR"]
        self.client.logged.clear()
        if code_of(got[0]) == -106:
            assert (self.client.words(), row_in(self.storage)) == before
        token = row_in(self.storage)["token"]
        assert token is None or _is_sound(token)
        assert self.client.step("password_reset_request") == [True]
        assert len(got) == 1
        return got[0]


def _is_sound(token: dict[str, Any]) -> bool:
    datetime.fromtimestamp(token["expiration"], timezone.utc)
    return 0 < token["lifetime"] <= _TEN_YEARS and all(
        "!" <= each <= "~" for each in token["string"]
    )


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


_FEWER = settings(max_examples=max(20, settings.default.max_examples // 4))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name",
    ["login", "login_conditional", "login_anonymous", "simple_authentication", "refresh", "account",
     "refresh when due"],
)  # fmt: skip
def test_a_call_survives_any_json(stage: Stage, name: str, counted: Count) -> None:
    tried = 0

    @_FEWER
    @given(body=_REPLIES)
    def holds(body: bytes) -> None:
        nonlocal tried
        tried += 1
        got = stage.try_(name, http(body, connection="keep-alive"))
        assert code_of(got) in (None, -106)

    holds()
    counted("replies of any JSON through a client", tried)


@pytest.mark.parametrize("name", ["login", "register", "refresh", "account", "logout"])
def test_a_call_survives_any_error(stage: Stage, name: str, counted: Count) -> None:
    tried = 0

    @_FEWER
    @given(status=st.integers(300, 999), body=_ERRORS)
    def holds(status: int, body: bytes) -> None:
        nonlocal tried
        tried += 1
        got = stage.try_(name, http(body, status=f"{status} No", connection="keep-alive"))
        assert isinstance(got, Error)
        assert got.httpStatus == status

    holds()
    counted("replies of any JSON through a client", tried)
