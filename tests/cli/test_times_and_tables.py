"""Times and tables as a person reads them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from synerise_client.cli.tables import pairs, table
from synerise_client.cli.times import from_now, until, utc_time


@pytest.fixture
def warsaw(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((1, "in 1 s"), (119, "in 119 s"), (120, "in 2 min"), (2519, "in 42 min")),
        *((3599, "in 60 min"), (7199, "in 120 min"), (7200, "in 2 h"), (172799, "in 48 h")),
        *((172800, "in 2 days"), (0, "0 s ago"), (-5, "5 s ago"), (-300, "5 min ago")),
    ],
)
def test_a_span_is_told_in_the_unit_that_says_it_best(seconds: float, words: str) -> None:
    assert from_now(seconds) == words


@pytest.mark.skipif("not hasattr(__import__('time'), 'tzset')")
def test_a_moment_is_told_in_local_time_summer_and_winter(warsaw: None) -> None:
    assert utc_time(1782000000) == "2026-06-21T00:00:00+00:00"
    assert until(utc_time(1782000000), 90) == "2026-06-21 02:00:00 (in 90 s)"
    assert until("2026-12-21T00:00:00+00:00", -90) == "2026-12-21 01:00:00 (90 s ago)"


def test_names_and_values_stand_in_two_columns() -> None:
    assert pairs([("a", "1"), ("long name", "2"), ("b", "")]) == "a          1\nlong name  2\nb"


HEADER, ROWS = ("WHAT", "VERDICT", "WHY"), [("this", "ok", "it is"), ("that", "wrong", "no " * 9)]


def test_a_table_in_a_pipe_has_one_line_for_each_row() -> None:
    lines = table(HEADER, ROWS, None).splitlines()
    assert lines[0] == "WHAT  VERDICT  WHY"
    assert lines[1] == "this  ok       it is"
    assert lines[2].rstrip() == "that  wrong    " + "no " * 8 + "no"
    assert len(lines) == 3


def test_a_table_on_a_terminal_wraps_its_prose_under_itself() -> None:
    assert table(HEADER, ROWS, 39).splitlines()[2:] == [
        "that  wrong    no no no no no no no no",
        "               no",
    ]


def test_a_table_on_a_narrow_terminal_has_its_prose_below() -> None:
    assert table(HEADER, ROWS, 20).splitlines() == [
        *("this: ok", "  it is", "that: wrong", "  no no no no no no", "  no no no"),
    ]


def test_colour_does_not_move_a_column() -> None:
    shown = table(HEADER, ROWS, None, lambda verdict: f"<{verdict}>").splitlines()
    assert shown[1] == "this  <ok     >  it is"
