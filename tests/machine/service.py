"""The server as the session's rules see it: who may come in, which tokens live, what goes wrong."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.machine.calls import ANNA, BEN, LOST, RIGHT, TROUBLE, VOUCHED

SAFE = {
    "login",
    "login_anonymous",
    "login_conditional",
    "simple_authentication",
    "refresh",
    "logout",
    "account",
    "event_custom",
}
"""What may be sent again when nobody knows whether the server acted."""

WITHOUT_TOKEN = {"login", "login_anonymous", "login_conditional", "simple_authentication"}


@dataclass(eq=False)
class Customer:
    email: str | None
    password: str | None = None
    auth_id: str | None = None


@dataclass(eq=False)
class Token:
    """A token; ``lifetime`` is what was left of it when it came to the client."""

    origin: str
    owner: Customer | None
    created: int
    expiration: int
    lifetime: int = 0
    is_revoked: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.origin == "ANONYMOUS"


@dataclass(frozen=True)
class Request:
    """What a call asks for: names stand for the uuid and the device that are sent."""

    operation: str
    token: Token | None = None
    uuid: str | None = None
    device: str | None = None
    asks: tuple[Any, ...] = ()
    key: str = ""


@dataclass
class Reply:
    """``status`` 0: no answer came; ``body`` None: it makes no sense."""

    status: int = 200
    body: Any = None
    is_json: bool = True
    is_sent: bool = True
    date: int = 0

    @property
    def is_good(self) -> bool:
        return self.status == 200

    @property
    def code(self) -> int:
        return self.status or -1

    @property
    def is_refusal(self) -> bool:
        return self.status == 401 or (self.status == 403 and self.is_json)

    def may_pass(self, operation: str) -> bool:
        """Whether the request is worth another attempt."""
        if not self.is_sent or self.status in (429, 503):
            return True
        return operation in SAFE and self.status in (0, 408, 425, 500, 502, 504)


@dataclass
class Service:
    key: str
    now: int
    lifetime: int = 3600
    is_down: bool = False
    tokens: list[Token] = field(default_factory=list)
    customers: list[Customer] = field(
        default_factory=lambda: [Customer(ANNA, RIGHT), Customer(BEN, RIGHT)]
    )
    trouble: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))

    def answer(self, request: Request) -> Reply:
        """Answer one attempt."""
        if self.is_down:
            return Reply(0, is_sent=False)
        waiting = self.trouble[request.operation]
        if not waiting:
            return self.act(request)
        trouble = waiting.popleft()
        if trouble == LOST:
            self.act(request)
            return Reply(0)
        return Reply(TROUBLE[trouble]["status"], is_json="body" not in TROUBLE[trouble])

    def act(self, request: Request) -> Reply:
        """Do what is asked for."""
        if request.operation not in WITHOUT_TOKEN and not self._is_live(request.token):
            return Reply(401)
        act: Any = getattr(self, f"_{request.operation}")
        reply: Reply = act(request, *request.asks)
        return reply

    def revoke_all(self) -> None:
        self._revoke_all_of(*{token.owner for token in self.tokens})

    def _revoke_all_of(self, *owners: Customer | None) -> None:
        for token in self.tokens:
            token.is_revoked = token.is_revoked or token.owner in owners

    def _is_live(self, token: Token | None) -> bool:
        return token is not None and not token.is_revoked and self.now < token.expiration

    def _issue(self, request: Request, origin: str, owner: Customer | None) -> Reply:
        if request.key != self.key:
            return Reply(401)
        token = Token(origin, owner, self.now, self.now + self.lifetime)
        self.tokens.append(token)
        return Reply(body=token)

    def _by_email(self, email: str) -> Customer | None:
        wanted = email.strip().casefold()
        return next((each for each in self.customers if each.email == wanted), None)

    def _by_password(self, email: str, password: str) -> Customer | None:
        customer = self._by_email(email)
        return customer if customer and customer.password == password else None

    def _login(self, request: Request, kind: str, who: str, proof: str) -> Reply:
        if request.key != self.key:
            return Reply(401)
        if kind == "password":
            customer = self._by_password(who, proof)
        elif who not in VOUCHED:
            customer = None
        else:
            customer = self._by_email(VOUCHED[who]) or self._add(Customer(VOUCHED[who]))
        origin = "SYNERISE" if kind == "password" else "GOOGLE"
        return self._issue(request, origin, customer) if customer else Reply(401)

    def _login_conditional(self, request: Request, kind: str, who: str, proof: str) -> Reply:
        if request.key != self.key:
            return Reply(401)
        if kind == "password":
            customer = self._by_password(who, proof)
        elif who in VOUCHED and not self._by_email(VOUCHED[who]):
            return Reply(body="REGISTRATION_REQUIRED")
        else:
            customer = self._by_email(VOUCHED[who]) if who in VOUCHED else None
        origin = "SYNERISE" if kind == "password" else "GOOGLE"
        return self._issue(request, origin, customer) if customer else Reply(body="UNAUTHORIZED")

    def _add(self, customer: Customer) -> Customer:
        self.customers.append(customer)
        return customer

    def _login_anonymous(self, request: Request) -> Reply:
        return self._issue(request, "ANONYMOUS", None)

    def _simple_authentication(self, request: Request, auth_id: str) -> Reply:
        if request.key != self.key:
            return Reply(401)
        known = next((each for each in self.customers if each.auth_id == auth_id), None)
        customer = known or self._add(Customer(None, auth_id=auth_id))
        return self._issue(request, "SIMPLE_AUTH", customer)

    def _refresh(self, request: Request) -> Reply:
        assert request.token is not None
        return self._issue(request, request.token.origin, request.token.owner)

    def _logout(self, request: Request, from_all_devices: bool) -> Reply:
        assert request.token is not None
        if request.key != self.key:
            return Reply(401)
        request.token.is_revoked = True
        if from_all_devices:
            self._revoke_all_of(request.token.owner)
        return Reply()

    def _account(self, request: Request) -> Reply:
        assert request.token is not None
        return Reply(body=request.token.owner)

    def _account_delete(self, request: Request, factor: str, provider: str) -> Reply:
        assert request.token is not None
        owner = request.token.owner
        assert owner is not None
        if provider == "SYNERISE":
            is_confirmed = owner.password == factor
        else:
            is_confirmed = self._by_email(VOUCHED[factor]) is owner
        if not is_confirmed:
            return Reply(403)
        self.customers.remove(owner)
        self._revoke_all_of(owner)
        return Reply()

    def _password_reset_request(self, request: Request) -> Reply:
        return Reply()

    def _event_custom(self, request: Request) -> Reply:
        return Reply()
