"""Machines: each has web and worker of one service, a folder of its own, and where it can a network of its own.

They share nothing but the database and the queue, which both reach. As root each machine is a network namespace;
elsewhere its processes listen at ports of their own.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.database import CONTENT_KEY
from tests.demo.command import write_keys
from tests.machines.waiting import until
from tests.plugins.network import LOCAL
from tests.ports import free_port

#: Of the machines of this run: 10.x.y.4 to 10.x.y.11, by the number of this process.
_NETWORK = f"10.{64 + os.getpid() // 256 % 128}.{os.getpid() % 256}"


_GUNICORN = [
    "gunicorn",
    "--workers=1",
    "--threads=4",
    "--worker-class=gthread",
    "--no-control-socket",
    "--log-level=warning",
]
_PROGRAM = "tests.machines.program"


@dataclass
class Host:
    """A machine. `seen_from_it`: the address of the machine on which the test runs."""

    name: str
    folder: Path
    address: tuple[str, int]
    seen_from_it: str
    inside: tuple[str, ...] = ()  # what begins a command in it
    cable: str = ""  # our end of that to its network
    environ: dict[str, str] = field(default_factory=dict)
    _programs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, settings: Mapping[str, str], clock: Path | None = None) -> None:
        """Start web and worker, and wait until pages are answered. `clock`: the file of a clock that the test moves."""
        write_keys(self.folder / "keys.json", CONTENT_KEY)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EKC_")}
        self.environ = {**kept, **settings, "EKC_INSTANCE": str(self.folder)}
        bind = "{}:{}".format(*self.address)
        gunicorn = (*_GUNICORN, "--log-level=warning", "--bind", bind)
        self._programs = {"web": (*gunicorn, "wsgi:app"), "worker": ("ekc.cli", "worker", "--processes", "1")}
        if clock is not None:
            self.environ["CLOCK"] = str(clock)
            self._programs = {"web": (*gunicorn, "--preload", f"{_PROGRAM}:web()"), "worker": (_PROGRAM,)}
        for what in self._programs:
            self.start(what)
        until(self._answers, 60)

    def start(self, what: str) -> None:
        """Start its web or worker."""
        command = [*self.inside, sys.executable, "-m", *self._programs[what]]
        self._running[what] = subprocess.Popen(command, cwd=ROOT, env=self.environ, start_new_session=True)

    def kill(self, what: str) -> None:
        """Kill its web or worker, with all their processes."""
        process = self._running.pop(what)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_process(self, what: str) -> bool:
        """Kill a process of its web or worker, which that replaces by itself; whether there was one."""
        if started := children(self._running[what].pid):
            with suppress(ProcessLookupError):
                os.kill(random.choice(started), signal.SIGKILL)
                return True
        return False

    def stop(self) -> None:
        """Kill all that runs on it."""
        for what in tuple(self._running):
            self.kill(what)

    def _answers(self) -> bool:
        with suppress(OSError, HTTPException), closing(HTTPConnection(*self.address, timeout=5)) as line:
            line.request("GET", "/health/live")
            with line.getresponse() as answer:
                return answer.status == 200
        return False


@contextmanager
def hosts(folder: Path) -> Iterator[tuple[Host, Host]]:
    """Two machines for the block."""
    made = [_host(number, folder) for number in (1, 2)]
    try:
        yield made[0], made[1]
    finally:
        for host in made:
            host.stop()
            if host.inside:
                LOCAL.discard(host.address[0])
                _ip("link", "del", host.cable)  # at once; a network goes when its last process is gone
                _ip("netns", "del", host.name)


def _host(number: int, folder: Path) -> Host:
    name, home = f"ekc{number}-{os.getpid()}", folder / f"host{number}"
    home.mkdir()
    ours, theirs = f"{_NETWORK}.{4 * number + 1}", f"{_NETWORK}.{4 * number + 2}"
    if os.geteuid() != 0 or shutil.which("ip") is None or not _ip("netns", "add", name):
        return Host(name, home, ("127.0.0.1", free_port()), "127.0.0.1")
    inside = ("ip", "netns", "exec", name)
    pair = f"e{number}x{os.getpid()}"
    _ip("link", "add", pair, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("addr", "add", f"{ours}/30", "dev", pair)
    _ip("link", "set", pair, "up")
    up = ("link", "set", "eth0", "up"), ("link", "set", "lo", "up")
    for command in (("addr", "add", f"{theirs}/30", "dev", "eth0"), *up):
        subprocess.run([*inside, "ip", *command], check=True)
    LOCAL.add(theirs)
    return Host(name, home, (theirs, 8000), ours, inside, pair)


def children(process: int) -> list[int]:
    """The processes that a process started."""
    with suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _ip(*command: str) -> bool:
    return subprocess.run(["ip", *command], check=False, capture_output=True).returncode == 0
