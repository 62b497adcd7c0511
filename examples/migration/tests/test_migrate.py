"""The migration against a sandbox: the fixture comes with synerise_client."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import migrate
import pytest
from click.testing import CliRunner, Result

if TYPE_CHECKING:
    from synerise_client.sandbox import Sandbox

NUMBER = 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of customers."""
    path = tmp_path / "customers.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        for number in range(NUMBER):
            csv.writer(stream).writerow((email(number), "Secret-1!", "Zofia", "Żak", "Łódź"))
    return path


def email(number: int) -> str:
    """Return the e-mail of a customer."""
    return f"customer{number}@example.com"


def registrations(sandbox: Sandbox) -> list[str]:
    """Return whom the server was asked to register."""
    asked = [each for each in sandbox.requests if each.operation == "register"]
    return [each.json["email"] for each in asked]


def run(file: Path, sandbox: Sandbox, *options: str) -> Result:
    """Run the command."""
    place = ["--api-key", sandbox.api_key, "--base-url", sandbox.url]
    journal = ["--journal", str(file.with_name("journal.csv"))]
    return CliRunner().invoke(migrate.migrate, [str(file), *place, *journal, *options])


def outcomes(file: Path) -> dict[str, str]:
    """Return what the journal says of each customer, the last word of several."""
    text = file.with_name("journal.csv").read_text(encoding="utf-8")
    return dict(line for line in csv.reader(text.splitlines()) if len(line) == 2)


def test_every_customer_is_registered_once(file: Path, synerise_sandbox: Sandbox) -> None:
    result = run(file, synerise_sandbox)
    assert (result.exit_code, result.stdout[:19]) == (0, "60 done, 0 failed; ")
    assert sorted(registrations(synerise_sandbox)) == sorted(map(email, range(NUMBER)))
    assert set(outcomes(file).values()) == {"registered"}


def test_a_second_run_goes_on_with_those_who_failed(file: Path, synerise_sandbox: Sandbox) -> None:
    synerise_sandbox.add_profile(email(3), "Another-1")
    synerise_sandbox.fail("register", status=400, body={"message": "not today"})
    first = run(file, synerise_sandbox)
    assert (first.exit_code, first.stdout[:19]) == (1, "59 done, 1 failed; ")
    asked = len(registrations(synerise_sandbox))
    second = run(file, synerise_sandbox)
    assert (second.exit_code, second.stdout[:18]) == (0, "1 done, 0 failed; ")
    assert len(registrations(synerise_sandbox)) == asked + 1
    assert sorted(outcomes(file)) == sorted(map(email, range(NUMBER)))
    assert list(outcomes(file).values()).count("was there") == 1


def test_one_that_was_killed_is_started_again_and_nobody_is_left_out(
    file: Path, synerise_sandbox: Sandbox
) -> None:
    place = ["--api-key", synerise_sandbox.api_key, "--base-url", synerise_sandbox.url]
    journal = file.with_name("journal.csv")
    line = [sys.executable, migrate.__file__, str(file), *place, "--at-once", "4"]
    with subprocess.Popen([*line, "--journal", str(journal)], stderr=subprocess.DEVNULL) as process:
        while len(registrations(synerise_sandbox)) < 10:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    with journal.open("a", encoding="utf-8") as stream:
        stream.write("customer59@exa")  # as if the disk had been full
    assert run(file, synerise_sandbox).exit_code == 0
    assert {outcomes(file)[email(number)] for number in range(NUMBER)} <= set(migrate.DONE)
    assert set(registrations(synerise_sandbox)) == {email(number) for number in range(NUMBER)}


def test_no_more_customers_are_under_way_than_wanted(file: Path, synerise_sandbox: Sandbox) -> None:
    assert run(file, synerise_sandbox, "--at-once", "1").exit_code == 0
    assert registrations(synerise_sandbox) == [email(number) for number in range(NUMBER)]


def test_a_line_that_is_no_customer_is_named_and_nobody_registered(
    file: Path, synerise_sandbox: Sandbox
) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write("somebody@example.com\n")
    result = run(file, synerise_sandbox)
    assert result.exit_code == 1
    assert "line 61" in result.stderr
    assert not registrations(synerise_sandbox)


def test_a_file_may_begin_with_the_mark_that_spreadsheets_write(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert migrate.customers_in(file)[0].email == email(0)


def test_a_base_url_that_cannot_be_used_ends_it_at_once(file: Path) -> None:
    place = ["--api-key", "key", "--base-url", "http://example.com"]
    line = [sys.executable, migrate.__file__, str(file), *place]
    journal = file.with_name("journal.csv")
    ended = subprocess.run(
        [*line, "--journal", str(journal)], capture_output=True, text=True, timeout=20, check=False
    )
    assert ended.returncode == 1
    assert "withBaseUrl: " in ended.stderr


def test_customers_who_cannot_be_noted_hold_nobody_up_and_are_not_done(
    file: Path, synerise_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(migrate.Journal, "note", fail)
    results: list[Result] = []
    running = threading.Thread(target=lambda: results.append(run(file, synerise_sandbox)))
    running.daemon = True
    running.start()
    running.join(20)
    assert [(each.exit_code, each.stdout[:19]) for each in results] == [(1, "0 done, 60 failed; ")]


def test_no_password_is_shown_or_kept(file: Path, synerise_sandbox: Sandbox) -> None:
    result = run(file, synerise_sandbox)
    assert "Secret-1!" not in result.output
    assert "Secret-1!" not in file.with_name("journal.csv").read_text(encoding="utf-8")
    assert "Secret" not in repr(migrate.customers_in(file))
