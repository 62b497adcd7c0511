"""The part of Synerise.Client that concerns the customer's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synerise_client.modules.arguments import (
    check,
    check_context,
    check_each,
    check_optional,
    fields_of,
    json_parameters,
)
from synerise_client.modules.registration_methods import RegistrationMethods
from synerise_client.secret import Secret, hidden

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from synerise_client.models.contexts import (
        ClientAccountUpdateBasicInformationContext,
        ClientAccountUpdateContext,
    )
    from synerise_client.models.enums import ClientIdentityProvider
    from synerise_client.modules.base_module import OnAccount, OnError, OnTrue


class AccountMethods(RegistrationMethods):
    """What ``Synerise.Client`` asks and changes of an account that there is."""

    def getAccount(self, onSuccess: OnAccount = None, onError: OnError = None) -> None:
        """Get what Synerise knows of the customer who is logged in.

        Args:
            onSuccess: gets a :class:`~synerise_client.ClientAccountInformation`.
            onError: gets an Error: 3200 if nobody is logged in, 3210 if the token has
                expired (both without any request), or one of those that any call may get.
        """
        self._call("getAccount", onSuccess, onError, self._account.information)

    def updateAccountBasicInformation(
        self,
        context: ClientAccountUpdateBasicInformationContext,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Change an account's basic information, of an anonymous customer too.

        The route is assumed.

        Args:
            context: what changes; read at once. None deletes, what was never set stays.
            onSuccess: gets True.
            onError: gets an Error: 400 for a value that the server does not take, or one
                of those that any call may get.
        """
        check_context("ClientAccountUpdateBasicInformationContext", context)
        self._call(
            "updateAccountBasicInformation",
            onSuccess,
            onError,
            self._account.update_basic_information,
            fields_of(context),
        )

    def updateAccount(
        self,
        context: ClientAccountUpdateContext,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Change the account of the customer who is logged in.

        Args:
            context: what changes; read at once. None deletes, what was never set stays.
            onSuccess: gets True.
            onError: gets an Error: 3200 if nobody is logged in, 3210 if the token has
                expired (both without any request), 400 for a value that the server does
                not take, or one of those that any call may get.
        """
        check_context("ClientAccountUpdateContext", context)
        self._call("updateAccount", onSuccess, onError, self._account.update, fields_of(context))

    def requestPasswordReset(
        self,
        email: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Have a mail sent with a token for a new password.

        It is sent only once if no answer comes. The route is assumed.

        Args:
            email: of the account.
            onSuccess: gets True.
            onError: gets an Error: 3050 for an empty e-mail, or one of those that any
                call may get.
        """
        check(str, email=email)
        self._call(
            "requestPasswordReset", onSuccess, onError, self._account.request_password_reset, email
        )

    def confirmPasswordReset(
        self,
        password: str,
        token: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Set a new password with the token of the mail.

        It is sent only once if no answer comes. The route is assumed.

        Args:
            password: the new one; is never stored.
            token: of the mail; works once.
            onSuccess: gets True.
            onError: gets an Error: 400 for a token that does not work or a password that
                the server does not take, 3050 for an empty argument, or one of those
                that any call may get.
        """
        check(str, password=Secret(password), token=Secret(token))
        self._call(
            "confirmPasswordReset",
            onSuccess,
            onError,
            self._account.confirm_password_reset,
            Secret(password),
            Secret(token),
        )

    def changePassword(
        self,
        oldPassword: str,
        newPassword: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Change the password of the customer who is logged in.

        It is sent only once if no answer comes. The route is assumed.

        Args:
            oldPassword: the one so far.
            newPassword: the new one. Neither is stored.
            onSuccess: gets True.
            onError: gets an Error: 403 for a wrong old password (the session goes on),
                3200 if nobody is logged in, 3210 if the token has expired, 3050 for an
                empty argument, or one of those that any call may get.
        """
        check(str, oldPassword=Secret(oldPassword), newPassword=Secret(newPassword))
        self._call(
            "changePassword",
            onSuccess,
            onError,
            self._account.change_password,
            Secret(oldPassword),
            Secret(newPassword),
        )

    def requestEmailChange(
        self,
        email: str,
        password: str | None,
        externalToken: str | None = None,
        authID: str | None = None,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Have a mail sent to the customer's new address, to confirm it.

        It is sent only once if no answer comes. What is sent besides the address is assumed.

        Args:
            email: the new address.
            password: of the customer, or None if there is an externalToken.
            externalToken: of an identity provider, or None.
            authID: the customer's identifier there, or None.
            onSuccess: gets True.
            onError: gets an Error: 403 for a wrong password (the session goes on), 3200
                if nobody is logged in, 3210 if the token has expired, 3050 if e-mail or
                both proofs are empty, or one of those that any call may get.
        """
        check_each(
            email=(str, email),
            password=(str | None, hidden(password)),
            externalToken=(str | None, hidden(externalToken)),
            authID=(str | None, authID),
        )
        self._call(
            "requestEmailChange",
            onSuccess,
            onError,
            self._account.request_email_change,
            email,
            hidden(password),
            hidden(externalToken),
            authID,
        )

    def confirmEmailChange(
        self,
        token: str,
        newsletterAgreement: bool,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Change the customer's address with the token of the mail.

        It is sent only once if no answer comes. The route is assumed.

        Args:
            token: of the mail; works once.
            newsletterAgreement: whether newsletters may go to the new address.
            onSuccess: gets True.
            onError: gets an Error: 400 for a token that does not work, 3200 if nobody is
                logged in, 3210 if the token has expired, 3050 for an empty token, or
                one of those that any call may get.
        """
        check_each(token=(str, Secret(token)), newsletterAgreement=(bool, newsletterAgreement))
        self._call(
            "confirmEmailChange",
            onSuccess,
            onError,
            self._account.confirm_email_change,
            Secret(token),
            newsletterAgreement,
        )

    def requestPhoneUpdate(
        self,
        phone: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Have a message sent to the customer's new number, to confirm it.

        It is sent only once if no answer comes. The route is assumed.

        Args:
            phone: the new number.
            onSuccess: gets True.
            onError: gets an Error: 3200 if nobody is logged in, 3210 if the token has
                expired, 3050 for an empty number, or one of those that any call may get.
        """
        check(str, phone=phone)
        self._call(
            "requestPhoneUpdate", onSuccess, onError, self._account.request_phone_update, phone
        )

    def confirmPhoneUpdate(
        self,
        phone: str,
        confirmationCode: str,
        smsAgreement: bool,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Change the customer's number with the code of the message.

        It is sent only once if no answer comes. The route is assumed.

        Args:
            phone: the new number.
            confirmationCode: of the message; works once.
            smsAgreement: whether messages may go to the new number.
            onSuccess: gets True.
            onError: gets an Error: 400 for a code that does not work, 3200 if nobody is
                logged in, 3210 if the token has expired, 3050 for an empty argument, or
                one of those that any call may get.
        """
        check_each(
            phone=(str, phone),
            confirmationCode=(str, Secret(confirmationCode)),
            smsAgreement=(bool, smsAgreement),
        )
        self._call(
            "confirmPhoneUpdate",
            onSuccess,
            onError,
            self._account.confirm_phone_update,
            phone,
            Secret(confirmationCode),
            smsAgreement,
        )

    def deleteAccountByIdentityProvider(
        self,
        clientAuthFactor: str,
        clientIdentityProvider: ClientIdentityProvider | str,
        authID: str | None = None,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Delete the account of the customer who is logged in, and the session with it.

        The listener hears USER_ACCOUNT_DELETED, and there is a new UUID. It is
        sent only once if no answer comes. The route is assumed.

        Args:
            clientAuthFactor: the password if the provider is SYNERISE, else the
                provider's token. Neither is stored.
            clientIdentityProvider: that vouches for the customer.
            authID: the customer's identifier there, or None.
            onSuccess: gets True.
            onError: gets an Error: 403 for a wrong password or token (the session goes
                on), 3200 if nobody is logged in, 3210 if the token has expired, 3050 for
                an empty factor or an unknown provider, or one of those that any call
                may get.
        """
        check_each(
            clientAuthFactor=(str, Secret(clientAuthFactor)),
            clientIdentityProvider=(str, clientIdentityProvider),
            authID=(str | None, authID),
        )
        self._call(
            "deleteAccountByIdentityProvider",
            onSuccess,
            onError,
            self._account.delete,
            Secret(clientAuthFactor),
            clientIdentityProvider,
            authID,
        )

    def recognizeAnonymous(
        self,
        email: str | None = None,
        customIdentify: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell Synerise who an anonymous customer may be.

        Has no callbacks; if it fails, one line is logged. It does nothing to a
        customer who is logged in, by simple authentication too, and is refused
        while doNotTrack is on. That it travels
        as an event of the action ``client.recognize`` is assumed.

        Args:
            email: of the customer, or None.
            customIdentify: the customer's identifier in the caller's system, or None.
            parameters: JSON values that go with the event, or None; read at once.
        """
        check_optional(str, email=email, customIdentify=customIdentify)
        self._call(
            "recognizeAnonymous",
            None,
            None,
            self._account.recognize,
            email,
            customIdentify,
            json_parameters(parameters),
        )
