"""Diagrams are drawn from text, with everything that the text has in it."""

from __future__ import annotations

import re

import pytest

from docs.extension.drawing import draw
from tests.docs.pages import all_pages

STATES = """stateDiagram-v2
    %% One at 0,0
    %% Two at 2,0
    state "The <first>" as One
    state "The second" as Two
    One --> Two: there
    Two --> One: and<br>back
    Two --> Two: round
"""
SEQUENCE = """sequenceDiagram
    participant a as you
    participant b as me
    a->>b: question
    Note over b: thinks
    b-->>a: answer
"""
DIAGRAMS = [
    (page.name, block.text)
    for page in all_pages()
    for block in page.blocks
    if block.language == "mermaid"
]


def words(drawing: str) -> list[str]:
    return re.findall(r"<tspan[^>]*>([^<]*)</tspan>", drawing)


def test_a_state_diagram_shows_each_state_and_each_way_between_them() -> None:
    drawing = draw(STATES, "Two states")
    assert words(drawing) == ["there", "and", "back", "round", "The &lt;first&gt;", "The second"]
    assert drawing.count("<rect x=") == 2
    assert drawing.count("marker-end") == 3
    assert 'aria-label="Two states"' in drawing


def test_the_ways_there_and_back_are_two_lines() -> None:
    ends = re.findall(r'<line x1="\d+" y1="(\d+)"', draw(STATES, ""))
    assert len(set(ends)) == len(ends) == 2


def test_a_sequence_diagram_shows_who_takes_part_and_what_is_said_in_order() -> None:
    drawing = draw(SEQUENCE, "")
    assert words(drawing) == ["you", "me", "question", "thinks", "answer"]
    heights = [float(y) for y in re.findall(r'<tspan x="\d+" y="([\d.]+)"', drawing)]
    assert heights == sorted(heights)
    assert drawing.count('class="line dashed"') == 1


@pytest.mark.parametrize("source", ["pie", "stateDiagram-v2\nOne ==> Two", "sequenceDiagram\n?"])
def test_what_is_not_understood_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"pie|not understood"):
        draw(source, "")


@pytest.mark.parametrize(("page", "source"), DIAGRAMS, ids=[name for name, _ in DIAGRAMS])
def test_a_diagram_of_the_documentation_has_a_title_and_no_colour_of_its_own(
    page: str, source: str
) -> None:
    title, _, rest = source.partition("\n")
    assert title.startswith("%% ")
    drawing = draw(rest, title)
    assert not re.search(r"#[0-9a-f]{3,6}\b|fill=|stroke=", drawing), page


def test_there_are_diagrams_of_the_session_and_of_the_threads() -> None:
    assert [name for name, _ in DIAGRAMS] == ["explanation/session.md", "explanation/threads.md"]
