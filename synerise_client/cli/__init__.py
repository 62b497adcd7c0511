"""The command ``synerise-client``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without click it says what to install."""
    try:
        from synerise_client.cli.run import run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("synerise-client needs click: pip install 'synerise_client[cli]'")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(run())
