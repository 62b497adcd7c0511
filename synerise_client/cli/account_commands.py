"""The commands that tell of the customer: the account at the server, the session here."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import click

from synerise_client.cli.customer import customer_at
from synerise_client.cli.failures import Exit, one_line
from synerise_client.cli.options import as_json, at_a_place
from synerise_client.cli.tables import pairs
from synerise_client.cli.times import until, utc_time
from synerise_client.session.clock import Clock

if TYPE_CHECKING:
    from synerise_client.cli.options import Place
    from synerise_client.models.account_information import ClientAccountInformation
    from synerise_client.session.state import SessionState

_KINDS = {"email": "", "simple": "customId ", "authID": "authID ", "provider": "somebody from "}


@click.command(epilog="\b\nExample:\n  synerise-client account --json | jq -r .firstName")
@as_json
@at_a_place
def account(place: Place, as_json: bool) -> None:
    """Print what Synerise knows of the customer who is signed in."""
    with customer_at(place, writes=False) as customer:
        fields = _fields(customer.call("getAccount"))
    if as_json:
        click.echo(json.dumps(fields, indent=2))
    else:
        told = {name: value for name, value in fields.items() if value not in (None, {}, [])}
        click.echo(pairs([(name, _text(value)) for name, value in told.items()]))


@click.command(epilog="\b\nExample:\n  synerise-client status > /dev/null || echo Nobody")
@as_json
@at_a_place
@click.pass_context
def status(context: click.Context, place: Place, as_json: bool) -> None:
    """Tell who is signed in, until when, and where that is kept. Sends nothing.

    The exit code is 0 if somebody is signed in, 3 if not.
    """
    with customer_at(place, writes=False) as customer:
        facts = {"uuid": customer.uuid, **_session(customer.state)}
        facts |= {"baseUrl": place.base_url, "store": customer.store}
    click.echo(json.dumps(facts, indent=2) if as_json else pairs(_told(facts)))
    context.exit(Exit.DONE if facts["isLoggedIn"] else Exit.NOT_SIGNED_IN)


def _fields(account: ClientAccountInformation) -> dict[str, Any]:
    import attrs

    return {name: _plain(value) for name, value in attrs.asdict(account, recurse=False).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.toObject() if hasattr(value, "toObject") else value


def _text(value: Any) -> str:
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _session(state: SessionState | None) -> dict[str, Any]:
    elapsed = Clock().elapsed()
    token = state.token if state is not None and state.holds_login else None
    is_logged_in = state is not None and state.is_logged_in(elapsed)
    return {
        "isLoggedIn": is_logged_in,
        "customer": _who(state.identity) if state is not None and token else None,
        "origin": str(token.origin) if token else None,
        "expirationDate": utc_time(token.expiration) if token else None,
        "secondsLeft": int(token.remaining(elapsed)) if token else None,
        "lastEnd": str(state.end_reason) if state is not None and state.end_reason else None,
    }


def _who(identity: str | None) -> str | None:
    kind, _, name = (identity or "").partition(":")
    return f"{_KINDS.get(kind, '')}{name}" or None


def _told(facts: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [("Customer", _customer(facts)), ("UUID", facts["uuid"])]
    if facts["expirationDate"] is not None:
        rows.append(("Until", until(facts["expirationDate"], facts["secondsLeft"])))
    elif facts["lastEnd"] is not None:
        rows.append(("Last end", facts["lastEnd"]))
    return [*rows, ("Server", facts["baseUrl"]), ("Store", facts["store"])]


def _customer(facts: dict[str, Any]) -> str:
    if facts["expirationDate"] is None:
        return "anonymous, nobody is signed in"
    how = "signed in" if facts["isLoggedIn"] else "no longer signed in: the session has expired"
    return one_line(f"{facts['customer'] or 'somebody'}, {how}")
