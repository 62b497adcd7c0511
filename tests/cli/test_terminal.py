"""On a terminal, in a pipe, interrupted: a command is a good neighbour in a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synerise_client.cli.commands import synerise_client
from tests.cli.caller import EMAIL, PASSWORD, Desk, call
from tests.cli.terminal import Terminal, left_on_screen

pytestmark = pytest.mark.skipif("sys.platform == 'win32'")
COMMAND = f"'{sys.executable}' -m synerise_client.cli"
WAITING = re.compile(r"Waiting for http://127\.0\.0\.1:\d+, \d+ s")
COLOUR = "\x1b["


def terminal(line: str, folder: Path, columns: int = 120) -> Terminal:
    environment = {**os.environ, "PYTHONFAULTHANDLER": ""}
    return Terminal(f"{COMMAND} {line}", environment=environment, folder=folder, columns=columns)


def test_a_password_is_asked_for_and_never_shown(desk: Desk, tmp_path: Path) -> None:
    command = terminal(f"sign-in {EMAIL}", tmp_path)
    shown = command.end({"Password: ": f"{PASSWORD}\n"})
    assert command.process.returncode == 0
    assert left_on_screen(shown).startswith("Password:\nSigned in as")
    assert PASSWORD not in shown


def test_ctrl_c_at_the_password_is_quiet_and_130(desk: Desk, tmp_path: Path) -> None:
    command = terminal(f"sign-in {EMAIL}", tmp_path)
    command.read_until(lambda shown: shown.endswith("Password: "))
    command.type("\x03")
    assert set(left_on_screen(command.end()).split()) <= {"Password:", "^C"}
    assert command.process.returncode == 130
    assert desk.operations == []


def test_what_takes_long_says_that_it_waits_and_leaves_no_trace(desk: Desk, tmp_path: Path) -> None:
    desk.sign_in()
    with desk.sandbox.hold("account") as hold:
        command = terminal("account", tmp_path, columns=30)
        command.read_until(lambda shown: "Waiting for" in shown)
        hold.release()
        shown = command.end()
    assert command.process.returncode == 0
    assert "Waiting" not in left_on_screen(shown)
    assert "\x1b" not in shown
    assert all(len(line) < 30 for line in re.split("[\r\n]", shown) if "Waiting" in line)


def test_ctrl_c_while_waiting_is_quiet_and_130(desk: Desk, tmp_path: Path) -> None:
    desk.sign_in()
    with desk.sandbox.hold("account") as hold:
        command = terminal("account", tmp_path)
        command.read_until(WAITING.search)
        assert hold.arrived.is_set()
        command.type("\x03")
        shown = command.end()
    assert command.process.returncode == 130
    assert left_on_screen(shown).strip() in ("", "^C")


def test_only_a_terminal_is_told_of_the_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synerise_client.cli.waiting._PATIENCE_SECONDS", 0.02)
    desk.sign_in()
    for on_terminal in (True, False):
        desk.sandbox.delay("account", 0.2)
        ended = desk.call("account", on_terminal=on_terminal)
        assert bool(WAITING.search(ended.err)) is on_terminal
        assert "Waiting" not in ended.out
        assert left_on_screen(ended.err) == ""


def test_what_is_quick_says_nothing_on_a_terminal_either(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synerise_client.cli.waiting._PATIENCE_SECONDS", 30)
    desk.sign_in()
    assert desk.call("account", on_terminal=True).err == ""


@pytest.mark.parametrize("line", [["token", "--raw"], ["doctor", "--json"], ["--help"]])
def test_a_pipe_that_nobody_reads_is_quiet_and_141(desk: Desk, line: list[str]) -> None:
    desk.sign_in()
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "synerise_client.cli", *line],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=40,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif("not os.path.exists('/dev/full')")
def test_a_full_disk_is_one_line(desk: Desk) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "synerise_client.cli", "uuid"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=40,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, "Error: No space left on device\n")


def test_an_output_that_is_closed_from_the_start_is_no_failure(desk: Desk) -> None:
    ended = subprocess.run(
        ["sh", "-c", '"$0" -m synerise_client.cli uuid >&-', sys.executable],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_an_input_that_is_closed_from_the_start_holds_no_password(desk: Desk) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'"$0" -m synerise_client.cli sign-in {EMAIL} <&-', sys.executable],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: There is no password")


def test_a_name_that_the_terminal_cannot_show_is_no_failure(desk: Desk) -> None:
    desk.sandbox.add_profile("zofia@example.com", PASSWORD, firstName="Zófia 😀")
    desk.call("sign-in", "zofia@example.com", stdin=PASSWORD.encode())
    ended = subprocess.run(
        [sys.executable, "-m", "synerise_client.cli", "account"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        encoding="latin-1",
        timeout=40,
        check=True,
    )
    assert "Zófia \\U0001f600" in ended.stdout


def test_colours_are_for_terminals_that_want_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert COLOUR in desk.call("doctor", on_terminal=True).out
    assert COLOUR not in desk.call("doctor").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert COLOUR not in desk.call("doctor", on_terminal=True).out
    monkeypatch.setenv("NO_COLOR", "")
    assert COLOUR in desk.call("doctor", on_terminal=True).out
    monkeypatch.setenv("TERM", "dumb")
    assert COLOUR not in desk.call("doctor", on_terminal=True).out


@pytest.mark.parametrize("columns", [40, 60, 80, 132])
def test_what_the_doctor_says_fits_the_terminal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    desk.sandbox.move("logout", "/moved")
    shown = left_on_screen(desk.call("doctor", on_terminal=True).out)
    assert max(map(len, shown.splitlines())) <= columns
    words = " ".join(shown.split())
    assert "SYNERISE_CLIENT_ROUTES" in words
    assert "an anonymous log-in worked" in words


@pytest.mark.parametrize("columns", [40, 80])
def test_the_help_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = call("--help", on_terminal=True).out
    lines = [line for line in shown.splitlines() if "synerise-client" not in line]
    assert max(map(len, lines)) <= columns


def test_the_help_of_each_command_has_examples_and_no_command_is_left_out() -> None:
    overview = call("--help").out
    assert call().out == overview
    for name in synerise_client.commands:
        assert re.search(rf"^  {name} ", overview, re.MULTILINE)
        if name not in ("demo", "sandbox"):
            ended = call(name, "--help")
            assert ended.exit_code == 0
            assert re.search(r"^  Examples?:\n    .*synerise-client ", ended.out, re.MULTILINE)
            assert "SYNERISE_CLIENT_API_KEY" in ended.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_complete_in_each_shell(monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    variable = "_SYNERISE_CLIENT_COMPLETE"
    monkeypatch.setenv(variable, f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", "synerise-client sign")
    monkeypatch.setenv("COMP_CWORD", "sign" if shell == "fish" else "1")
    completed = call().out
    assert {"sign-in", "sign-out"} <= set(re.split(r"[\n,\t]", completed))
    assert "token" not in completed
    monkeypatch.setenv("COMP_WORDS", "synerise-client sign-out --a")
    monkeypatch.setenv("COMP_CWORD", "--a" if shell == "fish" else "2")
    assert "--all-devices" in call().out
