"""Typed usage of AsyncClient: mypy checks it, nobody runs it."""

from __future__ import annotations

import asyncio

from synerise_client import (
    ClientAccountInformation,
    ClientAccountRegisterContext,
    ClientAuthContext,
    ClientConditionalAuthResult,
    ClientSignOutMode,
    Synerise,
    Token,
)
from synerise_client.aio import AsyncClient

client = AsyncClient(Synerise.Client)
uuid: str = client.getUUID()
is_signed_in: bool = client.isSignedIn()
client.destroySession()
AsyncClient(Synerise)  # type: ignore[arg-type]
client.retreiveToken()  # type: ignore[attr-defined]
client.retrieveToken()  # type: ignore[unused-coroutine]


async def story() -> object:
    token: Token = await client.retrieveToken()
    text: str = (await client.refreshToken()).tokenString
    number: int = await client.getAccount()  # type: ignore[assignment]
    signed_in: bool = await client.signIn(email="anna@example.com", password="Secret-1")
    result: ClientConditionalAuthResult = await client.authenticateConditionally(
        "token", "GOOGLE", ClientAuthContext(authID="a-7")
    )
    account, again = await asyncio.gather(client.getAccount(), client.retrieveToken())
    first_name: str | None = account.firstName
    expires = again.expirationDate.timestamp() + token.expirationDate.timestamp()
    waited: ClientAccountInformation = await asyncio.wait_for(client.getAccount(), timeout=5)
    task: asyncio.Task[bool] = asyncio.create_task(
        client.registerAccount(ClientAccountRegisterContext("a@x.pl", "Pass1!"))
    )
    await client.signOutWithMode(ClientSignOutMode.SignOut, "no")  # type: ignore[arg-type]
    await client.signIn("anna@example.com", "Secret-1", print)  # type: ignore[call-arg]
    await client.signIn("anna@example.com", None)  # type: ignore[arg-type]
    await client.signIn(password="Secret-1")  # type: ignore[call-arg]
    registered: bool = await task
    return text, number, signed_in, result.status, first_name, expires, waited.email, registered
