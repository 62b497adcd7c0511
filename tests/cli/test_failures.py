"""What goes wrong is one line on standard error, and an exit code that tells what it was."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from synerise_client.api.base_url import DEFAULT_BASE_URL
from synerise_client.cli import run as run_module
from synerise_client.cli.store import WatchedStorage
from tests.cli.caller import EMAIL, PASSWORD, Desk, Ended
from tests.store.conftest import BrokenStorage, locked, run

TYPED = f"{PASSWORD}\n".encode()
NOWHERE = "http://127.0.0.1:1"
SESSION_COMMANDS = ("token", "refresh", "account", "sign-out")


def fails(ended: Ended, exit_code: int, *words: str) -> None:
    """Check that a command failed as it should: nothing printed, one line of complaint."""
    assert ended.exit_code == exit_code, ended
    assert ended.out == ""
    assert ended.line.startswith("Error: ")
    for word in words:
        assert word in ended.line


def test_a_wrong_api_key_is_refused(desk: Desk) -> None:
    ended = desk.call("sign-in", EMAIL, "--api-key", "wrong", stdin=TYPED)
    fails(ended, 5, "Unknown API key (401)", "Check the e-mail address, the password and the API")


def test_a_wrong_password_is_refused(desk: Desk) -> None:
    fails(desk.call("sign-in", EMAIL, stdin=b"Wrong-1\n"), 5, "Wrong credentials (401)", "Check")


def test_support_learns_the_trace(desk: Desk) -> None:
    desk.sandbox.fail("login", 403, body={"message": "Not activated", "traceId": "abc-7"})
    ended = desk.call("sign-in", EMAIL, stdin=TYPED)
    fails(ended, 5, "The server refused: Not activated (403) (trace abc-7)")


@pytest.mark.parametrize("command", SESSION_COMMANDS)
def test_nobody_signed_in_is_told_from_the_rest(desk: Desk, command: str) -> None:
    fails(desk.call(command), 3, "Nobody is signed in", "synerise-client sign-in EMAIL")
    assert desk.operations == []


@pytest.mark.parametrize("command", ["token", "refresh", "account"])
def test_an_expired_session_says_so_once(desk: Desk, command: str) -> None:
    desk.sign_in()
    desk.let_the_session_age(4000)
    fails(desk.call(command), 3, "The session has expired", "synerise-client sign-in EMAIL")
    fails(desk.call(command), 3, "Nobody is signed in")
    assert desk.operations == ["login"]


def test_signing_out_of_an_expired_session_finds_nobody(desk: Desk) -> None:
    desk.sign_in()
    desk.let_the_session_age(4000)
    fails(desk.call("sign-out"), 3, "Nobody is signed in")


def test_no_network_names_the_base_url_and_the_doctor(desk: Desk) -> None:
    ended = desk.call("sign-in", EMAIL, "--base-url", NOWHERE, stdin=TYPED)
    fails(ended, 4, "Could not connect", NOWHERE, "synerise-client doctor")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_no_refusal(desk: Desk, status: int) -> None:
    desk.sign_in()
    desk.sandbox.fail("account", status)
    fails(desk.call("account"), 4, "The server is in trouble", f"({status})", "Try again later")


@pytest.mark.parametrize("status", [400, 403, 404, 406, 412, 423])
def test_a_refusal_is_no_trouble(desk: Desk, status: int) -> None:
    desk.sign_in()
    desk.sandbox.fail("account", status)
    fails(desk.call("account"), 5, "The server refused", f"({status})")


def test_a_path_that_is_not_there_asks_whether_the_base_url_is_right(desk: Desk) -> None:
    desk.sign_in()
    desk.sandbox.fail("account", 404)
    fails(desk.call("account"), 5, "(404)", f"Is {desk.sandbox.url} the right base URL?")
    desk.sandbox.move("account", "/elsewhere")
    fails(desk.call("account"), 5, "(405)", f"Is {desk.sandbox.url} the right base URL?")


def test_a_session_that_the_server_has_ended_wants_a_new_sign_in(desk: Desk) -> None:
    desk.sign_in()
    desk.sandbox.revoke_all()
    fails(desk.call("refresh"), 5, "(401)", "synerise-client sign-in EMAIL")
    fails(desk.call("token"), 3, "Nobody is signed in")


def test_an_answer_without_sense_is_something_else(desk: Desk) -> None:
    desk.sandbox.fail("login", 200, body="<html>Welcome to our hotel</html>")
    fails(desk.call("sign-in", EMAIL, stdin=TYPED), 1, "not JSON")


def test_a_sign_out_that_the_server_does_not_hear_of_is_one_all_the_same(desk: Desk) -> None:
    desk.sign_in()
    desk.sandbox.fail("logout", 503)
    ended = desk.call("sign-out")
    fails(ended, 4, "Signed out here, but the server was not told", "(503)")
    assert desk.call("status").exit_code == 3


def test_without_an_api_key_the_variable_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNERISE_CLIENT_API_KEY")
    for command in (*SESSION_COMMANDS, "uuid", "status", "destroy", "doctor"):
        fails(desk.call(command), 2, "SYNERISE_CLIENT_API_KEY")


@pytest.mark.parametrize("url", ["http://example.com", "nonsense", "https://a:b@example.com"])
def test_a_base_url_that_cannot_be_used_is_told_by_its_option(desk: Desk, url: str) -> None:
    for command in ("token", "doctor"):
        fails(desk.call(command, "--base-url", url), 2, "--base-url: ")


def test_a_wrong_command_or_option_points_at_the_help(desk: Desk) -> None:
    fails(desk.call("tokens"), 2, "'tokens'", "synerise-client --help")
    fails(desk.call("token", "--row"), 2, "--row", "synerise-client token --help")
    fails(desk.call("token", "--raw", "--json"), 2, "--raw and --json")
    fails(desk.call("sign-in", EMAIL, "too much"), 2, "sign-in --help")


def test_options_win_over_their_variables(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign_in()
    monkeypatch.setenv("SYNERISE_CLIENT_API_KEY", "wrong")
    monkeypatch.setenv("SYNERISE_CLIENT_BASE_URL", NOWHERE)
    there = ("--api-key", desk.sandbox.api_key, "--base-url", desk.sandbox.url)
    assert desk.call("account", *there).exit_code == 0
    assert desk.call("status").exit_code == 3


def test_an_option_that_is_empty_is_as_good_as_left_out(desk: Desk) -> None:
    told = desk.call("status", "--json", "--base-url", "", "--store", "", "--ca", "").json
    assert (told["baseUrl"], told["store"]) == (DEFAULT_BASE_URL, str(desk.store))


def test_a_store_that_others_can_write_to_is_not_used_and_nothing_is_sent(desk: Desk) -> None:
    desk.sign_in()
    desk.store.chmod(0o666)
    for command in (*SESSION_COMMANDS, "uuid", "status", "destroy", "sign-in"):
        arguments = [command, EMAIL] if command == "sign-in" else [command]
        fails(
            desk.call(*arguments, stdin=TYPED),
            *(6, "The store cannot be used", "others can write", "synerise-client doctor"),
        )
    assert desk.operations == ["login"]


def test_a_store_that_is_in_use_for_too_long_is_told(desk: Desk) -> None:
    desk.sign_in()
    with locked(desk.store):
        fails(desk.call("token"), 6, "The store cannot be used", "locked")


def test_what_cannot_be_stored_in_the_end_is_a_failure_if_that_was_the_point(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(WatchedStorage, BrokenStorage):
        """Nothing can be written to it."""

    desk.sign_in()
    monkeypatch.setattr(BrokenStorage, "writes", False)
    monkeypatch.setattr("synerise_client.cli.customer.WatchedStorage", Full)
    fails(desk.call("refresh"), 6, "could not be stored: the disk is full")
    assert desk.operations == ["login", "refresh"]
    desk.let_the_session_age(1900)
    ended = desk.call("token", "--raw")
    assert ended.exit_code == 0
    assert ended.out
    assert ended.line.startswith("Warning: What has changed could not be stored: the disk is full")


def test_a_damaged_store_is_told_of_and_replaced(desk: Desk) -> None:
    desk.sign_in()
    desk.store.write_bytes(b"no database, but long enough to look like a file of some kind" * 20)
    ended = desk.call("status")
    assert ended.exit_code == 3
    assert ended.line.startswith("Warning: ")
    assert "damaged" in ended.line


READ_ONLY = """
from tests.cli.caller import call
answers = {each: call(*each.split()) for each in ("token --raw", "refresh", "uuid", "doctor")}
print(repr({command: tuple(ended) for command, ended in answers.items()}))
"""


@pytest.mark.skipif("sys.platform == 'win32'")
def test_a_read_only_store_is_read_with_a_warning_and_nothing_else(desk: Desk) -> None:
    desk.sign_in()
    desk.store.chmod(0o400)
    desk.store.parent.chmod(0o500)
    try:
        ended = {
            command: Ended(*told)
            for command, told in ast.literal_eval(
                run(READ_ONLY, PYTHONPATH=str(Path(__file__).parents[2]))
            ).items()
        }
    finally:
        desk.store.parent.chmod(0o700)
    assert ended["token --raw"].exit_code == 0
    assert len(ended["token --raw"].out) == 65
    assert ended["token --raw"].line.startswith("Warning: The store is read-only")
    assert ended["uuid"].exit_code == 0
    fails(ended["refresh"], 6, "The store is read-only", str(desk.store))
    assert ended["doctor"].exit_code == 7
    assert "read-only" in ended["doctor"].out
    asked = [each for each in desk.sandbox.requests if each.operation == "refresh"]
    assert not [each for each in asked if "Authorization" in each.headers]  # but by the doctor


def test_whatever_nobody_foresaw_is_one_line_without_debug(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise LookupError("nobody foresaw\nthis")

    monkeypatch.setattr(run_module, "synerise_client", fail)
    monkeypatch.setattr("sys.argv", ["synerise-client"])
    assert run_module.run() == 1
    complaint = capsys.readouterr().err
    assert complaint == "Error: LookupError: nobody foresaw this. This should not happen\n"
    monkeypatch.setattr("sys.argv", ["synerise-client", "--debug"])
    with pytest.raises(LookupError):
        run_module.run()


def test_failures_are_told_in_json_mode_too(desk: Desk) -> None:
    fails(desk.call("token", "--json"), 3, "Nobody is signed in")
    assert json.loads(desk.call("status", "--json").out)["isLoggedIn"] is False
