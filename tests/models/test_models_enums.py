"""Enums and their conversions."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from synerise_client.models import enums
from synerise_client.models.enums import (
    ClientConditionalAuthStatusFromString,
    ClientConditionalAuthStatusToString,
    ClientSignOutModeFromString,
    ClientSignOutModeToString,
    TokenOrigin,
)
from synerise_client.models.unset import UNSET

NAMES = [
    "TokenOrigin",
    "ClientSex",
    "ClientIdentityProvider",
    "ClientSessionEndReason",
    "ClientSignOutMode",
    "ClientConditionalAuthStatus",
]
FALLBACKS = {
    "TokenOrigin": "UNKNOWN",
    "ClientSex": "NOT_SPECIFIED",
    "ClientIdentityProvider": "UNKNOWN",
    "ClientSessionEndReason": "NOT_SPECIFIED",
}
NO_WIRE_STRINGS: list[Any] = ["WHAT", "", "synerise", None, 5, [], {}]


def named(name: str) -> Any:
    return getattr(enums, name)


@pytest.mark.parametrize("name", NAMES)
def test_every_member_goes_to_its_string_and_back(name: str) -> None:
    for member in named(name):
        text = named(f"{name}ToString")(member)
        assert (type(text), text) == (str, member.value)
        assert named(f"{name}FromString")(text) is member
        assert named(f"{name}FromString")(member) is member


@pytest.mark.parametrize("name", FALLBACKS)
@pytest.mark.parametrize("text", NO_WIRE_STRINGS)
def test_an_unknown_string_gives_the_unknown_member(name: str, text: Any) -> None:
    member = named(f"{name}FromString")(text)
    assert member is named(name)(FALLBACKS[name])
    assert named(f"{name}ToString")(text) == FALLBACKS[name]


@pytest.mark.parametrize("text", NO_WIRE_STRINGS)
def test_an_unknown_sign_out_mode_is_refused(text: Any) -> None:
    for convert in (ClientSignOutModeFromString, ClientSignOutModeToString):
        with pytest.raises(ValueError, match=r"^not a sign-out mode: ") as caught:
            convert(text)
        assert caught.value.__context__ is None


def test_an_unknown_status_stays_the_string() -> None:
    assert ClientConditionalAuthStatusFromString("CAPTCHA_REQUIRED") == "CAPTCHA_REQUIRED"
    assert ClientConditionalAuthStatusToString("CAPTCHA_REQUIRED") == "CAPTCHA_REQUIRED"


@pytest.mark.parametrize("name", NAMES)
def test_the_conversions_say_what_they_are(name: str) -> None:
    for convert in (named(f"{name}FromString"), named(f"{name}ToString")):
        assert convert is named(convert.__name__)
        assert name in convert.__doc__


def test_a_member_is_its_wire_string() -> None:
    member = TokenOrigin.SimpleAuth
    assert isinstance(member, Enum)
    assert member == "SIMPLE_AUTH"
    assert hash(member) == hash("SIMPLE_AUTH")
    assert str(member) == f"{member}" == f"{member:s}" == "%s" % member == "SIMPLE_AUTH"  # noqa: UP031
    assert json.dumps([member]) == '["SIMPLE_AUTH"]'
    assert repr(member).startswith("<TokenOrigin.SimpleAuth")


@pytest.mark.parametrize("value", [UNSET, TokenOrigin.Apple])
def test_members_stay_themselves_when_copied(value: Any) -> None:
    assert copy.copy(value) is value
    assert copy.deepcopy(value) is value
    assert pickle.loads(pickle.dumps(value)) is value


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("enums", ["attr", "attrs", "typing", "json", "logging"]),
        ("token", ["synerise_client.models.fields", "synerise_client.models.contexts", "logging"]),
        ("contexts", ["synerise_client.models.token", "logging", "json"]),
    ],
)
def test_a_module_loads_only_what_it_needs(module: str, absent: list[str]) -> None:
    # -S and -I: what the interpreter itself loads at start is not this module's doing.
    # An editable install may be found by an import hook alone, which -S leaves out.
    paths = [str(Path(enums.__file__).parents[2]), *filter(None, sys.path)]
    code = (
        f"import sys; sys.path[:0] = {paths!r}; before = set(sys.modules)\n"
        f"import synerise_client.models.{module}\n"
        f"print(sorted((set(sys.modules) - before) & {set(absent)!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
