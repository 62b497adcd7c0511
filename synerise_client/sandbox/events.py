"""Custom events."""

from __future__ import annotations

from typing import Any

from synerise_client.sandbox.call import Call
from synerise_client.sandbox.fields import Fields
from synerise_client.sandbox.state import Event


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
