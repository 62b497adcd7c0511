"""The suite passes a storage that keeps every promise, and fails each that breaks one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.faulty_storages import NOTICED_BY

SUITE = """
import pytest
from synerise_client.storage_compliance import StorageCompliance
from tests.store import faulty_storages
from tests.store.faulty_storages import AWAY, NOTICED_BY, Correct, Place


def tests_of(kind):
    class Tests(StorageCompliance):
        patience = 1.0

        @pytest.fixture
        def make_storage(self):
            place = Place()
            return lambda: kind(place)

        @pytest.fixture
        def unreachable_storage(self):
            is_about_being_away = "away" in NOTICED_BY.get(kind, "")
            return kind(AWAY) if is_about_being_away else None

    return Tests


TestCorrect = tests_of(Correct)
for kind in NOTICED_BY:
    globals()[f"Test{kind.__name__}"] = tests_of(kind)
"""


def test_each_storage_that_breaks_a_promise_fails_the_test_of_it_and_the_correct_one_none(
    tmp_path: Path,
) -> None:
    file = tmp_path / "test_suite.py"
    file.write_text(SUITE)
    options = ["-q", "-rf", "-p", "no:cacheprovider", "--tb=no", "-c", "/dev/null"]
    tests = [f"{file}::Test{kind.__name__}::{test}" for kind, test in NOTICED_BY.items()]
    tests.append(f"{file}::TestCorrect")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", *tests],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    failed = set(re.findall(r"FAILED .*::Test(\w+)::(test_\w+)", done.stdout))
    assert failed == {(kind.__name__, test) for kind, test in NOTICED_BY.items()}, done.stdout
    assert len(failed) == 30


def test_without_a_way_to_make_a_storage_the_suite_says_what_is_missing(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        "from synerise_client.storage_compliance import StorageCompliance\n"
        "class TestMine(StorageCompliance): pass\n"
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-k", "none_deletes")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*override make_storage*"])
