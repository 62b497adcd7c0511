"""A real client beside the model's: whatever one does the other does, and they are compared."""

from __future__ import annotations

from typing import Any

from synerise_client import ClientAccountInformation, ClientConditionalAuthResult, Error
from synerise_client import Token as HandedOut
from tests.machine.calls import Call
from tests.machine.clients import Bench, LiveClient
from tests.machine.model import Client
from tests.machine.service import Customer, Token
from tests.machine.world import ANY_REASON, World


class Names:
    """Which real thing each name or token of the model stands for: one each, and never two."""

    def __init__(self) -> None:
        self._real: dict[object, str] = {}
        self._taken: set[str] = set()

    def agree(self, name: object, real: str) -> bool:
        if isinstance(name, str) and " " not in name:
            return name == real  # a uuid that does not come from chance
        if name not in self._real and real not in self._taken:
            self._real[name] = real
            self._taken.add(real)
        return self._real.get(name) == real


class Pair:
    """One process' client, real and as it should be."""

    def __init__(self, world: World, bench: Bench, names: Names, key: str) -> None:
        self._bench = bench
        self._names = names
        self._told = 0
        self._asked = 0
        self.made = 0
        self.model = Client(world, key)
        self.live = LiveClient(bench, key)

    def make(self, *calls: Call) -> None:
        """Make calls, one right behind the other, and wait for their callbacks."""
        for call in calls:
            self.live.make(call)
        self.live.wait()
        self.model.run(*calls)
        self.made += len(calls)

    def end_at_once(self, ender: Call) -> bool:
        """End the session as ``ender`` does; tell whether that ends the calls made so far."""
        returned = self.live.end_at_once(ender)
        expected, has_ended = self.model.end_at_once(ender)
        assert returned == expected, f"{ender} returned {returned}, not {expected}"
        self.made += 1
        return has_ended

    def close(self) -> None:
        self.live.close()

    def check(self) -> None:
        """Compare everything that can be seen of a client at rest."""
        self.live.wait()
        self._check_told()
        self._check_asked()
        self.check_getters()

    def check_getters(self) -> None:
        module, model = self.live.module, self.model
        uuid = module.getUUID()
        assert self._names.agree(model.state.uuid, uuid), f"the uuid is not {model.state.uuid}"
        assert module.isSignedIn() is model.is_signed_in(), "isSignedIn is wrong"
        is_simple = module.isSignedInViaSimpleAuthentication()
        assert is_simple is model.is_simply_signed_in(), (
            "isSignedInViaSimpleAuthentication is wrong"
        )

    def check_stored(self) -> None:
        """Compare what is stored; a token is there with the uuid that it was given to, or not."""
        row, state = self._bench.row(self.model.key), self.model.row.state
        assert self._names.agree(state.uuid, row["uuid"]), "another uuid is stored"
        token = row["token"]
        assert (token is None) is (state.token is None), f"the token that is stored: {state.token}"
        if token is not None:
            assert self._names.agree(state.token, token["string"]), "another token is stored"
            assert self._bench.issued_to(token["string"]) == row["uuid"], "a token without its uuid"

    def _check_told(self) -> None:
        told, expected = self.live.heard.told[self._told :], self.model.told[self._told :]
        is_same = len(told) == len(expected) and all(map(self._is_told, expected, told))
        assert is_same, f"told {_shown(told)}, not {_shown(expected)}"
        self._told += len(told)

    def _is_told(self, expected: tuple[Any, ...], told: tuple[Any, ...]) -> bool:
        if len(expected) != len(told) or expected[:2] != told[:2]:
            return False
        if len(expected) == 2:
            return True
        wanted, got = expected[2], told[2]
        if isinstance(got, Error):
            return bool(got.code == wanted)
        if isinstance(got, HandedOut):
            return isinstance(wanted, Token) and self._is_handed_out(wanted, got)
        if isinstance(got, ClientAccountInformation):
            return isinstance(wanted, Customer) and got.email == wanted.email
        if isinstance(got, ClientConditionalAuthResult):
            return bool(got.status == wanted)
        return wanted is ANY_REASON or got == (wanted or "NOT_SPECIFIED")

    def _is_handed_out(self, wanted: Token, got: HandedOut) -> bool:
        is_same = self._names.agree(wanted, got.tokenString)
        until = got.expirationDate.timestamp()
        return is_same and (got.origin, until) == (wanted.origin, wanted.expiration)

    def _check_asked(self) -> None:
        asked, expected = self.live.asked[self._asked :], self.model.asked[self._asked :]
        operations = [operation for operation, _, _ in asked]
        wanted = [each.operation for each in expected]
        assert operations == wanted, f"the server was asked for {operations}, not {wanted}"
        for (operation, uuid, device), request in zip(asked, expected, strict=True):
            if request.uuid is not None:
                assert self._names.agree(request.uuid, uuid), f"{operation} with another uuid"
                assert self._names.agree(request.device, device), f"{operation} with another device"
        self._asked += len(asked)
        beside, wanted_beside = self.live.asked_beside, self.model.asked_beside
        assert beside == wanted_beside, f"{beside} sign-outs in the background, not {wanted_beside}"


def _shown(told: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out what may be secret."""
    return [tuple(_short(each) for each in one) for one in told]


def _short(value: object) -> object:
    if isinstance(value, Error):
        return value.code
    if isinstance(value, (str, int, type(None))):
        return str(value)
    return type(value).__name__
