"""Random scripts do what the rules of the session say, step by step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests.machine.run import run
from tests.machine.sessions import Sessions


@pytest.mark.long
@pytest.mark.timeout(300)
def test_random_scripts_do_what_the_rules_say(
    tmp_path: Path, scripts: type[Sessions], counted: Callable[[str, int], None]
) -> None:
    """What goes wrong can be repeated: put the decorator that is printed above Sessions."""
    run(tmp_path, settings().max_examples * 2 // 5)
    for what, number in scripts.counts.items():
        counted(f"stateful {what}", number)
