"""CONTRIBUTING.md names what is there."""

from __future__ import annotations

import configparser
import re

from tests.docs.pages import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_environment_of_tox_that_is_named_exists() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    named = set(re.findall(r"tox -e (\w+)", TEXT))
    assert len(named) >= 4
    pythons = {name for name in tox["tox"]["env_list"].split(", ") if name.startswith("py3")}
    assert {name for name in named if f"testenv:{name}" not in tox} <= pythons


def test_every_folder_and_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`([\w/]+/|[\w/]+\.(?:py|md))`|\]\(([^)#:]+)\)", TEXT))
    paths = {first or second for first, second in named}
    assert len(paths) > 8
    made, of_the_package = {"build/dist", "build/site"}, {"modules/", "calls/", "session/", "api/"}
    for path in paths - made - of_the_package:
        assert (ROOT / path).exists(), path
    for path in of_the_package:
        assert (ROOT / "synerise_client" / path).is_dir()


def test_every_test_that_is_to_be_run_first_exists() -> None:
    for path in re.findall(r"\btests/\w+", TEXT):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), path
