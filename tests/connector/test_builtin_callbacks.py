"""Callbacks that are written in C, such as print or a list's append."""

from __future__ import annotations

import gc
import inspect
import operator
import os
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from synerise_client.calls.callbacks import takes_argument


class Answers(list[object]):
    """A list that can be watched."""


@pytest.mark.parametrize(
    ("callback", "takes"),
    [
        (print, True),
        (len, True),
        ([].append, True),
        ([].clear, False),
        (deque[object]().append, True),
        (set[object]().add, True),
        ({}.update, True),
        (dict.fromkeys, True),
        (os.getpid, False),
    ],
    ids=lambda each: getattr(each, "__qualname__", None),
)
def test_what_a_builtin_takes_is_the_same_each_time(
    callback: Callable[..., Any], takes: bool
) -> None:
    assert [takes_argument(callback, "onSuccess") for _ in range(3)] == [takes] * 3


@pytest.mark.parametrize("callback", [operator.setitem, [].insert, isinstance])
def test_a_builtin_that_needs_more_is_refused_each_time(callback: Callable[..., Any]) -> None:
    for name in ("onSuccess", "onError"):
        with pytest.raises(TypeError, match=f"{name} must be callable with one argument or with"):
            takes_argument(callback, name)


def test_a_builtin_is_examined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    examined: list[object] = []
    signature = inspect.signature

    def note(callback: Callable[..., Any]) -> inspect.Signature:
        examined.append(callback)
        return signature(callback)

    takes_argument([].extend, "onSuccess")
    monkeypatch.setattr(inspect, "signature", note)
    for _ in range(5):
        takes_argument([].extend, "onSuccess")
    assert not examined


def test_what_a_callback_belongs_to_is_not_kept() -> None:
    answers = Answers()
    takes_argument(answers.append, "onSuccess")
    gone = weakref.ref(answers)
    del answers
    gc.collect()
    assert gone() is None
