"""The pieces of code in a document of the documentation."""

from __future__ import annotations

import re
from typing import NamedTuple


class Block(NamedTuple):
    """A piece of code in the guide.

    Attributes:
        language: after the fence.
        text: between the fences.
        headings: the titles above it, by their levels.
        line: where it begins.
    """

    language: str
    text: str
    headings: dict[int, str]
    line: int

    @property
    def is_whole(self) -> bool:
        """Whether it is a script of its own, and does not go on from the setup."""
        return "from synerise_client import" in self.text


def blocks_of(guide: str) -> list[Block]:
    """Take the blocks out of the guide."""
    blocks, headings = [], dict[int, str]()
    language, start, lines = None, 0, list[str]()
    for number, line in enumerate(guide.splitlines(), 1):
        if line.startswith("```"):
            if language is None:
                language, start, lines = line[3:], number, []
            else:
                blocks.append(Block(language, "\n".join(lines) + "\n", dict(headings), start))
                language = None
        elif language is not None:
            lines.append(line)
        elif heading := re.match(r"(#+) (.*)", line):
            level = len(heading[1])
            headings = {n: title for n, title in headings.items() if n < level}
            headings[level] = heading[2]
    assert language is None, f"the block of line {start} has no end"
    return blocks
