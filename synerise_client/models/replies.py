"""How a model takes its fields from a reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import fields

if TYPE_CHECKING:
    from attrs import AttrsInstance


def values_for(model: type[AttrsInstance], reply: object) -> dict[str, Any]:
    """Pick a model's fields out of a reply, each as it came.

    Args:
        model: the attrs class whose fields count; the reply's other keys are ignored.
        reply: what the server or the phone sent. Anything but a mapping counts as empty.

    Returns:
        A value for every field, None where the reply has none.
    """
    known = reply if isinstance(reply, Mapping) else {}
    return {a.name: known.get(a.name) for a in fields(model)}
