"""Says which name is meant where one is mistyped."""

from __future__ import annotations

TYPE_CHECKING = False  # what typing calls so, without loading it
if TYPE_CHECKING:
    from collections.abc import Iterable

_CLOSE_ENOUGH = 0.7


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what to add to a message about a name that there is not; nothing if no other is near.

    Args:
        name: what was written; ``get_uuid`` is as near to ``getUUID`` as can be.
        known: the names there are.
    """
    from difflib import get_close_matches

    if name.startswith("_"):
        return ""
    by_letters = {_letters(each): each for each in known if not each.startswith("_")}
    nearest = get_close_matches(_letters(name), by_letters, 1, _CLOSE_ENOUGH)
    return f"; did you mean {by_letters[nearest[0]]!r}?" if nearest else ""


def no_such_name(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """Make the error for a name that something has not.

    Args:
        owner: what was asked for the name, as a user writes it.
        name: what was written.
        known: the names that it has.
    """
    meant = suggestion(name, known)
    error = AttributeError(f"{owner} has no {name!r}{meant}")
    if meant:
        error.name = name  # without the object, so that a traceback does not suggest once more
    return error


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
