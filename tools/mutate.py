#!/usr/bin/env python
"""Plants faults in the package, one at a time, and tells which test finds each.

    python tools/mutate.py [--seed 7] [--number 30] [--only 4 12 ...]

Cosmic Ray says what can be changed, a seed what is: one fault in each of so many
modules. Each is planted in a copy of the checkout; there, the tests of the module's
subject run first, and all that are not long if those have found nothing. A test that
finds a fault must fail with it once more, alone, and pass in a copy without it. The exit
code is 1 if a fault survives.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "synerise_client"
PATIENCE = 600.0
LEFT_OUT = ".git", ".tox", ".venv", "build", "*.egg-info", "__pycache__", ".*_cache"
UNCHANGEABLE = "__init__.py", "__main__.py"
NOBODY = "SURVIVED"
NOT_SURE = "(not sure: it "

# Where a module's path begins so, these tests are the nearest; the first that fits counts.
NEAREST = {
    "aio": "loops",
    "api/": "api replies time_faults security",
    "calls/": "connector customers exits",
    "cli/": "cli",
    "models/": "models methods",
    "modules/": "methods session connector",
    "pytest_plugin": "plugin",
    "process/": "crashes exits connector",
    "sandbox/": "sandbox plugin",
    "session/encrypted": "encryption",
    "session/redis": "redis_store",
    "session/": "session store refresh time_faults",
    "storage_compliance": "store",
    "": "connector customers api session",
}

OPTIONS = "-x", "-q", "-rfE", "-n2", "--timeout=30", "-m", "not long", "-p", "no:cacheprovider"

# The first looks for the very text that a fault changes; the others are not about the code.
NOT_ASKED = "machine/test_broken_rules.py", "distributions", "docs"


class Fault(NamedTuple):
    """One change to one module."""

    module: str
    line: int
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        """Return where it is and what it changes, for the table."""
        before, after = (part or "(nothing)" for part in (self.before, self.after))
        return f"{self.module}:{self.line}  {before}  ->  {after}"


def operators() -> Iterator[tuple[str, Operator]]:
    """Yield Cosmic Ray's operators that need no arguments, each with its family."""
    for name in operator_names():
        operator = get_operator(name)
        family = name.split("_")[0]
        if not operator.arguments() and family != "core/NoOp":
            yield family, operator()


def meaning(code: str) -> str:
    """Return a module's code without what nobody evaluates: annotations.

    Raises:
        SyntaxError: it is no code, or Python warns of it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(code, "code", "exec")
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in {"annotation", "returns"} & set(node._fields):
            setattr(node, name, None)
    return ast.dump(tree)


def fault(module: str, code: str, changed: str) -> Fault | None:
    """Return a change as a fault, or None if the change means nothing or is no code."""
    try:
        if meaning(code) == meaning(changed):
            return None
    except SyntaxError:
        return None
    old, new = code.splitlines(), changed.splitlines()
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    _, start, end, first, last = next(each for each in found if each[0] != "equal")
    before, after = (" ".join(" ".join(part).split()) for part in (old[start:end], new[first:last]))
    return Fault(module, start + 1, before, after, changed)


def pick_in(module: str, chance: random.Random) -> Fault | None:
    """Pick a fault in one module: first its kind, then its place; None if there is none."""
    code = (ROOT / PACKAGE / module).read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(code)))
    places: dict[str, list[tuple[Operator, int]]] = defaultdict(list)
    for family, operator in operators():
        count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        places[family].extend((operator, occurrence) for occurrence in range(count))
    families = [family for family, found in places.items() if found]
    chance.shuffle(families)
    for family in families:
        chance.shuffle(places[family])
        for operator, occurrence in places[family]:
            found = fault(module, code, mutate_code(code, operator, occurrence))
            if found:
                return found
    return None


def pick(seed: int, number: int) -> list[Fault]:
    """Pick faults in so many modules, or in as many as there are; a seed picks the same ones."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made
    package = ROOT / PACKAGE
    files = sorted(each for each in package.rglob("*.py") if each.name not in UNCHANGEABLE)
    modules = [each.relative_to(package).as_posix() for each in files]
    chance.shuffle(modules)
    picked: list[Fault] = []
    while modules and len(picked) < number:
        found = pick_in(modules.pop(), chance)
        picked += [found] if found else []
    return sorted(picked)


def nearest(module: str) -> list[str]:
    """Return the tests of a module's subject."""
    folders = next(each for start, each in NEAREST.items() if module.startswith(start))
    return [f"tests/{folder}" for folder in folders.split()]


def first_failure(folder: Path, tests: list[str]) -> str | None:
    """Run tests in a copy; return what fails first, or None if all pass."""
    ignored = [f"--ignore=tests/{each}" for each in NOT_ASKED]
    ran = subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
        [sys.executable, "-m", "pytest", *OPTIONS, *ignored, *tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = ran.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return "(the tests do not end)"
    finally:
        end_all(ran)
    if ran.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (tests/.+?)(?: - .*)?$", output, re.MULTILINE)
    return found[1] if found else "(the tests do not start)"


def end_all(ran: subprocess.Popen[str]) -> None:
    """End a run of tests and what it has left behind."""
    with contextlib.suppress(ProcessLookupError):  # it has left nothing
        os.killpg(ran.pid, signal.SIGKILL)
    ran.wait()


def found_by(each: Fault, tests: list[str]) -> str:
    """Plant a fault in a copy and return which test finds it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        file = copy / PACKAGE / each.module
        sound = file.read_text(encoding="utf-8")
        file.write_text(each.code, encoding="utf-8")
        failure = first_failure(copy, tests)
        if failure is None:
            return NOBODY
        if "::" in failure:
            if first_failure(copy, [failure]) is None:
                return f"{NOT_SURE}passes alone: {failure})"
            file.write_text(sound, encoding="utf-8")
            if first_failure(copy, [failure]) is not None:
                return f"{NOT_SURE}fails without it, too: {failure})"
        return failure


def report(number: int, each: Fault, finder: str, seconds: float) -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{number:3}  {each}\n     {seconds:5.1f} s  {finder}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Plant the faults that a seed picks; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--number", type=int, default=30)
    parser.add_argument("--only", type=int, nargs="+", help="numbers of the table")
    asked = parser.parse_args(arguments)
    faults = dict(enumerate(pick(asked.seed, asked.number), 1))
    left = {number: faults[number] for number in asked.only or faults}
    planted = len(left)
    for round_name in ("nearest", "all"):
        sys.stdout.write(f"The {round_name} tests, seed {asked.seed}:\n")
        for number, each in list(left.items()):
            began = time.monotonic()
            tests = nearest(each.module) if round_name == "nearest" else ["tests"]
            finder = found_by(each, tests)
            report(number, each, finder, time.monotonic() - began)
            if finder != NOBODY and not finder.startswith(NOT_SURE):
                del left[number]
    sys.stdout.write(f"{planted - len(left)} of {planted} faults were found.\n")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
