"""Each promise of docs/reliability.md is held by a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = [
    line for line in (ROOT / "docs" / "reliability.md").read_text().splitlines() if "`test_" in line
]


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_tests_that_hold_a_promise_exist(row: str) -> None:
    named = re.findall(r"`(\w+/[\w/]+\.py)`|`(test_\w+)`", row.rsplit("|", 2)[1])
    file = ""
    for path, test in named:
        file = path or file
        source = (ROOT / "tests" / file).read_text()
        assert not test or re.search(rf"^\s*def {test}\(", source, re.MULTILINE), (file, test)
    assert file
    assert any(test for _, test in named)
