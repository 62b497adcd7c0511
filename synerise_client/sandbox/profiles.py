"""Customers and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

NATIVE_FIELDS = (
    "phone",
    "firstName",
    "lastName",
    "displayName",
    "sex",
    "birthDate",
    "avatarUrl",
    "company",
    "address",
    "city",
    "province",
    "zipCode",
    "countryCode",
)
BASIC_FIELDS = (*NATIVE_FIELDS, "agreements", "attributes")
"""All that is known of a customer but the identifiers."""

SEXES = ("NOT_SPECIFIED", "MALE", "FEMALE", "OTHER")
AGREEMENTS = ("email", "sms", "push", "bluetooth", "rfid", "wifi")

# A sandbox guards nothing: the salt and the shape are real, the work is not.
_HASHING = "pbkdf2:sha256:10"


def same_email(email: str) -> str:
    """The form in which e-mail addresses are compared."""
    return email.strip().casefold()


@dataclass(frozen=True)
class ProviderIdentity:
    """Somebody whom an identity provider (OAUTH, FACEBOOK, GOOGLE, APPLE) vouches for."""

    provider: str
    email: str


@dataclass(eq=False)
class Profile:
    """One customer, registered or anonymous.

    Args:
        client_id: the number that the API knows the customer by.
        email: None for an anonymous customer.
        custom_id: the company's own identifier.
        anonymous: known by a uuid only.
        activation: "automatic" once active, else how it is to be activated: "mail" or "pin".
    """

    client_id: int
    email: str | None = None
    custom_id: str | None = None
    anonymous: bool = False
    activation: str = "automatic"
    uuids: set[str] = field(default_factory=set)
    fields: dict[str, Any] = field(default_factory=dict)
    agreements: dict[str, bool] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    identities: set[ProviderIdentity] = field(default_factory=set)
    last_activity: float | None = None
    password_hash: str | None = field(default=None, repr=False)

    @property
    def active(self) -> bool:
        """Whether the customer may sign in."""
        return self.activation == "automatic"

    def activate(self) -> None:
        """Let the customer sign in."""
        self.activation = "automatic"

    def set_password(self, password: str) -> None:
        """Replace the password; only its hash is kept."""
        self.password_hash = generate_password_hash(password, _HASHING)

    def has_password(self, password: str) -> bool:
        """Whether this is the customer's password; False if there is none."""
        return self.password_hash is not None and check_password_hash(self.password_hash, password)

    def update(self, values: Mapping[str, Any]) -> None:
        """Take over the given fields.

        Args:
            values: wire names and checked values. None resets a native field or all of
                ``agreements`` or ``attributes``; inside these two it resets or deletes one entry.
        """
        for name, value in values.items():
            if name == "agreements":
                _merge(self.agreements, value)
            elif name == "attributes":
                _merge(self.attributes, value)
            elif name == "email":
                self.email = value
            elif name == "customId":
                self.custom_id = value
            elif name == "uuid":
                self.uuids.add(value)
            else:
                _merge(self.fields, {name: value})


def _merge(kept: dict[str, Any], given: Mapping[str, Any] | None) -> None:
    if given is None:
        kept.clear()
        return
    for name, value in given.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value


class Profiles:
    """All customers.

    Anonymous ones are kept apart, by uuid: an anonymous token never leads to the data of a
    customer who has used the same uuid.
    """

    def __init__(self) -> None:
        self._customers: list[Profile] = []
        self._anonymous: dict[str, Profile] = {}
        self._last_id = 1_000_000_000

    def by_email(self, email: str) -> Profile | None:
        """The customer with this e-mail address, however it is spelled."""
        wanted = same_email(email)
        return next((p for p in self._customers if p.email and same_email(p.email) == wanted), None)

    def by_custom_id(self, custom_id: str) -> Profile | None:
        """The customer with this identifier."""
        return next((p for p in self._customers if p.custom_id == custom_id), None)

    def by_identity(self, identity: ProviderIdentity) -> Profile | None:
        """The customer who has signed in with this identity, else the one with its e-mail."""
        known = next((p for p in self._customers if identity in p.identities), None)
        return known or self.by_email(identity.email)

    def by_uuid(self, uuid: str) -> Profile:
        """The anonymous customer with this uuid, made if there is none."""
        if uuid not in self._anonymous:
            profile = Profile(self._next_id(), anonymous=True, uuids={uuid})
            self._anonymous[uuid] = profile
        return self._anonymous[uuid]

    def add(self, email: str | None = None) -> Profile:
        """A new, active customer."""
        profile = Profile(self._next_id(), email=email)
        self._customers.append(profile)
        return profile

    def delete(self, profile: Profile) -> None:
        """Forget a customer."""
        self._customers.remove(profile)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id
