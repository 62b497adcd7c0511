"""The commands for a customer's session: who it is, tokens, signing in and out."""

from __future__ import annotations

import getpass
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from synerise_client.cli.customer import customer_at
from synerise_client.cli.failures import Exit, Failure
from synerise_client.cli.options import as_json, at_a_place
from synerise_client.cli.tables import pairs
from synerise_client.cli.times import until, utc_time
from synerise_client.models.enums import ClientSignOutMode

if TYPE_CHECKING:
    from synerise_client.cli.customer import Customer
    from synerise_client.cli.options import Place
    from synerise_client.models.token import Token

_SIGN_IN_ADVICE = {401: "Check the e-mail address, the password and the API key"}


@click.command(epilog="\b\nExample:\n  CUSTOMER=$(synerise-client uuid)")
@as_json
@at_a_place
def uuid(place: Place, as_json: bool) -> None:
    """Print the customer's UUID. Sends nothing."""
    with customer_at(place, writes=False) as customer:
        found = customer.uuid
    _say({"uuid": found}, found, as_json)


@click.command(
    epilog="\b\nExamples:\n"
    "  synerise-client token\n"
    '  curl -H "Authorization: Bearer $(synerise-client token --raw)" URL\n'
    "  synerise-client token --json | jq -r .expirationDate"
)
@click.option("--raw", is_flag=True, help="Print nothing but the token and a line end.")
@as_json
@at_a_place
def token(place: Place, raw: bool, as_json: bool) -> None:
    """Print the customer's token, refreshed if that is due.

    This is the only command that prints a token.
    """
    if raw and as_json:
        raise click.UsageError("--raw and --json exclude each other.")
    with customer_at(place, writes=False) as customer:
        found: Token = customer.call("retrieveToken")
        facts = _facts(found, customer)
    if raw:
        click.echo(found.tokenString)
    elif as_json:
        click.echo(json.dumps({"token": found.tokenString, **facts}, indent=2))
    else:
        click.echo(pairs([("Token", found.tokenString), ("Until", _until(facts))]))


@click.command(epilog="\b\nExample:\n  synerise-client refresh && synerise-client token --raw")
@as_json
@at_a_place
def refresh(place: Place, as_json: bool) -> None:
    """Refresh the customer's token, whether that is due or not."""
    with customer_at(place, writes=True) as customer:
        facts = _facts(customer.call("refreshToken"), customer)
    _say(facts, f"Refreshed, valid until {_until(facts)}", as_json)


@click.command(
    "sign-in",
    epilog="\b\nExamples:\n"
    "  synerise-client sign-in anna@example.com\n"
    "  synerise-client sign-in anna@example.com < password.txt\n"
    "  pass show synerise | synerise-client sign-in anna@example.com",
)
@click.argument("email", required=False)
@click.option("--email", "email_option", metavar="EMAIL", help="The same as the argument.")
@click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input, even if that is a terminal.",
)
@as_json
@at_a_place
def sign_in(
    place: Place,
    email: str | None,
    email_option: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Sign a customer in with e-mail and password.

    The password is asked for without being shown. Where standard input is no
    terminal, its first line is the password.
    """
    if (email is None) == (email_option is None):
        raise click.UsageError("Who? Give one e-mail address, as the argument or with --email.")
    who = email if email_option is None else email_option
    with customer_at(place, writes=True) as customer:
        password = _password(from_stdin=password_stdin)
        customer.call("signIn", who, password, advice=_SIGN_IN_ADVICE)
        facts = {"uuid": customer.uuid, **_facts(customer.call("retrieveToken"), customer)}
    _say(facts, f"Signed in as {who}, until {_until(facts)}", as_json)


@click.command(
    "sign-out",
    epilog="\b\nExamples:\n"
    "  synerise-client sign-out\n"
    "  synerise-client sign-out --all-devices --destroy",
)
@click.option("--all-devices", is_flag=True, help="On the customer's other devices, too.")
@click.option("--destroy", "destroys", is_flag=True, help="Forget everything and take a new UUID.")
@as_json
@at_a_place
def sign_out(place: Place, all_devices: bool, destroys: bool, as_json: bool) -> None:
    """Sign the customer out, here and at the server. The UUID stays.

    The session here ends even if the server cannot be told.
    """
    out = ClientSignOutMode
    mode = out.SignOutWithSessionDestroy if destroys else out.SignOut
    with customer_at(place, writes=True) as customer:
        try:
            customer.call("signOutWithMode", mode, all_devices)
        except Failure as failure:
            if failure.exit_code == Exit.NOT_SIGNED_IN:
                raise
            message = f"Signed out here, but the server was not told. {failure.message}"
            raise Failure(failure.exit_code, message) from None
        facts = {"uuid": customer.uuid}
    _say(facts, f"Signed out; the customer is {facts['uuid']}", as_json)


@click.command(epilog="\b\nExample:\n  synerise-client destroy --json")
@as_json
@at_a_place
def destroy(place: Place, as_json: bool) -> None:
    """Forget everything and take a new UUID. Sends nothing."""
    with customer_at(place, writes=True) as customer:
        customer.destroy()
        facts = {"uuid": customer.uuid}
    _say(facts, f"Destroyed; a new customer is {facts['uuid']}", as_json)


def _password(*, from_stdin: bool) -> str:
    try:
        if from_stdin or not sys.stdin.isatty():
            password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
        else:
            password = getpass.getpass("Password: ")
        password.encode()  # bytes that are no text may have been let through until here
    except EOFError:
        password = ""
    except UnicodeError:
        raise Failure(Exit.USAGE, "The password on standard input is not UTF-8") from None
    if not password:
        raise Failure(Exit.USAGE, "There is no password: type it, or give it on standard input")
    return password


def _facts(token: Token, customer: Customer) -> dict[str, Any]:
    return {
        "expirationDate": utc_time(token.expirationDate.timestamp()),
        "secondsLeft": int(customer.seconds_left(token)),
        "origin": str(token.origin),
        "customId": token.customId,
        "clientId": token.clientId,
    }


def _until(facts: dict[str, Any]) -> str:
    return until(facts["expirationDate"], facts["secondsLeft"])


def _say(facts: dict[str, Any], sentence: str, as_json: bool) -> None:
    click.echo(json.dumps(facts, indent=2) if as_json else sentence)
