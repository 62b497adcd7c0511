"""A group of commands that ends as a good neighbour in a shell does."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from synerise_client.cli.failures import Exit, Failure, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_NARROW = 50  # click wraps no narrower by itself


class CommandLine(click.Group):
    """Lists its commands in their own order, and says in one line what went wrong.

    Ctrl-C ends it with 130, a pipe that nobody reads with 141, both quietly.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order in which they were added."""
        return list(self.commands)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; on a narrow terminal the help is narrow too."""
        columns = shutil.get_terminal_size().columns
        if columns <= _NARROW:
            extra.setdefault("terminal_width", columns)
        with _ends_well():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _ends_well():
            return super().invoke(ctx)


@contextmanager
def _ends_well() -> Iterator[None]:
    """Make of whatever goes wrong in the block an exit code and one line."""
    try:
        yield
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "synerise-client"
        message = f"{error.format_message()} See '{command} --help'"
        raise Failure(Exit.USAGE, message) from None
    except (KeyboardInterrupt, click.Abort):
        raise click.exceptions.Exit(Exit.INTERRUPTED) from None
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise click.exceptions.Exit(Exit.CLOSED_PIPE) from None
        raise Failure(Exit.OTHER, error.strerror or str(error)) from None


def complain(error: Exception) -> int:
    """Say in one line that something happened that nobody foresaw; return the exit code."""
    kind = type(error).__name__
    click.echo(f"Error: {one_line(f'{kind}: {error}')}. This should not happen", err=True)
    return Exit.OTHER
