"""A browser in front of several web processes, as a proxy stands there: each request goes to the next of them."""

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from threading import Event
from urllib.parse import urlencode, urljoin, urlsplit

from tests.form import Form, Value
from tests.page import Page

Address = tuple[str, int]
_GONE = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """What a web process answered. `by`: its address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str
    by: Address

    @property
    def location(self) -> str:
        """The path to which it leads."""
        target = urlsplit(urljoin(self.path, self.headers["Location"]))
        return f"{target.path}?{target.query}" if target.query else target.path

    @property
    def page(self) -> Page:
        """It as a page."""
        return Page(self.body.decode(), self.path, self.status)


class Browser:
    """One person's. A request that gets no answer is sent again, as by somebody who presses once more."""

    def __init__(self, addresses: Sequence[Address], tries: int = 600) -> None:
        self._next, self._tries = cycle(addresses), tries
        self.cookies: dict[str, str] = {}
        self.lost = 0  # requests without an answer

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, "")

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields))

    def page(self, path: str) -> Page:
        """The page to which this leads."""
        return self._arrive(self.get(path))

    def submit(self, page: Page, button: str, values: Mapping[str, Value], status: int = 200) -> Page:
        """Fill in and send the form of this button; the page to which it leads."""
        sending = Form(page, page.button(button)).fill(values)
        return self._arrive(self.post(urlsplit(sending.url).path, sending.fields), status)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in with a password."""
        page = self.submit(self.page("/sign-in"), "Sign in", {"Email address": email, "Password": password})
        assert page.heading != "Sign in", page.text

    def _arrive(self, answer: Answer, status: int = 200) -> Page:
        while answer.status in (301, 302, 303):
            answer = self.get(answer.location)
        assert answer.status == status, (answer.status, answer.path, answer.page.text)
        return answer.page

    def _ask(self, method: str, path: str, body: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for _ in range(self._tries):
            host, port = next(self._next)
            line = http.client.HTTPConnection(host, port, timeout=60)
            try:
                line.request(method, path, body or None, headers)
                got = line.getresponse()
                answer = Answer(got.status, dict(got.headers), got.read(), path, (host, port))
            except _GONE:
                self.lost += 1
                Event().wait(0.05)
                continue
            finally:
                line.close()
            for given in got.headers.get_all("Set-Cookie", ()):
                name, _, value = given.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer
        raise AssertionError(f"nobody answers {path}")
