"""A script that is run twice is the same customer."""

from __future__ import annotations

from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise, Token
from tests.conftest import PASSWORD, Team
from tests.store.conftest import bytes_of, row, rows, run

ANOTHER_RUN = """
import sys
from synerise_client import RetryPolicy, SQLiteStorage, Synerise
path, url, key = sys.argv[1:]
Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(SQLiteStorage(path)).init()
tokens = []
Synerise.Client.retrieveToken(tokens.append)
assert Synerise.waitUntilIdle(20)
client = Synerise.Client
print(client.getUUID(), client.isSignedIn(), *[each.tokenString for each in tokens])
"""


def test_a_restarted_client_is_the_same_customer_with_the_same_token(
    team: Team, path: Path
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    uuid, token, device = client.getUUID(), team.call("retrieveToken"), row(path)["device_id"]
    Synerise.shutdown()
    client = team.client(SQLiteStorage(path))
    assert client.getUUID() == uuid
    assert client.isSignedIn()
    assert team.call("retrieveToken") == token
    assert row(path)["device_id"] == device
    assert team.operations == ["login"]


def test_an_anonymous_customer_keeps_the_uuid_over_a_restart(team: Team, path: Path) -> None:
    uuid = team.client(SQLiteStorage(path)).getUUID()
    Synerise.shutdown()
    assert team.client(SQLiteStorage(path)).getUUID() == uuid


def test_a_regenerated_uuid_is_kept_over_a_restart(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    assert client.regenerateUUIDWithClientIdentifier("customer@example.com")
    uuid = client.getUUID()
    Synerise.shutdown()
    assert team.client(SQLiteStorage(path)).getUUID() == uuid


def test_the_device_that_logs_in_is_the_same_after_a_restart(team: Team, path: Path) -> None:
    for _ in range(2):
        team.client(SQLiteStorage(path))
        team.sign_in()
        Synerise.shutdown()
    first, second = team.sandbox.requests
    assert first.json["deviceId"] == second.json["deviceId"]
    assert first.json["uuid"] == second.json["uuid"]


def test_another_process_is_the_same_customer_with_the_same_token(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    token = team.call("retrieveToken").tokenString
    heard = run(ANOTHER_RUN, path, team.sandbox.url, team.sandbox.api_key)
    assert heard == f"{client.getUUID()} True {token}"
    assert team.operations == ["login"]


def test_another_api_key_is_another_customer(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    heard = run(ANOTHER_RUN, path, team.sandbox.url, "another-key").split()
    assert heard[0] != client.getUUID()
    assert heard[1:] == ["False"]
    assert len(rows(path)) == 2


def test_another_base_url_is_another_customer(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    heard = run(ANOTHER_RUN, path, f"{team.sandbox.url}/other", team.sandbox.api_key).split()
    assert heard[0] != client.getUUID()
    assert heard[1:] == ["False"]


def test_a_base_url_that_is_written_otherwise_is_the_same_customer(team: Team, path: Path) -> None:
    client = team.client(SQLiteStorage(path))
    url = team.sandbox.url.replace("http", "HTTP") + "//"
    heard = run(ANOTHER_RUN, path, url, team.sandbox.api_key).split()
    assert heard[0] == client.getUUID()
    assert len(rows(path)) == 1


@pytest.mark.parametrize("ender", ["destroySession", "signOut"])
def test_an_end_is_kept_over_a_restart(team: Team, path: Path, ender: str) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in()
    getattr(client, ender)()
    uuid = client.getUUID()
    Synerise.shutdown()
    client = team.client(SQLiteStorage(path))
    assert client.getUUID() == uuid
    assert not client.isSignedIn()


def test_no_password_comes_to_the_disk(team: Team, path: Path) -> None:
    team.client(SQLiteStorage(path))
    on_disk: list[bytes] = []
    team.sandbox.add_profile("anna@example.com", PASSWORD)
    with team.sandbox.hold("login") as hold:
        Synerise.Client.signIn(
            "anna@example.com", PASSWORD, lambda: on_disk.append(bytes_of(path.parent))
        )
        assert hold.arrived.wait(10)
        on_disk.append(bytes_of(path.parent))
    assert Synerise.waitUntilIdle(10)
    Synerise.shutdown()
    on_disk.append(bytes_of(path.parent))
    assert len(on_disk) == 3
    assert b"anna@example.com" in on_disk[1]
    assert not any(PASSWORD.encode() in each for each in on_disk)


def test_the_new_state_is_on_disk_before_anybody_is_told(team: Team, path: Path) -> None:
    seen: list[tuple[str, str | None]] = []

    def look(what: str) -> None:
        token = row(path)["token"]
        seen.append((what, token and token["string"]))

    class Listener:
        def onClientSignedIn(self) -> None:
            look("in")

        def onClientSignedOut(self) -> None:
            look("out")

    client = team.client(SQLiteStorage(path))
    client.setClientStateChangeListener(Listener())
    team.sandbox.add_profile("anna@example.com", PASSWORD)
    tokens: list[str] = []
    client.signIn("anna@example.com", PASSWORD, lambda: look("signIn"))
    client.retrieveToken(lambda token: tokens.append(token.tokenString))

    def refreshed(token: Token) -> None:
        tokens.append(token.tokenString)
        look("refresh")

    client.refreshToken(refreshed)
    client.signOutWithMode("SIGN_OUT", False, lambda: look("signOut"))
    assert Synerise.waitUntilIdle(10)
    first, second = tokens
    assert seen == [
        ("in", first),
        ("signIn", first),
        ("refresh", second),
        ("out", None),
        ("signOut", None),
    ]


def test_a_destroyed_session_leaves_nothing_of_its_tokens_in_the_files(
    team: Team, path: Path
) -> None:
    client = team.client(SQLiteStorage(path))
    team.sign_in("anna@example.com")
    secrets = [team.call("retrieveToken").tokenString, team.call("refreshToken").tokenString]
    secrets += [client.getUUID(), row(path)["device_id"], "anna@example.com"]
    assert secrets[1].encode() in bytes_of(path.parent)
    client.destroySession()
    assert not any(secret.encode() in bytes_of(path.parent) for secret in secrets)
    assert client.getUUID().encode() in bytes_of(path.parent)
    assert Synerise.waitUntilIdle(10)
    Synerise.shutdown()
    assert not any(secret.encode() in bytes_of(path.parent) for secret in secrets)
