"""A Redis of the tests' own, which can be killed, suspended, and lose what it holds."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = shutil.which("redis-server")


class RedisServer:
    """Listens on a socket in a folder of its own; keeps every write if it is told to.

    Args:
        options: of the command line, beside the ones that every server here has.
    """

    def __init__(self, *options: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))  # a socket's path must be short
        self._options = options
        self.socket = self._folder / "socket"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """Start it with what is on disk, and wait until it answers."""
        assert PROGRAM is not None
        options = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._folder)]
        options += ["--save", "", "--loglevel", "warning", *self._options]
        self._process = subprocess.Popen(
            [PROGRAM, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        gives_up_at = time.monotonic() + 20
        while not self._answers():
            assert self._process.poll() is None, "redis-server has ended"
            assert time.monotonic() < gives_up_at, "redis-server does not answer"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it at once, without a word to its clients."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete what a killed one has left on disk."""
        shutil.rmtree(self._folder / "appendonlydir", ignore_errors=True)

    def suspend(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> bytes:
        """Send a command by hand, and return the raw answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.socket))
            parts = [each.encode() for each in words]
            packed = [b"$%d\r\n%s\r\n" % (len(each), each) for each in parts]
            connection.sendall(b"*%d\r\n" % len(parts) + b"".join(packed))
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def keys(self) -> list[str]:
        """Return the names of all keys."""
        return [each.decode() for each in self.command("KEYS", "*").split(b"\r\n")[2::2]]

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False


def skip_without_redis() -> None:
    if PROGRAM is None:
        pytest.skip("redis-server is not installed")


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """The only one of this process; what it holds outlives its own death, not the machine's."""
    skip_without_redis()
    with RedisServer("--appendonly", "yes", "--appendfsync", "no") as server:
        yield server


@pytest.fixture
def redis(shared_redis: RedisServer) -> RedisServer:
    """A Redis that runs and is empty."""
    if not shared_redis.is_running:
        shared_redis.start()
    shared_redis.resume()
    shared_redis.command("FLUSHALL")
    return shared_redis


def free_port() -> int:
    """Return a port of the loopback that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
