"""How customers get, renew and give back a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synerise_client.sandbox.call import Call
from synerise_client.sandbox.fields import Fields
from synerise_client.sandbox.profiles import BASIC_FIELDS, Profile, ProviderIdentity, same_email
from synerise_client.sandbox.registrations import check_unique
from synerise_client.sandbox.replies import Refusal, token_reply
from synerise_client.sandbox.state import Requirement, State

PROVIDERS = ("OAUTH", "FACEBOOK", "GOOGLE", "APPLE")
_ACTIVATION_CODES = {"mail": "SAU-302", "pin": "SAU-303"}


def login(call: Call) -> dict[str, Any]:
    """Sign in by password or provider; a provider's newcomer gets an account."""
    device = _admit(call)
    extras = _extras(call.body)
    customer = _who(call.state, call.body)
    if isinstance(customer, ProviderIdentity):
        customer = call.state.profiles.add(customer.email)
    if customer is None:
        raise Refusal(401, "Wrong credentials")
    if not customer.active:
        raise Refusal(
            403,
            "The account is not activated yet",
            error_code=_ACTIVATION_CODES[customer.activation],
        )
    return _sign_in(call, customer, device, extras)


def login_conditional(call: Call) -> dict[str, Any]:
    """Sign in if all conditions are met, and say which are not.

    Never creates an account. That everything but the API key and a malformed body is answered
    with 200 and a status is assumed.
    """
    device = _admit(call)
    extras = _extras(call.body)
    customer = _who(call.state, call.body)
    if customer is None:
        return {"status": "UNAUTHORIZED", "conditions": []}
    if isinstance(customer, ProviderIdentity):
        return {"status": "REGISTRATION_REQUIRED", "conditions": []}
    if not customer.active:
        return {"status": "ACTIVATION_REQUIRED", "conditions": []}
    required = call.state.requirements.get(same_email(customer.email or ""), Requirement("SUCCESS"))
    reply = {"status": required.status, "conditions": [dict(c) for c in required.conditions]}
    if required.status != "SUCCESS":
        return reply
    return {**reply, **_sign_in(call, customer, device, extras)}


def login_anonymous(call: Call) -> dict[str, Any]:
    """Give a token to somebody of whom only the uuid is known."""
    device = _admit(call)
    profile = call.state.profiles.by_uuid(device[0])
    return token_reply(call.state.issue("ANONYMOUS", profile, *device))


def simple_authentication(call: Call) -> dict[str, Any]:
    """Sign in without a password, by identifier or e-mail; a newcomer gets a profile.

    The identifier decides if both are given. The path is assumed.
    """
    device = _admit(call)
    if not call.body.get("customId") and not call.body.get("email"):
        raise Refusal(412, "An e-mail address or a custom identifier is needed")
    fields = Fields(call.body, nulls=True)
    # A caller without the one identifier may say so with null; it resets nothing here.
    identifiers = [name for name in ("email", "customId") if call.body.get(name) is not None]
    values = fields.profile([*BASIC_FIELDS, *identifiers])
    fields.check()
    customer = None
    if "customId" in values:
        customer = call.state.profiles.by_custom_id(values["customId"])
    if customer is None and "email" in values:
        customer = call.state.profiles.by_email(values["email"])
    check_unique(call.state, fields, values, customer)
    fields.check()
    customer = customer or call.state.profiles.add()
    customer.update({**values, "uuid": device[0]})
    return token_reply(call.state.issue("SIMPLE_AUTH", customer, *device))


def refresh(call: Call) -> dict[str, Any]:
    """Give a new token for a live one of the same origin; the old one lives on."""
    _check_api_key(call)
    old = call.token
    return token_reply(call.state.issue(old.origin, old.profile, old.uuid, old.device_id))


def logout(call: Call) -> dict[str, Any]:
    """Revoke the token, or all of the customer's. Assumed."""
    _check_api_key(call)
    fields = Fields(call.body)
    everywhere = fields.flag("fromAllDevices")
    fields.check()
    if everywhere:
        call.state.tokens.revoke_all(call.profile)
    else:
        call.state.tokens.revoke(call.token.string)
    return {}


def provider_in(fields: Fields) -> str:
    """The identity provider that has to be there; SYNERISE stands for a password."""
    provider = fields.text("identityProvider")
    if provider and provider not in {"SYNERISE", *PROVIDERS}:
        fields.fault("identityProvider", "VALUE", "is not a known provider", provider)
    return provider


def is_confirmed(state: State, profile: Profile, body: Mapping[str, Any]) -> bool:
    """Whether a customer has proved once more who it is, by password or provider's token."""
    fields = Fields(body)
    password, provided = fields.optional("password"), fields.optional("identityProviderToken")
    if password is None and provided is None:
        fields.fault("password", "REQUIRED", "must be given, or identityProviderToken")
    fields.check()
    if password is not None:
        return profile.has_password(password)
    identity = state.identities.get(provided or "")
    return identity is not None and state.profiles.by_identity(identity) is profile


def _check_api_key(call: Call) -> None:
    if call.body.get("apiKey") != call.state.api_key:
        raise Refusal(401, "Unknown API key")


def _admit(call: Call) -> tuple[str, str]:
    """The uuid and the device id, if the API key is right."""
    _check_api_key(call)
    if not call.body.get("deviceId"):
        raise Refusal(400, "The device id is missing", error_code="SAU-601")
    return call.device()


def _extras(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a login may change in the profile, checked before anything is."""
    fields = Fields(body, nulls=True)
    values = fields.profile(("agreements", "attributes"))
    fields.optional("customId")
    fields.check()
    return values


def _who(state: State, body: Mapping[str, Any]) -> Profile | ProviderIdentity | None:
    """Whose credentials these are.

    Returns:
        The customer; the identity, if a provider vouches for somebody without an account;
        None if the credentials are wrong.
    """
    fields = Fields(body)
    provider = provider_in(fields)
    fields.check()
    if provider == "SYNERISE":
        return _by_password(state, body)
    provided = fields.text("identityProviderToken")
    fields.check()
    identity = state.identities.get(provided)
    if identity is None or identity.provider != provider:
        return None
    return state.profiles.by_identity(identity) or identity


def _by_password(state: State, body: Mapping[str, Any]) -> Profile | None:
    fields = Fields(body)
    email, custom_id = fields.optional("email"), fields.optional("customId")
    password = fields.text("password")
    if email is None and custom_id is None:
        fields.fault("email", "REQUIRED", "must be given, or customId")
    fields.check()
    if email is not None:
        customer = state.profiles.by_email(email)
    else:
        customer = state.profiles.by_custom_id(custom_id or "")
    return customer if customer is not None and customer.has_password(password) else None


def _sign_in(
    call: Call, customer: Profile, device: tuple[str, str], extras: Mapping[str, Any]
) -> dict[str, Any]:
    origin = call.body["identityProvider"]
    if origin != "SYNERISE":
        customer.identities.add(call.state.identities[call.body["identityProviderToken"]])
        _adopt_custom_id(call, customer)
    customer.update({**extras, "uuid": device[0]})
    return token_reply(call.state.issue(origin, customer, *device))


def _adopt_custom_id(call: Call, customer: Profile) -> None:
    custom_id = call.body.get("customId")
    free = custom_id and call.state.profiles.by_custom_id(custom_id) is None
    if free and customer.custom_id is None:
        customer.custom_id = custom_id
