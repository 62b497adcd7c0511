"""The guide to storages: its code runs as it is printed, its own storage passes the suite."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from synerise_client import RedisStorage, SQLiteStorage
from synerise_client.sandbox import Sandbox
from synerise_client.session.storage import Storage
from synerise_client.storage_compliance import KEY, StorageCompliance, read, write
from tests.code_blocks import Block, blocks_of
from tests.redis_server import RedisServer, redis, shared_redis

__all__ = ["redis", "shared_redis"]

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "storage.md").read_text(encoding="utf-8")
PYTHON = [block for block in blocks_of(GUIDE) if block.language == "python"]
FILES = [block for block in PYTHON if block.text.startswith("# ")]
SCRIPTS = [block for block in PYTHON if block not in FILES]
URL = "rediss://synerise:password@redis.example.com:6379/0"


def line(block: Block) -> str:
    return f"line {block.line}"


@pytest.mark.parametrize("block", SCRIPTS, ids=line)
def test_a_script_of_the_guide_runs_without_complaint(
    block: Block, sandbox: Sandbox, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    text = block.text.replace("YOUR_PROFILE_API_KEY", sandbox.api_key)
    if "Redis" in text:
        assert URL in text
        text = text.replace(URL, request.getfixturevalue("redis").url)
    text += "\nimport sys\nif 'Synerise' in globals(): print(Synerise.Client.getUUID())\n"
    keys = {name: Fernet.generate_key().decode() for name in ("SESSION_KEY", "NEW_SESSION_KEY")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=tmp_path,
        env={**os.environ, **keys, "SYNERISE_CLIENT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) > 30 or "Synerise" not in block.text.replace("synerise_client", "")


def test_the_storage_of_the_guide_passes_the_suite_without_a_skip(tmp_path: Path) -> None:
    for block in FILES:
        (tmp_path / block.text.split("\n")[0].removeprefix("# ")).write_text(block.text)
    options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_folder_storage.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    tests = sum(name.startswith("test_") for name in dir(StorageCompliance))
    passed = re.search(r"^(\d+) passed in", done.stdout, re.MULTILINE)
    assert passed is not None, done.stdout
    assert int(passed[1]) > tests > 15


def test_a_user_with_the_rights_of_the_guide_may_do_all_that_is_needed(redis: RedisServer) -> None:
    (rights,) = re.findall(r"^ACL (SETUSER synerise .*)$", GUIDE, re.MULTILINE)
    redis.command("ACL", *rights.split())
    storage = RedisStorage(redis.url.replace("//", "//synerise@") + "?password=password")
    write(storage, "a")
    assert storage.version(KEY)
    assert read(storage) == "a"
    for _ in range(2):
        release = storage.try_refresh_lock(KEY)
        assert release is not None
        release()
    write(storage, None)
    assert redis.keys() == []
    storage.close()


def test_the_table_of_methods_is_that_of_the_protocol() -> None:
    named = re.findall(r"^\| `(\w+)\(.*?\)` \|", GUIDE, re.MULTILINE)
    methods = {name for name in vars(Storage) if not name.startswith("_")}
    assert methods <= set(named)
    assert methods <= set(dir(SQLiteStorage))
