"""What all contexts have in common: fields that may be unset, a modelObject, ``toObject``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from attrs import Attribute, define, fields

from synerise_client.models.unset import UNSET, UnsetType
from synerise_client.secret import Secret, revealed

Text: TypeAlias = str | UnsetType | None
Flag: TypeAlias = bool | UnsetType | None
ModelObject: TypeAlias = Mapping[str, Any] | None


@define(repr=False)
class FieldSet:
    """Fields of which each may be unset.

    A field that was never set is ``UNSET`` and is not sent; one set to None is sent as null. A
    subclass takes its fields as keyword arguments or, as in JavaScript, as one mapping called
    modelObject, whose keys are the subclass' kw_only fields. Each class that is used has a field
    for it of its own, in its place among the others: an inherited one would come first.
    """

    def __attrs_post_init__(self) -> None:
        given: ModelObject = getattr(self, "_modelObject", None)
        object.__setattr__(self, "_modelObject", None)
        if given is None:
            return
        if not isinstance(given, Mapping):
            raise wrong_type("modelObject", "a mapping or None", given)
        known, unknown = keys_of(type(self)), []
        for key, value in given.items():
            if key not in known:
                unknown.append(repr(key))
            elif getattr(self, key) is UNSET:  # the keyword argument is nearer than the mapping
                setattr(self, key, value)
        if unknown:
            warn(f"{type(self).__name__} ignores unknown keys: {', '.join(unknown)}")

    def __repr__(self) -> str:
        shown = (f"{a.name}={getattr(self, a.name)!r}" for a in self._set_fields() if a.repr)
        return f"{type(self).__name__}({', '.join(shown)})"

    def toObject(self) -> dict[str, Any]:
        """Return what is sent: the fields that were set, as JSON data.

        Returns:
            A new dict that shares nothing with this object. Enums are their wire strings; a
            nested set of fields is absent if none of its fields is set.

        Raises:
            TypeError: a field holds what JSON cannot.
            ValueError: a field holds a number that JSON cannot write (NaN, infinity).
        """
        return {name: revealed(value) for name, value in sendable(self).items()}

    def _set_fields(self) -> list[Attribute[Any]]:
        return [
            a
            for a in fields(type(self))
            if a.name != "_modelObject" and getattr(self, a.name) is not UNSET
        ]


def sendable(context: FieldSet) -> dict[str, Any]:
    """Return what :meth:`FieldSet.toObject` does, but with the secrets hidden.

    Raises:
        TypeError: a field holds what JSON cannot.
        ValueError: a field holds a number that JSON cannot write.
    """
    result: dict[str, Any] = {}
    for a in context._set_fields():
        value = getattr(context, a.name) if a.repr else Secret(getattr(context, a.name))
        if isinstance(value, FieldSet):
            value = value.toObject() or UNSET
        if value is not UNSET:
            result[a.name] = value if isinstance(value, Secret) else json_copy(value, a.name)
    return result


def is_required_secret(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no string, and show it in no traceback."""
    kind = type(value)
    del value
    if not issubclass(kind, str):
        raise TypeError(f"{attribute.name} must be a string, not {kind.__name__}")


def is_required_text(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is no string, with a TypeError that names the field."""
    if not isinstance(value, str):
        raise wrong_type(attribute.name, "a string", value)


def is_text(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither a string nor None, with a TypeError that names the field."""
    if value is not None and not isinstance(value, (str, UnsetType)):
        raise wrong_type(attribute.name, "a string or None", value)


def is_flag(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what is neither a bool nor None, with a TypeError that names the field."""
    if value is not None and not isinstance(value, (bool, UnsetType)):
        raise wrong_type(attribute.name, "a bool or None", value)


def keys_of(kind: type[FieldSet]) -> frozenset[str]:
    """Return the keys of a modelObject that a set of fields takes."""
    return frozenset(a.name for a in fields(kind) if a.kw_only)


def json_copy(value: object, where: str) -> Any:
    """Copy JSON data, however deep.

    Args:
        value: None, a bool, number, string or enum, or a mapping or list of such. An item of a
            mapping that is ``UNSET`` is left out.
        where: the value's place, for the error's message.

    Raises:
        TypeError: the value, or something in it, is none of these.
        ValueError: a number is not finite.
    """
    if isinstance(value, Mapping):
        return {
            _json_key(key, where): json_copy(item, f"{where}[{key!r}]")
            for key, item in value.items()
            if item is not UNSET
        }
    if isinstance(value, (list, tuple)):
        return [json_copy(item, f"{where}[{at}]") for at, item in enumerate(value)]
    if isinstance(value, Enum) and value is not UNSET:
        return json_copy(value.value, where)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} must be a finite number, not {value}")
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise wrong_type(where, "a JSON value", value)


def wrong_type(name: str, wanted: str, value: object) -> TypeError:
    """Make the error that names an argument or field, what belongs there, and what it got."""
    return TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def _json_key(key: object, where: str) -> str:
    if isinstance(key, str):
        return str(key)
    raise wrong_type(f"a key of {where}", "a string", key)


def warn(message: str) -> None:
    """Log a warning of the models."""
    import logging  # seldom needed

    logging.getLogger("synerise_client.models").warning(message)
