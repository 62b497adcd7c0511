"""docs/command-line.md: each terminal session in it happens as it is printed."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from synerise_client.cli.commands import synerise_client
from synerise_client.cli.failures import Exit
from synerise_client.cli.options import _OPTIONS
from tests.cli.caller import PASSWORD, Desk
from tests.cli.terminal import Terminal, left_on_screen

DOCUMENT = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
HOME = "/home/anna/.local/share/synerise_client"
VOLATILE = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
    (r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?", "<time>"),
    (r"\d\d:\d\d:\d\d UTC", "<time>"),
    (r"\(in (59|60) min\)", "<in an hour>"),
    (r"\(\d+ s ago\)", "<just now>"),
    (r'"secondsLeft": 3[56]\d\d', "<seconds>"),
    (r"(?<![\w-])[\w-]{64}(?![\w-])", "<token>"),  # it may end in a hyphen, which \b would not see
    (r"token .{4}…", "<token>"),
    (r"127\.0\.0\.1:\d{4,5}", "<address>"),
    (r"^API key  [0-9a-f]{32}$", "<key>"),
    (r"trace [0-9a-f]{16}", "<trace>"),
    (r"\w+ 3\.\d+\.\d+$", "<python>"),
)


class Step(NamedTuple):
    """A command line of the document, and what the terminal shows then."""

    command: str
    shown: str


def steps_of(document: str) -> Iterator[Step]:
    for block in re.findall(r"^```console\n(.*?)^```", document, re.DOTALL | re.MULTILINE):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            yield Step(command, shown)


def settled(text: str) -> str:
    """Leave out what is another one each time."""
    for pattern, name in VOLATILE:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text.strip()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, which leaves the tables room."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def environment(desk: Desk, folder: Path) -> dict[str, str]:
    """What the document's terminal has: the command, a home, and the password in a file."""
    command = folder / "bin" / "synerise-client"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m synerise_client.cli "$@"\n')
    command.chmod(0o755)
    (folder / "password.txt").write_text(f"{PASSWORD}\n")
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ}
    return {
        **kept,
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "SYNERISE_CLIENT_HOME": str(folder / "home"),
        "TERM": "xterm",
    }


class Reader:
    """Somebody who types the document's commands, one after another."""

    def __init__(self, desk: Desk, environment: dict[str, str], folder: Path) -> None:
        self._desk = desk
        self._environment = environment
        self._folder = folder

    def follow(self, step: Step) -> str:
        """Do what the document says and return what the terminal shows."""
        word, _, rest = step.command.partition(" ")
        if word == "export":
            return self._export(*rest.split("="))
        if word == "sleep":
            self._desk.let_the_session_age(float(rest))
            return ""
        terminal = Terminal(step.command, environment=self._environment, folder=self._folder)
        if step.shown.endswith("^C\n"):
            lines = step.shown.count("\n") - 1
            terminal.read_until(lambda shown: shown.count("\n") >= lines)
            terminal.type("\x03")
        shown = left_on_screen(terminal.end({"Password: ": f"{PASSWORD}\n"}))
        return shown.replace(self._environment["SYNERISE_CLIENT_HOME"], HOME)

    def _export(self, name: str, value: str) -> str:
        ours = {
            "SYNERISE_CLIENT_BASE_URL": self._desk.sandbox.url,
            "SYNERISE_CLIENT_API_KEY": self._desk.sandbox.api_key,
        }
        self._environment[name] = ours.get(name, value)
        return ""


@pytest.mark.timeout(180)  # many processes, one after another
def test_each_session_of_the_document_happens_as_it_is_printed(
    desk: Desk, environment: dict[str, str], folder: Path
) -> None:
    desk.store = folder / "home" / "sessions.sqlite3"
    reader = Reader(desk, environment, folder)
    steps = list(steps_of(DOCUMENT))
    assert len(steps) > 20
    for step in steps:
        assert settled(reader.follow(step)) == settled(step.shown), step.command


def test_the_document_shows_each_command_in_a_session_and_in_the_table() -> None:
    shown = " ".join(step.command for step in steps_of(DOCUMENT))
    table = DOCUMENT.partition("| command |")[2].partition("\n\n")[0]
    for name in synerise_client.commands:
        assert f"synerise-client {name}" in shown
        assert f"`{name}`" in table


def test_the_document_has_each_exit_code() -> None:
    table = DOCUMENT.partition("| exit code |")[2].partition("\n\n")[0]
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
    assert codes == [int(code) for code in Exit]


def test_the_document_has_each_option_with_its_variable() -> None:
    command = synerise_client.commands["token"]
    named = {parameter.opts[-1]: parameter for parameter in command.params}
    rows = dict(re.findall(r"^\| `(--[\w-]+)` \| `(\w+)` \|", DOCUMENT, re.MULTILINE))
    assert rows == {
        option: parameter.envvar for option, parameter in named.items() if parameter.envvar
    }
    assert len(rows) == len(_OPTIONS) - 1  # --debug has none
