"""The models against what the JavaScript package was observed to do."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import fields

from synerise_client.models import account_information, conditional_auth_result, contexts, token
from synerise_client.models.agreements import ClientAgreements

OBSERVED = json.loads(
    (Path(__file__).parents[1] / "data" / "client-module.json").read_text("utf-8")
)

MODULES = {
    "Token": token,
    "ClientAccountInformation": account_information,
    "ClientConditionalAuthResult": conditional_auth_result,
}


def numbered(kind: str) -> list[Any]:
    return [pytest.param(case, id=f"{at}-{case['cls']}") for at, case in enumerate(OBSERVED[kind])]


def plain(value: object) -> object:
    """Write a model's field as the observations do."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    return value.toObject() if isinstance(value, ClientAgreements) else value


@pytest.mark.parametrize("case", numbered("contexts"))
def test_a_context_sends_what_the_javascript_one_sends(case: dict[str, Any]) -> None:
    context = getattr(contexts, case["cls"])(*case["args"])
    # Nothing lost and nothing more: what JavaScript leaves undefined is absent here, too.
    assert context.toObject() == case["toObject"]


@pytest.mark.parametrize("case", numbered("contexts"))
def test_keyword_arguments_do_what_a_model_object_does(case: dict[str, Any]) -> None:
    kind = getattr(contexts, case["cls"])
    named = {a.name for a in fields(kind) if a.kw_only}
    *positional, last = case["args"] or [{}]
    if isinstance(last, str):
        positional, last = case["args"], {}
    context = kind(*positional, **{key: last[key] for key in named & last.keys()})
    assert context.toObject() == case["toObject"]


@pytest.mark.parametrize("case", numbered("models"))
def test_a_model_reads_what_the_javascript_one_reads(case: dict[str, Any]) -> None:
    model = getattr(MODULES[case["cls"]], case["cls"]).fromObject(case["input"])
    read = {a.name: plain(getattr(model, a.name)) for a in fields(type(model))}
    # JavaScript tells undefined from null, the models say None for both.
    assert read == {name: case["fields"].get(name) for name in read}
    assert case["fields"].keys() <= read.keys()


CITY_TAKERS = [
    contexts.ClientAccountUpdateContext,
    contexts.ClientAccountUpdateBasicInformationContext,
    contexts.ClientSimpleAuthenticationData,
]


@pytest.mark.parametrize("kind", CITY_TAKERS)
def test_the_city_that_javascript_loses_is_kept(kind: Any) -> None:
    assert not any("city" in case["toObject"] for case in OBSERVED["contexts"])
    assert kind({"city": "Kraków"}).toObject() == {"city": "Kraków"}


def test_a_registration_keeps_its_city() -> None:
    context = contexts.ClientAccountRegisterContext("a@x.pl", "Pass1!", {"city": "Kraków"})
    assert context.toObject()["city"] == "Kraków"
