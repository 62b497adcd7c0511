#!/usr/bin/env python
"""Breaks one rule of the session after the other, and tells whether random scripts find that.

    python tools/break_rules.py [name ...]

Each rule is broken in a copy of the package, by the replacement of one text that
must be there exactly once. The exit code is 1 if a broken rule is not found; a
replacement that does not fit any more, or a copy that does not run, is an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "synerise_client"
SCRIPTS = 400
SEEDS = (1, 2, 3)
PATIENCE = 300.0
NOTHING_FOUND, FOUND = 0, 3


class Break(NamedTuple):
    """One rule, and how the package would look if it did not hold."""

    rule: str
    file: str
    old: str
    new: str


BREAKS = {
    "unnoticed-sign-out": Break(
        "A sign-out grows the epoch: in another process it ends the calls in flight.",
        "session/state.py",
        "token=None,\n        epoch=state.epoch + 1,",
        "token=None,\n        epoch=state.epoch,",
    ),
    "unnoticed-regeneration": Break(
        "So does a new uuid: no token comes to live with another one.",
        "session/state.py",
        "identity=None,\n        epoch=state.epoch + 1,",
        "identity=None,\n        epoch=state.epoch,",
    ),
    "late-refresh": Break(
        "What comes in for a session that has ended elsewhere is dropped.",
        "session/store.py",
        "if self._is_abandoned or not (is_ours or basis.overrides):",
        "if False:",
    ),
    "unnoticed-destruction": Break(
        "destroySession does, too.",
        "session/state.py",
        "epoch=end.epoch,",
        "epoch=state.epoch,",
    ),
    "late-anonymous-token": Break(
        "A late anonymous token never replaces a client's.",
        "session/turn.py",
        " if _is_same(state.token, instead_of) else state",
        "",
    ),
    "calls-that-survive": Break(
        "Every call made before a synchronous end gets -999.",
        "calls/queue.py",
        "return call.generation != self._generation",
        "return False",
    ),
    "told-too-late": Break(
        "The listener hears of a synchronous end before the calls get -999.",
        "calls/queue.py",
        "announcements, self._ahead = self._ahead, []",
        "announcements = []",
    ),
    "told-twice": Break(
        "The listener hears of each end once.",
        "session/session.py",
        "self._listener.client_signed_out(reason)",
        "(self._listener.client_signed_out(reason), self._listener.client_signed_out(reason))",
    ),
    "replaced-in-silence": Break(
        "A sign-in over another one tells USER_SIGN_OUT first.",
        "session/turn.py",
        "        if was_logged_in:",
        "        if False:",
    ),
    "one-uuid-for-two": Break(
        "Another e-mail than the last one takes a new uuid.",
        "session/sign_in.py",
        "is_same = state.identity in (None, identity)",
        "is_same = True",
    ),
    "another-uuid-for-one": Break(
        "A provider's authID takes the uuid that is derived from it.",
        "session/sign_in.py",
        'self._session.uuid_of(auth_id), f"authID:',
        'new_uuid(), f"authID:',
    ),
    "provider-without-authid": Break(
        "A provider's customer without authID takes a new uuid, unless it is the first one.",
        "session/sign_in.py",
        "state.uuid if state.identity is None else new_uuid()",
        "state.uuid",
    ),
    "destroyed-with-uuid": Break(
        "SIGN_OUT_WITH_SESSION_DESTROY takes a new uuid.",
        "session/session.py",
        "turn.destroy(ClientSessionEndReason.SessionDestroyed)",
        "turn.end(ClientSessionEndReason.SessionDestroyed)",
    ),
    "deleted-with-uuid": Break(
        "So does the deletion of the account.",
        "session/account.py",
        "turn.destroy(ClientSessionEndReason.UserAccountDeleted)",
        "turn.end(ClientSessionEndReason.UserAccountDeleted)",
    ),
    "regenerated-under-a-customer": Break(
        "regenerateUUID changes nothing while somebody is signed in.",
        "session/session.py",
        "            if state.is_logged_in(self._clock.elapsed()):",
        "            if False:",
    ),
    "server-not-told": Break(
        "signOut tells the server.",
        "session/session.py",
        "tells_server=True)",
        "tells_server=False)",
    ),
    "refused-and-signed-in": Break(
        "The refusal of a refresh ends the session.",
        "session/tokens.py",
        "turn.end(ClientSessionEndReason.ClientRejected)",
        "_log.info(ClientSessionEndReason.ClientRejected)",
    ),
    "expired-and-rejected": Break(
        "It is SESSION_EXPIRATION if the token has expired by then.",
        "session/tokens.py",
        "if self._has_expired(turn.state.token or token):",
        "if False:",
    ),
    "ended-in-passing": Break(
        "Trouble in passing ends no session.",
        "session/tokens.py",
        "return error.httpStatus == 401 or",
        "return error.httpStatus >= 401 or",
    ),
    "ended-by-a-proxy": Break(
        "Nor does a proxy's page.",
        "session/tokens.py",
        "== 403 and error.is_json)",
        "== 403)",
    ),
    "not-sent-again": Break(
        "A call that gets 401 is sent again with a new token.",
        "session/tokens.py",
        "return send(Secret(self._instead_of(turn, token).string))",
        "return send(token.string)",
    ),
    "no-rest": Break(
        "A due refresh that has failed rests.",
        "session/tokens.py",
        "return not rests and ",
        "return ",
    ),
    "date-not-learned": Break(
        "The date of an answer tells what is left of a token that was stored.",
        "session/session.py",
        "expires_at=received + token.expiration - date",
        "expires_at=token.expires_at",
    ),
}


def break_rule(each: Break, package: Path) -> None:
    """Break one rule in a copy of the package.

    Raises:
        LookupError: the text to be replaced is not there, or more than once.
    """
    file = package / each.file
    text = file.read_text(encoding="utf-8")
    times = text.count(each.old)
    if times != 1:
        raise LookupError(f"{each.file} holds {each.old!r} {times} times, not once")
    file.write_text(text.replace(each.old, each.new), encoding="utf-8")


def is_found(each: Break | None, scripts: int = SCRIPTS, seed: int = SEEDS[0]) -> bool:
    """Break a rule, or none, in a copy, and tell whether random scripts find that.

    Args:
        each: what to break.
        scripts: how many are tried.
        seed: what they are drawn from.

    Raises:
        LookupError: the replacement does not fit.
        RuntimeError: the scripts could not be run.
    """
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / PACKAGE, Path(folder, PACKAGE), ignore=ignored)
        if each is not None:
            break_rule(each, Path(folder, PACKAGE))
        ended = subprocess.run(  # noqa: S603 - nothing in it comes from outside
            [sys.executable, "-m", "tests.machine.run", folder, str(scripts), str(seed)],
            cwd=folder,  # where the copy is found before the package itself
            env={**os.environ, "PYTHONPATH": os.pathsep.join((folder, str(ROOT)))},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    if ended.returncode not in (NOTHING_FOUND, FOUND):
        raise RuntimeError(f"The scripts did not run: {ended.stderr}")
    return ended.returncode == FOUND


def main(names: list[str]) -> int:
    """Break the rules that are named, or all; return the exit code."""
    missed = 0
    for name in names or BREAKS:
        began = time.monotonic()
        found = any(is_found(BREAKS[name], seed=seed) for seed in SEEDS)
        missed += not found
        took = time.monotonic() - began
        word = "found" if found else "NOT FOUND"
        sys.stdout.write(f"{word:9} {took:5.1f} s  {name}: {BREAKS[name].rule}\n")
        sys.stdout.flush()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
