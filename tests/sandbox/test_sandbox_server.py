from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse

import pytest
import requests

from synerise_client.sandbox import Sandbox

from .caller import EMAIL, PASSWORD, PATHS, Caller, good


def raw(sandbox: Sandbox, request: bytes) -> bytes:
    """All that comes back for these bytes."""
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2]))) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while part := client.recv(65536):
            answer += part
    return answer


def connect(sandbox: Sandbox) -> HTTPConnection:
    return HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)


def post(connection: HTTPConnection, operation: str, body: object) -> HTTPResponse:
    headers = {"Content-Type": "application/json"}
    connection.request("POST", PATHS[operation], json.dumps(body), headers)
    return connection.getresponse()


def test_it_serves_on_loopback_on_a_free_port(sandbox: Sandbox) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", sandbox.url)
    with Sandbox() as other:
        assert other.url != sandbox.url


def test_the_api_key_is_random_unless_it_is_given(sandbox: Sandbox) -> None:
    assert len(sandbox.api_key) > 16
    assert Sandbox().api_key != sandbox.api_key
    assert Sandbox(api_key="mine").api_key == "mine"


def test_it_has_no_url_before_it_is_started() -> None:
    with pytest.raises(RuntimeError, match="before it is started"):
        Sandbox().url  # noqa: B018 - reading it is what fails


def test_a_taken_port_is_an_error_and_not_the_end_of_the_process(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=int(sandbox.url.rpartition(":")[2])).start()


def test_a_chosen_port_is_kept(call: Caller) -> None:
    sandbox = Sandbox()
    sandbox.start()
    url = sandbox.url
    sandbox.close()
    with Sandbox(port=int(url.rpartition(":")[2])) as again:
        assert again.url == url


def test_a_connection_is_kept_alive(sandbox: Sandbox, call: Caller) -> None:
    connection = connect(sandbox)
    answer = post(connection, "login_anonymous", call.device())
    first = connection.sock.getsockname()
    assert answer.getheader("Content-Length") == str(len(answer.read()))
    assert answer.version == 11
    post(connection, "login", {}).read()
    connection.request("GET", "/nowhere")
    connection.getresponse().read()
    assert connection.sock.getsockname() == first
    connection.close()


