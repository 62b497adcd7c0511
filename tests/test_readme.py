"""The README's code runs as it is printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from synerise_client.sandbox import Sandbox

README = Path(__file__).parent.parent / "README.md"
SURFACE = Path(__file__).parent / "data" / "client-module.json"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(BLOCKS.index(block)))
def test_a_block_of_the_readme_runs_as_a_script(
    block: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    key, place = sandbox.api_key, f'.withBaseUrl("{sandbox.url}")'
    script = block.replace('.withApiKey("YOUR_PROFILE_API_KEY")', f'.withApiKey("{key}"){place}')
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tmp_path,
        env={"SYNERISE_CLIENT_HOME": str(tmp_path / "home"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    expects_failure = "sys.exit(1 if failures" in block
    assert finished.returncode == (1 if expects_failure else 0), finished.stderr
    assert finished.stderr == ""
    assert key not in finished.stdout


def test_the_first_script_tells_who_the_customer_is(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_profile("anna@example.com", "Secret-1", firstName="Anna")
    script = BLOCKS[0].replace(
        '.withApiKey("YOUR_PROFILE_API_KEY")',
        f'.withApiKey("{sandbox.api_key}").withBaseUrl("{sandbox.url}")',
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={"SYNERISE_CLIENT_HOME": str(tmp_path / "home"), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    uuids = [re.search(r"^Customer (\S+)$", run, re.MULTILINE) for run in runs]
    assert all("Hello Anna" in run and "Valid until" in run for run in runs)
    assert uuids[0] is not None
    assert uuids[1] is not None
    assert uuids[0][1] == uuids[1][1]


def test_the_table_of_methods_names_every_method() -> None:
    table = README.read_text().partition("## Methods")[2].partition("\n## ")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row[:90])}
    methods = {method["name"] for method in json.loads(SURFACE.read_text())["methods"]}
    assert methods <= named
