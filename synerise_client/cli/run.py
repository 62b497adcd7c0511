"""Runs ``synerise-client`` as a process of its own."""

from __future__ import annotations

import io
import os
import sys

from synerise_client.cli.command_line import complain
from synerise_client.cli.commands import synerise_client
from synerise_client.cli.failures import Exit


def run() -> int:
    """Run the command that the process was started for; return its exit code."""
    # Closed before the start; opened here for as long as the process runs.
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may not fit the terminal
    try:
        return _exit_code()
    finally:
        _drop_what_cannot_be_written()


def _exit_code() -> int:
    try:
        synerise_client(prog_name="synerise-client")
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        return complain(error)
    return Exit.DONE


def _drop_what_cannot_be_written() -> None:
    """Keep Python from trying once more at its end, and from complaining of that."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
