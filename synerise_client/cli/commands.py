"""What ``synerise-client`` can do."""

from __future__ import annotations

import os

import click

from synerise_client import __version__
from synerise_client.cli.account_commands import account, status
from synerise_client.cli.command_line import CommandLine
from synerise_client.cli.doctor import doctor
from synerise_client.cli.sandbox_commands import demo, sandbox
from synerise_client.cli.session_commands import destroy, refresh, sign_in, sign_out, token, uuid

_COMMANDS = demo, sandbox, status, uuid, token, refresh, sign_in, sign_out, account, destroy, doctor


@click.group(
    cls=CommandLine,
    commands=_COMMANDS,
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
