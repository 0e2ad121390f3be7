"""Two programs behind the same server, asked in turn by one client on one connection."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median


@contextmanager
def served(target: str, environ: Mapping[str, str]) -> Iterator[int]:
    """`target` behind gunicorn as in `bin/run`, with one process; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "bin/gunicorn.conf.py", "-w", "1", target]
    listen = {"EKC_LISTEN": f"127.0.0.1:{port}", "EKC_BASE_URL": f"http://127.0.0.1:{port}"}
    server = subprocess.Popen(command, env={**os.environ, **environ, **listen}, stdout=subprocess.PIPE)
    try:
        if server.stdout is None or not server.stdout.readline():  # the greeting: the port is open
            raise SystemExit(f"{target} did not start")
        yield port
    finally:
        server.terminate()
        server.wait(10)


class Client:
    """One kept connection; as a browser does, it keeps the cookie that it is given."""

    def __init__(self, port: int, cookie: str, language: str = "en") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.language = f"language={language}"
        self.headers = {"Cookie": f"{cookie}; {self.language}"}

    def get(self, path: str) -> int:
        """Ask once; the size of the answer in bytes. Anything but 200 stops the run."""
        try:
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):  # kept too long while the other side was asked
            self.connection.close()
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
        body = answer.read()
        if given := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = f"{given.partition(';')[0]}; {self.language}"
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} answered {answer.status}")
        return len(body)


def a_second(client: Client, path: str, seconds: float) -> float:
    """Requests a second, over about so many seconds."""
    asked, start = 0, time.perf_counter()
    while (taken := time.perf_counter() - start) < seconds:
        client.get(path)
        asked += 1
    return asked / taken


def ratio(ours: tuple[Client, str], floor: tuple[Client, str], rounds: int = 5, seconds: float = 1.0) -> float:
    """Our requests a second over the floor's: both in turn, the median of the rounds."""
    for client, path in (ours, floor):
        a_second(client, path, seconds / 2)  # warm
    return median(a_second(*ours, seconds) / a_second(*floor, seconds) for _ in range(rounds))
