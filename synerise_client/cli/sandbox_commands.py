"""The commands that need the sandbox: the demo, and the sandbox itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from synerise_client.sandbox import Sandbox

_EMAIL, _PASSWORD = "anna@example.com", "Secret-1"
_POLL_SECONDS = 0.2


@click.command()
def demo() -> None:
    """Show a whole session against a sandbox, and leave nothing behind.

    Anonymous, register, sign in, tokens, account, a second process, sign out,
    destroy: each step prints what its callback got.
    """
    from synerise_client.cli.demo import run

    _sandbox_extra()
    run(click.echo)


@click.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--token-lifetime",
    default=3600.0,
    type=click.FloatRange(min=0, min_open=True),
    show_default=True,
    help="Of the tokens that it hands out, in seconds.",
)
@click.option("--api-key", help="The key that it accepts; a new one each time if left out.")
def sandbox(port: int, token_lifetime: float, api_key: str | None) -> None:
    """Serve a local stand-in for Synerise's API until Ctrl-C.

    It knows one customer, and prints the mails and messages that it would send.
    """
    server = _sandbox_extra()(token_lifetime=token_lifetime, port=port, api_key=api_key)
    server.add_profile(_EMAIL, _PASSWORD, firstName="Anna")
    try:
        server.start()
    except OSError as error:
        raise click.ClickException(f"Port {port} cannot be used: {error.strerror}") from None
    try:
        click.echo(f"URL      {server.url}")
        click.echo(f"API key  {server.api_key}")
        click.echo(f"Customer {_EMAIL}, password {_PASSWORD}")
        click.echo("Ctrl-C ends it.", err=True)
        _print_mails(server)
    except KeyboardInterrupt:
        click.echo(err=True)
    finally:
        server.close()


def _print_mails(server: Sandbox) -> None:
    """Print what would be sent, for ever."""
    printed, pause = 0, threading.Event()
    while not pause.wait(_POLL_SECONDS):
        for message in server.outbox[printed:]:
            click.echo(f"To {message.to}: {message.kind} {message.code}")
            printed += 1


def _sandbox_extra() -> type[Sandbox]:
    try:
        from synerise_client.sandbox import Sandbox
    except ImportError as error:
        raise click.ClickException(str(error)) from None
    return Sandbox
