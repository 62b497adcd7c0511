"""The sdist and the wheel: ``tox -e dist`` builds them and then runs this."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

import synerise_client

ROOT = Path(__file__).parents[2]
DISTS = os.environ.get("SYNERISE_BUILT_DISTS", "")
pytestmark = pytest.mark.skipif(not DISTS, reason="tox -e dist builds the distributions")
OF_THE_REPOSITORY_ALONE = {".ci/run", ".gitignore"}
CALL = """
from importlib import metadata
import synerise_client
from synerise_client import MemoryStorage, RetryPolicy, Synerise, aio
assert synerise_client.__file__.startswith(__import__("sys").prefix), synerise_client.__file__
assert metadata.version("synerise_client") == synerise_client.__version__
initializer = Synerise.Initializer().withApiKey("key").withBaseUrl("http://127.0.0.1:1")
initializer.withStorage(MemoryStorage()).withRetryPolicy(RetryPolicy(attempts=1)).init()
Synerise.Client.signIn("a@example.com", "Secret-1", print, lambda error: print(error.code))
Synerise.waitUntilIdle()
print(synerise_client.__version__)
"""


def only(pattern: str) -> Path:
    (path,) = Path(DISTS).glob(pattern)
    return path


def run(*command: str | Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=DISTS,
        env=environment,
    ).stdout


def tracked(*places: str) -> set[str]:
    """Return the files of the repository, if this is one."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    return set(run("git", "-C", ROOT, "ls-files", *places).splitlines())


@pytest.fixture(scope="module")
def clean_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel and what that declares, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", only("*.whl").resolve())
    return python


def test_the_sdist_holds_every_file_of_the_repository_and_nothing_else() -> None:
    with tarfile.open(only("*.tar.gz")) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames() if not name.endswith("/")}
        folders = {each.name.partition("/")[2] for each in sdist.getmembers() if each.isdir()}
    made = {name for name in held - folders if ".egg-info/" in name or name == "PKG-INFO"}
    assert held - folders - made == tracked() - OF_THE_REPOSITORY_ALONE


def test_the_wheel_holds_the_package_its_licence_and_its_marker_for_types() -> None:
    with zipfile.ZipFile(only("*.whl")) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        information = {name.partition("/")[2] for name in wheel.namelist()} - {""}
    assert held == tracked("synerise_client")
    assert "synerise_client/py.typed" in held
    assert "licenses/LICENSE" in information


def metadata_of_the_wheel() -> Message:
    with zipfile.ZipFile(only("*.whl")) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(wheel.read(name))


def test_the_metadata_names_version_licence_and_pythons() -> None:
    metadata = metadata_of_the_wheel()
    assert metadata["Version"] == synerise_client.__version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.10"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])


def test_no_extra_is_needed_for_a_call(clean_python: Path) -> None:
    assert run(clean_python, "-I", "-c", CALL) == f"-1\n{synerise_client.__version__}\n"


def test_what_the_wheel_declares_fits_together(clean_python: Path) -> None:
    assert run(clean_python, "-m", "pip", "check") == "No broken requirements found.\n"


def test_without_its_extra_the_command_says_what_to_install(clean_python: Path) -> None:
    command = clean_python.parent / "synerise-client"
    ended = subprocess.run([command], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert ended.stderr.startswith("synerise-client needs click: pip install")
    assert ended.stderr.count("\n") == 1
