"""What the documentation needs besides Sphinx: pages from elsewhere, drawings, commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extension import commands, drawings, pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _say_that_no_type_is_there(
    _app: Sphinx, what: str, _name: str, _thing: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking words before a colon for a type: ours are in the annotations."""
    if what in ("attribute", "data", "property") and lines:
        lines[0] = f": {lines[0]}"
    for at, line in enumerate(lines[:-1]):
        if line.strip() == "Returns:":
            words = lines[at + 1].lstrip()
            lines[at + 1] = f"{lines[at + 1].removesuffix(words)}: {words}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx."""
    app.connect("source-read", pages.take_in)
    app.connect("autodoc-process-docstring", _say_that_no_type_is_there, priority=400)
    app.add_directive("mermaid", drawings.Drawing)
    app.add_directive("command-help", commands.CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
