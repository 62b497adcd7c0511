"""What holds when memory and storage differ: this process' state, the stored one, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve, fields

from synerise_client.session.state import UnreadableState, from_text
from synerise_client.session.storage import StorageError, UnreadableText

if TYPE_CHECKING:
    from synerise_client.models.enums import ClientSessionEndReason
    from synerise_client.session.clock import Clock
    from synerise_client.session.state import SessionState


class Basis(NamedTuple):
    """What an exchange with the storage starts from, taken at one moment.

    Attributes:
        mine: this process' state.
        known: what was stored when this process last looked, None if it never could.
        has_unsaved: whether ``mine`` is ahead of it.
        overrides: the user signed in or ended the session since: that beats the row.
        reason: of that end.
    """

    mine: SessionState
    known: SessionState | None
    has_unsaved: bool
    overrides: bool
    reason: ClientSessionEndReason | None

    def settled(self, text: str | None, clock: Clock) -> tuple[SessionState | None, SessionState]:
        """Return what is stored, and what holds: that, or this process' state, or a bit of both."""
        mine, known = self.mine, self.known
        row = None if text is None else self._parsed(text, clock)
        if row is None:
            return row, mine
        if self.overrides:
            is_heard = known is not None and row.epoch == known.epoch
            epoch = mine.epoch if is_heard else max(mine.epoch, row.epoch + 1)
            is_news = row.holds_login and not (known is not None and known.holds_login)
            reason = self.reason if is_news and self.reason else mine.end_reason
            return row, evolve(mine, epoch=epoch, end_reason=reason)
        if known is not None and row.device_id == known.device_id and row.epoch < known.epoch:
            return row, mine  # the store was set back, or written by one who missed that end
        if known is None or row.epoch != known.epoch or not self.has_unsaved:
            return row, row
        if row.device_id != known.device_id:  # somebody put another store in the place of ours
            return row, row
        return row, merged(mine, row, known)

    def _parsed(self, text: str, clock: Clock) -> SessionState | None:
        if isinstance(text, UnreadableText):
            text.is_given_up = self.overrides
            if not self.overrides:
                raise StorageError(text.reason)
            return None
        try:
            return from_text(text, clock, self.mine.token)
        except UnreadableState as error:
            if self.overrides:
                return None
            raise StorageError(str(error)) from None


def merged(mine: SessionState, row: SessionState, known: SessionState) -> SessionState:
    """Take from ``mine`` what changed here, and from ``row`` what another process has changed.

    Args:
        mine: this process' state.
        row: what is stored.
        known: what was stored when this process last looked.
    """
    changes = {
        each.name: getattr(mine, each.name)
        for each in fields(type(mine))
        if getattr(row, each.name) == getattr(known, each.name) != getattr(mine, each.name)
    }
    return evolve(row, **changes)
