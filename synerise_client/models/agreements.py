"""The customer's agreements."""

from __future__ import annotations

from attrs import define, field

from synerise_client.models.fields import FieldSet, Flag, ModelObject, is_flag
from synerise_client.models.unset import UNSET


@define(repr=False)
class ClientAgreements(FieldSet):
    """By which of six ways a customer agrees to be reached: ``ClientAgreements(email=True)``.

    Every flag is a bool, None (sent as null) or ``UNSET`` (not sent).

    Args:
        modelObject: the flags by name, as in JavaScript; unknown keys are ignored with a warning.
        email: newsletter.
        sms: text messages.
        push: push notifications.
        bluetooth: Bluetooth beacons.
        rfid: RFID tags.
        wifi: Wi-Fi.
    """

    _modelObject: ModelObject = field(default=None, alias="modelObject")
    email: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
    sms: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
    push: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
    bluetooth: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
    rfid: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
    wifi: Flag = field(default=UNSET, kw_only=True, validator=is_flag)
