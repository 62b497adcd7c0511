"""What a user's callback can take, found out when it is handed in."""

from __future__ import annotations

from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature

_TAKES_ANY_NUMBER = 0x04
_IS_LAZY = 0x20 | 0x80 | 0x200
_MOST_KNOWN = 100
_known_builtins: dict[object, bool] = {}


def takes_argument(callback: Callable[..., Any], name: str) -> bool:
    """Tell whether ``callback`` is called with its one argument, or with none.

    One is passed whenever one can be taken by position, also where that cannot
    be found out.

    Args:
        callback: what the user handed in.
        name: of the parameter that it was handed in for.

    Raises:
        TypeError: it cannot be called, or not with one argument.
    """
    function, bound = callback, 0
    if type(callback) is FunctionType:
        code = callback.__code__  # as a rule it takes one argument, which is quickly seen
        if code.co_argcount == 1 and not (code.co_kwonlyargcount or code.co_flags & _IS_LAZY):
            return True
    elif type(callback) is MethodType:
        function, bound = callback.__func__, 1
    if type(function) is FunctionType:
        return _from_code(function, bound, name) and not _wraps_one_without(function)
    if type(callback) is BuiltinFunctionType:
        return _of_builtin(callback, name)
    if not callable(callback):
        raise TypeError(f"{name} must be a function or None, not {type(callback).__name__}")
    return _from_signature(callback, name)


def _of_builtin(callback: BuiltinFunctionType, name: str) -> bool:
    """Tell the same of ``print`` or a list's ``append``; to find that out is slow, so once each."""
    owner: object = callback.__self__
    kind: object = callback
    if owner is not None and type(owner) is not ModuleType:  # a method: never to be kept itself
        kind = getattr(type(owner), callback.__name__, None)
        if type(kind) is not MethodDescriptorType:
            return _from_signature(callback, name)
    takes = _known_builtins.get(kind)
    if takes is None:
        takes = _from_signature(callback, name)
        if len(_known_builtins) < _MOST_KNOWN:
            _known_builtins[kind] = takes
    return takes


def _from_code(function: FunctionType, bound: int, name: str) -> bool:
    code = function.__code__
    if code.co_flags & _IS_LAZY:
        raise _too_lazy(name)
    names_without_default = code.co_kwonlyargcount - len(function.__kwdefaults__ or ())
    required = code.co_argcount - len(function.__defaults__ or ()) - bound
    if required > 1 or names_without_default > 0:
        raise _too_many(name)
    return code.co_argcount > bound or bool(code.co_flags & _TAKES_ANY_NUMBER)


def _wraps_one_without(function: FunctionType) -> bool:
    """Tell whether a decorator hides a function that takes no argument behind ``*args``."""
    if not hasattr(function, "__wrapped__") or function.__code__.co_argcount:
        return False
    signature = _signature_of(function)
    return signature is not None and not signature.parameters


def _from_signature(callback: Callable[..., Any], name: str) -> bool:
    refuse_lazy(callback, name)
    signature = _signature_of(callback)
    if signature is None or _binds(signature, None):
        return True
    if not _binds(signature):
        raise _too_many(name)
    return False


def refuse_lazy(callback: Callable[..., Any], name: str) -> None:
    """Refuse a function that would not run when it is called.

    Raises:
        TypeError: it is a coroutine function or a generator; ``name`` tells which one.
    """
    import inspect

    is_lazy = (
        inspect.iscoroutinefunction,
        inspect.isasyncgenfunction,
        inspect.isgeneratorfunction,
    )
    if any(kind(callback) for kind in is_lazy):
        raise _too_lazy(name)


def check_takes_nothing(callback: Callable[..., Any], name: str) -> None:
    """Check that ``callback`` can be called without arguments, as far as that can be found out.

    Raises:
        TypeError: it cannot; ``name`` tells which one.
    """
    if not callable(callback):
        raise TypeError(f"{name} must be a function, not {type(callback).__name__}")
    refuse_lazy(callback, name)
    signature = _signature_of(callback)
    if signature is not None and not _binds(signature):
        raise TypeError(f"{name} must be callable without arguments")


def _signature_of(callback: Callable[..., Any]) -> Signature | None:
    """Return the signature, None if it cannot be read."""
    import inspect

    try:
        return inspect.signature(callback)
    except (ValueError, TypeError):
        return None


def _binds(signature: Signature, *arguments: object) -> bool:
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def _too_lazy(name: str) -> TypeError:
    return TypeError(
        f"{name} is a coroutine or generator function; a plain one is needed, or a call that is "
        "awaited: synerise_client.aio"
    )


def _too_many(name: str) -> TypeError:
    return TypeError(f"{name} must be callable with one argument or with none")
