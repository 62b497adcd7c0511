"""What a random script may do: calls, enders and trouble, as plain values that print themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import strategies as st

ANNA, BEN, CARL = "anna@example.com", "ben@example.com", "carl@example.com"
RIGHT, WRONG = "Pass1!word", "Wrong1!word"
SPELLINGS = {ANNA: " Anna@Example.com", BEN: "BEN@example.COM", CARL: CARL}
VOUCHED = {"a-token-for-anna": ANNA, "a-token-for-carl": CARL}
"""Whom the identity provider vouches for; Carl has no account before he signs in with it."""

UNKNOWN_PROVIDER_TOKEN = "a-token-for-nobody"
CHOSEN_UUID = "0b0e8f5c-7f43-4d3f-9b53-6d2f0c7b6a11"
KEYS = ("the-key-of-one-profile", "the-key-of-another-profile")


@dataclass(frozen=True)
class Call:
    """One method and what the machine says about its arguments."""

    method: str
    arguments: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"{self.method}({', '.join(map(repr, self.arguments))})"


def call(method: str, *arguments: Any) -> Call:
    return Call(method, arguments)


SIGN_INS = [
    call("signIn", ANNA, RIGHT),
    call("signIn", SPELLINGS[ANNA], RIGHT),
    call("signIn", BEN, RIGHT),
    call("signInConditionally", ANNA, RIGHT),
    call("signInConditionally", BEN, RIGHT),
    call("authenticate", "a-token-for-anna", None),
    call("authenticate", "a-token-for-carl", None),
    call("authenticate", "a-token-for-carl", "carl-1"),
    call("authenticateConditionally", "a-token-for-anna", "anna-1"),
    call("authenticateConditionally", "a-token-for-carl", None),
    call("simpleAuthentication", "dora-1", None),
    call("simpleAuthentication", "dora-1", CHOSEN_UUID),
]
NOBODY_SIGNS_IN = [
    call("signIn", ANNA, WRONG),
    call("signIn", CARL, RIGHT),
    call("signIn", "", RIGHT),
    call("signInConditionally", BEN, WRONG),
    call("authenticate", UNKNOWN_PROVIDER_TOKEN, None),
    call("simpleAuthentication", "", None),
]
TOKENS = [call("refreshToken"), call("retrieveToken"), call("getAccount")]
ANYBODY = [call("requestPasswordReset", ANNA), call("recognizeAnonymous", "eve@example.com")]
SIGN_OUTS = [
    call("signOutWithMode", "SIGN_OUT", False),
    call("signOutWithMode", "SIGN_OUT", True),
    call("signOutWithMode", "SIGN_OUT_WITH_SESSION_DESTROY", False),
    call("signOutWithMode", "SIGN-OUT", False),
]
DELETIONS = [
    call("deleteAccountByIdentityProvider", RIGHT, "SYNERISE"),
    call("deleteAccountByIdentityProvider", WRONG, "SYNERISE"),
    call("deleteAccountByIdentityProvider", "a-token-for-carl", "GOOGLE"),
]
ENDERS = [
    call("signOut"),
    call("destroySession"),
    call("regenerateUUID"),
    call("regenerateUUIDWithClientIdentifier", "someone"),
    call("regenerateUUIDWithClientIdentifier", None),
]
"""What acts at once; whether it ends something depends on the session."""

SETTINGS = [
    call("doNotTrack", True),
    call("doNotTrack", False),
    *(call("changeApiKey", key, carries) for key in KEYS for carries in (False, True)),
]
"""What acts at once and stays so: the API key, and whether anybody may become known."""

TROUBLE: dict[str, dict[str, Any]] = {
    "400": {"status": 400},
    "401": {"status": 401},
    "403": {"status": 403},
    "a proxy's 403": {"status": 403, "body": "<html>Forbidden</html>"},
    "500": {"status": 500},
    "503": {"status": 503},
    "garbage": {"status": 200, "body": "<html>Sorry</html>"},
}
"""What the server may answer without acting; and it may act and lose the answer."""

LOST = "lost"
TROUBLED = {
    "login": [*SIGN_INS[:3], *SIGN_INS[5:8]],
    "login_conditional": [*SIGN_INS[3:5], *SIGN_INS[8:10]],
    "simple_authentication": SIGN_INS[10:],
    "login_anonymous": ANYBODY,
    "password_reset_request": ANYBODY,
    "refresh": [*TOKENS, *TOKENS, *ANYBODY],
    "logout": SIGN_OUTS,
    "account": TOKENS,
    "account_delete": DELETIONS,
}
"""Operations that may meet trouble, and calls that may ask for them."""

MORE_THAN_A_REST = 61
"""Seconds after which a refresh that failed does not rest any longer."""

Happening: TypeAlias = int | Call | None
"""Time that passes (seconds), what another process does, or None: all tokens are revoked."""

sign_ins = st.sampled_from([*SIGN_INS, *SIGN_INS, *NOBODY_SIGNS_IN])
tokens = st.sampled_from(TOKENS)
anybody = st.sampled_from(ANYBODY)
leaving = st.sampled_from([*SIGN_OUTS, *DELETIONS])
calls = st.one_of(tokens, tokens, anybody, leaving, sign_ins)
enders = st.sampled_from(ENDERS)
settings = st.sampled_from(SETTINGS)
spans = st.sampled_from([MORE_THAN_A_REST, 900, 1801, 3600, 5000])
jumps = st.sampled_from([-100_000, -2000, 2000, 100_000])
lifetimes = st.sampled_from([600, 3600, 9000])
passes = st.sampled_from([0, 0, 1])
in_flight = st.one_of(calls, tokens, tokens, anybody)
happenings: st.SearchStrategy[Happening] = st.sampled_from([900, 10_000, 10_000, None, None])
done_elsewhere = st.one_of(enders, st.sampled_from([*SIGN_INS, *SIGN_OUTS]))
kinds_of_trouble = st.lists(st.sampled_from([*TROUBLE, LOST]), min_size=1, max_size=3)


@st.composite
def trouble(draw: st.DrawFn) -> tuple[str, list[str], Call]:
    """Draw an operation, what its next requests meet, and a call that may ask for it."""
    operation = draw(st.sampled_from([*TROUBLED, *["refresh"] * 3]))
    kinds = draw(kinds_of_trouble)
    return operation, kinds, draw(st.sampled_from(TROUBLED[operation]))
