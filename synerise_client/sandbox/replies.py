"""What goes out on the wire: refusals, token replies, account replies."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response

from synerise_client.sandbox.clock import iso
from synerise_client.sandbox.profiles import AGREEMENTS, NATIVE_FIELDS, Profile
from synerise_client.sandbox.tokens import Token


@dataclass(frozen=True)
class Cause:
    """One entry of an error reply's ``errors``.

    Args:
        field: the body's field that is wrong.
        code: a word for what is wrong; the API's own words are not public, these are invented.
        message: the same for humans.
        rejected_value: the value as it came, passwords included: a client must not show it.
    """

    field: str
    code: str
    message: str
    rejected_value: object = None

    def body(self) -> dict[str, Any]:
        """The entry as JSON."""
        return {
            "code": self.code,
            "field": self.field,
            "message": self.message,
            "rejectedValue": self.rejected_value,
        }


class Refusal(Exception):
    """The request is answered with an error.

    Args:
        status: the HTTP status.
        message: what is wrong, for humans; the status' phrase if left out.
        causes: what is wrong with which field.
        error_code: one of the documented SAU codes.
        headers: headers that the answer carries besides the usual ones.
    """

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        causes: Sequence[Cause] = (),
        error_code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.message = message or _phrase(status)
        self.causes = tuple(causes)
        self.error_code = error_code
        self.headers = dict(headers or {})
        super().__init__(self.message)

    def body(self, path: str, now: float) -> dict[str, Any]:
        """The documented error body, for a request to ``path`` at ``now`` (Unix seconds)."""
        return {
            "timestamp": iso(now),
            "status": self.status,
            "error": _phrase(self.status),
            "message": self.message,
            "path": path,
            "errors": [cause.body() for cause in self.causes],
            "errorCode": self.error_code,
            "traceId": secrets.token_hex(8),
        }


def _phrase(status: int) -> str:
    """The words that go with an HTTP status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with a JSON body; ``headers`` win over the usual ones."""
    response = Response(json.dumps(body), status, mimetype="application/json")
    response.headers.update(headers or {})
    return response


def token_reply(token: Token) -> dict[str, Any]:
    """The answer to a login of any kind or a refresh: ``expiration`` in s, ``created`` in ms."""
    return {
        "token": token.string,
        "expiration": token.expiration,
        "created": int(token.created * 1000),
        "origin": token.origin,
        "customId": token.profile.custom_id,
        "realm": token.realm,
        "clientId": str(token.profile.client_id),
        "clientUuid": token.uuid,
    }


def account_reply(profile: Profile, uuid: str) -> dict[str, Any]:
    """A customer's account, as seen from the device with this uuid."""
    active = profile.last_activity
    return {
        "clientId": profile.client_id,
        "email": profile.email,
        "customId": profile.custom_id,
        "uuid": uuid,
        **{name: profile.fields.get(name) for name in NATIVE_FIELDS},
        "sex": profile.fields.get("sex", "NOT_SPECIFIED"),
        "anonymous": profile.anonymous,
        "lastActivityDate": None if active is None else iso(active),
        "agreements": {name: profile.agreements.get(name, False) for name in AGREEMENTS},
        "attributes": dict(profile.attributes),
        "tags": list(profile.tags),
    }
