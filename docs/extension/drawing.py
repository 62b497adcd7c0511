"""Draws diagrams as SVG, from the part of Mermaid's language that our pages use.

GitHub shows such a block as a diagram, too. Colours are those of the page
(``currentColor`` and the theme's variables), so it looks right in light and dark.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

LINE = 18
_BOX_WIDTH, _BOX_HEIGHT = 170, 46
_COLUMN, _ROW = 165, 130
_LANE, _STEP = 180, 46
_BREAK = re.compile(r"\s*<br/?>\s*")


class Point(NamedTuple):
    """A place in the drawing, in pixels."""

    x: float
    y: float

    def towards(self, other: Point, share: float) -> Point:
        """Return what lies at a share of the way to another one."""
        return Point(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)


class Arrow(NamedTuple):
    """What leads from one thing to another."""

    start: str
    end: str
    label: str
    is_dashed: bool = False


def draw(source: str, title: str) -> str:
    """Return the drawing of a state diagram or a sequence diagram.

    Args:
        source: in Mermaid's language. A state diagram says where its states
            stand, in comments: ``%% Anonymous at 0,0`` (column and row).
        title: what somebody hears who does not see it.

    Raises:
        ValueError: a line is not understood.
    """
    kind, *lines = [line.strip() for line in source.splitlines() if line.strip()]
    if kind == "stateDiagram-v2":
        return _states(lines, title)
    if kind == "sequenceDiagram":
        return _sequence(lines, title)
    raise ValueError(f"no diagram: {kind}")


def _states(lines: list[str], title: str) -> str:
    names, places, arrows = dict[str, str](), dict[str, Point](), list[Arrow]()
    for line in lines:
        if place := re.fullmatch(r"%% (\w+) at ([\d.]+),([\d.]+)", line):
            column, row = float(place[2]), float(place[3])
            places[place[1]] = Point(110 + column * _COLUMN, 70 + row * _ROW)
        elif state := re.fullmatch(r'state "(.+)" as (\w+)', line):
            names[state[2]] = state[1]
        elif arrow := re.fullmatch(r"(\w+) --> (\w+): (.+)", line):
            arrows.append(Arrow(arrow[1], arrow[2], arrow[3]))
        elif line != "direction LR":
            raise ValueError(f"not understood: {line}")
    pairs = [(each.start, each.end) for each in arrows]
    parts = [
        _loop(places[each.start], each.label)
        if each.start == each.end
        else _transition(each, places, aside=18 if (each.end, each.start) in pairs else 0)
        for each in arrows
    ]
    parts += [_box(places[name], label) for name, label in names.items()]
    right = max(place.x for place in places.values()) + 110
    bottom = max(place.y for place in places.values()) + 50
    return _svg(right, bottom, parts, title)


def _transition(arrow: Arrow, places: dict[str, Point], aside: float) -> str:
    start, end = places[arrow.start], places[arrow.end]
    length = ((end.x - start.x) ** 2 + (end.y - start.y) ** 2) ** 0.5
    shift = Point((start.y - end.y) / length * aside, (end.x - start.x) / length * aside)
    start, end = (Point(each.x - shift.x, each.y - shift.y) for each in (start, end))
    first, last = _edge(start, end), _edge(end, start)
    middle = first.towards(last, 0.5)
    if aside:  # beside the two lines, not between them
        away = (LINE * len(_BREAK.split(arrow.label)) / 2 + 6) / aside
        middle = Point(middle.x - shift.x * away, middle.y - shift.y * away)
    return _line(first, last) + _text(middle, arrow.label)


def _edge(inside: Point, outside: Point) -> Point:
    """Return where a line leaves the box around its start."""
    across, down = abs(outside.x - inside.x), abs(outside.y - inside.y)
    shares = [(_BOX_WIDTH / 2 + 3) / across] if across else []
    shares += [(_BOX_HEIGHT / 2 + 3) / down] if down else []
    return inside.towards(outside, min(shares))


def _loop(place: Point, label: str) -> str:
    top = place.y - _BOX_HEIGHT / 2
    path = f"M {place.x + 25} {top} c 0 -28, -50 -28, -50 -3"
    return (
        f'<path d="{path}" class="line" marker-end="url(#tip)"/>'
        f"{_text(Point(place.x, top - 32), label)}"
    )


def _sequence(lines: list[str], title: str) -> str:
    lanes, parts, y = dict[str, float](), list[str](), 90.0
    for line in lines:
        if lane := re.fullmatch(r"participant (\w+) as (.+)", line):
            lanes[lane[1]] = 90.0 + len(lanes) * _LANE
            parts.append(_box(Point(lanes[lane[1]], 35), lane[2]))
        elif message := re.fullmatch(r"(\w+)(--?>>)(\w+): (.+)", line):
            label = message[4]
            y += LINE * len(_BREAK.findall(label))
            start, end = Point(lanes[message[1]], y), Point(lanes[message[3]], y)
            lines_over = y - 12 - LINE * len(_BREAK.findall(label)) / 2
            parts.append(_line(start, end, is_dashed=message[2] == "-->>"))
            parts.append(_text(Point((start.x + end.x) / 2, lines_over), label))
            y += _STEP
        elif note := re.fullmatch(r"Note over (\w+): (.+)", line):
            parts.append(_text(Point(lanes[note[1]], y), note[2], kind="note"))
            y += _STEP + LINE * len(_BREAK.findall(note[2]))
        else:
            raise ValueError(f"not understood: {line}")
    lifelines = [
        f'<line x1="{x}" y1="58" x2="{x}" y2="{y - 20}" class="lane"/>' for x in lanes.values()
    ]
    return _svg(max(lanes.values()) + 90, y, [*lifelines, *parts], title)


def _line(start: Point, end: Point, *, is_dashed: bool = False) -> str:
    kind = "line dashed" if is_dashed else "line"
    return (
        f'<line x1="{start.x:.0f}" y1="{start.y:.0f}" x2="{end.x:.0f}" y2="{end.y:.0f}" '
        f'class="{kind}" marker-end="url(#tip)"/>'
    )


def _box(middle: Point, label: str) -> str:
    left, top = middle.x - _BOX_WIDTH / 2, middle.y - _BOX_HEIGHT / 2
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="6"/>'
        f"{_text(middle, label, kind='name')}"
    )


def _text(middle: Point, label: str, kind: str = "label") -> str:
    lines = _BREAK.split(label)
    first = middle.y - LINE * (len(lines) - 1) / 2 + 4
    spans = "".join(
        f'<tspan x="{middle.x:.0f}" y="{first + LINE * at:.0f}">{escape(line)}</tspan>'
        for at, line in enumerate(lines)
    )
    behind = "" if kind == "name" else _behind(middle, lines)
    return f'{behind}<text class="{kind}">{spans}</text>'


def _behind(middle: Point, lines: list[str]) -> str:
    """Keep a line from going through the words on it."""
    width, height = max(map(len, lines)) * 7, LINE * len(lines)
    left, top = middle.x - width / 2, middle.y - height / 2
    return f'<rect class="behind" x="{left:.0f}" y="{top:.0f}" width="{width}" height="{height}"/>'


def _svg(width: float, height: float, parts: list[str], title: str) -> str:
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M 0 0 L 8 4 L 0 8 z"/></marker></defs>'
    )
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="{escape(title)}">{tip}{"".join(parts)}</svg>'
    )
