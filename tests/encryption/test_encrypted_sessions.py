"""Sessions over an encrypted store: what is on disk, and what holds if it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from synerise_client import EncryptedStorage, SQLiteStorage, Synerise
from tests.conftest import EMAIL, PASSWORD, Team
from tests.store.conftest import bytes_of, opened, store_warnings

KEY = Fernet.generate_key()


def encrypted(path: Path, key: bytes = KEY) -> EncryptedStorage:
    return EncryptedStorage(SQLiteStorage(path), key)


def texts(path: Path) -> list[str]:
    with opened(path) as database:
        return [text for (text,) in database.execute("SELECT state FROM session")]


def test_a_session_goes_on_in_the_next_run_and_nothing_of_it_is_on_disk(
    team: Team, path: Path
) -> None:
    client = team.client(encrypted(path))
    team.sign_in()
    uuid, token = client.getUUID(), team.call("retrieveToken").tokenString
    Synerise.shutdown()
    on_disk = bytes_of(path.parent)
    for secret in (uuid, token, EMAIL, "uuid", "token"):
        assert secret.encode() not in on_disk
    later = team.other_client(encrypted(path))
    assert later.getUUID() == uuid
    assert team.call("retrieveToken", client=later).tokenString == token


def test_clients_that_share_it_see_each_others_sign_out(team: Team, path: Path) -> None:
    team.client(encrypted(path))
    team.sign_in()
    other = team.other_client(encrypted(path))
    assert team.call("getAccount", client=other).email == EMAIL
    Synerise.Client.signOut()
    assert team.call("getAccount", client=other).code == 3200


@pytest.fixture
def stored(team: Team, path: Path) -> str:
    """A customer's session as it is stored, with a key that is lost then."""
    client = team.other_client(encrypted(path, Fernet.generate_key()))
    team.sandbox.add_profile(EMAIL, PASSWORD)
    assert team.call("signIn", EMAIL, PASSWORD, client=client) is True
    (text,) = texts(path)
    return text


def test_without_the_right_key_a_session_lives_in_memory_and_the_row_stays(
    team: Team, path: Path, stored: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = team.client(encrypted(path))
    assert not client.isSignedIn()
    assert team.call("requestPasswordReset", EMAIL) is True
    assert len(client.getUUID()) == 36
    assert texts(path) == [stored]
    (warning,) = store_warnings(caplog)
    assert "key that EncryptedStorage was not given" in warning


def test_who_signs_in_without_the_right_key_is_stored_with_the_new_one(
    team: Team, path: Path, stored: str
) -> None:
    client = team.client(encrypted(path))
    assert team.call("signIn", EMAIL, PASSWORD) is True
    later = team.other_client(encrypted(path))
    assert later.isSignedIn()
    assert later.getUUID() == client.getUUID()
    assert texts(path) != [stored]


def test_who_ends_the_session_without_the_right_key_ends_what_is_stored(
    team: Team, path: Path, stored: str
) -> None:
    client = team.client(encrypted(path))
    client.destroySession()
    later = team.other_client(encrypted(path))
    assert later.getUUID() == client.getUUID()
    assert texts(path) != [stored]


def test_a_plain_store_is_left_alone_or_taken_over_as_the_user_says(
    team: Team, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = team.other_client(SQLiteStorage(path))
    team.sandbox.add_profile(EMAIL, PASSWORD)
    assert team.call("signIn", EMAIL, PASSWORD, client=plain) is True
    assert not team.other_client(encrypted(path)).isSignedIn()
    (warning,) = store_warnings(caplog)
    assert "accept_unencrypted=True" in warning
    accepting = EncryptedStorage(SQLiteStorage(path), KEY, accept_unencrypted=True)
    client = team.client(accepting)
    assert client.getUUID() == plain.getUUID()
    assert team.call("getAccount").email == EMAIL
    assert team.call("refreshToken").tokenString
    assert texts(path)[0].startswith("fernet:")
    assert client.isSignedIn()
