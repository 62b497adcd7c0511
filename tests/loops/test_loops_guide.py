"""The guide to other loops: its scripts run as they are printed and print what it says."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from synerise_client.aio import AsyncClient
from synerise_client.sandbox import Sandbox
from tests.code_blocks import Block, blocks_of

GUIDE = (Path(__file__).parents[2] / "docs" / "loops.md").read_text(encoding="utf-8")
STAND_INS = Path(__file__).parent / "stand_ins"
BLOCKS = blocks_of(GUIDE)
SCRIPTS = {
    block.headings.get(3, block.headings[2]): block
    for block in BLOCKS
    if block.language == "python"
}
ON_ITS_THREAD = """
import threading
_here = threading.current_thread()
_print = print
def print(*words):
    assert threading.current_thread() is _here, "a callback came on a wrong thread"
    _print(*words)
"""


def expected_after(block: Block) -> str:
    following = BLOCKS[BLOCKS.index(block) + 1]
    assert following.language == "text"
    return following.text


def run(heading: str, sandbox: Sandbox, home: Path, **variables: str) -> None:
    """Run a script of the guide; whatever it prints must come from the thread that it began on."""
    block = SCRIPTS[heading]
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    key, place = sandbox.api_key, f'.withBaseUrl("{sandbox.url}")'
    script = block.text.replace('"YOUR_PROFILE_API_KEY")', f'"{key}"){place}')
    assert script.count(key) == 1
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", ON_ITS_THREAD + script],
        cwd=home,
        env={**os.environ, "SYNERISE_CLIENT_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == expected_after(block)


@pytest.mark.parametrize("heading", [name for name in SCRIPTS if name not in {"Tk", "Qt"}])
def test_an_asyncio_script_runs(heading: str, sandbox: Sandbox, tmp_path: Path) -> None:
    run(heading, sandbox, tmp_path)


@pytest.mark.parametrize("heading", ["Tk", "Qt"])
def test_a_gui_script_runs_against_a_stand_in(
    heading: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = os.pathsep.join([str(STAND_INS), os.environ.get("PYTHONPATH", "")])
    run(heading, sandbox, tmp_path, PYTHONPATH=path)


@pytest.fixture
def display() -> Iterator[str]:
    """A display of its own, or the one that there is."""
    if shutil.which("Xvfb") is None:
        if not os.environ.get("DISPLAY"):
            pytest.skip("there is no display and no Xvfb")
        yield os.environ["DISPLAY"]
        return
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "320x240x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with open(reader) as numbers:
            number = numbers.readline().strip()
        if not number:
            pytest.skip("Xvfb cannot be started here")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


def test_the_tk_script_runs_in_a_window(display: str, sandbox: Sandbox, tmp_path: Path) -> None:
    pytest.importorskip("tkinter")
    run("Tk", sandbox, tmp_path, DISPLAY=display)


@pytest.mark.skipif(importlib.util.find_spec("PySide6") is None, reason="PySide6 is not installed")
def test_the_qt_script_runs_with_qt(sandbox: Sandbox, tmp_path: Path) -> None:
    run("Qt", sandbox, tmp_path, QT_QPA_PLATFORM="offscreen")


def test_every_block_is_a_script_with_what_it_prints() -> None:
    assert len(SCRIPTS) == 6
    assert [block.language for block in BLOCKS] == ["python", "text"] * len(SCRIPTS)
    assert all("YOUR_PROFILE_API_KEY" in script.text for script in SCRIPTS.values())


def test_every_method_that_the_guide_names_exists() -> None:
    named = set(re.findall(r"`(\w+)`", GUIDE.partition("### Giving up")[0]))
    methods = {name for name in named if re.search(r"[a-z][A-Z]", name)}
    methods -= {"AsyncClient", "onSuccess", "onError"}
    assert len(methods) >= 9
    assert {name for name in methods if not hasattr(AsyncClient, name)} == set()
