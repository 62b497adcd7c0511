"""The testing guide and the example project: their tests pass as they are printed."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.code_blocks import blocks_of
from tests.plugin.conftest import ROOT, Run

GUIDE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCKS = [block for block in blocks_of(GUIDE) if block.language == "python"]
FILES = {block.text.split("\n")[0].removeprefix("# "): block.text for block in BLOCKS}
KIOSK = ROOT / "examples" / "kiosk"


def test_every_file_of_the_guide_is_run_and_every_test_in_it_passes(
    run: Run, pytester: pytest.Pytester
) -> None:
    for name, text in FILES.items():
        (pytester.path / name).write_text(text)
    tests = sum(text.count("\ndef test_") for text in FILES.values())
    run("-W", "error").assert_outcomes(passed=tests)


def test_every_block_of_the_guide_is_a_file_of_its_own() -> None:
    assert len(FILES) == len(BLOCKS) == 5
    assert all(re.fullmatch(r"(test_)?\w+\.py", name) for name in FILES)


def test_the_first_test_has_five_lines() -> None:
    body = FILES["test_welcome.py"].partition("synerise_sandbox):\n")[2]
    assert len(body.splitlines()) == 5


def test_the_tests_of_the_example_project_pass(run: Run, pytester: pytest.Pytester) -> None:
    shutil.copytree(
        KIOSK,
        pytester.path,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__", ".*", "*.egg-info"),
    )
    tests = (KIOSK / "tests" / "test_kiosk.py").read_text().count("\ndef test_")
    result = run("-W", "error")
    result.assert_outcomes(passed=tests)
    result.stdout.fnmatch_lines(["*configfile: pyproject.toml*"])
