"""Several machines share a session over Redis: one customer, one refresh, one end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from synerise_client import RedisStorage
from tests.conftest import EMAIL, Team
from tests.fleet.conftest import Fleet
from tests.redis_server import RedisServer
from tests.refresh.peers import Peers, drops_its_late_token, signed_in, waiting_for_the_first

DUE = 3600 - 1000.0
LOCK_SECONDS = 1.0
pytestmark = pytest.mark.long


def test_processes_on_four_hosts_at_a_due_refresh_cost_one_request(
    team: Team,
    redis: RedisServer,
    fleet: Fleet,
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
    tmp_path: Path,
) -> None:
    token = signed_in(team, redis.url)
    peers = fleet(on_each=2)
    for expiries in range(1, portion(20) + 1):
        peers.advance(DUE)
        (new,) = set(peers.call("retrieveToken"))
        assert new != token
        token = new
        assert team.operations == ["login"] + ["refresh"] * expiries
        counted("expiries that 4 hosts met with one request", 1)
    assert [*tmp_path.rglob("*.sqlite3")] == []


def test_a_fleet_without_a_token_fetches_one(team: Team, fleet: Fleet) -> None:
    assert set(fleet().call("requestPasswordReset", EMAIL)) == {"True"}
    assert team.operations.count("login_anonymous") == 1


def test_an_end_on_one_host_is_seen_by_all_before_their_next_call(
    team: Team, redis: RedisServer, fleet: Fleet
) -> None:
    signed_in(team, redis.url)
    peers = fleet()
    assert len(set(peers.call("retrieveToken"))) == 1
    peers[0].tell("signOut")
    assert peers[0].hear() == "ended"
    assert set(peers.call("retrieveToken")) == {3200}


def test_the_other_hosts_go_on_soon_after_the_one_that_refreshes_was_killed(
    team: Team, redis: RedisServer, fleet: Fleet
) -> None:
    token = signed_in(team, redis.url)
    peers = fleet(lock_seconds=LOCK_SECONDS)
    peers.advance(DUE)
    with waiting_for_the_first(team, peers, "retrieveToken"):
        peers[0].kill()
        (new,) = {peer.hear() for peer in peers[1:]}
    assert new != token
    assert team.operations == ["login", "refresh", "refresh"]


def test_the_other_hosts_take_the_result_of_the_one_that_refreshes(
    team: Team, redis: RedisServer, fleet: Fleet
) -> None:
    """Also if that takes longer than its lock lives without being renewed."""
    token = signed_in(team, redis.url)
    peers = fleet(lock_seconds=LOCK_SECONDS)
    peers.advance(DUE)
    with waiting_for_the_first(team, peers, "refreshToken"):
        end = time.monotonic() + 1.5 * LOCK_SECONDS
        while time.monotonic() < end:
            time.sleep(0.1)
    (new,) = {peer.hear() for peer in peers}
    assert new != token
    assert team.operations == ["login", "refresh"]


def test_a_late_token_of_a_suspended_host_does_not_replace_a_newer_one(
    team: Team, redis: RedisServer, fleet: Fleet
) -> None:
    token = signed_in(team, redis.url)
    drops_its_late_token(team, fleet(lock_seconds=LOCK_SECONDS), token)


def after_more_calls(peers: Peers) -> None:
    """Wait until each of them has been answered some more calls."""
    for peer in peers:
        until = peer.hear_count() + 10
        while peer.hear_count() < until:
            time.sleep(0.02)


@pytest.mark.parametrize("keeps_its_data", [True, False], ids=["with its data", "empty"])
def test_a_redis_that_is_killed_and_restarted_costs_no_call_and_no_session(
    team: Team, redis: RedisServer, fleet: Fleet, keeps_its_data: bool
) -> None:
    signed_in(team, redis.url)
    peers = fleet()
    for peer in peers:
        peer.tell("begin calls")
    after_more_calls(peers)
    redis.kill()
    after_more_calls(peers)
    if not keeps_its_data:
        redis.forget()
    redis.start()
    after_more_calls(peers)
    for peer in peers:
        peer.tell("end calls")
    told = [peer.hear() for peer in peers]
    assert all(list(each["answers"]) == ["1"] for each in told), told
    assert [each["codes"] for each in told] == [[]] * len(peers)
    assert all(each["is_signed_in"] for each in told)
    later = team.other_client(RedisStorage(redis.url))
    assert {each["uuid"] for each in told} == {later.getUUID()}
    assert team.call("getAccount", client=later).email == EMAIL
    assert team.operations.count("login") == 1
    assert set(team.operations) == {"login", "account"}


def test_a_sign_out_during_an_outage_reaches_the_others_once_redis_is_back(
    team: Team, redis: RedisServer, fleet: Fleet
) -> None:
    signed_in(team, redis.url)
    peers = fleet()
    assert len(set(peers.call("retrieveToken"))) == 1
    redis.kill()
    peers[0].tell("signOut")
    assert peers[0].hear() == "ended"
    redis.start()
    answers: list[object] = []
    gives_up_at = time.monotonic() + 20
    while not answers or (answers[-1] != 3200 and time.monotonic() < gives_up_at):
        peers[0].tell("retrieveToken")  # which writes what is unsaved
        assert peers[0].hear() == 3200
        peers[1].tell("retrieveToken")
        answers.append(peers[1].hear())
    assert set(peers.call("retrieveToken")) == {3200}
