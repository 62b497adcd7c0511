"""Custom events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synerise_client.sandbox.call import Call
from synerise_client.sandbox.fields import Fields


@dataclass(frozen=True)
class Event:
    """A custom event that was taken in.

    Args:
        action: such as ``client.recognize``.
        label: what it is called for humans.
        client: whom it is about: uuid, email, customId.
        params: whatever came with it.
        time: when it happened (ISO 8601), None if that was not said.
        event_salt: what tells it from its own repetition, None if that was not sent.
    """

    action: str
    label: str
    client: Mapping[str, Any]
    params: Mapping[str, Any]
    time: str | None
    event_salt: str | None


def event_custom(call: Call) -> dict[str, Any]:
    """Take an event in; one whose eventSalt was seen before is answered but not kept twice."""
    fields = Fields(call.body)
    event = Event(
        action=fields.text("action"),
        label=fields.text("label"),
        client=fields.mapping("client", required=True),
        params=fields.mapping("params"),
        time=fields.time("time"),
        event_salt=fields.optional("eventSalt"),
    )
    fields.check()
    seen = {kept.event_salt for kept in call.state.events}
    if event.event_salt is None or event.event_salt not in seen:
        call.state.events.append(event)
    return {}
