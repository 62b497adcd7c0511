"""A disk that is full, read-only or closed, at the start or in mid-session: memory goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from synerise_client import SQLiteStorage, Synerise
from synerise_client.sandbox import Sandbox
from tests.conftest import EMAIL, PASSWORD, Team
from tests.crashes.conftest import Run
from tests.store.conftest import mode, opened, row
from tests.store.conftest import run as run_without_privileges

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="limits, mounts and modes as Linux has them"
)

BEGINNING = """
import json, logging, os, resource, sqlite3, sys
from synerise_client import SQLiteStorage, Synerise

logging.basicConfig(stream=sys.stdout, format="%(levelname)s", level=logging.WARNING)
path, url, key, email, password = sys.argv[1:]

def start():
    storage = SQLiteStorage(path)
    Synerise.Initializer().withApiKey(key).withBaseUrl(url).withStorage(storage).init()
    return Synerise.Client

def call(method, *arguments):
    answers = []
    getattr(Synerise.Client, method)(*arguments, answers.append, answers.append)
    assert Synerise.waitUntilIdle(20)
    assert len(answers) == 1
    return answers[0]

def stored():
    database = sqlite3.connect(path)
    (text,), = database.execute("SELECT state FROM session WHERE api_key = ?", (key,))
    database.close()
    return json.loads(text)

def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\\n")

def go_on_in_memory():
    "Change everything that there is; nothing of it can be stored, only its beginning can be."
    uuid, before = Synerise.Client.getUUID(), stored()
    say("trouble")
    token = call("refreshToken")
    assert call("retrieveToken") == token
    assert call("getAccount").email == email
    assert Synerise.Client.isSignedIn() and Synerise.Client.getUUID() == uuid
    assert stored() == before
    return token

def is_stored_now(token):
    say("over")
    assert call("retrieveToken") == token
    assert stored()["token"]["string"] == token.tokenString
    assert stored()["uuid"] == Synerise.Client.getUUID()
    say("stored")
"""

ONE_LINE = ["trouble", "WARNING", "over", "stored"]
"""What the scripts say of the trouble, among what is logged of it."""


def said_by(source: str, path: Path, sandbox: Sandbox) -> list[str]:
    """Run a script that the modes of files hold for; return its lines."""
    where = (path, sandbox.url, sandbox.api_key, EMAIL, PASSWORD)
    return run_without_privileges(BEGINNING + source, *where).splitlines()


@pytest.fixture
def signed_in(team: Team, path: Path) -> Path:
    """A store that an earlier run has left, with a customer who is signed in."""
    team.client(SQLiteStorage(path))
    team.sign_in()
    Synerise.shutdown()
    return path


LIMIT = """
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

def limit_files_to(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))

def lift_the_limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
"""


@pytest.mark.parametrize("limit", [0, 100, 512, 1000, 4096, 5000, 8192])
def test_a_disk_that_gets_full_in_mid_session_loses_nothing(
    signed_in: Path, sandbox: Sandbox, limit: int
) -> None:
    said = said_by(
        LIMIT
        + f"""
client = start()
limit_files_to({limit})
token = go_on_in_memory()
lift_the_limit()
is_stored_now(token)
""",
        signed_in,
        sandbox,
    )
    assert said == ONE_LINE


def test_a_disk_that_gets_full_in_the_midst_of_the_row_loses_nothing(
    team: Team, path: Path, sandbox: Sandbox
) -> None:
    """Half of the new row is on disk then, and the journal is needed to take it back."""
    team.client(SQLiteStorage(path))
    with opened(path) as database:  # so large a store that the journal of a change is smaller
        database.executemany(
            "INSERT INTO session VALUES (?, '', '', ?)",
            [(f" {number}", "another's state" * 100) for number in range(20)],
        )
    team.sign_in()
    Synerise.shutdown()
    said = said_by(
        LIMIT
        + """
