"""The account of the customer who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from synerise_client.models.agreements import ClientAgreements
from synerise_client.models.dates import utc_datetime
from synerise_client.models.enums import ClientSex, ClientSexFromString
from synerise_client.models.fields import keys_of
from synerise_client.models.replies import values_for


@frozen
class ClientAccountInformation:
    """What ``getAccount`` tells of a customer; a field the server left out is None.

    Attributes:
        clientId: the customer's number at Synerise, as the server writes it.
        customId: the customer's identifier in the caller's own system.
        sex: never None: what is missing or unknown is ``ClientSex.NotSpecified``.
        birthDate: as the server keeps it, usually ``YYYY-MM-DD``.
        lastActivityDate: an aware datetime in UTC.
        agreements: None if the reply has none; a flag the server left out, or that is no bool,
            is ``UNSET``.
        attributes: the custom attributes, any JSON values.
    """

    clientId: int | str | None = None
    email: str | None = None
    phone: str | None = None
    customId: str | None = None
    uuid: str | None = None
    firstName: str | None = None
    lastName: str | None = None
    displayName: str | None = None
    sex: ClientSex = ClientSex.NotSpecified
    birthDate: str | None = None
    avatarUrl: str | None = None
    company: str | None = None
    address: str | None = None
    city: str | None = None
    province: str | None = None
    zipCode: str | None = None
    countryCode: str | None = None
    anonymous: bool | None = None
    lastActivityDate: datetime | None = None
    agreements: ClientAgreements | None = None
    attributes: Mapping[str, Any] | None = None
    tags: list[str] | None = None

    @classmethod
    def fromObject(cls, modelObject: Mapping[str, Any] | None) -> ClientAccountInformation:
        """Build an account from what the JavaScript constructor takes.

        Args:
            modelObject: the fields by name. ``lastActivityDate`` may be in Unix seconds, in
                milliseconds (Android sends those) or an ISO 8601 string. A plain field of
                another type than expected is kept as it came.
        """
        values = values_for(cls, modelObject)
        values["sex"] = ClientSexFromString(values["sex"])
        values["lastActivityDate"] = utc_datetime(values["lastActivityDate"])
        values["agreements"] = _agreements(values["agreements"])
        return cls(**values)


def _agreements(reply: object) -> ClientAgreements | None:
    if not isinstance(reply, Mapping):
        return None
    # Not as a modelObject: keys that a later server adds are nothing to warn of.
    flags = {key: reply[key] for key in keys_of(ClientAgreements) & reply.keys()}
    return ClientAgreements(**{key: flag for key, flag in flags.items() if _is_flag(flag)})


def _is_flag(value: object) -> bool:
    return value is None or isinstance(value, bool)
