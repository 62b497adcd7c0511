"""What ``synerise-client`` can do."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import click

from synerise_client import __version__
from synerise_client.cli.account_commands import account, status
from synerise_client.cli.command_line import CommandLine
from synerise_client.cli.doctor import doctor
from synerise_client.cli.session_commands import destroy, refresh, sign_in, sign_out, token, uuid

if TYPE_CHECKING:
    from synerise_client.sandbox import Sandbox

_EMAIL, _PASSWORD = "anna@example.com", "Secret-1"
_POLL_SECONDS = 0.2


@click.group(
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    epilog="\b\nExamples:\n"
    "  export SYNERISE_CLIENT_API_KEY=...\n"
    "  synerise-client sign-in anna@example.com\n"
    "  synerise-client token --raw\n"
    "  synerise-client doctor",
)
@click.version_option(__version__)
@click.pass_context
def synerise_client(context: click.Context) -> None:
    """A Synerise customer's session, from the command line.

    It is the session that scripts on this machine have, too, with the same API
    key and base URL. 'synerise-client COMMAND --help' shows examples.
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        context.color = False
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


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


for command in (
    *(demo, sandbox, status, uuid, token, refresh, sign_in, sign_out, account, destroy, doctor),
):
    synerise_client.add_command(command)