def test_a_connection_is_closed_on_request(sandbox: Sandbox) -> None:
    answer = raw(sandbox, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1") == 1
    assert b"\r\nConnection: close\r\n" in answer


def test_answers_do_not_stall(sandbox: Sandbox, call: Caller) -> None:
    good(call("login_anonymous", call.device()))
    start = time.monotonic()
    for _ in range(20):
        good(call("login_anonymous", call.device()))
    # A head and a body sent apart cost 40 ms each time: 0.8 s.
    assert time.monotonic() - start < 0.6


def test_requests_are_served_at_the_same_time(sandbox: Sandbox, call: Caller) -> None:
    with sandbox.hold("login_anonymous") as hold:
        waiting = connect(sandbox)
        body = json.dumps(call.device())
        waiting.request("POST", PATHS["login_anonymous"], body)
        assert hold.arrived.wait(5)
        good(call("login_anonymous", call.device()))
    assert waiting.getresponse().status == 200
    waiting.close()


def test_many_callers_at_once_all_get_their_own_token(sandbox: Sandbox) -> None:
    tokens: list[str] = []

    def sign_in() -> None:
        call = Caller(sandbox)
        with call.session:
            tokens.extend(call.anonymous() for _ in range(5))

    threads = [threading.Thread(target=sign_in) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 50
    assert len(sandbox.requests) == 50


def test_each_answer_has_one_date_by_the_sandboxs_clock(sandbox: Sandbox, call: Caller) -> None:
    sandbox.advance(86400)
    sandbox.fail("login_anonymous")
    dates = [call(name, call.device()).headers["Date"] for name in ("login_anonymous", "login")]
    dates.append(call.session.get(sandbox.url + "/nowhere", timeout=10).headers["Date"])
    broken = raw(sandbox, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n").decode()
    dates += re.findall(r"^Date: (.*)\r$", broken, re.MULTILINE)
    assert len(dates) == 4
    for date in dates:
        ahead = parsedate_to_datetime(date).timestamp() - time.time()
        assert 86390 < ahead < 86410


def test_a_date_stands_once_in_the_head(sandbox: Sandbox) -> None:
    answer = raw(sandbox, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.count(b"Date: ") == 1
    assert answer.count(b"Content-Type: application/json\r\n") == 1


def test_the_clock_can_be_set_back(sandbox: Sandbox, call: Caller, anna: int) -> None:
    token = call.token()
    sandbox.advance(4000)
    assert call("account", token=token).status_code == 401
    sandbox.advance(-4000)
    good(call("account", token=token))


def test_a_request_that_breaks_off_is_not_acted_on(sandbox: Sandbox, call: Caller) -> None:
    head = f"POST {PATHS['login_anonymous']} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
    assert raw(sandbox, head.encode() + b"{") == b""
    assert raw(sandbox, head.replace("500", "many").encode() + b"{}") == b""
    assert sandbox.requests == []


def test_a_chunked_body_is_understood(sandbox: Sandbox, call: Caller) -> None:
    parts = iter([json.dumps(call.device()).encode()])
    good(requests.post(sandbox.url + PATHS["login_anonymous"], data=parts, timeout=10))


def test_a_head_request_gets_no_body(sandbox: Sandbox) -> None:
    answer = raw(sandbox, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404 NOT FOUND\r\n")
    assert answer.endswith(b"\r\n\r\n")


def test_it_can_be_down_and_up_again_with_the_same_state(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    token, url = call.token(), sandbox.url
    sandbox.stop()
    for _ in range(2):
        with pytest.raises(requests.ConnectionError, match="refused"):
            call("account", token=token)
    sandbox.start()
    assert sandbox.url == url
    assert call.account(token)["clientId"] == anna
    assert len(sandbox.requests) == 2


def test_a_delay_lasts_after_a_restart_too(sandbox: Sandbox, call: Caller) -> None:
    sandbox.stop()
    sandbox.start()
    sandbox.delay("login_anonymous", 0.1)
    with pytest.raises(requests.ReadTimeout):
        call("login_anonymous", call.device(), timeout=0.03)


def test_nobody_else_gets_the_port_while_it_is_down(sandbox: Sandbox) -> None:
    call = Caller(sandbox)
    with call.session:
        good(call("login_anonymous", call.device()))
        sandbox.stop()
        with pytest.raises(OSError, match="in use"):
            Sandbox(port=int(sandbox.url.rpartition(":")[2])).start()
        sandbox.start()
        good(call("login_anonymous", call.device()))


def test_stopping_does_not_wait_for_idle_connections(sandbox: Sandbox, call: Caller) -> None:
    good(call("login_anonymous", call.device()))
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2]))):
        start = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - start < 2


def test_starting_and_stopping_twice_changes_nothing(sandbox: Sandbox, call: Caller) -> None:
    sandbox.start()
    good(call("login_anonymous", call.device()))
    sandbox.stop()
    sandbox.stop()
    sandbox.close()
    sandbox.close()
    assert repr(sandbox) == "<Sandbox stopped>"


def test_no_thread_is_left_after_closing() -> None:
    before = threading.active_count()
    with Sandbox() as sandbox:
        call = Caller(sandbox)
        with call.session:
            good(call("login_anonymous", call.device()))
            sandbox.close()
    deadline = time.monotonic() + 2
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_it_says_nothing_on_its_own(
    sandbox: Sandbox, call: Caller, capfd: pytest.CaptureFixture[str]
) -> None:
    call.login()
    sandbox.drop("login")
    with pytest.raises(requests.ConnectionError):
        call.login()
    raw(sandbox, b"SPAM\r\n\r\n")
    raw(sandbox, b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n")
    sandbox.fail("login", headers={"X": "\N{SNOWMAN}"})
    with pytest.raises(requests.ConnectionError):
        call.login()
    sandbox.close()
    assert capfd.readouterr() == ("", "")


def test_a_failure_of_the_sandbox_itself_is_a_500_that_says_so(
    sandbox: Sandbox, call: Caller, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox.fail("login", body=object())
    answer = call.login()
    assert answer.status_code == 500
    assert "not JSON serializable" in answer.json()["message"]
    assert capfd.readouterr() == ("", "")


def test_requests_are_recorded_in_order_with_what_they_carried(
    sandbox: Sandbox, call: Caller, anna: int
) -> None:
    token = call.token()
    call("account", token=token)
    call.session.put(sandbox.url + "/nowhere?q=1", data="no json", timeout=10)
    sandbox.fail("login")
    call.login()
    login, account, unknown, failed = sandbox.requests
    assert (login.operation, login.method, login.path) == ("login", "POST", PATHS["login"])
    assert login.json == call.credentials()
    assert account.operation == "account"
    assert account.headers["authorization"] == f"Bearer {token}"
    assert account.json is None
    assert (unknown.operation, unknown.method, unknown.path) == (None, "PUT", "/nowhere")
    assert unknown.json is None
    assert failed.operation == "login"


def test_the_list_of_requests_is_a_snapshot(sandbox: Sandbox, call: Caller) -> None:
    sandbox.requests.append(None)  # type: ignore[arg-type]
    assert sandbox.requests == []


def test_a_repr_shows_no_secret(sandbox: Sandbox, call: Caller, anna: int) -> None:
    token = call.token()
    good(call("password_reset_request", {"email": EMAIL}, token))
    shown = repr([sandbox, sandbox.requests, sandbox.outbox])
    assert "password_reset" in shown
    for secret in (PASSWORD, token, sandbox.api_key, sandbox.outbox[0].code, "Bearer"):
        assert secret not in shown


def test_the_machinery_shows_no_secret_either(sandbox: Sandbox, call: Caller, anna: int) -> None:
    call.token()
    assert sandbox.api_key not in repr(sandbox._state)


def test_without_flask_the_hint_names_the_extra() -> None:
    code = "import sys; sys.modules['flask'] = None; import synerise_client.sandbox"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError" in done.stderr
    assert "pip install 'synerise_client[sandbox]'" in done.stderr


def test_the_sandbox_shares_no_code_with_the_client() -> None:
    code = (
        "import sys, synerise_client; before = set(sys.modules); "
        "import synerise_client.sandbox; print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("synerise_client")]
    assert "synerise_client.sandbox.sandbox" in loaded
    assert all(name.startswith("synerise_client.sandbox") for name in loaded)
