"""Token, account and conditional result: what callers get back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from synerise_client.models.account_information import ClientAccountInformation
from synerise_client.models.agreements import ClientAgreements
from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
from synerise_client.models.dates import utc_datetime
from synerise_client.models.enums import ClientConditionalAuthStatus, ClientSex, TokenOrigin
from synerise_client.models.token import Token
from synerise_client.models.unset import UNSET

UTC = timezone.utc
NOON = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)
SECONDS = 1714564800

KINDS: list[Any] = [Token, ClientAccountInformation, ClientConditionalAuthResult]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (SECONDS, NOON),
        (SECONDS + 0.5, NOON + timedelta(milliseconds=500)),
        (SECONDS * 1000 + 7, NOON + timedelta(milliseconds=7)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-86400, datetime(1969, 12, 31, tzinfo=UTC)),
        ("2024-05-01T12:00:00Z", NOON),
        (" 2024-05-01t12:00:00z ", NOON),
        ("2024-05-01T12:00Z", NOON),
        ("2024-05-01 12:00:00", NOON),
        ("2024-05-01T14:00:00+02:00", NOON),
        ("2024-05-01T14:00:00+0200", NOON),
        ("2024-05-01T09:00:00-03", NOON),
        ("2024-05-01T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2024-05-01T12:00:00,250Z", NOON + timedelta(milliseconds=250)),
        ("2024-05-01T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
        ("2024-05-01", NOON - timedelta(hours=12)),
        (NOON, NOON),
        (NOON.replace(tzinfo=None), NOON),
        (NOON.astimezone(timezone(timedelta(hours=2))), NOON),
    ],
)
def test_seconds_milliseconds_and_iso_strings_are_dates_in_utc(value: Any, date: datetime) -> None:
    read = utc_datetime(value)
    assert read == date
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, "", " ", "soon", "20240501", "2024-W18-3", "2024-122", "1714564800"),
        *("2024-13-01", "2024-05-01T", "2024-05-01T12", "2024-05-01T1200Z", "2024-05-01T25:00:00Z"),
        *("2024-05-01T12:00:00+", "2024-05-01T12:00:00.xZ", "2024-05-01_12:00:00", "Z", "-"),
        *(float("nan"), float("inf"), 1e300, 10**400, -(10**400), [], {}, object(), b"2024-05-01"),
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_what_is_no_date_reads_as_none(value: Any) -> None:
    assert utc_datetime(value) is None


@pytest.mark.parametrize("value", [SECONDS, SECONDS * 1000, "2024-05-01T12:00:00Z"])
def test_models_read_their_dates_in_any_unit(value: Any) -> None:
    assert Token.fromObject({"expirationDate": value}).expirationDate == NOON
    account = ClientAccountInformation.fromObject({"lastActivityDate": value})
    assert account.lastActivityDate == NOON


def test_a_token_string_is_not_in_the_repr() -> None:
    token = Token.fromObject({"tokenString": "s3cret", "expirationDate": SECONDS, "customId": "c"})
    assert token.tokenString == "s3cret"
    assert "s3cret" not in repr(token)
    assert "customId='c'" in repr(token)


@pytest.mark.parametrize("kind", KINDS)
def test_models_cannot_be_changed(kind: Any) -> None:
    model = kind.fromObject({})
    for name in ("status", "email", "tokenString", "ctiy"):
        with pytest.raises(AttributeError):
            setattr(model, name, "x")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", [{}, None, [], "x", {"later": 1}])
def test_what_is_missing_reads_as_none(kind: Any, empty: Any) -> None:
    read = attrs.asdict(kind.fromObject(empty))
    given = {name: value for name, value in read.items() if value is not None}
    expected = {
        Token: {"origin": TokenOrigin.Unknown},
        ClientAccountInformation: {"sex": ClientSex.NotSpecified},
        ClientConditionalAuthResult: {},
    }
    assert given == expected[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", [5, "x", True, [], [1], {}, {"a": []}, 1e400, object()])
def test_wrong_types_in_a_reply_never_raise(kind: Any, wrong: Any) -> None:
    special = {"origin", "sex", "expirationDate", "lastActivityDate", "agreements"}
    model = kind.fromObject({a.name: wrong for a in attrs.fields(kind)})
    for a in attrs.fields(kind):
        if a.name not in special:
            assert getattr(model, a.name) is wrong
    repr(model)


@pytest.mark.parametrize("wrong", [None, 5, "x", [], ["MALE"], {}])
def test_enums_of_a_wrong_type_are_unknown(wrong: Any) -> None:
    assert Token.fromObject({"origin": wrong}).origin is TokenOrigin.Unknown
    assert ClientAccountInformation.fromObject({"sex": wrong}).sex is ClientSex.NotSpecified


@pytest.mark.parametrize("wrong", [None, 5, "x", [], True])
def test_agreements_that_are_no_mapping_read_as_none(wrong: Any) -> None:
    assert ClientAccountInformation.fromObject({"agreements": wrong}).agreements is None


def test_an_agreement_that_is_no_flag_is_left_out() -> None:
    reply = {"email": "yes", "sms": None, "push": 1, "wifi": False}
    agreements = ClientAccountInformation.fromObject({"agreements": reply}).agreements
    assert agreements == ClientAgreements(sms=None, wifi=False)


def test_an_account_s_agreements_are_an_object(caplog: pytest.LogCaptureFixture) -> None:
    reply = {"email": True, "sms": False, "fax": True, "_modelObject": {"wifi": True}, 5: 6}
    agreements = ClientAccountInformation.fromObject({"agreements": reply}).agreements
    assert agreements == ClientAgreements(email=True, sms=False)
    assert agreements.wifi is UNSET
    assert not caplog.records, "a reply's unknown keys are not the caller's fault"


def test_an_unknown_status_is_kept_as_the_server_wrote_it() -> None:
    result = ClientConditionalAuthResult.fromObject({"status": "CAPTCHA_REQUIRED"})
    assert result.status == "CAPTCHA_REQUIRED"
    assert not isinstance(result.status, ClientConditionalAuthStatus)


def test_a_known_status_is_a_member() -> None:
    result = ClientConditionalAuthResult.fromObject({"status": "SUCCESS"})
    assert result.status is ClientConditionalAuthStatus.Success
