"""The options that commands share."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

import click
from attrs import field, frozen

from synerise_client.api.base_url import DEFAULT_BASE_URL

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec

    P = ParamSpec("P")

API_KEY_VARIABLE = "SYNERISE_CLIENT_API_KEY"


@frozen
class Place:
    """Whose session a command is about, and where it is kept.

    Attributes:
        api_key: of the profile; None if it is not given.
        base_url: of the API.
        ca: path of the certificates to believe; None: the usual ones.
        store: path of the store; None: the usual one.
        debug: whether everything is logged.
    """

    api_key: str | None = field(repr=False)
    base_url: str
    ca: str | None
    store: str | None
    debug: bool


_OPTIONS = (
    click.option(
        "--api-key",
        envvar=API_KEY_VARIABLE,
        show_envvar=True,
        metavar="KEY",
        help="Of the profile. Better set the variable: others can see what a command is given.",
    ),
    click.option(
        "--base-url",
        envvar="SYNERISE_CLIENT_BASE_URL",
        show_envvar=True,
        default=DEFAULT_BASE_URL,
        show_default=True,
        metavar="URL",
        help="Where the API is reached.",
    ),
    click.option(
        "--ca",
        envvar="SYNERISE_CLIENT_CA",
        show_envvar=True,
        metavar="PATH",
        help="Certificates to believe instead of the usual ones.",
    ),
    click.option(
        "--store",
        envvar="SYNERISE_CLIENT_STORE",
        show_envvar=True,
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Where the session is kept, instead of in the usual file.",
    ),
    click.option("--debug", is_flag=True, help="Log everything but secrets, on standard error."),
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


def at_a_place(command: Callable[Concatenate[Place, P], None]) -> Callable[..., None]:
    """Give a command the options that make up its first argument."""

    @wraps(command)
    def with_options(
        api_key: str | None,
        base_url: str,
        ca: str | None,
        store: str | None,
        debug: bool,
        **rest: Any,
    ) -> None:
        # An option may be empty, as in --store "$STORE"; click takes variables so by itself.
        place = Place(api_key, base_url or DEFAULT_BASE_URL, ca or None, store or None, debug)
        command(place, **rest)  # type: ignore[call-arg]

    options: Callable[..., None] = with_options
    for option in reversed(_OPTIONS):
        options = option(options)
    return options
