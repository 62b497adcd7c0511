"""The README's code runs as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)


def output_of(block: str, sandbox: Sandbox, folder: Path) -> str:
    """Run a block as a script, which must not complain."""
    here = f'.withApiKey("{sandbox.api_key}").withBaseUrl("{sandbox.url}")'
    finished = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            block.replace('.withApiKey("YOUR_PROFILE_API_KEY")', here),
        ],
        cwd=folder,
        env={"SYNERISE_CLIENT_HOME": str(folder / "home"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(BLOCKS.index(block)))
def test_a_block_of_the_readme_runs_as_a_script(
    block: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    assert sandbox.api_key not in output_of(block, sandbox, tmp_path)


def test_the_first_script_tells_who_the_customer_is(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    runs = [output_of(BLOCKS[0], sandbox, tmp_path) for _ in range(2)]
    assert all("Hello Anna" in run and "Valid until" in run for run in runs)
    first, second = (re.findall(r"^Customer (\S+)$", run, re.MULTILINE) for run in runs)
    assert len(first) == 1
    assert first == second
