"""Runs ``synerise-client`` as a process of its own."""

from __future__ import annotations

import errno
import io
import sys

from synerise_client.cli.command_line import complain
from synerise_client.cli.commands import synerise_client
from synerise_client.cli.failures import Exit


def run() -> int:
    """Run the command that the process was started for; return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may not fit the terminal
    try:
        synerise_client(prog_name="synerise-client")
    except SystemExit as end:
        return _flushed(int(end.code or 0))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        return _flushed(complain(error))
    return Exit.DONE


def _flushed(exit_code: int) -> int:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        return Exit.CLOSED_PIPE if error.errno == errno.EPIPE else Exit.OTHER
    return exit_code
