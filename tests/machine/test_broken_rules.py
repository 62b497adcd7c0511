"""The random scripts find broken rules: tools/break_rules.py breaks them."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
tool: dict[str, Any] = runpy.run_path(str(ROOT / "tools" / "break_rules.py"))
BREAKS = tool["BREAKS"]


@pytest.mark.long
@pytest.mark.timeout(400)
def test_random_scripts_find_every_rule_that_is_broken(
    portion: Callable[[int], int],
    counted: Callable[[str, int], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = list(BREAKS)[: portion(len(BREAKS))]
    assert tool["main"](names) == 0, capsys.readouterr().out
    counted("broken rules that were found", len(names))


@pytest.mark.parametrize("name", BREAKS)
def test_every_rule_can_be_broken_as_the_package_stands(name: str, tmp_path: Path) -> None:
    file = tmp_path / BREAKS[name].file
    file.parent.mkdir(exist_ok=True)
    text = (ROOT / "synerise_client" / BREAKS[name].file).read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    tool["break_rule"](BREAKS[name], tmp_path)
    assert compile(file.read_text(encoding="utf-8"), str(file), "exec")
    assert file.read_text(encoding="utf-8") != text


@pytest.mark.parametrize("old", ["def ", "what is nowhere"])
def test_a_replacement_that_does_not_fit_is_an_error(old: str, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text("def one(): ...\ndef two(): ...\n", encoding="utf-8")
    with pytest.raises(LookupError, match="not once"):
        tool["break_rule"](tool["Break"]("A rule.", "file.py", old, "new"), tmp_path)


def test_nothing_is_found_where_nothing_is_broken() -> None:
    assert tool["is_found"](None, 3) is False


def test_a_copy_that_does_not_run_is_an_error() -> None:
    broken = tool["Break"]("A rule.", "errors.py", "class Error(Exception):", "class Error(")
    with pytest.raises(RuntimeError, match="SyntaxError"):
        tool["is_found"](broken, 3)
