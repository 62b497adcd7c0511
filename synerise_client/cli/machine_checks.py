"""What the doctor looks at on this machine: Python, the store, the proxy."""

from __future__ import annotations

import os
import platform
import sqlite3
import stat
import sys
from contextlib import closing
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from synerise_client.api.base_url import parse_base_url
from synerise_client.cli.verdicts import Finding, cannot_tell, ok, wrong
from synerise_client.session.clock import Clock
from synerise_client.session.encrypted_storage import MARK
from synerise_client.session.private_files import SIDE_FILES
from synerise_client.session.sqlite_storage import SCHEMA
from synerise_client.session.state import UnreadableState, from_text

if TYPE_CHECKING:
    from pathlib import Path

    from synerise_client.session.sqlite_storage import SQLiteStorage

_OLDEST_PYTHON = (3, 10)


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Look whether this Python is new enough."""
    if version[:2] < _OLDEST_PYTHON:
        return wrong(f"{'.'.join(map(str, version))} is too old", "Python 3.10 is needed")
    return ok(f"{platform.python_implementation()} {'.'.join(map(str, version))}")


def check_proxy(base_url: str) -> Finding:
    """Look which proxy the environment names for the API."""
    base = parse_base_url(base_url)
    if base.is_loopback:
        return ok("none, as the server is this machine itself")
    proxy = select_proxy(base.text, get_environ_proxies(base.text))
    return ok("none" if proxy is None else f"{without_password(proxy)}, from the environment")


def without_password(url: str) -> str:
    """Return a proxy's URL without the user and password that it may hold."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def check_store(storage: SQLiteStorage) -> Finding:
    """Look whether the store can be used, and by nobody else. Makes nothing."""
    try:
        path = storage.path
        if not path.parent.exists():
            return _of_nothing(path)
        return _of_modes(path) or (_of_content(path) if path.exists() else _of_nothing(path))
    except OSError as error:
        return wrong(f"{storage}: {error.strerror}", "Let this user read it, or use --store")
    except RuntimeError as error:  # there is no home folder
        return wrong(f"{error}", "Set SYNERISE_CLIENT_HOME, or use --store")


def _of_nothing(path: Path) -> Finding:
    there = next(folder for folder in path.parents if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return wrong(f"{path} cannot be made", f"Let this user write to {there}, or use --store")
    return ok(f"{path}, made when it is first needed")


def _of_modes(path: Path) -> Finding | None:
    """Find what others may do, and what we may not."""
    if os.name == "nt":
        return None  # the user's profile protects it
    for each in (path.parent, *(path.with_name(path.name + suffix) for suffix in SIDE_FILES)):
        finding = _of_mode(each, is_folder=each == path.parent) if os.path.lexists(each) else None
        if finding is not None:
            return finding
    return None


def _of_mode(path: Path, *, is_folder: bool) -> Finding | None:
    status, typed = path.lstat(), quote(str(path))
    if stat.S_ISLNK(status.st_mode):
        return wrong(f"{path} is a symbolic link, and not used", "Name the real place with --store")
    if not is_folder and not stat.S_ISREG(status.st_mode):
        return wrong(f"{path} is not a file, and not used", "Move it away")
    if status.st_uid not in (os.geteuid(), 0):
        return wrong(f"{path} belongs to another user, and is not used", "Use --store")
    if status.st_mode & 0o022:
        return wrong(f"Others can write to {path}, it is not used", f"chmod go-w {typed}")
    if status.st_mode & 0o044 and not is_folder:
        return wrong(f"Others can read {path}, with its tokens", f"chmod 600 {typed}")
    if not os.access(path, os.R_OK):
        return wrong(f"{path} cannot be read", f"chmod u+r {typed}")
    if not os.access(path, os.W_OK):
        return wrong(f"{path} is read-only: changes are not kept", f"chmod u+w {typed}")
    return None


def _of_content(path: Path) -> Finding:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=1)) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version > len(SCHEMA):
                return wrong(f"{path} was written by a newer version", "Upgrade synerise_client")
            states = database.execute("SELECT state FROM session").fetchall() if version else []
    except sqlite3.OperationalError as error:
        return cannot_tell(f"{path}: {error}", "Try again when the next command has used it")
    except sqlite3.DatabaseError:
        advice = "It is set aside when it is next used, and everybody has to sign in again"
        return wrong(f"{path} is damaged", advice)
    return _of_states(path, [state for (state,) in states])


def _of_states(path: Path, states: list[str]) -> Finding:
    plain = [state for state in states if not state.startswith(MARK)]
    try:
        for state in plain:
            from_text(state, Clock())
    except UnreadableState as error:
        typed, aside = quote(str(path)), quote(f"{path}.old")
        advice = f"mv {typed} {aside}, and everybody has to sign in again"
        return wrong(f"{path} holds a session that cannot be read: {error}", advice)
    if len(plain) < len(states):
        advice = "Only scripts that have their key can; --store names another file for commands"
        return cannot_tell(f"{path} holds encrypted sessions, which cannot be read here", advice)
    return ok(f"{path}, for this user alone")
