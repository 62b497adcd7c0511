"""A mistyped name is an error that says which one is meant, once, on every Python."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import synerise_client
from synerise_client import Synerise
from tests.conftest import Team
from tests.methods.steps import warnings_in

MISTYPED = [
    ("Synerise.Client", "retreiveToken", "retrieveToken"),
    ("Synerise.Client", "get_uuid", "getUUID"),
    ("Synerise.Client", "signin", "signIn"),
    ("Synerise.Client", "sign_out_with_mode", "signOutWithMode"),
    ("Synerise", "Cleint", "Client"),
    ("Synerise", "waitUntillIdle", "waitUntilIdle"),
    ("Synerise.Settings", "SDK", "sdk"),
    ("Synerise.Settings.sdk", "minTokenRefreshIntervall", "minTokenRefreshInterval"),
    ("Synerise.Settings.sdk", "do_not_track", "doNotTrack"),
    ("Synerise.Initializer()", "withApikey", "withApiKey"),
    ("Synerise.Initializer()", "withBaseURL", "withBaseUrl"),
    ("synerise_client", "Synerize", "Synerise"),
    ("synerise_client", "SqliteStorage", "SQLiteStorage"),
]


def owned(owner: str) -> Any:
    """Return what an expression stands for."""
    return eval(owner, {"Synerise": Synerise, "synerise_client": synerise_client})


@pytest.mark.parametrize(("owner", "wrong", "right"), MISTYPED)
def test_a_mistyped_name_is_an_attribute_error_that_says_which_is_meant(
    team: Team, owner: str, wrong: str, right: str
) -> None:
    team.client()
    with pytest.raises(AttributeError) as raised:
        getattr(owned(owner), wrong)
    assert str(raised.value) == f"{owner} has no {wrong!r}; did you mean {right!r}?"
    assert not hasattr(owned(owner), wrong)


@pytest.mark.parametrize("owner", sorted({owner for owner, _, _ in MISTYPED}))
@pytest.mark.parametrize("name", ["qqq", "_connectr", "__len_hint__"])
def test_nothing_is_suggested_for_a_name_that_is_near_to_none_or_private(
    team: Team, owner: str, name: str
) -> None:
    team.client()
    with pytest.raises(AttributeError) as raised:
        getattr(owned(owner), name)
    assert str(raised.value) == f"{owner} has no {name!r}"


def test_a_mistyped_setting_cannot_be_set(team: Team) -> None:
    sdk: Any = Synerise.Settings.sdk
    with pytest.raises(AttributeError, match="did you mean 'doNotTrack'"):
        sdk.doNotTrak = True
    assert sdk.doNotTrack is False
    sdk.doNotTrack = True
    assert sdk.doNotTrack is True


def test_a_mistyped_setting_in_a_mapping_is_left_out_with_a_warning_that_says_which_is_meant(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    Synerise.Settings.set({"sdk": {"enabeld": False}})
    assert Synerise.Settings.sdk.enabled is True
    (line,) = warnings_in(caplog)
    assert line.endswith("sdk.enabeld is not part of this port; did you mean 'enabled'?")


def test_a_mistyped_name_in_an_import_is_an_import_error_that_says_which_is_meant() -> None:
    with pytest.raises(ImportError) as raised:
        from synerise_client import Synerize  # type: ignore[attr-defined] # noqa: F401
    message = "cannot import name 'Synerize' from 'synerise_client'; did you mean 'Synerise'?"
    assert str(raised.value) == message


def test_a_module_of_the_package_can_be_imported_though_its_name_is_near_to_another() -> None:
    script = "from synerise_client import errors, synerise; print(errors.Error, synerise.Synerise)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)


@pytest.mark.parametrize(
    "mistake",
    [
        "from synerise_client import Synerise\nSynerise.Cleint",
        "from synerise_client import Synerise\nSynerise.Settings.sdk.enabeld",
        "from synerise_client import Synerise\nSynerise.Settings.sdk.enabeld = True",
        "import synerise_client\nsynerise_client.Synerize",
        "from synerise_client import Synerize",
    ],
)
def test_a_traceback_suggests_once(mistake: str) -> None:
    """From 3.10 on Python adds suggestions of its own to what it prints."""
    finished = subprocess.run(
        [sys.executable, "-c", mistake], check=False, capture_output=True, text=True, timeout=30
    )
    assert finished.returncode == 1
    assert finished.stderr.lower().count("did you mean") == 1, finished.stderr
