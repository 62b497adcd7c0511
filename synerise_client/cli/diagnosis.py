"""Puts together what the doctor finds, as a table or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from synerise_client.api.base_url import parse_base_url
from synerise_client.cli.examination import examination_of
from synerise_client.cli.failures import Exit, one_line
from synerise_client.cli.machine_checks import check_proxy, check_python, check_store
from synerise_client.cli.route_check import check_routes
from synerise_client.cli.server_checks import (
    NOT_REACHED,
    check_clock,
    check_key,
    check_server,
    check_tls,
)
from synerise_client.cli.tables import in_colour, table, width_of_terminal
from synerise_client.cli.verdicts import Finding, Verdict, cannot_tell
from synerise_client.errors import Error
from synerise_client.session.sqlite_storage import SQLiteStorage

if TYPE_CHECKING:
    from synerise_client.cli.examination import Examination
    from synerise_client.cli.options import Place
    from synerise_client.cli.route_check import RouteFinding

_PROSE = "WHAT WAS FOUND, WHAT TO DO"
_CONCLUSIONS = {
    Exit.DONE: "All is well.",
    Exit.SOMETHING_WRONG: "Something is wrong.",
    Exit.CANNOT_TELL: "Nothing wrong was found, but not everything could be told.",
}


@frozen
class Diagnosis:
    """All that the doctor has found.

    Attributes:
        checks: by what was looked at.
        routes: of the API; empty if the server was not reached.
    """

    checks: dict[str, Finding]
    routes: list[RouteFinding]

    @property
    def exit_code(self) -> Exit:
        """What the command ends with."""
        findings = [*self.checks.values(), *(each.finding for each in self.routes)]
        verdicts = {finding.verdict for finding in findings}
        if Verdict.WRONG in verdicts:
            return Exit.SOMETHING_WRONG
        return Exit.CANNOT_TELL if Verdict.CANNOT_TELL in verdicts else Exit.DONE


def diagnose(place: Place) -> Diagnosis:
    """Look at everything.

    Raises:
        Failure: the API key is missing, or something that was given cannot be used.
    """
    with examination_of(place) as examination:
        checks = {**_of_machine(place), **_of_server(place, examination)}
        routes = check_routes(examination) if examination.is_answered else []
    if not routes:
        checks["Routes"] = cannot_tell(NOT_REACHED)
    return Diagnosis(checks, routes)


def as_object(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis as JSON has it."""
    return {
        "isWell": diagnosis.exit_code is Exit.DONE,
        "checks": [
            {"check": name, **_fields(finding)} for name, finding in diagnosis.checks.items()
        ],
        "routes": [
            {
                "operation": each.route.operation,
                "method": each.route.method,
                "path": each.route.path,
                "standing": each.standing,
                **_fields(each.finding),
            }
            for each in diagnosis.routes
        ],
    }


def as_text(diagnosis: Diagnosis) -> str:
    """Return a diagnosis as tables that fit the terminal."""
    width = width_of_terminal()
    checks = [
        (name, finding.verdict.value, one_line(finding.prose))
        for name, finding in diagnosis.checks.items()
    ]
    parts = [table(("CHECK", "VERDICT", _PROSE), checks, width, in_colour)]
    if diagnosis.routes:
        routes = [
            (
                each.route.operation,
                each.standing,
                each.finding.verdict.value,
                one_line(each.finding.prose),
            )
            for each in diagnosis.routes
        ]
        parts.append(table(("ROUTE", "STANDING", "VERDICT", _PROSE), routes, width, in_colour))
    return "\n\n".join([*parts, _CONCLUSIONS[diagnosis.exit_code]])


def _of_machine(place: Place) -> dict[str, Finding]:
    return {
        "Python": check_python(),
        "Store": check_store(SQLiteStorage(place.store)),
        "Proxy": check_proxy(place.base_url),
    }


def _of_server(place: Place, examination: Examination) -> dict[str, Finding]:
    error, base_url = examination.log_in_error, parse_base_url(place.base_url).text
    return {
        "Server": check_server(base_url, error),
        "TLS": check_tls(base_url, error),
        "Clock": check_clock(examination.clock_offset),
        "API key": check_key(error, _beside_log_in(examination)),
    }


def _beside_log_in(examination: Examination) -> int | None:
    """Return what is answered beside the log-in, None if nothing."""
    if not examination.is_answered:
        return None
    (log_in,) = (each for each in examination.routes if each.operation == "login_anonymous")
    try:
        return examination.status_beside(log_in)
    except Error:
        return None


def _fields(finding: Finding) -> dict[str, str]:
    return {
        "verdict": finding.verdict.value,
        "found": one_line(finding.found),
        "advice": finding.advice,
    }
