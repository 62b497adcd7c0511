"""Every way in which a call comes to send a request, set up so that it can be tried often."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from synerise_client import Error, MemoryStorage, RetryPolicy
from synerise_client.api.routes import ROUTES, Auth
from synerise_client.synerise import SyneriseFacade
from tests.conftest import EMAIL, PASSWORD, MovableClock
from tests.methods.steps import STEPS
from tests.replies.answers import ATTEMPTS, READS, SUCCESS, Meaning, Outcome, Status, is_late
from tests.replies.server import ASKED_FOR

HURRIED_SECONDS = 0.05
_DUE_AFTER = 1900.0
_METHOD_OF = {step.operation: method for method, step in reversed(STEPS.items())}


class Client(logging.Handler):
    """A client of a server that answers as it is asked to.

    Args:
        url: of the server.
        storage: shared with other clients.
        clock: likewise.
        deadline: seconds that a call may take.
    """

    def __init__(
        self, url: str, storage: MemoryStorage, clock: MovableClock, deadline: float = 30.0
    ) -> None:
        super().__init__(logging.WARNING)
        initializer = SyneriseFacade().Initializer().withApiKey("the-key").withBaseUrl(url)
        initializer.withStorage(storage).withRequestHook(self._ask)
        policy = RetryPolicy(attempts=ATTEMPTS, initial=0, maximum=0, deadline=deadline)
        initializer.withRetryPolicy(policy)
        initializer._setup.clock = clock
        self.module = initializer.connect()
        self.asks_for: dict[str, int] = {}
        self.attempts: Counter[str] = Counter()
        self.logged: list[logging.LogRecord] = []
        logging.getLogger("synerise_client").addHandler(self)

    def close(self) -> None:
        self.module.close()
        logging.getLogger("synerise_client").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.logged.append(record)

    def call(self, method: str, *arguments: Any) -> list[Any]:
        """Make a call and return everything that its callbacks got, which is to be one thing."""
        answers: list[Any] = []
        answered = threading.Event()

        def answer(value: Any) -> None:
            answers.append(value)
            answered.set()

        getattr(self.module, method)(*arguments, answer, answer)
        assert answered.wait(20), f"{method} was not answered"
        return answers

    def step(self, operation: str) -> list[Any]:
        """Make the call that asks for ``operation``."""
        method = _METHOD_OF[operation]
        return self.call(method, *STEPS[method].arguments.values())

    def quietly(self, method: str, *arguments: Any) -> list[Any]:
        """Make a call without callbacks; return the error that it logs, or True."""
        self.logged.clear()
        getattr(self.module, method)(*arguments)
        assert self.module._connector.wait_until_idle(20), f"{method} has no end"
        errors = [record.args[-1] for record in self.logged if isinstance(record.args, tuple)]
        return errors or [True]

    def words(self) -> tuple[str, bool, bool]:
        """Return what the client says of its session without asking anybody."""
        module = self.module
        is_simple = module.isSignedInViaSimpleAuthentication()
        return module.getUUID(), module.isSignedIn(), is_simple

    def _ask(self, operation: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        self.attempts[operation] += 1
        if operation in self.asks_for:
            headers[ASKED_FOR] = str(self.asks_for[operation])


class Scene(NamedTuple):
    """One way to send a request.

    Attributes:
        name: unique.
        operation: whose answer is broken.
        perform: make the call that sends it.
        prepare: have everything in place for it.
        is_refused_first: whether what the call is about, the account, is answered 401 first.
    """

    name: str
    operation: str
    perform: Callable[[Client], list[Any]]
    prepare: Callable[[Client, MovableClock], None]
    is_refused_first: bool = False

    def outcome(self, meaning: Meaning) -> Outcome:
        """Tell how the call is to end."""
        route = ROUTES[self.operation]
        plain = meaning.outcome(READS[self.operation], route.safe)
        if self.name == "refresh when due":
            is_fatal = is_refusal(meaning) or is_late(meaning)
            return plain if is_fatal else plain._replace(codes=frozenset({SUCCESS}))
        if self.name == "refresh after 401" and plain.codes == {SUCCESS}:
            return plain._replace(codes=frozenset({401}))
        if self.name == "logout in the background":
            return plain._replace(attempts=1)
        is_replayed = route.auth is not Auth.NONE and self.operation not in ("refresh", "logout")
        if isinstance(meaning, Status) and meaning.http == 401 and is_replayed:
            return plain._replace(attempts=2)  # once more with another token
        return plain

    def ends(self, meaning: Meaning, code: int | None) -> bool:
        """Whether the session is over after a call that came to ``code``."""
        if self.operation == "account_delete":
            return code == SUCCESS
        return self.operation == "logout" or (self.operation == "refresh" and is_refusal(meaning))


def is_refusal(meaning: Meaning) -> bool:
    """Whether a refresh that is answered so was refused, rather than prevented."""
    if not isinstance(meaning, Status):
        return False
    return meaning.http == 401 or (meaning.http == 403 and meaning.is_json)


def code_of(result: object) -> int | None:
    """Return the code of an Error, None of anything else."""
    return result.code if isinstance(result, Error) else SUCCESS


def row_in(storage: MemoryStorage) -> dict[str, Any]:
    """Return the stored state, without the server's clock, which every answer may set."""
    (text,) = storage._texts.values()
    fields: dict[str, Any] = json.loads(text)
    del fields["clock_offset"]
    return fields


def _signed_in(client: Client, clock: MovableClock) -> None:
    if not client.module.isSignedIn():
        assert client.call("signIn", EMAIL, PASSWORD) == [True]


def _due(client: Client, clock: MovableClock) -> None:
    clock.jump(time.time() - clock.wall())  # what the server says of time goes on as it was
    _signed_in(client, clock)
    (token,) = client.call("refreshToken")
    assert not isinstance(token, Error)
    clock.advance(_DUE_AFTER)


def _without_token(client: Client, clock: MovableClock) -> None:
    assert client.module.regenerateUUID()


def _anonymous(client: Client, clock: MovableClock) -> None:
    assert client.quietly("recognizeAnonymous", EMAIL) == [True]


def _signed_in_simply(client: Client, clock: MovableClock) -> None:
    if not any(client.words()[1:]):
        assert client.step("simple_authentication") == [True]


def _sign_out(client: Client) -> list[Any]:
    client.call("retrieveToken")  # what another client has stored is known only from now on
    return client.quietly("signOut")


def _plain(operation: str) -> Scene:
    return Scene(operation, operation, lambda client: client.step(operation), _signed_in)


_SPECIAL = {
    "simple_authentication": Scene(
        "simple_authentication",
        "simple_authentication",
        lambda client: client.step("simple_authentication"),
        _signed_in_simply,
    ),
    "login_anonymous": Scene(
        "login_anonymous",
        "login_anonymous",
        lambda client: client.step("password_reset_request"),
        _without_token,
    ),
    "event_custom": Scene(
        "event_custom",
        "event_custom",
        lambda client: client.quietly("recognizeAnonymous", EMAIL),
        _anonymous,
    ),
}
_IMPLICIT = [
    Scene("refresh when due", "refresh", lambda client: client.step("account"), _due),
    Scene(
        "refresh after 401",
        "refresh",
        lambda client: client.step("account"),
        _signed_in,
        is_refused_first=True,
    ),
    Scene("logout in the background", "logout", _sign_out, _signed_in),
]

SCENES = {
    scene.name: scene
    for scene in [*(_SPECIAL.get(each) or _plain(each) for each in ROUTES), *_IMPLICIT]
}
