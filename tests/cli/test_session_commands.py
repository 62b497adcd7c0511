"""The commands that deal with a customer's session, against a sandbox."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from synerise_client import ClientSimpleAuthenticationData, MemoryStorage, SQLiteStorage, Synerise
from tests.cli.caller import EMAIL, PASSWORD, Desk
from tests.conftest import secrets_of

TYPED = f"{PASSWORD}\n".encode()
LOCAL_TIME = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"


def live_token(desk: Desk) -> str:
    """The token that the session holds, as the next request would carry it."""
    desk.call("account")
    return str(desk.sandbox.requests[-1].headers["Authorization"].removeprefix("Bearer "))


def test_status_and_uuid_send_nothing(desk: Desk) -> None:
    desk.sign_in()
    before = len(desk.sandbox.requests)
    desk.sandbox.token_lifetime = 60  # the next refresh would be due at once
    desk.let_the_session_age(3000)
    assert desk.call("status").exit_code == 0
    assert desk.call("uuid").exit_code == 0
    assert len(desk.sandbox.requests) == before


def test_the_uuid_is_the_same_each_time_and_nothing_else_is_printed(desk: Desk) -> None:
    first = desk.call("uuid")
    assert first.out == f"{UUID(first.out.strip())}\n"
    assert first.err == ""
    assert desk.call("uuid", "--json").json == {"uuid": first.out.strip()}


def test_signing_in_says_who_and_until_when_and_lasts(desk: Desk) -> None:
    signed_in = desk.sign_in()
    assert re.fullmatch(rf"Signed in as {EMAIL}, until {LOCAL_TIME} \(in 60 min\)\n", signed_in.out)
    assert signed_in.err == ""
    status = desk.call("status")
    assert status.exit_code == 0
    assert f"Customer  {EMAIL}, signed in\n" in status.out
    assert re.search(rf"^Until     {LOCAL_TIME} \(in (59|60) min\)$", status.out, re.MULTILINE)
    assert f"Store     {desk.store}\n" in status.out


def test_the_session_is_the_one_that_scripts_have(desk: Desk) -> None:
    desk.sign_in()
    uuid = desk.uuid()
    initializer = Synerise.Initializer().withApiKey(desk.sandbox.api_key)
    initializer.withBaseUrl(desk.sandbox.url).withStorage(SQLiteStorage(desk.store)).init()
    try:
        assert Synerise.Client.isSignedIn()
        assert Synerise.Client.getUUID() == uuid
    finally:
        Synerise.shutdown()


@pytest.mark.parametrize("how", [(EMAIL,), ("--email", EMAIL)])
def test_the_customer_is_an_argument_or_an_option(desk: Desk, how: tuple[str, ...]) -> None:
    assert desk.call("sign-in", *how, stdin=TYPED).exit_code == 0


@pytest.mark.parametrize("how", [(), (EMAIL, "--email", EMAIL)])
def test_the_customer_is_given_once(desk: Desk, how: tuple[str, ...]) -> None:
    ended = desk.call("sign-in", *how, stdin=TYPED)
    assert ended.exit_code == 2
    assert "--email" in ended.line
    assert desk.operations == []


@pytest.mark.parametrize("how", [("",), ("--email", "")])
def test_an_empty_email_is_a_wrong_argument(desk: Desk, how: tuple[str, ...]) -> None:
    ended = desk.call("sign-in", *how, stdin=TYPED)
    assert ended.exit_code == 2
    assert "email must not be empty" in ended.line


@pytest.mark.parametrize(
    "typed", [TYPED, PASSWORD.encode(), f"{PASSWORD}\r\n".encode(), TYPED + b"and more\n"]
)
@pytest.mark.parametrize("options", [(), ("--password-stdin",)])
def test_the_password_is_the_first_line_of_standard_input(
    desk: Desk, typed: bytes, options: tuple[str, ...]
) -> None:
    assert desk.call("sign-in", EMAIL, *options, stdin=typed).exit_code == 0


def test_blanks_belong_to_the_password(desk: Desk) -> None:
    desk.sandbox.add_profile("blank@example.com", " Secret-1 ")
    assert desk.call("sign-in", "blank@example.com", stdin=b" Secret-1 \n").exit_code == 0


@pytest.mark.parametrize("typed", [b"", b"\n", b"\xff\xfe\n"])
def test_without_a_usable_password_nothing_is_sent(desk: Desk, typed: bytes) -> None:
    ended = desk.call("sign-in", EMAIL, stdin=typed)
    assert ended.exit_code == 2
    assert "password" in ended.line
    assert desk.operations == []


def test_there_is_no_option_for_a_password(desk: Desk) -> None:
    ended = desk.call("sign-in", EMAIL, "--password", PASSWORD)
    assert ended.exit_code == 2
    assert PASSWORD not in ended.err


def test_a_token_is_told_with_its_end(desk: Desk) -> None:
    desk.sign_in()
    token = live_token(desk)
    shown = desk.call("token").out
    assert re.fullmatch(rf"Token  {token}\nUntil  {LOCAL_TIME} \(in (59|60) min\)\n", shown)


def test_a_raw_token_is_its_characters_and_one_line_end(desk: Desk) -> None:
    desk.sign_in()
    assert desk.call("token", "--raw").out == f"{live_token(desk)}\n"


def test_a_token_as_json_has_all_that_is_known(desk: Desk) -> None:
    desk.sign_in()
    told = desk.call("token", "--json").json
    left = datetime.fromisoformat(told["expirationDate"]) - datetime.now(timezone.utc)
    assert told["token"] == live_token(desk)
    assert timedelta(minutes=55) < left < timedelta(minutes=61)
    assert 3300 < told["secondsLeft"] <= 3600
    assert told["origin"] == "SYNERISE"
    assert told["clientId"] == str(1000000001)
    assert told["customId"] is None


def test_a_live_token_costs_no_request_and_one_that_is_due_is_refreshed(desk: Desk) -> None:
    desk.sign_in()
    first = desk.call("token", "--raw").out
    assert desk.operations == ["login"]
    desk.let_the_session_age(1900)
    second = desk.call("token", "--raw").out
    assert desk.operations == ["login", "refresh"]
    assert second != first


def test_what_is_left_of_a_token_goes_by_the_server_s_clock(desk: Desk) -> None:
    desk.sandbox.advance(7200)
    desk.sign_in()
    assert "(in 60 min)" in desk.call("token").out
    assert 3500 < desk.call("status", "--json").json["secondsLeft"] <= 3600


def test_refresh_gets_another_token_and_prints_none(desk: Desk) -> None:
    desk.sign_in()
    before = live_token(desk)
    refreshed = desk.call("refresh")
    after = live_token(desk)
    assert before != after
    assert re.fullmatch(rf"Refreshed, valid until {LOCAL_TIME} \(in 60 min\)\n", refreshed.out)
    assert set(desk.call("refresh", "--json").json) == {
        *("expirationDate", "secondsLeft", "origin", "customId", "clientId")
    }


def test_an_account_is_what_the_server_knows_and_what_it_does_not_is_left_out(desk: Desk) -> None:
    desk.sign_in()
    lines = dict(line.split(None, 1) for line in desk.call("account").out.splitlines())
    assert lines["email"] == EMAIL
    assert lines["firstName"] == "Anna"
    assert "lastName" not in lines
    fields = desk.call("account", "--json").json
    assert fields["firstName"] == "Anna"
    assert fields["lastName"] is None
    assert fields["agreements"]["email"] is False
    assert datetime.fromisoformat(fields["lastActivityDate"]).tzinfo is not None


def test_what_the_server_says_cannot_steer_the_terminal(desk: Desk) -> None:
    desk.sandbox.fail(
        "login", 401, body={"status": 401, "message": "Bad\x1b[2J\r\nError: forged\u202e"}
    )
    ended = desk.call("sign-in", EMAIL, stdin=TYPED)
    assert ended.exit_code == 5
    assert "Bad[2J Error: forged (401)" in ended.line
    desk.sign_in()
    desk.sandbox.fail("account", 200, body={"firstName": "An\x1b[31mna\nemail  forged"})
    shown = desk.call("account").out
    assert "firstName  An[31mna email forged\n" in shown
    assert "\x1b" not in shown


def test_signing_out_keeps_the_uuid_and_tells_the_server(desk: Desk) -> None:
    desk.sign_in()
    uuid = desk.uuid()
    ended = desk.call("sign-out")
    assert (ended.exit_code, ended.out) == (0, f"Signed out; the customer is {uuid}\n")
    assert desk.uuid() == uuid
    assert desk.operations == ["login", "logout"]
    assert desk.sandbox.requests[-1].json["fromAllDevices"] is False
    status = desk.call("status")
    assert status.exit_code == 3
    assert "Last end  USER_SIGN_OUT\n" in status.out


def test_signing_out_everywhere_with_destruction_takes_a_new_uuid(desk: Desk) -> None:
    desk.sign_in()
    uuid = desk.uuid()
    told = desk.call("sign-out", "--all-devices", "--destroy", "--json").json
    assert told == {"uuid": desk.uuid()}
    assert told["uuid"] != uuid
    assert desk.sandbox.requests[-1].json["fromAllDevices"] is True


def test_destroying_takes_a_new_uuid_and_sends_nothing(desk: Desk) -> None:
    desk.sign_in()
    uuid, sent = desk.uuid(), len(desk.sandbox.requests)
    ended = desk.call("destroy")
    assert ended.out == f"Destroyed; a new customer is {desk.uuid()}\n"
    assert desk.uuid() != uuid
    assert desk.call("status").exit_code == 3
    assert len(desk.sandbox.requests) == sent
    assert set(desk.call("destroy", "--json").json) == {"uuid"}


def test_the_status_of_nobody_is_anonymous_and_exit_code_3(desk: Desk) -> None:
    ended = desk.call("status")
    assert ended.exit_code == 3
    assert ended.out.startswith("Customer  anonymous, nobody is signed in\nUUID      ")
    told = desk.call("status", "--json")
    assert told.exit_code == 3
    assert told.json["isLoggedIn"] is False
    assert told.json["customer"] is told.json["expirationDate"] is told.json["lastEnd"] is None
    assert told.json["baseUrl"] == desk.sandbox.url
    assert told.json["store"] == str(desk.store)


def test_the_status_of_an_expired_session_says_who_it_was_and_since_when(desk: Desk) -> None:
    desk.sign_in()
    desk.let_the_session_age(3600 + 1800)
    ended = desk.call("status")
    assert ended.exit_code == 3
    assert f"Customer  {EMAIL}, no longer signed in: the session has expired\n" in ended.out
    assert "(30 min ago)" in ended.out
    told = desk.call("status", "--json").json
    assert (told["isLoggedIn"], told["customer"]) == (False, EMAIL)
    assert told["secondsLeft"] < -1700


def test_the_status_of_a_simple_authentication_names_the_identifier(desk: Desk) -> None:
    initializer = Synerise.Initializer().withApiKey(desk.sandbox.api_key)
    initializer.withBaseUrl(desk.sandbox.url).withStorage(SQLiteStorage(desk.store)).init()
    try:
        data = ClientSimpleAuthenticationData(email="bea@example.com")
        Synerise.Client.simpleAuthentication(data, "bea-7")
        Synerise.waitUntilIdle()
    finally:
        Synerise.shutdown()
    assert "Customer  customId bea-7, signed in\n" in desk.call("status").out


def test_a_token_is_printed_by_token_alone_and_no_other_secret_by_anybody(desk: Desk) -> None:
    printed = [
        desk.sign_in(),
        *(desk.call(*line) for line in (("status",), ("status", "--json"), ("uuid",))),
        *(desk.call(*line) for line in (("account",), ("account", "--json"))),
        *(desk.call(*line) for line in (("refresh",), ("refresh", "--json", "--debug"))),
        desk.call("sign-in", EMAIL, "--debug", "--json", stdin=TYPED),
        *(desk.call(*line) for line in (("account", "--debug"), ("sign-out", "--debug"))),
        desk.call("doctor", "--debug"),
        desk.call("destroy", "--debug"),
    ]
    text = "".join(each.out + each.err for each in printed)
    assert "HTTP status 200" in text  # the log is there
    assert not [secret for secret in secrets_of(desk.sandbox) if secret in text]
    assert PASSWORD not in text


def test_another_store_holds_another_session(desk: Desk) -> None:
    desk.sign_in()
    other = desk.store.with_name("other.sqlite3")
    ended = desk.call("status", "--store", other, "--json")
    assert ended.exit_code == 3
    assert ended.json["store"] == str(other)
    assert other.exists()


def test_another_api_key_is_another_session(desk: Desk) -> None:
    desk.sign_in()
    assert desk.call("status", "--api-key", "another").exit_code == 3


def test_the_log_is_as_it_was_after_a_command(desk: Desk) -> None:
    log = logging.getLogger("synerise_client")
    level, handlers = log.level, list(log.handlers)
    log.setLevel(17)
    try:
        desk.call("uuid", "--debug")
        desk.call("token")
        assert (log.level, log.handlers) == (17, handlers)
    finally:
        log.setLevel(level)


def test_a_session_in_memory_is_left_alone_by_the_doctor(desk: Desk) -> None:
    Synerise.Initializer().withApiKey("k").withStorage(MemoryStorage()).init()
    try:
        uuid = Synerise.Client.getUUID()
        assert json.loads(desk.call("doctor", "--json").out)["isWell"]
        assert Synerise.Client.getUUID() == uuid
    finally:
        Synerise.shutdown()
