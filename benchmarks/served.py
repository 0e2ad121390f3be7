"""Programs behind the same server, asked in turn by one client on one connection.

What counts is the CPU for a request, of the web server and of PostgreSQL, because the machine may do something else as
well; the time that the client waits is told beside it.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn: its port, and the process whose child serves. `database`: the PostgreSQL that it asks."""

    port: int
    pid: int
    database: int | None = None

    def cpu(self) -> float:
        """Seconds of CPU that the web server took until now."""
        return _of_children(self.pid)

    def database_cpu(self) -> float:
        """Seconds of CPU that all backends of the database took until now; 0 of SQLite, which has none."""
        return _of_children(self.database) if self.database else 0.0


def _of_children(pid: int) -> float:
    """In nanoseconds, not in the hundredths of a second of `stat`: a page takes less than one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    threads = (thread for child in children for thread in Path(f"/proc/{child}/task").glob("*/schedstat"))
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


@contextmanager
def served(target: str, environ: Mapping[str, str], database: int | None = None) -> Iterator[Server]:
    """`target` behind gunicorn with one process of four threads, as those in `bin/run`, and no worker beside it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    kind = ("-w", "1", "-k", "gthread", "--threads", "4", "--log-level", "warning", "--no-control-socket")
    command = [sys.executable, "-m", "gunicorn", *kind, "-b", f"127.0.0.1:{port}", target]
    server = subprocess.Popen(command, env={**os.environ, **environ, "EKC_BASE_URL": f"http://127.0.0.1:{port}"})
    try:
        _wait_for(port, server)
        yield Server(port, server.pid, database)
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the port is open. A request waits by itself until the program behind it has started."""
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=60).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not start")


class Client:
    """One kept connection; as a browser does, it keeps the cookie that it is given."""

    def __init__(self, server: Server, cookie: str, language: str = "en") -> None:
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        name, _equals, value = cookie.partition("=")
        self.cookies = {"language": language, name: value}

    def get(self, path: str) -> int:
        """Ask once; the size of the answer in bytes. Anything but 200 stops the run."""
        headers = {"Cookie": "; ".join(map("=".join, self.cookies.items()))}
        try:
            self.connection.request("GET", path, headers=headers)
            answer = self.connection.getresponse()
        except ConnectionError:  # kept too long while the other side was asked
            self.connection.close()
            self.connection.request("GET", path, headers=headers)
            answer = self.connection.getresponse()
        body = answer.read()
        for given in answer.headers.get_all("Set-Cookie", ()):
            name, _equals, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status != http.client.OK:
            raise SystemExit(f"{path} answered {answer.status}")
        return len(body)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request costs, in seconds: of CPU, that of the database included, and of waiting."""

    cpu: float
    wait: float


def one(client: Client, path: str) -> Cost:
    """The cost of one request."""
    server = client.server
    start, cpu, database = time.perf_counter(), server.cpu(), server.database_cpu()
    client.get(path)
    wait = time.perf_counter() - start
    return Cost(server.cpu() - cpu + server.database_cpu() - database, wait)


def costs(pages: Sequence[tuple[Client, str]], rounds: int) -> list[Cost]:
    """The cost of a request of each: all in turn, so that whatever else the machine does falls on each; the median."""
    for client, path in [*pages] * 10:  # warm
        client.get(path)
    taken = [[one(*page) for page in pages] for _ in range(rounds)]
    return [Cost(median(cost.cpu for cost in of), median(cost.wait for cost in of)) for of in zip(*taken, strict=True)]
