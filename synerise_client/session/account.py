"""A customer's account: what is asked, changed and confirmed, each on its turn."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

from synerise_client.errors import Error, ErrorCode
from synerise_client.models.enums import (
    ClientIdentityProvider,
    ClientIdentityProviderFromString,
    ClientSessionEndReason,
)
from synerise_client.process.late_loading import loading
from synerise_client.session.fields import given, require
from synerise_client.session.state import new_uuid, recognized

if TYPE_CHECKING:
    from synerise_client.api.cancellation import Cancellation
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.secret import Secret
    from synerise_client.session.session import Session


class Account:
    """The account of the customer whose session it is.

    Args:
        session: gives every request its token.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def information(self, call: Cancellation) -> ClientAccountInformation:
        """Return what the server knows of the customer."""
        with self._session.turn(call) as turn:
            fields = self._session.run(
                turn, "account", lambda token: self._session.api.account(token, call)
            )
        return _account_model().fromObject(fields)

    def register(self, call: Cancellation, fields: dict[str, Any]) -> bool:
        """Register a customer with the fields of a registration context."""
        require(email=fields["email"].strip(), password=fields["password"])
        with self._session.tracked_turn(call) as turn:
            self._session.send(turn, "register", {**given(fields), "uuid": turn.state.uuid})
        return True

    def request_activation(self, call: Cancellation, email: str) -> bool:
        """Have the activation mail sent."""
        require(email=email)
        return self._send(call, "activation_request", {"email": email})

    def confirm_activation(self, call: Cancellation, token: Secret[str]) -> bool:
        """Activate the account that the mail's token belongs to."""
        require(token=token)
        return self._send(call, "activation_confirm", {"token": token})

    def request_activation_by_pin(self, call: Cancellation, email: str) -> bool:
        """Have a PIN sent, for this device alone."""
        require(email=email)
        return self._send_from_device(call, "pin_request", {"email": email})

    def confirm_activation_by_pin(
        self, call: Cancellation, pin_code: Secret[str], email: str
    ) -> bool:
        """Activate the account with the PIN that this device asked for."""
        require(pinCode=pin_code, email=email)
        return self._send_from_device(call, "pin_confirm", {"pinCode": pin_code, "email": email})

    def update(self, call: Cancellation, fields: dict[str, Any]) -> bool:
        """Change what ``fields`` names; None deletes."""
        return self._send(call, "account_update", fields)

    def update_basic_information(self, call: Cancellation, fields: dict[str, Any]) -> bool:
        """Change what ``fields`` names; None deletes."""
        return self._send(call, "basic_information_update", fields)

    def request_password_reset(self, call: Cancellation, email: str) -> bool:
        """Have a mail sent with a token for a new password."""
        require(email=email)
        return self._send(call, "password_reset_request", {"email": email})

    def confirm_password_reset(
        self, call: Cancellation, password: Secret[str], token: Secret[str]
    ) -> bool:
        """Set a new password with the mail's token."""
        require(password=password, token=token)
        return self._send(call, "password_reset_confirm", {"password": password, "token": token})

    def change_password(self, call: Cancellation, old: Secret[str], new: Secret[str]) -> bool:
        """Set a new password by the old one."""
        require(oldPassword=old, newPassword=new)
        return self._send(call, "password_change", {"oldPassword": old, "password": new})

    def request_email_change(
        self,
        call: Cancellation,
        email: str,
        password: Secret[str] | None,
        external_token: Secret[str] | None,
        auth_id: str | None,
    ) -> bool:
        """Have a mail sent to the new address, by password or by a provider's token."""
        require(email=email)
        if not password and not external_token:
            raise Error(
                ErrorCode.UNUSABLE_ARGUMENT, "password or externalToken is needed, both are empty"
            )
        body = {
            "email": email,
            "password": password,
            "identityProviderToken": external_token,
            "customId": auth_id,
        }
        return self._send_from_device(call, "email_change_request", given(body))

    def confirm_email_change(
        self, call: Cancellation, token: Secret[str], newsletter: bool
    ) -> bool:
        """Change the address with the mail's token."""
        require(token=token)
        body = {"token": token, "newsletterAgreement": newsletter}
        return self._send(call, "email_change_confirm", body)

    def request_phone_update(self, call: Cancellation, phone: str) -> bool:
        """Have a message sent to the new number."""
        require(phone=phone)
        return self._send(call, "phone_update_request", {"phone": phone})

    def confirm_phone_update(
        self, call: Cancellation, phone: str, code: Secret[str], sms_agreement: bool
    ) -> bool:
        """Change the number with the message's code."""
        require(phone=phone, confirmationCode=code)
        body = {"phone": phone, "confirmationCode": code, "smsAgreement": sms_agreement}
        return self._send(call, "phone_update_confirm", body)

    def delete(
        self, call: Cancellation, factor: Secret[str], provider: str, auth_id: str | None
    ) -> bool:
        """Delete the account by password or by a provider's token, and with it the session."""
        require(clientAuthFactor=factor)
        known = ClientIdentityProviderFromString(provider)
        if known is ClientIdentityProvider.Unknown:
            names = "SYNERISE, OAUTH, FACEBOOK, GOOGLE or APPLE"
            raise Error(ErrorCode.UNUSABLE_ARGUMENT, f"clientIdentityProvider must be {names}")
        is_password = known is ClientIdentityProvider.Synerise
        body = {
            "identityProvider": known.value,
            "password" if is_password else "identityProviderToken": factor,
            "customId": auth_id,
        }
        with self._session.turn(call) as turn:
            self._session.send(turn, "account_delete", {**given(body), **turn.device()})
            turn.destroy(ClientSessionEndReason.UserAccountDeleted)
        return True

    def recognize(
        self,
        call: Cancellation,
        email: str | None,
        custom_id: str | None,
        parameters: dict[str, Any],
    ) -> None:
        """Tell who an anonymous customer may be; nothing happens to one who is logged in."""
        with self._session.tracked_turn(call) as turn:
            if turn.is_logged_in():
                return
            turn.change(lambda state: recognized(state, email, custom_id))
            state = turn.state
            client = {"uuid": state.uuid, "email": state.email, "customId": state.custom_id}
            now = datetime.fromtimestamp(self._session.server_time(), timezone.utc)
            body = {
                "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "label": "Recognized a customer",
                "action": "client.recognize",
                "client": given(client),
                "params": parameters,
                "eventSalt": new_uuid(),
            }
            self._session.send(turn, "event_custom", body)

    def _send(self, call: Cancellation, operation: str, body: dict[str, Any]) -> bool:
        with self._session.turn(call) as turn:
            self._session.send(turn, operation, body)
        return True

    def _send_from_device(self, call: Cancellation, operation: str, body: dict[str, Any]) -> bool:
        with self._session.turn(call) as turn:
            self._session.send(turn, operation, {**body, **turn.device()})
        return True


@cache
def _account_model() -> type[ClientAccountInformation]:
    with loading():  # attrs takes a while to make such a class
        from synerise_client.models.account_information import ClientAccountInformation
    return ClientAccountInformation
