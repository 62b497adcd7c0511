"""Registers the customers of an old shop, many at once; what is done is done once.

Each line of the CSV file is a customer: email, password, firstName, lastName, city. What became
of each one goes into a journal. Started again, it goes on with those who are not done.
"""

from __future__ import annotations

import csv
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from synerise_client import ClientAccountRegisterContext, MemoryStorage, Synerise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from synerise_client import Error, SyneriseInitializer

DONE = ("registered", "was there")


class Customer(NamedTuple):
    """A line of the file."""

    email: str
    password: str
    firstName: str
    lastName: str
    city: str

    def __repr__(self) -> str:
        return f"Customer({self.email!r})"

    def context(self) -> ClientAccountRegisterContext:
        """Return what the customer is registered with."""
        return ClientAccountRegisterContext(
            self.email,
            self.password,
            firstName=self.firstName,
            lastName=self.lastName,
            city=self.city,
        )


class Journal:
    """What became of whom, written as soon as it is known.

    Args:
        path: a CSV file of e-mail and outcome; it is made if it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.done = set(self._done_before())

    def __enter__(self) -> Journal:
        self._file = self._path.open("a", newline="", encoding="utf-8")
        if self._path.read_bytes()[-1:] not in (b"", b"\n"):
            self._file.write("\n")  # the last line was cut off
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def note(self, customer: Customer, outcome: str) -> None:
        """Write what became of a customer; any thread may."""
        with self._lock:
            csv.writer(self._file).writerow((customer.email, outcome))
            self._file.flush()

    def _done_before(self) -> Iterator[str]:
        if self._path.exists():
            with self._path.open(newline="", encoding="utf-8") as file:
                for line in csv.reader(file):
                    if len(line) == 2 and line[1] in DONE:
                        yield line[0]


class Migration:
    """Registers customers, so many at a time.

    Args:
        initializer: of the clients.
        at_once: how many customers are under way at a time.
        finished: told of each customer and the outcome, on any thread.
    """

    def __init__(
        self,
        initializer: SyneriseInitializer,
        at_once: int,
        finished: Callable[[Customer, str], object],
    ) -> None:
        self._initializer = initializer.withThreads(at_once)
        self._at_once = at_once
        self._free = threading.Semaphore(at_once)
        self._finished = finished

    def register(self, customer: Customer) -> None:
        """Register a customer; waits only while too many others are under way."""
        context = customer.context()
        self._free.acquire()
        try:
            client = self._initializer.withStorage(MemoryStorage()).connect()  # nothing is to stay
        except BaseException:
            self._free.release()  # nobody is under way: wait() would never end
            raise

        def end(outcome: str) -> None:
            client.close()
            try:
                self._finished(customer, outcome)
            finally:
                self._free.release()

        client.registerAccount(
            context, lambda: end("registered"), lambda error: end(outcome_of(error))
        )

    def wait(self) -> None:
        """Wait until nobody is under way."""
        with ExitStack() as waiting:
            for _ in range(self._at_once):
                self._free.acquire()
                waiting.callback(self._free.release)


def outcome_of(error: Error) -> str:
    """Return what the journal says of an error."""
    if any(cause.field == "email" and cause.code == "TAKEN" for cause in error.causes):
        return "was there"
    return f"failed: {error.code} {error.message}"


def customers_in(path: Path) -> list[Customer]:
    """Read the file.

    Raises:
        click.ClickException: a line has not the five fields.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.reader(file))
    for number, line in enumerate(lines, 1):
        if len(line) != len(Customer._fields):
            raise click.ClickException(f"{path}, line {number}: not {', '.join(Customer._fields)}")
    return [Customer(*line) for line in lines]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--journal", type=click.Path(dir_okay=False, path_type=Path), default="journal.csv")
@click.option("--at-once", type=click.IntRange(1, 256), default=32, show_default=True)
@click.option("--api-key", envvar="SYNERISE_CLIENT_API_KEY", required=True)
@click.option("--base-url", envvar="SYNERISE_CLIENT_BASE_URL")
def migrate(file: Path, journal: Path, at_once: int, api_key: str, base_url: str | None) -> None:
    """Register the customers in FILE. Started again, it goes on where it was ended."""
    outcomes: list[str] = []
    initializer = Synerise.Initializer().withApiKey(api_key).withBaseUrl(base_url)
    with Journal(journal) as notes:
        left = [each for each in customers_in(file) if each.email not in notes.done]

        def finished(customer: Customer, outcome: str) -> None:
            notes.note(customer, outcome)
            outcomes.append(outcome)

        migration = Migration(initializer, at_once, finished)
        try:
            with click.progressbar(left, label=f"{len(left)} customers", file=sys.stderr) as bar:
                for customer in bar:
                    migration.register(customer)
        finally:
            migration.wait()  # after Ctrl-C too: nobody is left in the middle
    done = sum(outcome in DONE for outcome in outcomes)
    click.echo(f"{done} done, {len(left) - done} failed; see {journal}")
    sys.exit(1 if done < len(left) else 0)


if __name__ == "__main__":
    migrate()
