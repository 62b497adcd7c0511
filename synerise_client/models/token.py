"""The customer's token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from synerise_client.models.dates import utc_datetime
from synerise_client.models.enums import TokenOrigin, TokenOriginFromString
from synerise_client.models.replies import values_for


@frozen
class Token:
    """A token and what is known of it, as ``retrieveToken`` and ``refreshToken`` hand it out.

    Attributes:
        tokenString: the token itself, opaque; never part of the repr.
        expirationDate: the server's expiry, an aware datetime in UTC.
        rlm: the realm; ``client`` for a customer.
        origin: how the customer signed in.
        clientId: the customer's number at Synerise.
        customId: the customer's identifier in the caller's own system.
    """

    tokenString: str = field(repr=False)
    expirationDate: datetime
    rlm: str | None = None
    origin: TokenOrigin = TokenOrigin.Unknown
    clientId: str | None = None
    customId: str | None = None

    @classmethod
    def fromObject(cls, modelObject: Mapping[str, Any] | None) -> Token:
        """Build a token from what the JavaScript constructor takes.

        Args:
            modelObject: the fields by name. ``expirationDate`` may be in Unix seconds, in
                milliseconds or an ISO 8601 string. What is missing or unusable becomes None
                (``origin``: ``TokenOrigin.Unknown``), in ``tokenString`` and
                ``expirationDate`` too: a session refuses such a reply, and never hands out
                such a token.
        """
        values = values_for(cls, modelObject)
        values["expirationDate"] = utc_datetime(values["expirationDate"])
        values["origin"] = TokenOriginFromString(values["origin"])
        return cls(**values)
