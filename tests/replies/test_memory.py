"""No answer, however large it is or pretends to be, takes memory that was not allowed for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.replies.answers import is_late
from tests.replies.table import TABLE, new_server

_SCENES = ["login", "account", "register"]
_FIFTY_MEGABYTES = 50 * 1024


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="nobody tells of memory")
def test_all_broken_answers_together_take_less_than_fifty_megabytes(
    counted: Callable[[str, int], None],
) -> None:
    server = new_server()
    order = {
        "url": server.url,
        "scenes": _SCENES,
        "answers": [(number, is_late(answer.meaning)) for number, answer in enumerate(TABLE)],
    }
    taster = subprocess.run(
        [sys.executable, "-m", "tests.replies.taster"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=55,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    server.close()
    assert taster.returncode == 0, taster.stderr
    told = json.loads(taster.stdout)
    assert told["taken"] == len(TABLE) * len(_SCENES)
    assert told["peak"] < _FIFTY_MEGABYTES, told
    assert told["kept"] < _FIFTY_MEGABYTES, told
    counted("broken answers sent", told["taken"])
