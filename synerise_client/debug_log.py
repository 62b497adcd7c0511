"""Where the log's lines are seen in debug mode."""

from __future__ import annotations

import logging
import sys

_log = logging.getLogger("synerise_client")


class _Stderr(logging.Handler):
    """Writes to stderr as long as the program has not set up any logging of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.getLogger().handlers and sys.stderr is not None:
            sys.stderr.write(f"{self.format(record)}\n")


_stderr = _Stderr()
_stderr.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))


def show_everything(enabled: bool) -> None:
    """Have the package's loggers tell everything, or warnings and worse only."""
    _log.setLevel(logging.DEBUG if enabled else logging.WARNING)
    if enabled:
        _log.addHandler(_stderr)
    else:
        _log.removeHandler(_stderr)
