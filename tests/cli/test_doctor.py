"""The doctor tells one trouble from another, and harms nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synerise_client.api.routes import ROUTES
from synerise_client.cli.machine_checks import check_proxy, check_python
from synerise_client.cli.route_check import judge
from synerise_client.cli.verdicts import Verdict
from tests.api.server import ANONYMOUS, ScriptedServer, hang_up, reply
from tests.cli.caller import EMAIL, PASSWORD, Desk, Ended

ALL_WELL = dict.fromkeys(("Python", "Store", "Proxy", "Server", "TLS", "Clock", "API key"), "ok")


@pytest.fixture
def gateway() -> Iterator[ScriptedServer]:
    """A server that answers as the test says."""
    server = ScriptedServer()
    yield server
    server.close()


def verdicts(ended: Ended) -> dict[str, str]:
    """The checks by name."""
    return {each["check"]: each["verdict"] for each in ended.json["checks"]}


def check(ended: Ended, name: str) -> dict[str, str]:
    (found,) = (each for each in ended.json["checks"] if each["check"] == name)
    return found  # type: ignore[no-any-return]


def routes(ended: Ended, verdict: str) -> list[str]:
    """The operations with this verdict."""
    return [each["operation"] for each in ended.json["routes"] if each["verdict"] == verdict]


def diagnosis(desk: Desk, *arguments: object) -> Ended:
    """What the doctor says, as JSON; as text it must say the same."""
    ended = desk.call("doctor", "--json", *arguments)
    text = desk.call("doctor", *arguments)
    assert text.exit_code == ended.exit_code
    assert ended.err == text.err == ""
    rows = [re.split("  +", line, maxsplit=2) for line in text.out.splitlines()]
    for each in ended.json["checks"]:
        prose = ". ".join(filter(None, (each["found"], each["advice"])))
        assert [each["check"], each["verdict"], prose] in rows
    return ended


def test_against_a_sandbox_all_is_well(desk: Desk) -> None:
    ended = diagnosis(desk)
    assert ended.exit_code == 0
    assert ended.json["isWell"] is True
    assert verdicts(ended) == ALL_WELL
    assert routes(ended, "ok") == list(ROUTES)
    standing = {each["operation"]: each["standing"] for each in ended.json["routes"]}
    for operation, route in ROUTES.items():
        assert standing[operation] == ("documented" if route.documented else "assumed")
    assert desk.call("doctor").out.endswith("\nAll is well.\n")


def test_exactly_the_routes_that_have_moved_are_found(desk: Desk) -> None:
    moved = ["logout", "account", "activation_request"]
    for operation in moved:
        desk.sandbox.move(operation, f"/moved/{operation}")
    ended = diagnosis(desk)
    assert ended.exit_code == 7
    assert routes(ended, "wrong") == sorted(moved, key=list(ROUTES).index)
    assert len(routes(ended, "ok")) == len(ROUTES) - 3
    assert verdicts(ended) == ALL_WELL
    told = {each["operation"]: each for each in ended.json["routes"]}
    assert "is not there: 404" in told["logout"]["found"]
    assert "SYNERISE_CLIENT_ROUTES" in told["logout"]["advice"]
    assert "takes no GET: 405" in told["account"]["found"]
    assert desk.call("doctor").out.endswith("\nSomething is wrong.\n")


def test_routes_that_were_replaced_are_asked_where_they_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "routes.json"
    file.write_text('{"logout": "/moved/logout", "account_delete": "/not/there"}')
    monkeypatch.setenv("SYNERISE_CLIENT_ROUTES", str(file))
    desk.sandbox.move("logout", "/moved/logout")
    ended = diagnosis(desk)
    assert routes(ended, "wrong") == ["account_delete"]
    told = {each["operation"]: each for each in ended.json["routes"]}
    assert told["logout"]["standing"] == told["account_delete"]["standing"] == "replaced"
    assert told["logout"]["path"] == "/moved/logout"


@pytest.mark.parametrize(("seconds", "where"), [(7200, "behind"), (-7200, "ahead of")])
def test_a_clock_that_is_two_hours_off_is_found(desk: Desk, seconds: float, where: str) -> None:
    desk.sandbox.advance(seconds)
    ended = diagnosis(desk)
    assert ended.exit_code == 7
    assert verdicts(ended) == {**ALL_WELL, "Clock": "wrong"}
    assert re.fullmatch(f"(2 h|120 min) {where} the server's", check(ended, "Clock")["found"])


@pytest.mark.parametrize("seconds", [20, -20])
def test_a_clock_that_is_a_little_off_is_well(desk: Desk, seconds: float) -> None:
    desk.sandbox.advance(seconds)
    assert verdicts(diagnosis(desk)) == ALL_WELL


def test_a_server_that_does_not_tell_its_time_leaves_the_clock_open(
    desk: Desk, gateway: ScriptedServer
) -> None:
    ended = diagnosis(desk, "--base-url", gateway.url)
    assert verdicts(ended)["API key"] == "ok"
    assert verdicts(ended)["Clock"] == "cannot tell"


def test_a_wrong_api_key_is_found_and_nothing_else(desk: Desk) -> None:
    ended = diagnosis(desk, "--api-key", "wrong")
    assert ended.exit_code == 7
    assert verdicts(ended) == {**ALL_WELL, "API key": "wrong"}
    assert "Unknown API key (401)" in check(ended, "API key")["found"]
    assert routes(ended, "ok") == list(ROUTES)


def test_a_dead_server_is_found_and_of_the_rest_nothing_can_be_told(desk: Desk) -> None:
    desk.sandbox.stop()
    ended = diagnosis(desk)
    assert ended.exit_code == 7
    unknown = dict.fromkeys(("Clock", "API key", "Routes"), "cannot tell")
    assert verdicts(ended) == {**ALL_WELL, "Server": "wrong", **unknown}
    assert "Could not connect" in check(ended, "Server")["found"]
    assert ended.json["routes"] == []


def test_a_gateway_that_refuses_everything_leaves_key_and_routes_open(
    desk: Desk, gateway: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_step_for", lambda request: reply(401))
    ended = diagnosis(desk, "--base-url", gateway.url)
    assert ended.exit_code == 8
    assert routes(ended, "cannot tell") == list(ROUTES)
    assert verdicts(ended)["API key"] == "cannot tell"
    assert verdicts(ended)["Server"] == "ok"
    assert "gateway" in check(ended, "API key")["advice"]
    text = desk.call("doctor", "--base-url", gateway.url).out
    assert text.endswith("\nNothing wrong was found, but not everything could be told.\n")


def test_a_gateway_before_an_api_that_works_leaves_the_routes_open_alone(
    desk: Desk, gateway: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in, refused = gateway._step_for, reply(401)

    def step_for(request: Any) -> Any:
        has_key = request.path == ANONYMOUS and b"apiKey" in request.body
        return log_in(request) if has_key else refused

    monkeypatch.setattr(gateway, "_step_for", step_for)
    ended = diagnosis(desk, "--base-url", gateway.url)
    assert ended.exit_code == 8
    assert verdicts(ended)["API key"] == "ok"
    assert routes(ended, "cannot tell") == list(ROUTES)


def test_a_page_instead_of_the_api_is_found(
    desk: Desk, gateway: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = reply(200, b"<html>Welcome to our hotel</html>", {"Content-Type": "text/html"})
    monkeypatch.setattr(gateway, "_step_for", lambda request: page)
    ended = diagnosis(desk, "--base-url", gateway.url)
    assert ended.exit_code == 7
    assert verdicts(ended)["Server"] == "wrong"
    assert "--base-url" in check(ended, "Server")["advice"]
    assert routes(ended, "cannot tell") == list(ROUTES)


def test_a_server_in_trouble_is_found_and_no_route_is_called_wrong(
    desk: Desk, gateway: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_step_for", lambda request: reply(503))
    ended = diagnosis(desk, "--base-url", gateway.url)
    assert verdicts(ended)["Server"] == "wrong"
    assert verdicts(ended)["API key"] == "cannot tell"
    assert routes(ended, "wrong") == []


def test_a_server_that_stops_answering_is_not_asked_for_the_rest(
    desk: Desk, gateway: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = gateway._step_for

    def step_for(request: Any) -> Any:
        step = usual(request)
        return step if len(gateway.requests) <= 12 else hang_up

    monkeypatch.setattr(gateway, "_step_for", step_for)
    ended = desk.call("doctor", "--json", "--base-url", gateway.url)
    assert len(gateway.requests) == 13
    assert len(ended.json["routes"]) == len(ROUTES)
    last = ended.json["routes"][-1]
    assert last["verdict"] == "cannot tell"
    assert "not answered" in last["found"]


@pytest.mark.parametrize("then", [hang_up, reply(503)], ids=["silence", "503"])
def test_of_a_server_in_trouble_after_the_log_in_no_gateway_is_suspected(
    desk: Desk, gateway: ScriptedServer, monkeypatch: pytest.MonkeyPatch, then: Any
) -> None:
    steps = {ANONYMOUS: reply(401)}
    monkeypatch.setattr(gateway, "_step_for", lambda request: steps.get(request.path, then))
    ended = desk.call("doctor", "--json", "--base-url", gateway.url)
    key = check(ended, "API key")
    assert (key["verdict"], key["found"]) == ("cannot tell", "nobody could log in")


def test_a_route_that_answers_well_is_there_with_200(desk: Desk, gateway: ScriptedServer) -> None:
    ended = desk.call("doctor", "--json", "--base-url", gateway.url)
    told = {each["operation"]: each for each in ended.json["routes"]}
    assert told["logout"]["found"] == "there: 200"


def test_it_changes_nothing_here_or_at_the_server(desk: Desk) -> None:
    desk.sign_in()
    stored, uuid = desk.store.read_bytes(), desk.uuid()
    before = len(desk.sandbox.requests)
    assert desk.call("doctor").exit_code == 0
    assert desk.store.read_bytes() == stored
    assert [each.name for each in desk.store.parent.iterdir()] == [desk.store.name]
    assert desk.sandbox.outbox == []
    assert desk.sandbox.events == []
    log_in, *asked = desk.sandbox.requests[before:]
    assert log_in.operation == "login_anonymous"
    assert log_in.json["uuid"] != uuid
    for request in asked:
        assert "Authorization" not in request.headers
        assert request.json == (None if request.method == "GET" else {})
    assert desk.call("account").exit_code == 0


def test_it_makes_no_store(desk: Desk) -> None:
    assert desk.call("doctor").exit_code == 0
    assert not desk.store.parent.exists()


def test_each_route_is_asked_after_a_made_up_path_beside_it(desk: Desk) -> None:
    desk.call("doctor")
    seen: set[tuple[str, str]] = set()
    for request in desk.sandbox.requests[1:]:
        parent = request.path.rpartition("/")[0]
        if request.operation is None:
            seen.add((request.method, parent))
        else:
            assert (request.method, parent) in seen, request.operation
    assert len(desk.sandbox.requests) < 45


@pytest.mark.parametrize(
    ("beside", "status", "verdict"),
    [
        *((404, status, "ok") for status in (200, 400, 401, 403, 406, 409, 412, 415, 422, 423)),
        *((404, status, "wrong") for status in (404, 410, 405, 301, 302, 307, 308)),
        *((404, status, "cannot tell") for status in (408, 425, 429, 500, 502, 503, 504)),
        *((beside, 401, "cannot tell") for beside in (200, 301, 400, 401, 403, 405, 429, 503)),
        *((401, status, "cannot tell") for status in (200, 404, 405)),
    ],
)
def test_only_beside_a_404_a_status_tells_whether_a_route_is_there(
    beside: int, status: int, verdict: str
) -> None:
    finding = judge(ROUTES["logout"], beside, status)
    assert finding.verdict is Verdict(verdict)
    if verdict == "wrong":
        assert finding.advice


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:Secret-1@proxy.example:3128")
    found = check_proxy("https://api.snrapi.com").found
    assert found == "http://proxy.example:3128, from the environment"
    monkeypatch.setenv("NO_PROXY", "api.snrapi.com")
    assert check_proxy("https://api.snrapi.com").found == "none"
    assert check_proxy("http://127.0.0.1:8080").found.startswith("none, as the server is this")


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 9, 18), "wrong"), ((3, 10, 0), "ok"), ((3, 14, 1), "ok")]
)
def test_an_old_python_is_found(version: tuple[int, ...], verdict: str) -> None:
    assert check_python(version).verdict is Verdict(verdict)


def test_it_does_not_sign_anybody_in(desk: Desk) -> None:
    desk.call("doctor")
    assert desk.call("status").exit_code == 3
    assert desk.call("sign-in", EMAIL, stdin=f"{PASSWORD}\n".encode()).exit_code == 0
