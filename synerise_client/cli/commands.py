"""What ``synerise-client`` can do."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from synerise_client import __version__

if TYPE_CHECKING:
    from synerise_client.sandbox import Sandbox


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def synerise_client() -> None:
    """A Synerise customer's session, from the command line."""


@synerise_client.command()
def demo() -> None:
    """Show a whole session against a sandbox, and leave nothing behind.

    Anonymous, register, sign in, tokens, account, a second process, sign out,
    destroy: each step prints what its callback got.
    """
    from synerise_client.cli.demo import run

    _sandbox_extra()
    run(click.echo)


@synerise_client.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--token-lifetime",
    default=3600.0,
    type=click.FloatRange(min=0, min_open=True),
    show_default=True,
    help="Of the tokens that it hands out, in seconds.",
)
def sandbox(port: int, token_lifetime: float) -> None:
    """Serve a local stand-in for Synerise's API until Ctrl-C."""
    server = _sandbox_extra()(token_lifetime=token_lifetime, port=port)
    try:
        server.start()
    except OSError as error:
        raise click.ClickException(f"Port {port} cannot be used: {error.strerror}") from None
    try:
        click.echo(f"URL      {server.url}")
        click.echo(f"API key  {server.api_key}")
        click.echo("Ctrl-C ends it.", err=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo(err=True)
    finally:
        server.close()


def _sandbox_extra() -> type[Sandbox]:
    try:
        from synerise_client.sandbox import Sandbox
    except ImportError as error:
        raise click.ClickException(str(error)) from None
    return Sandbox
