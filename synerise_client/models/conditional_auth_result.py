"""The outcome of a conditional sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from synerise_client.models.enums import (
    ClientConditionalAuthStatus,
    ClientConditionalAuthStatusFromString,
)
from synerise_client.models.replies import values_for


@frozen
class ClientConditionalAuthResult:
    """What a conditional sign-in came to; every status arrives through onSuccess.

    Attributes:
        status: a status this version does not know is the server's own string; None if the
            server gave none. Only ``ClientConditionalAuthStatus.Success`` starts a session.
        conditions: what the customer has still to do, one mapping each; None if not told.
    """

    status: ClientConditionalAuthStatus | str | None = None
    conditions: list[Mapping[str, Any]] | None = None

    @classmethod
    def fromObject(cls, modelObject: Mapping[str, Any] | None) -> ClientConditionalAuthResult:
        """Build a result from what the JavaScript constructor takes.

        Args:
            modelObject: the fields by name, each kept as it came if it is not as expected.
        """
        values = values_for(cls, modelObject)
        values["status"] = ClientConditionalAuthStatusFromString(values["status"])
        return cls(**values)
