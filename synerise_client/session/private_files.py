"""Files that only their owner can change, and that are not used otherwise."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from synerise_client.session.storage import StorageError

SIDE_FILES = ("", "-journal", "-wal", "-shm")
"""What SQLite adds to the name of a database."""


def make_private(path: Path) -> bool:
    """Make folder and file where they are missing, for their owner alone; tell if it is writable.

    Raises:
        StorageError: somebody else could change what is there.
    """
    for folder in [*reversed(path.parents)]:
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)  # whatever the umask says
    _refuse_if_others_can_write(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    for suffix in SIDE_FILES:
        with suppress(FileNotFoundError):
            _refuse_if_others_can_write(Path(f"{path}{suffix}"))
    if not path.is_file():
        raise StorageError(f"{path} is not a file")
    if path.stat().st_mode & 0o777 != 0o600:  # an umask took too much, or somebody gave too much
        with suppress(OSError):
            path.chmod(0o600)
    return os.access(path, os.W_OK)


def _refuse_if_others_can_write(path: Path) -> None:
    if os.name == "nt":
        return  # the user's profile protects it
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise StorageError(f"{path} is a symbolic link and therefore not used")
    if status.st_mode & 0o022 or status.st_uid not in (os.geteuid(), 0):
        raise StorageError(f"others can write to {path}, it is therefore not used")


def identity(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Tell files apart that had the same name at different times; None if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
