"""A request as a rule gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synerise_client.sandbox.fields import Fields
from synerise_client.sandbox.replies import Cause, Refusal

if TYPE_CHECKING:
    from synerise_client.sandbox.outbox import Code
    from synerise_client.sandbox.profiles import Profile
    from synerise_client.sandbox.state import State
    from synerise_client.sandbox.tokens import Token


@dataclass(frozen=True)
class Call:
    """One request that a rule answers.

    Args:
        state: what the rule reads and changes.
        body: the JSON object that came, empty for GET.
        bearer: the live token it carried; None where the route wants none.
    """

    state: State
    body: dict[str, Any] = field(repr=False)
    bearer: Token | None = None

    @property
    def token(self) -> Token:
        """The token it carried.

        Raises:
            RuntimeError: the route wants none.
        """
        if self.bearer is None:
            raise RuntimeError("A route without a token has no customer")
        return self.bearer

    @property
    def now(self) -> float:
        """The sandbox's time in Unix seconds."""
        return self.state.clock.now()

    @property
    def profile(self) -> Profile:
        """Whose token it is."""
        return self.token.profile

    def device(self) -> tuple[str, str]:
        """The uuid and the device id in the body.

        Raises:
            Refusal: one is missing.
        """
        fields = Fields(self.body)
        device = fields.text("uuid"), fields.text("deviceId")
        fields.check()
        return device

    def redeem(
        self,
        kind: str,
        name: str,
        profile: Profile | None = None,
        bound: tuple[str, ...] | None = None,
    ) -> Code:
        """Use up the one-time code in a field of the body.

        Args:
            kind: what it has to be for.
            name: the field, already checked.
            profile: whose it has to be; None: anybody's.
            bound: what it has to be bound to; None: anything.

        Raises:
            Refusal: there is none such that still works.
        """
        code = self.state.outbox.redeem(kind, self.body[name], self.now, profile, bound)
        if code is None:
            raise self.useless(name)
        return code

    def useless(self, name: str) -> Refusal:
        """The refusal of the one-time code in a field of the body."""
        message = "is unknown, used, expired or somebody else's"
        cause = Cause(name, "INVALID", message, self.body[name])
        return Refusal(400, "Validation failed", causes=[cause])
