"""Every broken answer there is, by the number that a request asks for it with."""

from __future__ import annotations

import ssl
from itertools import count

from tests.api.server import Exchange
from tests.replies.answers import BrokenAnswer, good, http
from tests.replies.bodies import BODIES
from tests.replies.framing import FRAMING
from tests.replies.heads import HEADS
from tests.replies.server import KeepingServer
from tests.replies.statuses import STATUSES

TABLE: list[BrokenAnswer] = [*HEADS, *FRAMING, *STATUSES, *BODIES]


def new_server(tls: ssl.SSLContext | None = None) -> KeepingServer:
    """Start a server that knows the whole table."""
    broken = [(answer.step, answer.is_kept) for answer in TABLE]
    numbers = count()

    def answer_well(exchange: Exchange) -> None:
        body = good(token=f"token-{next(numbers)}")
        exchange.connection.sendall(http(body, connection="keep-alive"))

    return KeepingServer(answer_well, broken, tls)
