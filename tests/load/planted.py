"""What a soak should notice, planted in a process that holds nothing else."""

from __future__ import annotations

import mmap
import os
import socket
import sys
import threading
from contextlib import ExitStack

from benchmarks.usage import growth, usage


def three_more_threads(stack: ExitStack) -> None:
    over = threading.Event()
    for _ in range(3):
        thread = threading.Thread(target=over.wait)
        thread.start()
        stack.callback(thread.join)
    stack.callback(over.set)


def five_more_sockets(stack: ExitStack) -> None:
    for _ in range(5):
        stack.enter_context(socket.socket())


def one_more_file(stack: ExitStack) -> None:
    stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))


def four_more_megabytes(stack: ExitStack) -> None:
    # Not bytes: those may be put where memory was held before.
    kept = stack.enter_context(mmap.mmap(-1, 4 * 1024 * 1024))
    kept.write(os.urandom(len(kept)))


def a_thousand_more_results(stack: ExitStack) -> None:
    kept = [object() for _ in range(1000)]
    stack.callback(lambda: kept)


if __name__ == "__main__":
    with ExitStack() as stack:
        readings = [usage() for _ in range(3)]
        globals()[sys.argv[1]](stack)
        readings += [usage() for _ in range(3)]
    sys.stdout.write("\n".join(growth(readings)))
