"""Diagrams, which are drawn when the pages are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from extension.drawing import draw
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from typing import ClassVar


class Drawing(SphinxDirective):
    """``mermaid``: a diagram; the accessible title is a comment in its first line."""

    has_content = True
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Draw it."""
        title = self.content[0].removeprefix("%% ")
        try:
            picture = draw("\n".join(self.content[1:]), title)
        except ValueError as error:
            raise self.error(str(error)) from None
        # A narrow screen scrolls it, as letters would get too small.
        return [nodes.raw("", f'<div class="drawing">{picture}</div>', format="html")]
