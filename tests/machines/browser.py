"""A browser in front of several web processes, for `bin/crash-test`. One that checks each page: `remote.py`."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from tests.form import Form, Value
from tests.machines.balancer import Address, Answer, Balancer
from tests.page import Page


class Browser:
    """One person's."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._balancer = Balancer(addresses)
        self.cookies: dict[str, str] = {}

    @property
    def lost(self) -> int:
        """How many requests got no answer."""
        return self._balancer.lost

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields).encode())

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

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._balancer.ask(method, path, body, headers)
        for given in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer
