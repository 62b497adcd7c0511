"""How accounts come to be: registration and activation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synerise_client.sandbox.call import Call
from synerise_client.sandbox.fields import Fields
from synerise_client.sandbox.profiles import Profile
from synerise_client.sandbox.state import State

REGISTER_FIELDS = (
    "email",
    "phone",
    "customId",
    "firstName",
    "lastName",
    "uuid",
    "sex",
    "company",
    "city",
    "address",
    "zipCode",
    "province",
    "countryCode",
    "agreements",
    "attributes",
)


def register(call: Call) -> dict[str, Any]:
    """Make an account, active at once or after an activation by mail or PIN.

    The PIN belongs to the device of the token that the registration carried.
    """
    fields = Fields(call.body)
    email = fields.email()
    password = fields.new_password()
    values = {**fields.profile([n for n in REGISTER_FIELDS if n != "email"]), "email": email}
    check_unique(call.state, fields, values)
    fields.check()
    profile = call.state.profiles.add()
    profile.update({"uuid": call.token.uuid, **values})
    profile.set_password(password)
    profile.activation = call.state.activation
    if profile.activation == "mail":
        call.state.outbox.send_token("activation", profile, email, call.now)
    elif profile.activation == "pin":
        device = values.get("uuid", call.token.uuid), call.token.device_id
        call.state.outbox.send_pin("activation_pin", profile, email, call.now, device)
    return {}


def activation_request(call: Call) -> dict[str, Any]:
    """Mail a new activation token, if there is an account that waits for one.

    An unknown e-mail is answered alike, so that nobody learns who has an account.
    """
    email, profile = _named(call)
    if profile is not None and not profile.active:
        call.state.outbox.send_token("activation", profile, email, call.now)
    return {}


def activation_confirm(call: Call) -> dict[str, Any]:
    """Activate the account that the token was mailed for."""
    fields = Fields(call.body)
    fields.text("token")
    fields.check()
    call.redeem("activation", "token").profile.activate()
    return {}


def pin_request(call: Call) -> dict[str, Any]:
    """Mail a new PIN, if there is an account that waits for one; it belongs to the device."""
    device = call.device()
    email, profile = _named(call)
    if profile is not None and not profile.active:
        call.state.outbox.send_pin("activation_pin", profile, email, call.now, device)
    return {}


def pin_confirm(call: Call) -> dict[str, Any]:
    """Activate the account, if the PIN comes from the device that asked for it."""
    fields = Fields(call.body)
    fields.text("pinCode")
    fields.check()
    device = call.device()
    _, profile = _named(call)
    if profile is None:
        raise call.useless("pinCode")
    call.redeem("activation_pin", "pinCode", profile, device)
    profile.activate()
    return {}


def check_unique(
    state: State, fields: Fields, values: Mapping[str, Any], own: Profile | None = None
) -> None:
    """Note in ``fields`` if an e-mail address or identifier is another customer's than ``own``."""
    email, custom_id = values.get("email"), values.get("customId")
    if email is not None and state.profiles.by_email(email) not in {None, own}:
        fields.fault("email", "TAKEN", "is another customer's", email)
    if custom_id is not None and state.profiles.by_custom_id(custom_id) not in {None, own}:
        fields.fault("customId", "TAKEN", "is another customer's", custom_id)


def _named(call: Call) -> tuple[str, Profile | None]:
    fields = Fields(call.body)
    email = fields.email()
    fields.check()
    return email, call.state.profiles.by_email(email)
