"""A command on a terminal of its own, typed at and read from as a person would."""

from __future__ import annotations

import os
import pty
import re
import select
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

SECONDS = 30.0
_ON_ITS_OWN = (
    "import fcntl, os, signal, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); "  # what starts the tests may ignore it
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """Runs one command line of bash.

    Args:
        line: the command line.
        environment: of the command, complete.
        folder: to run it in.
        columns: of the terminal.
    """

    def __init__(
        self, line: str, *, environment: dict[str, str], folder: Path, columns: int = 120
    ) -> None:
        self.shown = ""
        self._here, there = pty.openpty()
        ioctl(there, TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-ISc", _ON_ITS_OWN, "bash", "-c", line],
            stdin=there,
            stdout=there,
            stderr=there,
            env=environment,
            cwd=folder,
        )
        os.close(there)

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._here, text.encode())

    def read_until(self, is_enough: Callable[[str], object]) -> str:
        """Wait until enough is shown, and return everything so far."""
        gives_up_at = time.monotonic() + SECONDS
        while not is_enough(self.shown):
            assert time.monotonic() < gives_up_at, self.shown
            assert self._read_more(), self.shown
        return self.shown

    def end(self, answers: dict[str, str] | None = None) -> str:
        """Wait until the command has ended, and return everything that was shown.

        Args:
            answers: what to type where the last thing shown is one of these texts.
        """
        gives_up_at = time.monotonic() + SECONDS
        left = dict(answers or {})
        while self._read_more():
            assert time.monotonic() < gives_up_at, self.shown
            for question in [each for each in left if self.shown.endswith(each)]:
                self.type(left.pop(question))
        os.close(self._here)
        self.process.wait(SECONDS)
        return self.shown

    def _read_more(self) -> bool:
        if not select.select([self._here], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._here, 65536)
        except OSError:  # how Linux says that nobody writes any more
            return False
        self.shown += data.decode().replace("\r\n", "\n")
        return bool(data)


def left_on_screen(text: str) -> str:
    """Return what is to be seen in the end: no colours, and nothing that was written over."""
    return "\n".join(map(_line_in_the_end, re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n")))


def _line_in_the_end(line: str) -> str:
    seen = ""
    for part in line.split("\r"):
        seen = part + seen[len(part) :]
    return seen.rstrip()
