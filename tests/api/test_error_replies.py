"""An error answer, however broken it is, becomes an Error that helps and tells no secret."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from typing import Any

import pytest

from synerise_client import Error, ErrorCause, Synerise
from synerise_client.api.replies import error_reply
from tests.api.conftest import API_KEY, EMAIL, PASSWORD, Bench
from tests.api.server import ACCOUNT, LOGIN, REFRESH, drip, hang_up, raw, reply, token_body

DOCUMENTED = {
    "timestamp": "2024-05-01T10:00:00Z",
    "status": 403,
    "error": "Forbidden",
    "message": "Activation by PIN is required",
    "path": "/sauth/v3/auth/login/client",
    "errors": [
        {"code": "1001", "field": "email", "message": "is odd", "rejectedValue": "anna"},
        {"code": "1002", "message": "no field"},
    ],
    "errorCode": "SAU-303",
    "traceId": "abc123",
}


def failed_sign_in(bench: Bench, status: int, body: object, **headers: str) -> Error:
    bench.client()
    bench.server.script(LOGIN, reply(status, body, headers))
    return bench.fail("signIn", EMAIL, PASSWORD)


def all_text(error: Error) -> str:
    return "\n".join(
        [
            str(error),
            repr(error),
            repr(vars(error)),
            repr(error.args),
            *traceback.format_exception(error),
        ]
    )


def test_a_documented_error_is_told_whole(bench: Bench) -> None:
    error = failed_sign_in(bench, 403, DOCUMENTED)
    assert (error.code, error.httpStatus) == (403, 403)
    assert error.message == "Activation by PIN is required"
    assert error.errorCode == "SAU-303"
    assert error.path == "/sauth/v3/auth/login/client"
    assert error.traceId == "abc123"
    assert error.causes == (
        ErrorCause("email", "1001", "is odd", "anna"),
        ErrorCause(None, "1002", "no field", None),
    )


def test_the_status_of_the_body_is_the_code_beside_the_http_status(bench: Bench) -> None:
    error = failed_sign_in(bench, 400, {"status": 412})
    assert (error.code, error.httpStatus, error.message) == (412, 400, "Bad Request")


@pytest.mark.parametrize("status", ["412", True, False, None, 412.0, [412], {}])
def test_a_status_that_is_no_integer_counts_for_nothing(bench: Bench, status: Any) -> None:
    error = failed_sign_in(bench, 400, {"status": status, "message": "why"})
    assert (error.code, error.message) == (400, "why")
    assert type(error.code) is int


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Bad gateway</h1></html>",
        b'{"message": "cut',
        b'[{"message": "a list"}]',
        b'"text"',
        b"null",
        b"42",
        b"\xff\xfe{}",
        b'{"message": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"status": NaN}',
        b'{"status": ' + b"9" * 5000 + b"}",
        b"\x00" * 64,
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_makes_no_sense_leaves_the_status_and_its_phrase(
    bench: Bench, body: bytes
) -> None:
    error = failed_sign_in(bench, 404, body)
    assert (error.code, error.httpStatus, error.message) == (404, 404, "Not Found")
    assert (error.errorCode, error.causes, error.path, error.traceId) == (None, (), None, None)


@pytest.mark.parametrize("wrong", [None, True, 1.5, [], {}, [1], {"a": 1}])
def test_fields_of_a_wrong_type_are_left_out(bench: Bench, wrong: Any) -> None:
    names = ("message", "errorCode", "path", "traceId", "errors")
    error = failed_sign_in(bench, 400, dict.fromkeys(names, wrong))
    assert (error.code, error.message) == (400, "Bad Request")
    assert (error.errorCode, error.path, error.traceId) == (None, None, None)
    assert error.causes == ()


def test_causes_of_a_wrong_type_are_left_out_and_the_others_kept(bench: Bench) -> None:
    causes: list[Any] = [
        None,
        5,
        "text",
        [],
        {"field": ["email"], "code": True, "message": {}},
        {"field": "sex"},
    ]
    error = failed_sign_in(bench, 400, {"errors": causes})
    assert error.causes == (ErrorCause(), ErrorCause(field="sex"))


def test_an_integer_where_a_text_is_due_is_taken_as_one(bench: Bench) -> None:
    error = failed_sign_in(bench, 400, {"errorCode": 17, "traceId": 10**40, "status": 10**40})
    assert (error.errorCode, error.traceId, error.code) == ("17", str(10**40), 10**40)


def test_a_status_without_a_phrase_is_told_as_a_number(bench: Bench) -> None:
    error = failed_sign_in(bench, 499, b"")
    assert error.code == 499
    assert "499" in error.message


@pytest.mark.parametrize("depth", range(10, 2000, 70))
def test_a_deep_rejected_value_does_not_turn_an_answer_into_a_lost_one(
    bench: Bench, depth: int
) -> None:
    deep = b"[" * depth + b"]" * depth
    error = failed_sign_in(bench, 400, b'{"errors": [{"field": "a", "rejectedValue": %s}]}' % deep)
    assert (error.code, error.httpStatus) == (400, 400)


@pytest.mark.parametrize("depth", range(900, 1000))
def test_no_depth_of_a_rejected_value_breaks_the_reading_of_an_error(depth: int) -> None:
    """Somewhere between what can be parsed and what cannot lies what can only just be."""
    deep = b"[" * depth + b"]" * depth
    body = b'{"errors": [{"field": "a", "rejectedValue": %s}]}' % deep
    assert error_reply(400, {}, body, ["secret"]).httpStatus == 400


@pytest.mark.parametrize(
    "field",
    [
        "password",
        "oldPassword",
        "token",
        "identityProviderToken",
        "confirmationCode",
        "pinCode",
        "code",
        "apiKey",
        "key",
        "PASSWORD",
        "client.password",
        "body.accessToken",
    ],
)
def test_the_rejected_value_of_a_secret_field_is_not_kept(bench: Bench, field: str) -> None:
    causes: list[Any] = [
        {"field": field, "rejectedValue": "Hidden1!"},
        {"field": "city", "rejectedValue": "X"},
    ]
    error = failed_sign_in(bench, 400, {"errors": causes})
    assert [cause.rejectedValue for cause in error.causes] == [None, "X"]
    assert "Hidden1!" not in all_text(error)


def test_the_secrets_of_the_call_are_cut_out_of_everything_that_is_told(bench: Bench) -> None:
    echo = f"{PASSWORD} is wrong for {API_KEY}"
    texts = dict.fromkeys(("message", "errorCode", "path", "traceId"), echo)
    cause = {"field": "body", "code": echo, "message": echo, "rejectedValue": {"all": [echo]}}
    error = failed_sign_in(bench, 400, {**texts, "errors": [cause]})
    assert "is wrong for" in error.message
    assert error.causes[0].field == "body"
    assert PASSWORD not in all_text(error)
    assert API_KEY not in all_text(error)


def test_a_secret_that_contains_another_one_is_cut_out_whole(bench: Bench) -> None:
    bench.client()
    password = f"before-{API_KEY}-after"
    bench.server.script(LOGIN, reply(400, {"message": f"no {password}"}))
    error = bench.fail("signIn", EMAIL, password)
    assert "-after" not in all_text(error)
    assert "before-" not in all_text(error)


@pytest.mark.parametrize("operation", ["account", "refresh"])
def test_the_token_of_the_call_is_cut_out_of_the_message(bench: Bench, operation: str) -> None:
    bench.client()
    bench.sign_in()
    path = {"account": ACCOUNT, "refresh": REFRESH}[operation]
    bench.server.script(path, reply(400, {"message": "token-1 is unknown"}))
    error = bench.make(operation)
    assert "is unknown" in error.message
    assert "token-1" not in all_text(error)


FAILURES = {
    "reply": reply(400, DOCUMENTED),
    "lost": hang_up,
    "unusable": reply(200, b"no"),
    "garbage": raw(b"SMTP ready\r\n"),
}


def an_error(bench: Bench, kind: str) -> Error:
    bench.client()
    if kind == "refused":
        bench.server.refuse()
    else:
        bench.server.script(LOGIN, *[FAILURES[kind]] * 5)
    return bench.fail("signIn", EMAIL, PASSWORD)


KINDS = pytest.mark.parametrize("kind", [*FAILURES, "refused"])


@KINDS
def test_an_error_drags_nothing_along(bench: Bench, kind: str) -> None:
    """Frames would hold tokens and passwords."""
    error = an_error(bench, kind)
    assert error.__context__ is None
    assert error.__cause__ is None
    assert error.__traceback__ is None
    assert PASSWORD not in all_text(error)
    assert API_KEY not in all_text(error)


@KINDS
def test_an_error_can_be_raised(bench: Bench, kind: str) -> None:
    error = an_error(bench, kind)
    with pytest.raises(Error) as raised:
        raise error
    assert raised.value is error


@KINDS
@pytest.mark.parametrize("way", ["pickle", "copy", "deepcopy"])
def test_an_error_can_be_copied_whole(bench: Bench, kind: str, way: str) -> None:
    ways = {
        "pickle": lambda error: pickle.loads(pickle.dumps(error)),
        "copy": copy.copy,
        "deepcopy": copy.deepcopy,
    }
    error = an_error(bench, kind)
    other = ways[way](error)
    assert type(other) is type(error)
    assert vars(other) == vars(error)
    assert (str(other), repr(other)) == (str(error), repr(error))


def test_an_error_that_ended_a_call_can_be_copied(bench: Bench) -> None:
    bench.client()
    bench.server.script(LOGIN, drip(b"H", b"T"))
    answer = bench.begin("signIn", EMAIL, PASSWORD)
    bench.server.wait_for(LOGIN)
    Synerise.Client.destroySession()
    error = answer.wait()
    assert error.__traceback__ is None
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_calls_that_ended_together_get_errors_of_their_own(bench: Bench) -> None:
    bench.client()
    bench.server.script(LOGIN, drip(b"H", b"T"))
    answers = [bench.begin("signIn", EMAIL, PASSWORD) for _ in range(3)]
    bench.server.wait_for(LOGIN)
    Synerise.Client.destroySession()
    errors = [answer.wait() for answer in answers]
    assert [error.code for error in errors] == [-999] * 3
    assert len({id(error) for error in errors}) == 3


# Answers that are too long


@pytest.mark.parametrize("how", ["length", "chunked", "until the end"])
def test_an_answer_of_more_than_four_megabytes_is_not_usable(bench: Bench, how: str) -> None:
    body = json.dumps(token_body(more="x" * (4 * 1024 * 1024))).encode()
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    data = {
        "length": head + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        "chunked": head
        + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body)
        + body
        + b"\r\n0\r\n\r\n",
        "until the end": head + b"\r\n" + body,
    }[how]
    bench.client()
    bench.server.script(LOGIN, raw(data))
    assert bench.fail("signIn", EMAIL, PASSWORD).code == -106
    assert len(bench.server.requests) == 1


def test_an_answer_of_almost_four_megabytes_is_read(bench: Bench) -> None:
    bench.client()
    bench.server.script(LOGIN, reply(body=token_body(more="x" * (4 * 1024 * 1024 - 1000))))
    assert bench.call("signIn", EMAIL, PASSWORD) is True


def test_an_endless_answer_is_not_read_to_its_end(bench: Bench) -> None:
    bench.client()
    bench.server.script(LOGIN, drip(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 1_000_000))
    assert bench.fail("signIn", EMAIL, PASSWORD).code == -106


def test_an_error_answer_that_is_too_long_keeps_its_status(bench: Bench) -> None:
    error = failed_sign_in(bench, 400, b" " * (5 * 1024 * 1024))
    assert (error.code, error.message) == (400, "Bad Request")


def test_the_text_of_an_error_tells_its_causes_too() -> None:
    causes = (ErrorCause("email", "TAKEN", "is another customer's", "a@b.pl"), ErrorCause("phone"))
    error = Error(400, "Validation failed", causes=causes)
    assert str(error) == "Validation failed; email: is another customer's (400)"
