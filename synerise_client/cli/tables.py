"""Tables that can also be read on a narrow terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NARROWEST_PROSE = 24
_GAP = "  "
_COLOURS = {"ok": "green", "wrong": "red"}


def width_of_terminal() -> int | None:
    """Return the columns that standard output has; None if it is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Lay out names and values, one pair a line."""
    longest = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{longest}}{_GAP}{value}".rstrip() for name, value in rows)


def in_colour(verdict: str) -> str:
    """Return a verdict in its colour; the word itself says it all."""
    return click.style(verdict, fg=_COLOURS.get(verdict.rstrip(), "yellow"))


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int | None,
    styled: Callable[[str], str] = str,
) -> str:
    """Lay out a table whose last column is prose.

    Args:
        header: of the columns.
        rows: a text for each column; the last but one is a verdict.
        width: columns to fit in, None: as many as it takes. Where they are too few
            for the prose, it goes below, and the header is left out.
        styled: puts a verdict in its colour.
    """
    *widths, _ = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    indent = sum(widths) + len(_GAP) * len(widths)
    if width is not None and width - indent < _NARROWEST_PROSE:
        return "\n".join(_stacked(row, width, styled) for row in rows)
    lines = [_GAP.join([*_padded(header, widths), header[-1]])]
    for row in rows:
        *names, verdict = _padded(row, widths)
        first, *others = _wrapped(row[-1], width, indent)
        lines.append(_GAP.join([*names, styled(verdict), first]))
        lines += [" " * indent + line for line in others]
    return "\n".join(lines)


def _stacked(row: Sequence[str], width: int, styled: Callable[[str], str]) -> str:
    *names, verdict, prose = row
    below = [_GAP + line for line in _wrapped(prose, width, len(_GAP))]
    return "\n".join([f"{', '.join(names)}: {styled(verdict)}", *below])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [f"{cell:{width}}" for cell, width in zip(row[:-1], widths, strict=True)]


def _wrapped(prose: str, width: int | None, indent: int) -> list[str]:
    return [prose] if width is None else textwrap.wrap(prose, max(1, width - indent)) or [""]
