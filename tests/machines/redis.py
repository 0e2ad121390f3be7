"""A Redis server of the test's own, which can be stopped and started again."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.machines.waiting import until
from tests.ports import free_port


class RedisServer:
    """A server at a port of its own; what was in it is gone when it stops. `listens`: at which address."""

    def __init__(self, folder: Path, listens: str) -> None:
        self.port = free_port()
        self._folder, self._listens = folder, listens
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As in EKC_QUEUE_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        asked = ("--bind", self._listens, "--port", str(self.port), "--protected-mode", "no", "--save", "")
        self._process = subprocess.Popen(
            ["redis-server", *asked, "--dir", self._folder], stdout=subprocess.DEVNULL, start_new_session=True
        )
        until(self._answers)

    def stop(self) -> None:
        """Stop it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16) == b"+PONG\r\n"
        return False


@contextmanager
def redis_server(listens: str = "127.0.0.1") -> Iterator[RedisServer]:
    """A server for the block."""
    folder = Path(tempfile.mkdtemp(prefix="ekc-redis-"))
    server = RedisServer(folder, listens)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
