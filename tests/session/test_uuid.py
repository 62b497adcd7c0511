"""getUUID and the two ways to regenerate it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientModule,
    MemoryStorage,
    SQLiteStorage,
    Synerise,
    Token,
)
from tests.conftest import PASSWORD, Heard, Team
from tests.session.scenes import bearers, bodies, held, story

REGENERATIONS: dict[str, Callable[[ClientModule], bool]] = {
    "regenerateUUID": lambda client: client.regenerateUUID(),
    "with an identifier": lambda client: client.regenerateUUIDWithClientIdentifier("someone"),
}
both_ways = pytest.mark.parametrize("regenerate", REGENERATIONS.values(), ids=REGENERATIONS)
Regenerate = Callable[[ClientModule], bool]


def registration(email: str) -> ClientAccountRegisterContext:
    return ClientAccountRegisterContext(email, PASSWORD)


def test_get_uuid_is_a_uuid_from_the_start_and_stays_the_same(team: Team) -> None:
    client = team.client()
    uuid = client.getUUID()
    assert isinstance(uuid, str)
    assert str(UUID(uuid)) == uuid
    assert client.getUUID() == uuid
    assert team.operations == []


def test_two_installations_have_different_uuids(team: Team) -> None:
    client = team.client()
    assert team.other_client(MemoryStorage()).getUUID() != client.getUUID()


def test_regenerate_uuid_takes_a_random_version_4(team: Team) -> None:
    client = team.client()
    seen = {client.getUUID()}
    for _ in range(3):
        assert client.regenerateUUID() is True
        assert UUID(client.getUUID()).version == 4
        seen.add(client.getUUID())
    assert len(seen) == 4
    assert team.operations == []


@both_ways
def test_regenerating_drops_the_anonymous_token(team: Team, regenerate: Regenerate) -> None:
    client = team.client()
    team.call("registerAccount", registration("one@example.com"))
    assert regenerate(client) is True
    team.call("registerAccount", registration("two@example.com"))
    assert team.operations == ["login_anonymous", "register"] * 2
    assert bodies(team, "login_anonymous")[1]["uuid"] == client.getUUID()
    first, second = bearers(team, "register")
    assert first != second
    assert team.heard.events == []


@both_ways
def test_regenerating_forgets_who_was_signed_in_last(team: Team, regenerate: Regenerate) -> None:
    client = team.client()
    team.sign_in()
    client.signOut()
    assert regenerate(client) is True
    uuid = client.getUUID()
    team.sign_in("bea@example.com")
    assert client.getUUID() == uuid


@both_ways
def test_with_a_customer_signed_in_nothing_is_regenerated(
    team: Team, regenerate: Regenerate
) -> None:
    client = team.client()
    team.sign_in()
    uuid, token = client.getUUID(), team.call("retrieveToken")
    assert regenerate(client) is False
    assert client.getUUID() == uuid
    assert client.isSignedIn()
    assert team.call("retrieveToken") == token
    assert team.heard.events == [("in",)]


@both_ways
def test_with_a_customer_signed_in_no_pending_call_is_touched(
    team: Team, regenerate: Regenerate
) -> None:
    client = team.client()
    team.sign_in()
    team.heard.clear()
    with held(team, "refresh", "refreshToken") as hold:
        client.retrieveToken(*team.heard.callbacks("retrieveToken"))
        assert regenerate(client) is False
        hold.release()
        team.heard.wait_for(2)
    assert [each[:2] for each in story(team.heard)] == [
        ("refreshToken", "success"),
        ("retrieveToken", "success"),
    ]
    assert all(isinstance(token, Token) for _, _, token in team.heard.results)


@both_ways
def test_a_customer_whose_token_has_expired_is_anonymous(
    team: Team, regenerate: Regenerate
) -> None:
    client = team.client()
    team.sign_in()
    uuid = client.getUUID()
    team.time_passes(3601)
    assert regenerate(client) is True
    assert client.getUUID() != uuid
    assert team.call("retrieveToken").code == 3200


def test_an_identifier_gives_the_documented_uuid(team: Team) -> None:
    client = team.client(withUUIDSalt="someString")
    assert client.regenerateUUIDWithClientIdentifier("customer@synerise.com") is True
    assert client.getUUID() == "345d4c8f-5aff-591d-a19c-1ca48923d9ee"


def test_the_same_identifier_gives_the_same_uuid_everywhere(team: Team) -> None:
    client, other = team.client(), team.other_client(MemoryStorage(), Heard())
    client.regenerateUUIDWithClientIdentifier("someone")
    other.regenerateUUIDWithClientIdentifier("someone")
    assert client.getUUID() == other.getUUID()
    assert UUID(client.getUUID()).version == 5
    other.regenerateUUIDWithClientIdentifier("someone else")
    assert client.getUUID() != other.getUUID()


def test_another_salt_gives_another_uuid(team: Team) -> None:
    client = team.client(withUUIDSalt="salt")
    client.regenerateUUIDWithClientIdentifier("someone")
    salted = client.getUUID()
    other = team.other_client(MemoryStorage())
    other.regenerateUUIDWithClientIdentifier("someone")
    assert other.getUUID() != salted


@pytest.mark.parametrize("arguments", [(), (None,)])
def test_without_an_identifier_the_uuid_is_random(team: Team, arguments: tuple[None, ...]) -> None:
    client = team.client()
    assert client.regenerateUUIDWithClientIdentifier(*arguments) is True
    first = client.getUUID()
    assert UUID(first).version == 4
    assert client.regenerateUUIDWithClientIdentifier(*arguments) is True
    assert client.getUUID() != first


@pytest.mark.parametrize("identifier", [12, b"someone", ["someone"]])
def test_an_identifier_that_is_no_text_is_a_type_error(team: Team, identifier: object) -> None:
    client = team.client()
    uuid = client.getUUID()
    with pytest.raises(TypeError, match="clientIdentifier"):
        client.regenerateUUIDWithClientIdentifier(identifier)  # type: ignore[arg-type]
    assert client.getUUID() == uuid


@both_ways
def test_the_new_uuid_is_on_disk_at_once(
    team: Team, tmp_path: Path, regenerate: Regenerate
) -> None:
    client = team.client(SQLiteStorage(tmp_path / "sessions.sqlite3"))
    assert regenerate(client) is True
    other = team.other_client(SQLiteStorage(tmp_path / "sessions.sqlite3"))
    assert other.getUUID() == client.getUUID()


def test_a_sign_in_and_a_refresh_leave_the_uuid(team: Team) -> None:
    client = team.client()
    uuid = client.getUUID()
    team.sign_in()
    team.call("refreshToken")
    assert client.getUUID() == uuid
    assert Synerise.waitUntilIdle(10)
