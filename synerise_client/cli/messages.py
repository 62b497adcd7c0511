"""What a command says beside its result: warnings in one line, and the log for --debug."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from synerise_client.cli.failures import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_SESSION_LOG = "synerise_client.session"
_log = logging.getLogger("synerise_client")


class _Warnings(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.name != _SESSION_LOG:  # a command tells itself that nothing can be stored
            warn(record.getMessage())


class _Trace(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


def warn(message: str) -> None:
    """Say something on standard error."""
    click.echo(f"Warning: {one_line(message)}", err=True)


@contextmanager
def log_on_standard_error(*, in_full: bool) -> Iterator[None]:
    """Print warnings in a block, or everything that is logged."""
    handler, level = _Trace() if in_full else _Warnings(), _log.level
    _log.addHandler(handler)
    _log.setLevel(logging.DEBUG if in_full else logging.WARNING)
    try:
        yield
    finally:
        _log.removeHandler(handler)
        _log.setLevel(level)
