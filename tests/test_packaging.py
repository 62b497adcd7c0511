"""The package as it is built and declared."""

from __future__ import annotations

import configparser
import re
from importlib import metadata
from pathlib import Path

import synerise_client

ROOT = Path(__file__).parent.parent


def config(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / name)
    return parser


def requirements(text: str, separator: str) -> dict[str, str]:
    lines = [re.split("[#;]", line)[0].strip() for line in text.splitlines()]
    return dict(line.split(separator) for line in lines if separator in line)


def test_the_lowest_dependencies_are_the_ones_that_the_tests_run_with() -> None:
    setup = config("setup.cfg")
    declared = requirements(setup["options"]["install_requires"], ">=")
    for extra in ("cli", "encryption", "redis", "sandbox"):
        declared |= requirements(setup["options.extras_require"][extra], ">=")
    assert requirements(config("tox.ini")["testenv:lowest"]["deps"], "==") == declared


def test_every_supported_python_is_declared_and_tested() -> None:
    classifiers = config("setup.cfg")["metadata"]["classifiers"]
    declared = set(re.findall(r"Python :: (3\.\d+)$", classifiers, re.MULTILINE))
    environments = config("tox.ini")["tox"]["env_list"]
    assert {
        name.replace("3", "3.", 1) for name in re.findall(r"py(3\d+)", environments)
    } == declared


def test_the_installed_version_is_the_package_s_and_the_changelog_has_it() -> None:
    version = synerise_client.__version__
    assert metadata.version("synerise_client") == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_marker_for_type_checkers_is_installed() -> None:
    assert (Path(synerise_client.__file__).parent / "py.typed").is_file()
