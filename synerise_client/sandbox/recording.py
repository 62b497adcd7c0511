"""What came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import Headers


@dataclass(frozen=True)
class RecordedRequest:
    """One request, as it came; its repr shows no header and no body.

    Args:
        operation: the route's operation, None for an unknown path or method.
        method: the HTTP method.
        path: the path, without the query.
        headers: all headers; names are found in any spelling.
        json: the parsed body, None if it is absent or not JSON.
    """

    operation: str | None
    method: str
    path: str
    headers: Headers = field(repr=False)
    json: Any = field(repr=False)
