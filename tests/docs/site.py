"""The documentation as it was built: its pages, their links and anchors."""

from __future__ import annotations

import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Link(NamedTuple):
    """A link within the site.

    Attributes:
        page: the file that it leads to.
        anchor: what it leads to on that page; empty: its top.
    """

    page: Path
    anchor: str


class BuiltPage(HTMLParser):
    """What a page has.

    Attributes:
        anchors: the ids on it.
        links: where it leads to, within the site.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.anchors: set[str] = set()
        self.links: set[Link] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if anchor := found.get("id"):
            self.anchors.add(anchor)
        target = urlsplit(found.get("href") or "")
        if tag != "a" or target.scheme or target.netloc:
            return
        page = (self._path.parent / unquote(target.path)).resolve() if target.path else self._path
        self.links.add(Link(page, unquote(target.fragment)))


def pages_of(site: Path) -> dict[Path, BuiltPage]:
    """Return the pages of a site by their files."""
    return {path: BuiltPage(path) for path in sorted(site.resolve().rglob("*.html"))}


def names_in(inventory: Path) -> dict[str, str]:
    """Return the pages of the public names, from what Sphinx hands to other projects."""
    content = inventory.read_bytes().split(b"\n", 4)[4]
    found = {}
    for line in zlib.decompress(content).decode().splitlines():
        name, kind, _, place, _ = line.split(" ", 4)
        if kind.startswith("py:"):
            found[name] = place.partition("#")[0]
    return found