client = start()
before = stored()
place_of_the_row = open(path, "rb").read().index(client.getUUID().encode())
assert place_of_the_row > 10000
limit_files_to(place_of_the_row)
say("trouble")
token = call("refreshToken")
assert call("retrieveToken") == token
assert call("getAccount").email == email
assert client.isSignedIn() and client.getUUID() == before["uuid"]
assert os.path.getsize(path + "-journal") > 0
lift_the_limit()
assert stored() == before
is_stored_now(token)
""",
        path,
        sandbox,
    )
    assert said == ONE_LINE


FULL = """
def fill():
    filler = os.open(os.path.join(os.path.dirname(path), "filler"), os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(filler, b"x" * 100):
            pass
    except OSError:
        os.close(filler)

def make_room():
    os.unlink(os.path.join(os.path.dirname(path), "filler"))
"""


def on_small_disk(source: str, sandbox: Sandbox, tmp_path: Path) -> list[str]:
    """Run a script with its store on a disk of 64 KB, which nobody else sees."""
    if not shutil.which("unshare"):
        pytest.skip("no small disk can be had")
    sandbox.add_profile(EMAIL, PASSWORD)
    script, disk = tmp_path / "script.py", tmp_path / "disk"
    script.write_text(BEGINNING + FULL + source)
    disk.mkdir(mode=0o700)
    mount = f"mount -t tmpfs -o size=64k,mode=700 none {disk} || exit 77"
    arguments = [disk / "store", sandbox.url, sandbox.api_key, EMAIL, PASSWORD]
    done = subprocess.run(
        [
            *("unshare", "-m", "sh", "-c", f'{mount}; exec "$@"', "sh"),
            *map(str, (sys.executable, script, *arguments)),
        ],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    if done.returncode == 77 or done.stderr.startswith("unshare:"):
        pytest.skip("no small disk can be had")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_disk_without_a_free_block_in_mid_session_loses_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    said = on_small_disk(
        """
client = start()
assert call("signIn", email, password) is True
fill()
token = go_on_in_memory()
make_room()
is_stored_now(token)
""",
        sandbox,
        tmp_path,
    )
    assert said == ONE_LINE


def test_a_disk_without_a_free_block_at_the_start_loses_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    said = on_small_disk(
        """
client = start()
assert call("signIn", email, password) is True
Synerise.shutdown()
fill()
client = start()
assert client.isSignedIn()
token = go_on_in_memory()
make_room()
is_stored_now(token)
""",
        sandbox,
        tmp_path,
    )
    assert said == ONE_LINE


def test_a_store_that_cannot_be_made_on_a_full_disk_is_made_once_there_is_room(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    said = on_small_disk(
        """
fill()
say("trouble")
client = start()
assert call("signIn", email, password) is True
token = call("refreshToken")
make_room()
is_stored_now(token)
""",
        sandbox,
        tmp_path,
    )
    assert said == ONE_LINE


def test_a_folder_that_becomes_read_only_in_mid_session_loses_nothing(
    signed_in: Path, sandbox: Sandbox
) -> None:
    said = said_by(
        """
client = start()
os.chmod(os.path.dirname(path), 0o500)
token = go_on_in_memory()
os.chmod(os.path.dirname(path), 0o700)
is_stored_now(token)
""",
        signed_in,
        sandbox,
    )
    assert said == ONE_LINE


def test_a_store_that_could_not_be_reached_at_the_start_is_adopted_once_it_can(
    signed_in: Path, sandbox: Sandbox
) -> None:
    """Nothing that happened meanwhile overwrites it: it was never read."""
    before = row(signed_in)
    said = said_by(
        """
os.chmod(os.path.dirname(path), 0)
client = start()
client.recognizeAnonymous("somebody@example.com")
assert call("getAccount").code == 3200 and not client.isSignedIn()
say("over")
os.chmod(os.path.dirname(path), 0o700)
before = stored()
assert call("retrieveToken").tokenString == before["token"]["string"]
assert client.getUUID() == before["uuid"] and client.isSignedIn()
assert stored() == before
""",
        signed_in,
        sandbox,
    )
    assert said == ["WARNING", "over"]
    assert row(signed_in) == before


def test_a_sign_out_while_the_store_cannot_be_reached_is_stored_once_it_can(
    signed_in: Path, sandbox: Sandbox
) -> None:
    said = said_by(
        """
os.chmod(os.path.dirname(path), 0)
client = start()
client.signOut()
uuid = client.getUUID()
assert Synerise.waitUntilIdle(20)
say("over")
os.chmod(os.path.dirname(path), 0o700)
assert call("getAccount").code == 3200
assert stored()["token"] is None and stored()["uuid"] == uuid == client.getUUID()
""",
        signed_in,
        sandbox,
    )
    assert said == ["WARNING", "over"]
    assert row(signed_in)["token"] is None


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder of root's that everybody may look into."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


AS_NOBODY = """
import logging
from synerise_client import SQLiteStorage
logging.basicConfig(stream=sys.stdout, format="%(levelname)s", level=logging.WARNING)
sys.stdout.reconfigure(line_buffering=True)

def call(method, *arguments):
    answers = []
    getattr(Synerise.Client, method)(*arguments, answers.append, answers.append)
    assert Synerise.waitUntilIdle(20)
    return answers[0]

storage = lambda: SQLiteStorage(os.environ["STORE"])
client = start(withStorage=storage())
assert call("signIn", EMAIL, PASSWORD) is True
token = call("refreshToken")
assert call("getAccount").email == EMAIL
uuid = client.getUUID()
Synerise.shutdown()
os.chmod(os.environ["STORE"], 0o644)
os.setuid(65534)  # all that is loaded late is loaded by now
client = start(withStorage=storage())
assert call("retrieveToken") == token and client.getUUID() == uuid
token = call("refreshToken")
assert call("retrieveToken") == token
say("in memory")
input()
assert call("retrieveToken") == token
assert call("getAccount").email == EMAIL
say("stored")
"""


def test_a_file_that_may_only_be_read_is_read_and_written_once_that_is_allowed(
    run: Run, sandbox: Sandbox, shared_folder: Path
) -> None:
    """The file is root's, the process nobody's."""
    path = shared_folder / "store"
    script = run(AS_NOBODY, STORE=str(path))
    script.says("WARNING")
    script.says("in memory")
    before = row(path)
    assert mode(path) == 0o644
    os.chown(shared_folder, 65534, 65534)
    os.chown(path, 65534, 65534)
    script.go_on()
    script.says("stored")
    assert script.end().code == 0
    after = row(path)
    assert after["uuid"] == before["uuid"]
    assert after["token"]["string"] != before["token"]["string"]
    assert mode(path) == 0o600
