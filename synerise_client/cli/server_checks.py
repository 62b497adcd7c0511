"""What the doctor makes of one anonymous log-in: server, TLS, clock, API key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synerise_client.cli.failures import is_about_certificates, is_passing
from synerise_client.cli.times import span
from synerise_client.cli.verdicts import cannot_tell, ok, wrong
from synerise_client.errors import ErrorReply, UnusableAnswer

if TYPE_CHECKING:
    from synerise_client.cli.verdicts import Finding
    from synerise_client.errors import Error

TOLERATED_SECONDS = 60
NOT_REACHED = "the server was not reached"


def check_server(base_url: str, error: Error | None) -> Finding:
    """Look whether there is a server.

    Args:
        base_url: where it is asked.
        error: what the log-in failed with, if it did.
    """
    if error is None:
        return ok(f"{base_url} answers")
    if isinstance(error, UnusableAnswer):
        return wrong(f"{base_url}: {error.message}", "Is that Synerise's API? Check --base-url")
    if is_passing(error.httpStatus):
        return wrong(f"{base_url} is in trouble: {error}", "Try again later")
    if isinstance(error, ErrorReply):
        return ok(f"{base_url} answers")
    if is_about_certificates(error):
        return cannot_tell(f"{base_url} is there, but was told nothing")
    advice = f"Check the network, any proxy, and whether {base_url} is right"
    return wrong(error.message, advice)


def check_tls(base_url: str, error: Error | None) -> Finding:
    """Look whether the server's certificate is believed."""
    if base_url.startswith("http:"):
        return ok("not used, as the server is this machine itself")
    if error is None or isinstance(error, (ErrorReply, UnusableAnswer)):
        return ok("the server's certificate is trusted")
    if is_about_certificates(error):
        advice = "Name the certificate that signs it with --ca; is this machine's clock right?"
        return wrong(error.message, advice)
    return cannot_tell(NOT_REACHED)


def check_clock(offset: float | None) -> Finding:
    """Look how far this machine's clock is off.

    Args:
        offset: seconds that the server's is ahead; None if it is not known.
    """
    if offset is None:
        return cannot_tell("the server has not told its time")
    if abs(offset) <= TOLERATED_SECONDS:
        return ok("agrees with the server's")
    where = "behind" if offset > 0 else "ahead of"
    return wrong(f"{span(offset)} {where} the server's", "Set this machine's clock")


def check_key(error: Error | None, status_beside: int | None) -> Finding:
    """Look whether the API key is accepted.

    Args:
        error: what the log-in failed with, if it did.
        status_beside: what a path that does not exist is answered with, None if nothing.
    """
    if error is None:
        return ok("an anonymous log-in worked")
    status = error.httpStatus
    if status in (404, 405):
        return cannot_tell("there is no log-in", "See the route login_anonymous")
    if any(each is None or is_passing(each) for each in (status, status_beside)):
        return cannot_tell("nobody could log in")
    if status_beside != 404:
        found = f"the log-in was answered with {status}, but so is what does not exist"
        return cannot_tell(found, "Ask who runs the gateway before the API; check --base-url")
    return wrong(
        f"the server refused it: {error}", "Give the key of the profile, as the workspace shows it"
    )
