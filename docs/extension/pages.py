"""Pages whose text lies elsewhere in the repository, and links that work there and here."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent.parent
ROOT = DOCS.parent
_ONLY_A_LINK = re.compile(r"\[[^]]+\]\(([^)]+)\)\s*")
_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(#[^)]*)?\)")
_ELSEWHERE = {ROOT / "examples" / "kiosk": DOCS / "example.md"}


def source_of(page: Path) -> Path:
    """Return the file that holds a page's text.

    Args:
        page: of the documentation; one that is nothing but a link stands for that file.
    """
    link = _ONLY_A_LINK.fullmatch(page.read_text(encoding="utf-8"))
    return (page.parent / link[1]).resolve() if link else page


def homes() -> dict[Path, Path]:
    """Return the pages of what lies outside of the documentation."""
    found = {source_of(page): page for page in DOCS.rglob("*.md")}
    return {source: page for source, page in found.items() if source != page} | _ELSEWHERE


def text_of(page: Path) -> str:
    """Return a page's text, with links that lead to other pages of the documentation."""
    source, pages = source_of(page), homes()

    def link_from_here(link: re.Match[str]) -> str:
        target = (source.parent / link[1]).resolve()
        path = os.path.relpath(pages.get(target, target), page.parent)
        return f"]({Path(path).as_posix()}{link[2] or ''})"

    text, parts, end = source.read_text(encoding="utf-8"), [], 0
    for block in _BLOCK.finditer(text):
        parts += [_LINK.sub(link_from_here, text[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*parts, _LINK.sub(link_from_here, text[end:])])


def take_in(app: Sphinx, name: str, source: list[str]) -> None:
    """Give Sphinx a page as it is about to be read, again if what it is taken from changes."""
    page = Path(app.env.doc2path(name))
    app.env.note_dependency(str(source_of(page)), docname=name)
    source[0] = text_of(page)
