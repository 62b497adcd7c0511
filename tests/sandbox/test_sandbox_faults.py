from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, PASSWORD, PATHS, Caller, good


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4)


def submit(pool: ThreadPoolExecutor, call: Caller) -> Future[requests.Response]:
    """An anonymous login on a connection of its own."""
    url = call.sandbox.url + PATHS["login_anonymous"]
    return pool.submit(requests.post, url, json=call.device(), timeout=10)


def test_a_failure_has_the_documented_body(sandbox: Sandbox, call: Caller) -> None:
    sandbox.fail("login_anonymous")
    answer = call("login_anonymous", call.device())
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert (body["status"], body["error"]) == (503, "Service Unavailable")
    assert body["path"] == PATHS["login_anonymous"]
    good(call("login_anonymous", call.device()))


def test_a_failure_may_have_any_json_body_and_headers(sandbox: Sandbox, call: Caller) -> None:
    sandbox.fail(
        "login_anonymous", 200, headers={"Retry-After": "3", "date": "never"}, body={"token": 5}
    )
    answer = call("login_anonymous", call.device())
    assert answer.status_code == 200
    assert answer.json() == {"token": 5}
    assert answer.headers["Retry-After"] == "3"
    assert answer.headers["Date"] == "never"


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", b"\xff{", "", "{"])
def test_a_failure_may_have_a_raw_body(sandbox: Sandbox, call: Caller, body: str | bytes) -> None:
    sandbox.fail("login_anonymous", 502, body=body)
    answer = call("login_anonymous", call.device())
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.content == (body.encode() if isinstance(body, str) else body)


def test_a_raw_body_may_call_itself_json(sandbox: Sandbox, call: Caller) -> None:
    sandbox.fail("login_anonymous", body="{", headers={"Content-Type": "application/json"})
    answer = call("login_anonymous", call.device())
    assert answer.headers["Content-Type"] == "application/json"


def test_a_status_without_a_name_and_one_without_a_body_can_be_had(
    sandbox: Sandbox, call: Caller
) -> None:
    sandbox.fail("login_anonymous", 599)
    assert call("login_anonymous", call.device()).json()["error"] == "Unknown"
    sandbox.fail("login_anonymous", 204)
    assert call("login_anonymous", call.device()).content == b""
    good(call("login_anonymous", call.device()))


def test_a_failure_may_cut_its_body_short(sandbox: Sandbox, call: Caller) -> None:
    headers = {"Content-Length": "100", "Connection": "close"}
    sandbox.fail("login_anonymous", 200, headers=headers, body="{")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        call("login_anonymous", call.device())


def test_a_failed_request_is_not_acted_on(sandbox: Sandbox, call: Caller) -> None:
    sandbox.fail("register")
    token = call.anonymous()
    assert call("register", {"email": EMAIL, "password": PASSWORD}, token).status_code == 503
    assert call.login().status_code == 401


def test_a_failure_happens_as_often_as_was_said(sandbox: Sandbox, call: Caller) -> None:
    sandbox.fail("login_anonymous", times=3)
    answers = [call("login_anonymous", call.device()).status_code for _ in range(4)]
    assert answers == [503, 503, 503, 200]


def test_faults_queue_up_in_their_order_for_each_operation(sandbox: Sandbox, call: Caller) -> None:
    sandbox.fail("login_anonymous", 500, times=2)
    sandbox.drop("login_anonymous")
    sandbox.delay("login_anonymous", 0.01)
    sandbox.fail("login_anonymous", 429)
    sandbox.fail("login", 502)

    def status() -> int:
        return call("login_anonymous", call.device()).status_code

    assert [status(), status()] == [500, 500]
    with pytest.raises(requests.ConnectionError):
        status()
    assert [status(), status(), status()] == [200, 429, 200]
    assert call.login().status_code == 502


def test_a_dropped_request_was_acted_on(sandbox: Sandbox, call: Caller) -> None:
    token = call.anonymous()
    sandbox.drop("register")
    with pytest.raises(requests.ConnectionError):
        call("register", {"email": EMAIL, "password": PASSWORD}, token)
    good(call.login())


def test_a_delayed_answer_comes_late(sandbox: Sandbox, call: Caller) -> None:
    sandbox.delay("login_anonymous", 0.15)
    with pytest.raises(requests.ReadTimeout):
        call("login_anonymous", call.device(), timeout=0.03)
    sandbox.delay("login_anonymous", 0.1)
    start = time.monotonic()
    good(call("login_anonymous", call.device()))
    assert time.monotonic() - start >= 0.1


def test_a_held_answer_waits_for_its_release(
    sandbox: Sandbox, call: Caller, pool: ThreadPoolExecutor
) -> None:
    with pool:
        hold = sandbox.hold("login_anonymous")
        assert not hold.arrived.is_set()
        answer = submit(pool, call)
        assert hold.arrived.wait(5)
        assert len(sandbox.requests) == 1
        # Only that one request is held.
        good(call("login_anonymous", call.device()))
        assert not answer.done()
        hold.release()
        good(answer.result(5))


def test_a_held_request_was_acted_on_when_it_arrived(
    sandbox: Sandbox, call: Caller, pool: ThreadPoolExecutor
) -> None:
    with pool:
        hold = sandbox.hold("login_anonymous")
        answer = submit(pool, call)
        assert hold.arrived.wait(5)
        sandbox.revoke_all()
        hold.release()
        token = good(answer.result(5))["token"]
    assert call("refresh", {"apiKey": sandbox.api_key}, token).status_code == 401


def test_a_hold_as_a_context_manager_releases_at_its_end(
    sandbox: Sandbox, call: Caller, pool: ThreadPoolExecutor
) -> None:
    with pool:
        with sandbox.hold("login_anonymous") as hold:
            answer = submit(pool, call)
            assert hold.arrived.wait(5)
        good(answer.result(5))


def test_a_hold_that_was_released_first_is_taken_back(sandbox: Sandbox, call: Caller) -> None:
    sandbox.hold("login_anonymous").release()
    sandbox.fail("login_anonymous")
    assert call("login_anonymous", call.device()).status_code == 503


def test_closing_releases_what_is_held_and_delayed(
    sandbox: Sandbox, call: Caller, pool: ThreadPoolExecutor
) -> None:
    with pool:
        holds = [sandbox.hold("login_anonymous") for _ in range(2)]
        sandbox.delay("login_anonymous", 60)
        answers = [submit(pool, call) for _ in range(3)]
        assert all(hold.arrived.wait(5) for hold in holds)
        start = time.monotonic()
        sandbox.close()
        assert time.monotonic() - start < 3
        for answer in answers:
            assert isinstance(answer.exception(5), requests.ConnectionError)
    assert not [t for t in threading.enumerate() if t.name == "synerise-sandbox"]


@pytest.mark.parametrize("method", ["fail", "drop", "hold"])
def test_a_fault_for_an_unknown_operation_names_the_known_ones(
    sandbox: Sandbox, method: str
) -> None:
    with pytest.raises(ValueError, match="known are login, login_conditional"):
        getattr(sandbox, method)("sign_in")


def test_delay_and_move_know_the_operations_too(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"'sign_in'.*event_custom"):
        sandbox.delay("sign_in", 0.1)
    with pytest.raises(ValueError, match=r"'sign_in'.*event_custom"):
        sandbox.move("sign_in", "/here")


def test_a_fault_happens_at_least_once(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="at least once"):
        sandbox.fail("login", times=0)


def test_a_moved_operation_is_served_at_its_new_path_only(sandbox: Sandbox, call: Caller) -> None:
    sandbox.move("login_anonymous", "/elsewhere")
    assert call("login_anonymous", call.device()).status_code == 404
    answer = call.session.post(sandbox.url + "/elsewhere", json=call.device(), timeout=10)
    good(answer)
    assert [request.operation for request in sandbox.requests] == [None, "login_anonymous"]


def test_one_of_two_operations_at_a_path_can_be_moved(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    sandbox.move("account", "/elsewhere")
    token = call.token()
    assert call("account", token=token).status_code == 405
    good(call("account_update", {"city": "Hel"}, token))


@pytest.mark.parametrize("path", ["elsewhere", PATHS["login"]])
def test_an_operation_does_not_move_to_a_path_that_is_none_or_taken(
    sandbox: Sandbox, path: str
) -> None:
    with pytest.raises(ValueError, match=r"path|serves login"):
        sandbox.move("refresh", path)


def test_an_operation_may_move_to_where_it_is(sandbox: Sandbox, call: Caller) -> None:
    sandbox.move("login_anonymous", PATHS["login_anonymous"])
    good(call("login_anonymous", call.device()))
