"""What signed-in customers do with their account, and those who forgot their password."""

from __future__ import annotations

from typing import Any

from synerise_client.sandbox.call import Call
from synerise_client.sandbox.fields import Fields
from synerise_client.sandbox.logins import is_confirmed, provider_in
from synerise_client.sandbox.profiles import BASIC_FIELDS
from synerise_client.sandbox.registrations import check_unique
from synerise_client.sandbox.replies import Refusal, account_reply

_IDENTIFIERS = ("email", "customId", "uuid")


def account(call: Call) -> dict[str, Any]:
    """The customer's data."""
    return account_reply(call.profile, call.token.uuid)


def account_update(call: Call) -> dict[str, Any]:
    """Change the given fields; null resets a native field and deletes an attribute."""
    fields = Fields(call.body, nulls=True)
    values = fields.profile((*_IDENTIFIERS, *BASIC_FIELDS))
    fields.check()
    check_unique(call.state, fields, values, call.profile)
    fields.check()
    call.profile.update(values)
    return {}


def basic_information_update(call: Call) -> dict[str, Any]:
    """Change the given fields, an anonymous customer's too, but no identifier.

    The path is assumed, and that an identifier is refused rather than overlooked as well.
    """
    fields = Fields(call.body, nulls=True)
    values = fields.profile(BASIC_FIELDS)
    for name in _IDENTIFIERS:
        if name in call.body:
            fields.fault(name, "UNKNOWN", "is no basic information", call.body[name])
    fields.check()
    call.profile.update(values)
    return {}


def password_reset_request(call: Call) -> dict[str, Any]:
    """Mail a reset token, if there is such an account; nobody learns whether. Path assumed."""
    fields = Fields(call.body)
    email = fields.email()
    fields.check()
    profile = call.state.profiles.by_email(email)
    if profile is not None:
        now = call.now
        call.state.outbox.send_token("password_reset", profile, profile.email or email, now)
    return {}


def password_reset_confirm(call: Call) -> dict[str, Any]:
    """Set the password of the account that the token was mailed for. Path assumed."""
    fields = Fields(call.body)
    password = fields.new_password()
    fields.text("token")
    # A password that is refused must not use the token up.
    fields.check()
    call.redeem("password_reset", "token").profile.set_password(password)
    return {}


def password_change(call: Call) -> dict[str, Any]:
    """Replace the password by one who knows the old one; tokens live on. Path assumed."""
    fields = Fields(call.body)
    old, new = fields.text("oldPassword"), fields.new_password()
    fields.check()
    if not call.profile.has_password(old):
        raise Refusal(403, "Wrong password")
    call.profile.set_password(new)
    return {}


def email_change_request(call: Call) -> dict[str, Any]:
    """Mail a token to the new e-mail address, for one who proves who it is.

    The fields after ``email`` are assumed.
    """
    fields = Fields(call.body)
    email = fields.email()
    fields.check()
    if not is_confirmed(call.state, call.profile, call.body):
        raise Refusal(403, "Wrong password")
    check_unique(call.state, fields, {"email": email}, call.profile)
    fields.check()
    call.state.outbox.send_token("email_change", call.profile, email, call.now, (email,))
    return {}


def email_change_confirm(call: Call) -> dict[str, Any]:
    """Take over the e-mail address that the token was mailed to. Assumed."""
    fields = Fields(call.body)
    fields.text("token")
    newsletter = fields.flag("newsletterAgreement")
    fields.check()
    (email,) = call.redeem("email_change", "token", call.profile).bound
    # Somebody may have registered with it since the mail was sent.
    check_unique(call.state, fields, {"email": email}, call.profile)
    fields.check()
    call.profile.update({"email": email})
    if newsletter is not None:
        call.profile.update({"agreements": {"email": newsletter}})
    return {}


def phone_update_request(call: Call) -> dict[str, Any]:
    """Send a confirmation code to the new phone number. Assumed."""
    fields = Fields(call.body)
    phone = fields.text("phone")
    fields.check()
    call.state.outbox.send_pin("phone_update", call.profile, phone, call.now, (phone,))
    return {}


def phone_update_confirm(call: Call) -> dict[str, Any]:
    """Take over the phone number that the code was sent to. Assumed."""
    fields = Fields(call.body)
    phone = fields.text("phone")
    fields.text("confirmationCode")
    agreed = fields.flag("smsAgreement")
    fields.check()
    call.redeem("phone_update", "confirmationCode", call.profile, (phone,))
    call.profile.update({"phone": phone})
    if agreed is not None:
        call.profile.update({"agreements": {"sms": agreed}})
    return {}


def account_delete(call: Call) -> dict[str, Any]:
    """Forget a customer who proves who it is: account, tokens, waiting codes. Assumed."""
    fields = Fields(call.body)
    factor = "password" if provider_in(fields) == "SYNERISE" else "identityProviderToken"
    secret = fields.text(factor)
    fields.check()
    if not is_confirmed(call.state, call.profile, {factor: secret}):
        raise Refusal(403, "Wrong password or token")
    call.state.profiles.delete(call.profile)
    call.state.tokens.revoke_all(call.profile)
    call.state.outbox.forget(call.profile)
    return {}
