"""What a client is set up with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synerise_client.api.certificates import Certificate
    from synerise_client.api.policy import RetryPolicy, Timeouts
    from synerise_client.api.transport import RequestHook
    from synerise_client.calls.delivery import Dispatch
    from synerise_client.secret import Secret
    from synerise_client.session.clock import Clock
    from synerise_client.session.storage import Storage


class Setup:
    """What an Initializer has collected; None and empty stand for the default."""

    def __init__(self) -> None:
        self.api_key: Secret[str] | None = None
        self.base_url: Secret[str] | None = None
        self.profile = ""
        self.storage: Storage | None = None
        self.policy: RetryPolicy | None = None
        self.timeouts: Timeouts | None = None
        self.uuid_salt = ""
        self.hook: RequestHook | None = None
        self.paths: Mapping[str, str] = {}
        self.bundle: str | None = None
        self.certificate: Certificate | None = None
        self.dispatch: Dispatch | None = None
        self.drain_seconds = 60.0
        self.threads: int | None = None
        self.clock: Clock | None = None
