"""The command line, as real processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

COMMAND = [sys.executable, "-m", "synerise_client.cli"]
# Whoever starts the tests may ignore it, as shells do for what runs in the background.
HEED_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
HEEDFUL_COMMAND = [sys.executable, "-c", HEED_CTRL_C, *COMMAND[1:]]


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home)}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_the_demo_tells_a_whole_session_and_leaves_nothing_behind(tmp_path: Path) -> None:
    finished = run("demo", home=tmp_path)
    assert finished.returncode == 0, finished.stderr
    told = [line.split(None, 1) for line in finished.stdout.splitlines() if line.startswith("  ")]
    assert [name for name, _ in told] == [
        *("getUUID", "retrieveToken", "registerAccount", "listener", "signIn", "retrieveToken"),
        *("refreshToken", "getAccount"),
        *("getUUID", "isSignedIn", "retrieveToken", "listener", "signOutWithMode", "isSignedIn"),
        *("destroySession", "getUUID"),
    ]
    uuids = [what for name, what in told if name == "getUUID"]
    assert uuids[0] == uuids[1] != uuids[2]
    tokens = [what for name, what in told if "token " in what]
    assert all(re.match(r"onSuccess\(token ....…", what) for what in tokens)
    assert tokens[1] == tokens[2]
    assert list(tmp_path.iterdir()) == []


def test_the_demo_goes_by_the_sandboxs_own_routes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "routes.json").write_text('{"register": "/another/path"}')
    monkeypatch.setenv("SYNERISE_CLIENT_ROUTES", str(tmp_path / "routes.json"))
    finished = run("demo", home=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert re.search(r"registerAccount +onSuccess\(True\)", finished.stdout)


def test_the_sandbox_prints_where_it_is_and_ends_with_ctrl_c() -> None:
    process = subprocess.Popen(
        [*HEEDFUL_COMMAND, "sandbox", "--token-lifetime", "120"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    api_key = process.stdout.readline().split()[-1]
    body = {"apiKey": api_key, "uuid": "u", "deviceId": "d"}
    reply = requests.post(f"{url}/sauth/v3/auth/login/client/anonymous", json=body, timeout=10)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert reply.json()["expiration"] - reply.json()["created"] / 1000 <= 121
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_the_sandbox_has_a_customer_takes_a_key_and_prints_its_mails() -> None:
    process = subprocess.Popen(
        [*HEEDFUL_COMMAND, "sandbox", "--api-key", "a-key-of-ours"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    assert process.stdout.readline().split()[-1] == "a-key-of-ours"
    customer = process.stdout.readline()
    email, password = customer.split()[1].strip(","), customer.split()[-1]
    login = {
        "apiKey": "a-key-of-ours",
        "identityProvider": "SYNERISE",
        "uuid": "u",
        "deviceId": "d",
    }
    reply = requests.post(
        f"{url}/sauth/v3/auth/login/client",
        json={**login, "email": email, "password": password},
        timeout=10,
    )
    headers = {"Authorization": f"Bearer {reply.json()['token']}"}
    reset = f"{url}/sauth/clients/password-reset/request"
    requests.post(reset, json={"email": email}, headers=headers, timeout=10)
    mail = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.wait(10)
    process.stdout.close()
    assert reply.status_code == 200
    assert mail.startswith(f"To {email}: password_reset ")


def test_a_port_that_is_taken_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finished = run("sandbox", "--port", str(port), home=tmp_path)
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"Error: Port {port} cannot be used")
    assert finished.stderr.count("\n") == 1


def test_without_click_the_command_says_what_to_install() -> None:
    script = "import sys; sys.modules['click'] = None\nfrom synerise_client.cli import main\nmain()"
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "pip install 'synerise_client[cli]'" in finished.stderr
    assert "Traceback" not in finished.stderr
