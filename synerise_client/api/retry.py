"""When a request is sent again: the one place that decides it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import tenacity

from synerise_client.errors import AnswerLost, Error, ErrorReply, RequestNotSent

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from synerise_client.api.cancellation import Cancellation
    from synerise_client.api.policy import RetryPolicy

    T = TypeVar("T")

_log = logging.getLogger("synerise_client.api")
_NOT_ACTED_ON = {429, 503}
_MAY_PASS = {408, 425, 500, 502, 504}


def may_be_sent_again(error: BaseException, safe: bool) -> bool:
    """Decide whether a request that failed with ``error`` is worth another attempt.

    Args:
        error: what the attempt raised.
        safe: whether the server may act on the request twice.
    """
    if isinstance(error, RequestNotSent):
        return True
    if isinstance(error, ErrorReply) and error.httpStatus in _NOT_ACTED_ON:
        return True
    if not safe:
        return False
    if isinstance(error, AnswerLost):
        return True
    return isinstance(error, ErrorReply) and error.httpStatus in _MAY_PASS


def send_with_retries(
    attempt: Callable[[], T], policy: RetryPolicy, cancellation: Cancellation, *, safe: bool
) -> T:
    """Run ``attempt`` until it succeeds, fails for good, or ``cancellation`` ends it.

    Args:
        attempt: sends the request once.
        policy: how often, with which waits.
        cancellation: ends the waiting too, and carries the deadline.
        safe: whether the server may act on the request twice.

    Raises:
        Error: of the last attempt, or that which ended the call.
    """

    def one_attempt() -> T:
        cancellation.check()  # the event only ends one wait; the next attempt would still be sent
        return attempt()

    try:
        return one_attempt()  # as a rule it succeeds, and needs no more
    except Error as error:
        if not may_be_sent_again(error, safe):
            cancellation.check()
            raise
        failures = [error]

    def next_attempt() -> T:
        if failures:
            raise failures.pop()  # the first attempt counts
        return one_attempt()

    try:
        return _retrying(policy, cancellation, safe)(next_attempt)
    except Error:
        cancellation.check()
        raise


def _retrying(policy: RetryPolicy, cancellation: Cancellation, safe: bool) -> tenacity.Retrying:
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda error: may_be_sent_again(error, safe)),
        wait=tenacity.wait_random_exponential(policy.initial, policy.maximum)
        + tenacity.wait_exception(_asked_to_wait),
        stop=_gives_up(policy.attempts, cancellation),
        sleep=tenacity.sleep_using_event(cancellation.event),
        before_sleep=_log_retry,
        reraise=True,
    )


def _asked_to_wait(error: BaseException) -> float:
    return (isinstance(error, ErrorReply) and error.retry_after) or 0.0


def _gives_up(
    attempts: int, cancellation: Cancellation
) -> Callable[[tenacity.RetryCallState], bool]:
    def gives_up(state: tenacity.RetryCallState) -> bool:
        remaining = cancellation.remaining()
        would_be_late = remaining is not None and state.upcoming_sleep >= remaining
        return would_be_late or state.attempt_number >= attempts

    return gives_up


def _log_retry(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.info(
        "Attempt %d failed, the next one in %.1f s: %s",
        state.attempt_number,
        state.upcoming_sleep,
        error,
    )
