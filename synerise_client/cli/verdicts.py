"""What an examination says of one thing."""

from __future__ import annotations

from enum import Enum

from attrs import frozen


class Verdict(Enum):
    """Whether all is well with something."""

    OK = "ok"
    WRONG = "wrong"
    CANNOT_TELL = "cannot tell"


@frozen
class Finding:
    """A verdict and its reasons.

    Attributes:
        verdict: whether all is well.
        found: what was seen.
        advice: what to do about it; empty if there is nothing to do.
    """

    verdict: Verdict
    found: str
    advice: str = ""

    @property
    def prose(self) -> str:
        """What was seen, and what to do about it."""
        return f"{self.found}. {self.advice}" if self.advice else self.found


def ok(found: str) -> Finding:
    """All is well."""
    return Finding(Verdict.OK, found)


def wrong(found: str, advice: str) -> Finding:
    """Something is wrong."""
    return Finding(Verdict.WRONG, found, advice)


def cannot_tell(found: str, advice: str = "") -> Finding:
    """Nothing can be said."""
    return Finding(Verdict.CANNOT_TELL, found, advice)
