"""Contexts and agreements: what callers hand in."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from types import MappingProxyType
from typing import Any

import attrs
import pytest

from synerise_client.models.agreements import ClientAgreements
from synerise_client.models.contexts import (
    ClientAccountRegisterContext,
    ClientAccountUpdateBasicInformationContext,
    ClientAccountUpdateContext,
    ClientAuthContext,
    ClientSimpleAuthenticationData,
)
from synerise_client.models.enums import ClientSex
from synerise_client.models.unset import UNSET

KINDS: list[Any] = [
    ClientAccountUpdateContext,
    ClientAccountUpdateBasicInformationContext,
    ClientSimpleAuthenticationData,
    ClientAuthContext,
    ClientAgreements,
]


def registration(*args: Any, **named: Any) -> ClientAccountRegisterContext:
    return ClientAccountRegisterContext("a@x.pl", "Pass1!", *args, **named)


def test_a_field_never_set_reads_as_unset_and_is_not_sent() -> None:
    context = ClientAccountUpdateContext()
    assert context.city is UNSET
    assert not context.city
    assert repr(context.city) == str(context.city) == "UNSET"
    assert context.toObject() == {}


def test_a_field_set_to_none_is_sent_as_null() -> None:
    context = ClientAccountUpdateContext(city=None, sex=None, agreements=None, attributes=None)
    nothing = {"city": None, "sex": None, "agreements": None, "attributes": None}
    assert context.toObject() == nothing
    assert ClientAccountUpdateContext(nothing).toObject() == nothing


def test_a_field_can_be_set_and_taken_back() -> None:
    context = ClientAccountUpdateContext()
    context.city = "Kraków"
    assert context.toObject() == {"city": "Kraków"}
    context.city = UNSET
    assert context.toObject() == {}


def test_unset_given_as_an_argument_is_as_if_it_were_not_given() -> None:
    assert ClientAccountUpdateContext({"city": "Kraków"}, city=UNSET).city == "Kraków"
    assert ClientAccountUpdateContext({"city": UNSET}).toObject() == {}


def test_a_keyword_argument_wins_over_the_model_object() -> None:
    context = ClientAccountUpdateContext({"city": "Kraków", "phone": "1"}, city=None)
    assert context.toObject() == {"city": None, "phone": "1"}


def test_a_model_object_may_be_any_mapping_and_is_not_kept() -> None:
    given = {"city": "Kraków"}
    context = ClientAccountUpdateContext(MappingProxyType(given))
    given["city"] = "Gdynia"
    assert context.city == "Kraków"
    assert ClientAccountUpdateContext(modelObject=given).city == "Gdynia"
    assert context == ClientAccountUpdateContext(city="Kraków")
    context.city = UNSET
    assert attrs.evolve(context).city is UNSET


@pytest.mark.parametrize("kind", [*KINDS, registration])
@pytest.mark.parametrize("wrong", ["city", ["city"], 5, False])
def test_a_model_object_of_a_wrong_type_is_refused_by_name(kind: Any, wrong: object) -> None:
    with pytest.raises(TypeError, match=r"^modelObject must be a mapping or None, not "):
        kind(wrong)


@pytest.mark.parametrize("kind", [*KINDS, registration])
def test_a_mistyped_keyword_argument_is_named(kind: Any) -> None:
    with pytest.raises(TypeError, match="'ctiy'"):
        kind(ctiy="Kraków")


@pytest.mark.parametrize("kind", [*KINDS, registration])
def test_a_mistyped_attribute_cannot_be_set(kind: Any) -> None:
    with pytest.raises(AttributeError, match="ctiy"):
        kind().ctiy = "Kraków"


def test_a_flag_cannot_be_set_on_agreements_that_are_unset() -> None:
    context: Any = ClientAccountUpdateContext()
    with pytest.raises(AttributeError, match=r"'email'.*UNSET"):
        context.agreements.email = True
    assert not hasattr(UNSET, "email")


def test_unknown_keys_are_warned_of_without_their_values(caplog: pytest.LogCaptureFixture) -> None:
    given: Any = {"ctiy": "Kraków", "city": "Gdynia", "pin": 1234, 7: "x"}
    context = ClientAccountUpdateContext(given)
    assert context.toObject() == {"city": "Gdynia"}
    [record] = caplog.records
    assert (record.name, record.levelno) == ("synerise_client.models", logging.WARNING)
    expected = "ClientAccountUpdateContext ignores unknown keys: 'ctiy', 'pin', 7"
    assert record.getMessage() == expected


def test_unknown_agreements_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    context = ClientAuthContext(agreements={"email": True, "fax": True})
    assert context.toObject() == {"agreements": {"email": True}}
    assert "ClientAgreements ignores unknown keys: 'fax'" in caplog.text


def test_known_keys_are_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    registration({"city": "Kraków", "agreements": {"email": True}})
    assert not caplog.records


def test_a_model_object_cannot_replace_a_registration_s_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context = registration({"email": "b@x.pl", "password": "Other1!", "_modelObject": {}})
    assert context.toObject() == {"email": "a@x.pl", "password": "Pass1!"}
    assert "'email', 'password', '_modelObject'" in caplog.text
    assert "Other1!" not in caplog.text


def test_a_basic_information_context_has_no_identifiers() -> None:
    for name in ("email", "customId", "uuid"):
        assert not hasattr(ClientAccountUpdateBasicInformationContext(), name)
    # Nor may one that has them be taken for it.
    wider = ClientAccountUpdateContext()
    assert not isinstance(wider, ClientAccountUpdateBasicInformationContext)
    assert not isinstance(wider, ClientSimpleAuthenticationData)


def test_a_password_is_not_in_the_repr() -> None:
    context = registration(city="Kraków")
    assert "Pass1!" not in repr(context)
    assert "password" not in repr(context)
    assert "a@x.pl" in repr(context)


def test_the_repr_shows_what_was_set_and_nothing_else() -> None:
    context = ClientAccountUpdateContext(city="Kraków", phone=None)
    assert repr(context) == "ClientAccountUpdateContext(phone=None, city='Kraków')"
    assert repr(ClientAgreements()) == "ClientAgreements()"


@pytest.mark.parametrize("sex", [ClientSex.Female, "FEMALE"])
def test_sex_may_be_given_as_the_enum_or_its_string(sex: Any) -> None:
    by_argument, by_mapping = ClientAccountUpdateContext(sex=sex), registration({"sex": sex})
    later = ClientAccountUpdateContext()
    later.sex = sex
    for context in (by_argument, by_mapping, later):
        assert context.sex is ClientSex.Female
        assert type(context.toObject()["sex"]) is str
        assert context.toObject()["sex"] == "FEMALE"


@pytest.mark.parametrize("sex", ["female", "", 5, []])
def test_an_unknown_sex_is_not_specified(sex: Any) -> None:
    assert ClientAccountUpdateContext(sex=sex).sex is ClientSex.NotSpecified


def test_agreements_may_be_a_mapping_or_an_object() -> None:
    for given in ({"email": True, "sms": None}, ClientAgreements(email=True, sms=None)):
        context = ClientAuthContext(agreements=given)
        assert isinstance(context.agreements, ClientAgreements)
        assert context.toObject() == {"agreements": {"email": True, "sms": None}}


def test_agreements_can_be_set_later_and_altered() -> None:
    context: Any = ClientAccountUpdateContext()
    context.agreements = {"email": True}
    context.agreements.push = False
    assert context.toObject() == {"agreements": {"email": True, "push": False}}


@pytest.mark.parametrize("empty", [{}, ClientAgreements()])
def test_agreements_without_a_flag_are_not_sent(empty: Any) -> None:
    assert ClientAuthContext(agreements=empty).toObject() == {}
    assert ClientAuthContext({"agreements": empty}).toObject() == {}


@pytest.mark.parametrize("name", ["agreements", "attributes"])
@pytest.mark.parametrize("wrong", [True, "email", ["email"]])
def test_what_must_be_a_mapping_is_refused_by_name(name: str, wrong: Any) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be .*, not {type(wrong).__name__}$"):
        ClientAuthContext({name: wrong})
    with pytest.raises(TypeError, match=f"^{name} must be "):
        setattr(ClientAuthContext(), name, wrong)


def test_what_was_taken_with_to_object_does_not_change_any_more() -> None:
    tags = ["a"]
    context = ClientAuthContext(
        authID="1", agreements={"email": True}, attributes={"tags": tags, "deep": {"n": [tags]}}
    )
    sent = context.toObject()
    before = json.dumps(sent)
    tags.append("b")
    context.attributes = {}
    context.authID = "2"
    assert isinstance(context.agreements, ClientAgreements)
    context.agreements.email = False
    assert json.dumps(sent) == before


def test_attributes_take_any_json_value() -> None:
    given = {
        "none": None,
        "flag": True,
        "numbers": [1, 2.5, -0.0],
        "nested": MappingProxyType({"pair": (1, "2")}),
        "sex": ClientSex.Other,
        "unset": UNSET,
    }
    sent = ClientAuthContext(attributes=given).toObject()["attributes"]
    assert json.loads(json.dumps(sent)) == {
        "none": None,
        "flag": True,
        "numbers": [1, 2.5, 0],
        "nested": {"pair": [1, "2"]},
        "sex": "OTHER",
    }
    assert type(sent["sex"]) is str


@pytest.mark.parametrize(
    ("attributes", "error", "message"),
    [
        ({"a": {"b": {1}}}, TypeError, r"^attributes\['a'\]\['b'\] must be a JSON value, not set$"),
        ({"a": [0, b""]}, TypeError, r"^attributes\['a'\]\[1\] must be a JSON value, not bytes$"),
        ({"a": [UNSET]}, TypeError, r"^attributes\['a'\]\[0\] must be .* not UnsetType$"),
        ({1: "a"}, TypeError, r"^a key of attributes must be a string, not int$"),
        ({"a": float("nan")}, ValueError, r"^attributes\['a'\] must be a finite number, not nan$"),
    ],
)
def test_what_json_cannot_say_is_refused_with_its_place(
    attributes: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ClientAuthContext(attributes=attributes).toObject()


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, attrs.evolve, lambda context: pickle.loads(pickle.dumps(context))],
)
def test_a_copy_remembers_which_fields_were_set(duplicate: Any) -> None:
    context = registration(city=None, agreements={"email": True})
    twin = duplicate(context)
    assert twin == context
    assert twin.toObject() == context.toObject()
    assert twin.phone is UNSET
    twin.phone = "1"
    assert twin != context
    assert context.phone is UNSET


def test_a_sex_that_nobody_knows_is_warned_of_without_telling_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context = ClientAccountUpdateContext(sex="male")
    assert context.toObject() == {"sex": "NOT_SPECIFIED"}
    assert "sex" in caplog.text
    assert "male" not in caplog.text
    caplog.clear()
    ClientAccountUpdateContext(sex="NOT_SPECIFIED")
    assert caplog.text == ""
