"""What stands in front of several web processes, as a balancer does: each request goes to the next of them."""

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import cycle
from threading import Event
from urllib.parse import urljoin, urlsplit

from tests.page import Page

Address = tuple[str, int]
_GONE = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """What a web process answered. `by`: its address; `again`: the request was sent before, and got no answer."""

    status: int
    headers: Message
    body: bytes
    path: str
    by: Address
    again: bool

    @property
    def location(self) -> str:
        """The path to which it leads."""
        target = urlsplit(urljoin(self.path, self.headers["Location"]))
        return f"{target.path}?{target.query}" if target.query else target.path

    @property
    def page(self) -> Page:
        """It as a page."""
        return Page(self.body.decode(), self.path, self.status)


class Balancer:
    """A request without an answer goes to the next process, also one that was begun: as somebody presses once more."""

    def __init__(self, addresses: Sequence[Address], tries: int = 600) -> None:
        self._next, self._tries = cycle(addresses), tries
        self.lost = 0  # requests without an answer

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """The answer to a request."""
        begun = False
        for _ in range(self._tries):
            host, port = next(self._next)
            line = http.client.HTTPConnection(host, port, timeout=60)
            try:
                line.connect()
                sent, begun = begun, True
                line.request(method, path, body, dict(headers))
                got = line.getresponse()
                return Answer(got.status, got.headers, got.read(), path, (host, port), sent)
            except _GONE:
                self.lost += 1
                Event().wait(0.05)
            finally:
                line.close()
        raise AssertionError(f"nobody answers {path}")
