"""What an import costs: heavy packages wait until they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import synerise_client

PACKAGE = Path(synerise_client.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
}
FLOORS = (
    {"process", "secret"},
    {"debug_log", "errors", "models", "spelling"},
    {"api"},
    {"calls"},
    {"connector"},
    {"session"},
    {"modules", "storage_compliance"},
    {"setup"},
    {"assembly"},
    {"initializer"},
    {"synerise", "sandbox", "aio"},
    {"pytest_plugin"},
    {"cli"},
)
"""From the ground up; connector and session do not know each other."""


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        ).stdout.split()
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = modules_after("import synerise_client")
    assert not loaded & {"requests", "tenacity", "sqlite3", "flask", "platformdirs", "attrs"}


def test_importing_the_usual_names_loads_neither_the_network_nor_the_store() -> None:
    loaded = modules_after("from synerise_client import Synerise, Token, TokenOrigin, Error")
    assert not loaded & {"requests", "tenacity", "sqlite3", "flask", "platformdirs", "urllib3"}


def test_a_cached_token_is_handed_out_without_the_network_packages() -> None:
    loaded = modules_after(
        "from synerise_client import *\n"
        "Synerise.Initializer().withApiKey('k').withStorage(MemoryStorage()).init()\n"
        "Synerise.Client.retrieveToken(print, lambda error: None)\n"
        "Synerise.waitUntilIdle()"
    )
    assert not loaded & {"requests", "tenacity", "urllib3", "hashlib", "email"}


def test_a_session_in_a_file_loads_the_store_and_nothing_beside(tmp_path: Path) -> None:
    loaded = modules_after(
        "from synerise_client import *\n"
        f"storage = SQLiteStorage({str(tmp_path / 'home' / 'sessions.sqlite3')!r})\n"
        "Synerise.Initializer().withApiKey('k').withStorage(storage).init()\n"
        "Synerise.Client.retrieveToken(print, lambda error: None)\n"
        "Synerise.waitUntilIdle()"
    )
    assert "sqlite3" in loaded
    assert not loaded & {"requests", "tenacity", "filelock", "hashlib", "email", "platformdirs"}


def test_every_public_name_can_be_imported() -> None:
    for name in synerise_client.__all__:
        assert getattr(synerise_client, name) is not None
    assert set(synerise_client.__all__) == set(synerise_client._HOMES)
    assert dir(synerise_client) == sorted(synerise_client.__all__)


def modules_imported_by(path: Path) -> set[str]:
    """Return what a module imports of the package, for type checkers too: ``session.state``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    prefix = "synerise_client."
    names = {name.removeprefix(prefix) for name in found if name.startswith(prefix)}
    return names & MODULES.keys()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_only_from_floors_below_it(name: str) -> None:
    part = name.split(".")[0]
    floor = next(number for number, parts in enumerate(FLOORS) if part in parts)
    allowed = {part}.union(*FLOORS[:floor])
    if part == "session":
        allowed -= {"connector", "calls"}
    if part == "sandbox":
        allowed = {part}
    assert {each.split(".")[0] for each in modules_imported_by(MODULES[name])} <= allowed


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {name: modules_imported_by(path) for name, path in MODULES.items()}
    while True:
        free = {name for name, needed in left.items() if not needed & left.keys()}
        if not free:
            break
        for name in free:
            del left[name]
    assert left == {}, "these, or those that need them"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_no_module_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
