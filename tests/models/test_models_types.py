"""Contexts refuse what is of the wrong type where it is given, and name the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synerise_client import (
    ClientAccountRegisterContext,
    ClientAccountUpdateBasicInformationContext,
    ClientAccountUpdateContext,
    ClientAgreements,
    ClientAuthContext,
    ClientSimpleAuthenticationData,
)

PROFILES: list[Any] = [
    ClientAccountUpdateContext,
    ClientAccountUpdateBasicInformationContext,
    ClientSimpleAuthenticationData,
]
PERSON = ("phone", "firstName", "lastName", "company", "address", "city", "province")
TEXTS = [
    *[(kind, name) for kind in PROFILES for name in (*PERSON, "zipCode", "countryCode")],
    *[(kind, name) for kind in PROFILES for name in ("displayName", "birthDate", "avatarUrl")],
    *[(kind, name) for kind in PROFILES[::2] for name in ("email", "customId", "uuid")],
    (ClientAuthContext, "authID"),
]
FLAGS = ("email", "sms", "push", "bluetooth", "rfid", "wifi")


def registration(**fields: Any) -> ClientAccountRegisterContext:
    return ClientAccountRegisterContext("a@x.pl", "Pass1!", **fields)


@pytest.mark.parametrize(("kind", "name"), TEXTS)
@pytest.mark.parametrize("wrong", [5, b"text", ["text"]])
def test_a_text_that_is_none_is_refused_however_it_is_given(
    kind: Any, name: str, wrong: object
) -> None:
    context = kind()
    ways: list[Callable[[], object]] = [
        lambda: kind(**{name: wrong}),
        lambda: kind({name: wrong}),
        lambda: setattr(context, name, wrong),
    ]
    for way in ways:
        with pytest.raises(TypeError, match=f"^{name} must be a string or None, not "):
            way()
    assert context == kind()


@pytest.mark.parametrize("name", ["email", "password"])
@pytest.mark.parametrize("wrong", [None, 5, b"text"])
def test_a_registration_needs_texts_for_email_and_password(name: str, wrong: object) -> None:
    given: dict[str, Any] = {"email": "a@x.pl", "password": "Pass1!", name: wrong}
    with pytest.raises(TypeError, match=f"^{name} must be a string, not "):
        ClientAccountRegisterContext(**given)
    context = registration()
    with pytest.raises(TypeError, match=f"^{name} must be a string, not "):
        setattr(context, name, wrong)
    assert context == registration()


@pytest.mark.parametrize("name", [*PERSON, "zipCode", "countryCode", "customId"])
def test_a_registration_refuses_a_number_for_a_text(name: str) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be"):
        registration(**{name: 5})
    with pytest.raises(TypeError, match=f"^{name} must be"):
        registration(modelObject={name: 5})
    with pytest.raises(TypeError, match=f"^{name} must be"):
        setattr(registration(), name, 5)


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("wrong", ["yes", 1, 0.0])
def test_an_agreement_is_a_bool(name: str, wrong: object) -> None:
    agreements, context = ClientAgreements(), registration()
    mapping: Any = {name: wrong}
    ways: list[Callable[[], object]] = [
        lambda: ClientAgreements(**mapping),
        lambda: ClientAgreements(mapping),
        lambda: setattr(agreements, name, wrong),
        lambda: registration(agreements=mapping),
        lambda: setattr(context, "agreements", mapping),
    ]
    for way in ways:
        with pytest.raises(TypeError, match=f"^{name} must be a bool or None, not "):
            way()
    assert agreements == ClientAgreements()


@pytest.mark.parametrize("name", ["agreements", "attributes"])
@pytest.mark.parametrize("wrong", ["yes", 5, [("a", 1)]])
def test_agreements_and_attributes_are_mappings(name: str, wrong: object) -> None:
    context = ClientAuthContext()
    with pytest.raises(TypeError, match=f"^{name} must be"):
        ClientAuthContext({name: wrong})
    with pytest.raises(TypeError, match=f"^{name} must be"):
        setattr(context, name, wrong)
    assert context == ClientAuthContext()


def test_the_error_never_shows_what_was_given() -> None:
    secret: Any = ["Pass1!word"]
    with pytest.raises(TypeError) as caught:
        ClientAccountRegisterContext("a@x.pl", secret)
    assert "Pass1!word" not in str(caught.value)
