"""Takes fields out of a body and says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from synerise_client.sandbox.profiles import AGREEMENTS, SEXES
from synerise_client.sandbox.replies import Cause, Refusal

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?")
_PASSWORD_PARTS = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")
_PASSWORD_LENGTH = 6


class Fields:
    """A body that is being read.

    Each method takes one field and notes what is wrong with it; ``check`` then refuses the
    request with all of that at once, as a validating server does. What a method returns for
    a faulty field is of no meaning.

    Args:
        body: the JSON object.
        nulls: whether a field may be null (it is then reset), as in updates.
    """

    def __init__(self, body: Mapping[str, Any], *, nulls: bool = False) -> None:
        self._body = body
        self._nulls = nulls
        self._causes: list[Cause] = []

    def check(self) -> None:
        """Refuse the request if a field that was read is faulty.

        Raises:
            Refusal: 400 with one entry in ``errors`` for each fault.
        """
        if self._causes:
            raise Refusal(400, "Validation failed", causes=self._causes)

    def fault(self, field: str, code: str, message: str, value: object = None) -> None:
        """Note a fault that was found elsewhere, e.g. an e-mail address that is taken."""
        self._causes.append(Cause(field, code, message, value))

    def text(self, name: str) -> str:
        """A string that has to be there."""
        if self._body.get(name) is None:
            self.fault(name, "REQUIRED", "must be given")
            return ""
        return self._text(name, self._body[name])

    def optional(self, name: str) -> str | None:
        """A string that may be absent; null counts as absent."""
        value = self._body.get(name)
        return None if value is None else self._text(name, value)

    def flag(self, name: str) -> bool | None:
        """A boolean that may be absent; null counts as absent."""
        value = self._body.get(name)
        if value is not None and not isinstance(value, bool):
            self.fault(name, "TYPE", "must be true or false", value)
            return None
        return value

    def email(self, name: str = "email") -> str:
        """An e-mail address that has to be there."""
        value = self.text(name).strip()
        if value and not _EMAIL.fullmatch(value):
            self.fault(name, "FORMAT", "must be an e-mail address", value)
        return value

    def new_password(self, name: str = "password") -> str:
        """A password that has to be there and to keep the default policy."""
        value = self.text(name)
        if value and not _keeps_policy(value):
            self.fault(
                name,
                "POLICY",
                f"must have at least {_PASSWORD_LENGTH} characters, with an upper-case letter, "
                "a lower-case letter, a digit and another character",
                value,
            )
        return value

    def mapping(self, name: str, *, required: bool = False) -> dict[str, Any]:
        """An object; empty if it is absent."""
        value = self._body.get(name)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.fault(name, "TYPE", "must be an object", value)
        elif required:
            self.fault(name, "REQUIRED", "must be given")
        return {}

    def time(self, name: str) -> str | None:
        """A moment in ISO 8601 that may be absent."""
        value = self.optional(name)
        if value and not _TIME.fullmatch(value):
            self.fault(name, "FORMAT", "must be an ISO 8601 time", value)
        return value

    def profile(self, names: Collection[str]) -> dict[str, Any]:
        """Those of a customer's fields that came, checked; None where one is to be reset."""
        return {name: self._profile_field(name) for name in names if name in self._body}

    def _profile_field(self, name: str) -> object:
        value = self._body[name]
        if value is None:
            self._null(name)
        elif name == "agreements":
            self._agreements(value)
        elif name == "attributes":
            self._attributes(value)
        elif name == "email":
            return self.email(name)
        elif name == "sex" and value not in SEXES:
            self.fault(name, "VALUE", f"must be one of {', '.join(SEXES)}", value)
        else:
            self._text(name, value)
        return value

    def _null(self, name: str) -> None:
        # These two tell customers and devices apart: there is nothing to reset them to.
        if not self._nulls or name in {"email", "uuid"}:
            self.fault(name, "NULL", "must not be null")

    def _text(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            self.fault(name, "TYPE", "must be a string", value)
            return ""
        if not value.strip():
            self.fault(name, "EMPTY", "must not be empty", value)
        return value

    def _agreements(self, agreements: object) -> None:
        if not isinstance(agreements, dict):
            self.fault("agreements", "TYPE", "must be an object", agreements)
            return
        for name, value in agreements.items():
            field = f"agreements.{name}"
            if name not in AGREEMENTS:
                self.fault(field, "UNKNOWN", f"must be one of {', '.join(AGREEMENTS)}", value)
            elif value is None:
                self._null(field)
            elif not isinstance(value, bool):
                self.fault(field, "TYPE", "must be true or false", value)

    def _attributes(self, attributes: object) -> None:
        if not isinstance(attributes, dict):
            self.fault("attributes", "TYPE", "must be an object", attributes)
            return
        for name, value in attributes.items():
            if value is None:
                self._null(f"attributes.{name}")
            elif value == "":
                self.fault(f"attributes.{name}", "EMPTY", "must not be empty", value)


def _keeps_policy(password: str) -> bool:
    """Whether a password keeps the default policy, as ``new_password`` words it."""
    return len(password) >= _PASSWORD_LENGTH and all(
        re.search(part, password) for part in _PASSWORD_PARTS
    )
