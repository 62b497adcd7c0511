"""A local stand-in for Synerise's REST API.

It answers on 127.0.0.1 with the paths, replies and errors that the API's documentation
describes, keeps its customers in memory, and shares no code with the client: only the wire.

    with Sandbox() as sandbox:
        sandbox.add_profile("anna@example.com", "Secret1!")
        ...  # point a client at sandbox.url with sandbox.api_key
"""

try:
    from synerise_client.sandbox.faults import Hold
    from synerise_client.sandbox.outbox import Message
    from synerise_client.sandbox.recording import RecordedRequest
    from synerise_client.sandbox.sandbox import Sandbox
    from synerise_client.sandbox.state import Event
except ModuleNotFoundError as missing:
    if missing.name not in {"flask", "werkzeug"}:
        raise
    raise ImportError(
        "The sandbox needs Flask, which is not installed: pip install 'synerise_client[sandbox]'"
    ) from missing

__all__ = ["Event", "Hold", "Message", "RecordedRequest", "Sandbox"]
