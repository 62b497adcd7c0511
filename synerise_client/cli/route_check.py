"""Asks each route whether it is there, without making it do anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from synerise_client.api.routes import ROUTES
from synerise_client.cli.failures import is_passing
from synerise_client.cli.verdicts import cannot_tell, ok, wrong
from synerise_client.errors import Error

if TYPE_CHECKING:
    from synerise_client.api.routes import Route
    from synerise_client.cli.examination import Examination
    from synerise_client.cli.verdicts import Finding

_ADVICE = {
    "documented": "Is the base URL right? Ask Synerise; withRoutes sets another path",
    "assumed": "Ask Synerise for the path; withRoutes or SYNERISE_CLIENT_ROUTES sets it",
    "replaced": "Correct the path in the file that SYNERISE_CLIENT_ROUTES names",
}


@frozen
class RouteFinding:
    """What was found of a route.

    Attributes:
        route: that was asked.
        standing: documented by Synerise, assumed, or replaced by the user.
        finding: whether it is there.
    """

    route: Route
    standing: str
    finding: Finding


def standing_of(route: Route) -> str:
    """Tell how well a path is known."""
    if route.path != ROUTES[route.operation].path:
        return "replaced"
    return "documented" if route.documented else "assumed"


def check_routes(examination: Examination) -> list[RouteFinding]:
    """Ask each route with an empty body and no token, after a path beside it.

    Every route refuses such a request, with a 4xx; but only where the made-up
    path is answered with 404 does that mean that the route is there.
    """
    findings: list[RouteFinding] = []
    lost: Error | None = None
    for route in examination.routes:
        try:
            finding = _unknown(lost) if lost else _finding(examination, route)
        except Error as error:
            lost, finding = error, _unknown(error)
        findings.append(RouteFinding(route, standing_of(route), finding))
    return findings


def judge(route: Route, beside: int, status: int) -> Finding:
    """Decide whether a route is there.

    Args:
        route: that was asked.
        beside: HTTP status that the made-up path beside it was answered with.
        status: HTTP status that it was answered with itself.
    """
    if is_passing(status) or is_passing(beside):
        return cannot_tell(f"answered {status}, and {beside} beside it", "Try again later")
    if beside != 404:
        return cannot_tell(f"answered {status}, but so is what does not exist: {beside}")
    advice = _ADVICE[standing_of(route)]
    if status in (404, 410):
        return wrong(f"{route.method} {route.path} is not there: {status}", advice)
    if status == 405:
        return wrong(f"{route.path} takes no {route.method}: {status}", advice)
    if 300 <= status < 400:
        return wrong(f"{route.path} is somewhere else: {status}, and not followed", advice)
    return ok(f"there: {status}")


def _finding(examination: Examination, route: Route) -> Finding:
    beside = examination.status_beside(route)
    return judge(route, beside, examination.status_of(route))


def _unknown(error: Error) -> Finding:
    return cannot_tell(f"not answered: {error.message}")
