from __future__ import annotations

from datetime import datetime

import pytest

from synerise_client.sandbox import Sandbox

from .caller import PATHS, Caller, causes

KEYS = {"timestamp", "status", "error", "message", "path", "errors", "errorCode", "traceId"}


def test_an_error_has_the_documented_body(sandbox: Sandbox, call: Caller) -> None:
    sandbox.advance(86400)
    answer = call("register", {"email": "anna", "password": "Secret1!"}, call.anonymous())
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == KEYS
    assert (body["status"], body["error"]) == (400, "Bad Request")
    assert body["path"] == PATHS["register"]
    assert datetime.fromisoformat(body["timestamp"].replace("Z", "+00:00")).tzinfo
    (cause,) = body["errors"]
    assert set(cause) == {"code", "field", "message", "rejectedValue"}
    assert (cause["field"], cause["rejectedValue"]) == ("email", "anna")


def test_each_error_has_a_trace_id_of_its_own(call: Caller) -> None:
    assert call.login().json()["traceId"] != call.login().json()["traceId"]


@pytest.mark.parametrize("path", ["/nowhere", "/", "//v4//events", "/sauth/v3/auth/login/client/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_an_unknown_path_is_a_404_in_the_same_shape(
    sandbox: Sandbox, call: Caller, path: str, method: str
) -> None:
    answer = call.session.request(method, sandbox.url + path, timeout=10)
    assert answer.status_code == 404
    assert set(answer.json()) == KEYS


@pytest.mark.parametrize(
    ("operation", "method", "allowed"),
    [("login", "GET", "POST"), ("account", "DELETE", "GET, POST"), ("login", "OPTIONS", "POST")],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    sandbox: Sandbox, call: Caller, operation: str, method: str, allowed: str
) -> None:
    answer = call.session.request(method, sandbox.url + PATHS[operation], timeout=10)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    assert set(answer.json()) == KEYS


def test_a_method_that_nobody_knows_is_refused_in_the_same_shape(
    sandbox: Sandbox, call: Caller
) -> None:
    answer = call.session.request("BREW", sandbox.url + PATHS["login"], timeout=10)
    assert answer.status_code == 405
    assert set(answer.json()) == KEYS


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_refused(
    sandbox: Sandbox, call: Caller, body: bytes
) -> None:
    answer = call.session.post(sandbox.url + PATHS["login"], data=body, timeout=10)
    assert causes(answer) == {}
    assert set(answer.json()) == KEYS
