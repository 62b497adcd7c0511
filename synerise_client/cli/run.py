"""Runs ``synerise-client`` as a process of its own."""

from __future__ import annotations

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
        return int(end.code or 0)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        return complain(error)
    return Exit.DONE
