"""Two programs behind the same server, asked in turn by one client on one connection.

What counts is the CPU of the server for a request, because the machine may do something else as well; the time that the
client waits is told beside it. The CPU of PostgreSQL, which is another program, is in the waiting alone.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn: its port, and the process whose child serves."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that it and its children took until now."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ticks = 0
        for pid in (self.pid, *children):
            told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(target: str, environ: Mapping[str, str]) -> Iterator[Server]:
    """`target` behind gunicorn as in `bin/run`, with one process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "bin/gunicorn.conf.py", "-w", "1", target]
    listen = {"EKC_LISTEN": f"127.0.0.1:{port}", "EKC_BASE_URL": f"http://127.0.0.1:{port}"}
    server = subprocess.Popen(command, env={**os.environ, **environ, **listen}, stdout=subprocess.PIPE)
    try:
        if server.stdout is None or not server.stdout.readline():  # the greeting: the port is open
            raise SystemExit(f"{target} did not start")
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(60)


class Client:
    """One kept connection; as a browser does, it keeps the cookie that it is given."""

    def __init__(self, server: Server, cookie: str, language: str = "en") -> None:
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.language = f"language={language}"
        self.headers = {"Cookie": f"{cookie}; {self.language}"}

    def get(self, path: str) -> int:
        """Ask once; the size of the answer in bytes. Anything but 200 stops the run."""
        try:
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
        except ConnectionError:  # kept too long while the other side was asked
            self.connection.close()
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
        body = answer.read()
        if given := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = f"{given.partition(';')[0]}; {self.language}"
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} answered {answer.status}")
        return len(body)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request costs, in seconds: of the server's CPU, and of waiting."""

    cpu: float
    wait: float


def a_while(client: Client, path: str, seconds: float) -> Cost:
    """The cost of a request, over about so many seconds."""
    asked, start, before = 0, time.perf_counter(), client.server.cpu()
    while time.perf_counter() - start < seconds:
        client.get(path)
        asked += 1
    return Cost((client.server.cpu() - before) / asked, (time.perf_counter() - start) / asked)


def ratio(ours: tuple[Client, str], floor: tuple[Client, str], rounds: int = 5, seconds: float = 1.0) -> Cost:
    """The floor's cost over ours: 1 is as cheap. Both in turn, the median of the rounds."""
    for client, path in (ours, floor):
        a_while(client, path, seconds / 2)  # warm
    both = [(a_while(*ours, seconds), a_while(*floor, seconds)) for _ in range(rounds)]
    return Cost(
        median(under.cpu / mine.cpu for mine, under in both), median(under.wait / mine.wait for mine, under in both)
    )
