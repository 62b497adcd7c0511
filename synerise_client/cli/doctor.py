"""The command that looks what is wrong, and says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from synerise_client.cli.messages import log_on_standard_error
from synerise_client.cli.options import as_json, at_a_place
from synerise_client.cli.waiting import shown_waiting

if TYPE_CHECKING:
    from synerise_client.cli.options import Place


@click.command(
    epilog="\b\nExamples:\n"
    "  synerise-client doctor\n"
    "  synerise-client doctor --json | jq '.routes[] | select(.verdict != \"ok\")'"
)
@as_json
@at_a_place
@click.pass_context
def doctor(context: click.Context, /, place: Place, as_json: bool) -> None:
    """Look what is wrong, and say what to do.

    Looks at Python, the store, the proxy, the server, its certificate and clock,
    the API key, and whether each route of the API is there. Changes nothing: it
    logs an anonymous customer in who is not stored, and asks the routes with an
    empty body and without a token, which they refuse.

    The exit code is 0 if all is well, 7 if something is wrong, and 8 if nothing
    wrong was found but not everything could be told.
    """
    from synerise_client.cli.diagnosis import as_object, as_text, diagnose  # brings requests

    with (
        log_on_standard_error(in_full=place.debug),
        shown_waiting(place.base_url, is_wanted=not place.debug),
    ):
        diagnosis = diagnose(place)
    click.echo(json.dumps(as_object(diagnosis), indent=2) if as_json else as_text(diagnosis))
    context.exit(diagnosis.exit_code)
