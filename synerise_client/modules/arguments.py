"""Checks what a user hands to a method, where the call stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any

from synerise_client.secret import Secret, revealed

if TYPE_CHECKING:
    from synerise_client.models.fields import FieldSet

_NAMES = {str: "a string", bool: "a bool", Mapping: "a mapping"}


def check(kind: type, **arguments: Any) -> None:
    """Check that each argument is a ``kind``, or a secret that is one.

    Raises:
        TypeError: one is not; it is named.
    """
    for name, value in arguments.items():
        if not isinstance(revealed(value), kind):
            article = "an" if kind.__name__[0] in "AEIOUi" else "a"
            expected = _NAMES.get(kind) or f"{article} {kind.__name__}"
            raise TypeError(f"{name} must be {expected}, not {_shown(value)}")


def check_optional(kind: type, **arguments: Any) -> None:
    """Check that each argument is a ``kind`` or None.

    Raises:
        TypeError: one is neither; it is named.
    """
    check(kind, **{name: value for name, value in arguments.items() if value is not None})


def check_context(kind: str, context: Any, name: str = "context") -> None:
    """Check that an argument is of a class in models.contexts.

    Args:
        kind: the name of the class, so that nobody loads it who never uses one.
        context: the argument.
        name: the argument's name.

    Raises:
        TypeError: it is something else.
    """
    from synerise_client.models import contexts

    check(getattr(contexts, kind), **{name: context})


def check_each(**arguments: tuple[type | UnionType | str, Any]) -> None:
    """Check arguments of different kinds.

    Args:
        arguments: the kind and the value of each; a kind is a type, that type ``| None``,
            or the name of a class in models.contexts.

    Raises:
        TypeError: one is something else; it is named.
    """
    for name, (kind, value) in arguments.items():
        if isinstance(kind, str):
            check_context(kind, value, name)
        elif isinstance(kind, type):
            check(kind, **{name: value})
        else:
            check_optional(kind.__args__[0], **{name: value})


def json_parameters(parameters: Any) -> dict[str, Any]:
    """Return a copy of ``parameters``, empty for None.

    Raises:
        TypeError: it is no mapping, or holds what JSON cannot.
        ValueError: it holds NaN or infinity.
    """
    from synerise_client.models.fields import json_copy

    check_optional(Mapping, parameters=parameters)
    copy: dict[str, Any] = json_copy(parameters or {}, "parameters")
    return copy


def usable_key(api_key: Secret[str]) -> Secret[str]:
    """Return an API key as it is used: without the blanks around it.

    Raises:
        TypeError: it is no string.
        ValueError: something in it is no printable ASCII, or a blank.
    """
    check(str, apiKey=api_key)
    stripped = Secret(api_key.reveal().strip())
    if not all("!" <= each <= "~" for each in stripped.reveal()):
        raise ValueError("apiKey must be printable ASCII without blanks")
    return stripped


def fields_of(context: FieldSet) -> dict[str, Any]:
    """Return what is sent of a context, its secrets hidden.

    Raises:
        TypeError: a field holds what JSON cannot.
        ValueError: it holds NaN or infinity.
    """
    from synerise_client.models.fields import sendable

    return sendable(context)


def _shown(value: Any) -> str:
    return "None" if revealed(value) is None else type(revealed(value)).__name__
