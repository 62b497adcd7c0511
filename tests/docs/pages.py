"""The documentation's pages, and somebody who follows one from top to bottom."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synerise_client.sandbox import Sandbox
from tests.cli.terminal import Terminal, left_on_screen
from tests.cli.test_documentation import HOME, settled
from tests.code_blocks import Block, blocks_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TLS = ROOT / "tests" / "data" / "tls"
FOLDER = "/srv/kiosk"
FILES = {
    "company-ca.pem": TLS / "ca.crt",
    "client.pem": TLS / "client.crt",
    "client.key": TLS / "other.key",
}
_FILE = re.compile(r"# (\w+\.py)\n")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_NOISE = (
    (re.compile(r"lives for \d+ s"), "lives for an hour"),
    (re.compile(r"^ *[~^]+\n", re.MULTILINE), ""),  # where a traceback points to, as of 3.11
    # Where the package's own code is in a traceback may change at any time.
    (re.compile(r'^ *File ".*synerise_client/\w+\.py", line .*\n.*\n', re.MULTILINE), ""),
    (re.compile(r'File ".*", line \d+'), 'File "<script>", line <n>'),
    (re.compile(r"trace [0-9a-f]{16}"), "trace <trace>"),
)


class Page(NamedTuple):
    """A page of the documentation.

    Attributes:
        name: its path below ``docs``.
        text: what is in the file.
    """

    name: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        """Its blocks, in order."""
        return blocks_of(self.text)


def all_pages() -> list[Page]:
    """Return the pages that are files of their own below ``docs``."""
    paths = sorted(DOCS.rglob("*.md"))
    return [
        Page(path.relative_to(DOCS).as_posix(), path.read_text(encoding="utf-8")) for path in paths
    ]


class Customers:
    """Numbers UUIDs in the order of their appearance, so that equal ones stay equal."""

    def __init__(self) -> None:
        self._seen: list[str] = []

    def named(self, text: str) -> str:
        """Return the text with numbers for UUIDs."""
        return _UUID.sub(self._number, text)

    def _number(self, uuid: re.Match[str]) -> str:
        if uuid[0] not in self._seen:
            self._seen.append(uuid[0])
        return f"<customer {self._seen.index(uuid[0])}>"


class Compared(NamedTuple):
    """One command or script of a page: what it showed, and what the page says."""

    what: str
    shown: str
    printed: str


class Follower:
    """Does what a page says, in a folder of its own.

    Args:
        sandbox: what stands for the one that the page speaks of.
        folder: an empty one.
    """

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._home = folder / "home"
        self._work = folder / "work"
        self._shown, self._printed = Customers(), Customers()
        self._work.mkdir()
        commands = folder / "bin"
        commands.mkdir()
        for name, arguments in (("python", ""), ("synerise-client", "-m synerise_client.cli")):
            command = commands / name
            command.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
            command.chmod(0o755)
        self._environment = {
            "PATH": f"{commands}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "SYNERISE_CLIENT_HOME": str(self._home),
            "SYNERISE_CLIENT_BASE_URL": sandbox.url,
            "SYNERISE_CLIENT_API_KEY": sandbox.api_key,
            "TERM": "xterm",
        }
        for name, path in FILES.items():
            shutil.copy(path, self._work / name)
        (self._work / "password.txt").write_text("Secret-1\n")

    def follow(self, page: Page) -> Iterator[Compared]:
        """Do everything in its order; each thing is done as the next result is asked for."""
        blocks = page.blocks
        for at, block in enumerate(blocks):
            if block.language == "console":
                yield from self._type(block)
            elif block.language == "python" and (file := _FILE.match(block.text)):
                (self._work / file[1]).write_text(self._with_key(block.text))
            elif block.language == "python":
                (self._work / "script.py").write_text(self._with_key(block.text))
                followed_by = blocks[at + 1 : at + 2]
                is_shown = followed_by and followed_by[0].language == "text"
                printed = followed_by[0].text if is_shown else ""
                line = 'python -u -W error script.py || echo "(exit code $?)"'
                yield self._compared(f"line {block.line}", self._run(line), printed)

    def _type(self, block: Block) -> Iterator[Compared]:
        for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, printed = step.partition("\n")
            if command.startswith("export "):
                self._export(*command.removeprefix("export ").split("=", 1))
            else:
                shown = self._run(command, ends_with_ctrl_c=printed.endswith("^C\n"))
                yield self._compared(command, shown, printed)

    def _export(self, name: str, value: str) -> None:
        ours = {"SYNERISE_CLIENT_BASE_URL": self._sandbox.url}
        ours["SYNERISE_CLIENT_API_KEY"] = self._sandbox.api_key
        self._environment[name] = ours.get(name, value)

    def _run(self, line: str, *, ends_with_ctrl_c: bool = False) -> str:
        terminal = Terminal(line, environment=self._environment, folder=self._work, columns=200)
        if ends_with_ctrl_c:
            terminal.read_until(lambda shown: "Ctrl-C ends it." in shown)
            terminal.type("\x03")
        shown = left_on_screen(terminal.end())
        return shown.replace(str(self._home), HOME).replace(str(self._work), FOLDER)

    def _with_key(self, script: str) -> str:
        here = f'.withApiKey("{self._sandbox.api_key}").withBaseUrl("{self._sandbox.url}")'
        return script.replace('.withApiKey("YOUR_PROFILE_API_KEY")', here)

    def _compared(self, what: str, shown: str, printed: str) -> Compared:
        return Compared(
            what, _quiet(self._shown.named(shown)), _quiet(self._printed.named(printed))
        )


def _quiet(text: str) -> str:
    for pattern, name in _NOISE:
        text = pattern.sub(name, text)
    return settled(text)
