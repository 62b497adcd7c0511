"""The part of Synerise.Client that makes a new account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synerise_client.modules.arguments import check, check_context, fields_of
from synerise_client.modules.base_module import BaseModule
from synerise_client.secret import Secret

if TYPE_CHECKING:
    from synerise_client.connector import Connector
    from synerise_client.models.contexts import ClientAccountRegisterContext
    from synerise_client.modules.base_module import OnError, OnTrue
    from synerise_client.modules.settings_module import SettingsModule
    from synerise_client.session.account import Account


class RegistrationMethods(BaseModule):
    """How ``Synerise.Client`` registers a customer and activates the account.

    Args:
        connector: queues and answers the calls.
        settings: tells whether the SDK is enabled.
        account: does the work.
    """

    def __init__(self, connector: Connector, settings: SettingsModule, account: Account) -> None:
        super().__init__(connector, settings)
        self._account = account

    def registerAccount(
        self,
        context: ClientAccountRegisterContext,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Register a new customer. Nobody is signed in by it.

        It is sent only once if no answer comes, as the server may have acted.

        Args:
            context: what is known of the customer; read at once.
            onSuccess: gets True.
            onError: gets an Error: the server's (such as 400 for a password that
                it does not take), 3050 for an empty e-mail or password, -109 while
                doNotTrack is on, or one of those that any call may get.
        """
        check_context("ClientAccountRegisterContext", context)
        self._call(
            "registerAccount", onSuccess, onError, self._account.register, fields_of(context)
        )

    def requestAccountActivation(
        self,
        email: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Have the mail sent again with which an account is activated.

        It is sent only once if no answer comes, as the server may have acted.

        Args:
            email: of the account.
            onSuccess: gets True.
            onError: gets an Error: 3050 for an empty e-mail, or one of those that any
                call may get.
        """
        check(str, email=email)
        self._call(
            "requestAccountActivation", onSuccess, onError, self._account.request_activation, email
        )

    def confirmAccountActivation(
        self,
        token: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Activate an account with the token of the activation mail.

        It is sent only once if no answer comes, as the server may have acted.

        Args:
            token: of the mail; works once.
            onSuccess: gets True.
            onError: gets an Error: 400 for a token that does not work, 3050 for an empty
                one, or one of those that any call may get.
        """
        check(str, token=Secret(token))
        self._call(
            "confirmAccountActivation",
            onSuccess,
            onError,
            self._account.confirm_activation,
            Secret(token),
        )

    def requestAccountActivationByPin(
        self,
        email: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Have a PIN sent with which this device can activate an account.

        It is sent only once if no answer comes, as the server may have acted.

        Args:
            email: of the account.
            onSuccess: gets True.
            onError: gets an Error: 3050 for an empty e-mail, or one of those that any
                call may get.
        """
        check(str, email=email)
        self._call(
            "requestAccountActivationByPin",
            onSuccess,
            onError,
            self._account.request_activation_by_pin,
            email,
        )

    def confirmAccountActivationByPin(
        self,
        pinCode: str,
        email: str,
        onSuccess: OnTrue = None,
        onError: OnError = None,
    ) -> None:
        """Activate an account with the PIN that this device asked for.

        It is sent only once if no answer comes, as the server may have acted.

        Args:
            pinCode: that was sent.
            email: of the account.
            onSuccess: gets True.
            onError: gets an Error: 400 for a wrong PIN or another device's, 3050 for an
                empty argument, or one of those that any call may get.
        """
        check(str, pinCode=Secret(pinCode), email=email)
        self._call(
            "confirmAccountActivationByPin",
            onSuccess,
            onError,
            self._account.confirm_activation_by_pin,
            Secret(pinCode),
            email,
        )
