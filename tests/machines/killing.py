"""Killing web and worker of machines at random moments, while something else goes on."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread

from tests.machines.hosts import Host

#: How many requests are asked between two kills, on average. By requests, because a slow machine takes longer.
_REQUESTS = 30
#: Seconds after a request was asked, at most.
_WITHIN = 0.2
#: How many kills are of a whole web or worker, which begins anew: that takes a machine some seconds.
_WHOLE = 0.15


class Killer:
    """What it killed so far."""

    def __init__(self, machines: Sequence[Host]) -> None:
        self.killed = Counter[str]()
        self._machines, self._one_at_a_time = machines, Lock()
        self._wanted, self._is_over = Event(), False

    def perhaps(self) -> None:
        """A request is asked: perhaps something is killed while it is answered, or soon after."""
        if random.random() < 1 / _REQUESTS:
            self._wanted.set()

    def begin_anew(self, what: str) -> None:
        """Kill and start web or worker of a machine."""
        with self._one_at_a_time:
            _replace(random.choice(self._machines), what)

    def kill_on(self) -> None:
        """Kill what is wanted, until it is over."""
        while self._wanted.wait() and not self._is_over:
            self._wanted.clear()
            Event().wait(random.uniform(0, _WITHIN))
            host, what = random.choice(self._machines), random.choice(("web", "worker"))
            with self._one_at_a_time:
                if random.random() < _WHOLE:
                    _replace(host, what)
                    self.killed[f"whole {what}s"] += 1
                elif host.kill_process(what):
                    self.killed[f"processes of a {what}"] += 1

    def end(self) -> None:
        """It is over."""
        self._is_over = True
        self._wanted.set()


def _replace(host: Host, what: str) -> None:
    host.kill(what)
    host.start(what)


@contextmanager
def killing(machines: Sequence[Host]) -> Iterator[Killer]:
    """Kill during the block, or until it is said to be over."""
    killer = Killer(machines)
    thread = Thread(target=killer.kill_on)
    thread.start()
    try:
        yield killer
    finally:
        killer.end()
        thread.join()
