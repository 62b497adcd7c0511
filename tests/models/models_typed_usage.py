"""Typed usage of the models: mypy checks it, nobody runs it."""

from __future__ import annotations

from datetime import datetime

from synerise_client.models.account_information import ClientAccountInformation
from synerise_client.models.agreements import ClientAgreements
from synerise_client.models.conditional_auth_result import ClientConditionalAuthResult
from synerise_client.models.contexts import (
    ClientAccountRegisterContext,
    ClientAccountUpdateContext,
    ClientAuthContext,
)
from synerise_client.models.enums import (
    ClientConditionalAuthStatus,
    ClientConditionalAuthStatusFromString,
    ClientSex,
    ClientSignOutMode,
    ClientSignOutModeFromString,
    TokenOrigin,
    TokenOriginFromString,
    TokenOriginToString,
)
from synerise_client.models.token import Token
from synerise_client.models.unset import UNSET

origin: TokenOrigin = TokenOriginFromString("APPLE")
mode: ClientSignOutMode = ClientSignOutModeFromString("SIGN_OUT")
status: ClientConditionalAuthStatus | str = ClientConditionalAuthStatusFromString("X")
wire: str = TokenOriginToString(TokenOrigin.OAuth)

row: dict[str, str] = {}
context = ClientAccountUpdateContext(
    {"phone": "1"},
    city=row.get("city", UNSET),
    zipCode=None,
    sex="FEMALE",
    agreements={"sms": True},
)
context.sex = ClientSex.Other
context.agreements = ClientAgreements(email=True)
context.agreements.push = None
city: str | None = context.city or None
if context.city:
    context.city.upper()
if context.phone is not UNSET and context.phone is not None:
    context.phone.upper()
context.ctiy = "Kraków"  # type: ignore[attr-defined]
ClientAccountUpdateContext(ctiy="Kraków")  # type: ignore[call-arg]
ClientAccountRegisterContext("a@x.pl")  # type: ignore[call-arg]
ClientAccountRegisterContext("a@x.pl", "Pass1!", {"city": "Kraków"}, customId="1")
ClientAuthContext(modelObject={"authID": "1"}, attributes={"any": [1, None]})

token = Token.fromObject({})
text: str = token.tokenString
expires: datetime = token.expirationDate
token.rlm = "x"  # type: ignore[misc]

account = ClientAccountInformation.fromObject({})
agreed = bool(account.agreements and account.agreements.email)
seen: datetime | None = account.lastActivityDate

succeeded = ClientConditionalAuthResult.fromObject({}).status is ClientConditionalAuthStatus.Success
