"""The test client in front of several machines: a story that is written for the client walks over them unchanged.

walk = Walk(Front(Balancer(addresses), ...), clock, cast, CASE, cast.noor)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from tests.client import REDIRECTS, PageClient
from tests.form import Value
from tests.machines.balancer import Balancer
from tests.machines.waiting import comes
from tests.page import Page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: What the web process says to the balancer alone.
_BETWEEN = {"connection", "content-length", "date", "server", "transfer-encoding"}
#: Seconds in which what is ordered is made, if no worker was killed that had it.
_SOON = 5
#: A link is shown once: whoever did not see it replaces it, with a button that says so.
_INSTEAD = {"Make a link for": "Replace the link of", "Make a link": "Replace the link"}


class RemoteClient(PageClient):
    """A browser of somebody who presses once more where no answer came, and who waits for paper."""

    application: Front
    _submits = False

    def handed_out(self, ordered: TestResponse) -> TestResponse:
        """What was ordered by this answer, once a worker has made it."""
        if ordered.status_code != 303 or "/orders/" not in ordered.location:
            return ordered
        answer = ordered

        def is_here() -> bool:
            nonlocal answer
            if answer.status_code == 303:
                answer = self.get(answer.location)
            elif self._read is not None and "Download it" in (links := dict(self._read.links)):
                answer = self.get(links["Download it"])
            else:
                answer = self.get(answer.request.path)
            return answer.status_code == 200 and "/orders/" not in answer.request.path

        while not is_here():
            if not comes(is_here, _SOON, every=0.25):
                self.application.later()
        return answer

    def shown(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """As ever; what was shown once and did not arrive is asked for in the words of the page after it."""
        before = self.here.url
        response = self._send(button, values, near)
        if not (self.application.again and response.status_code != 200):
            answer = self._arrive(response, 200)
            assert answer.errors == [], f"{button!r} was refused: {answer.errors}"
            return answer
        for once, instead in _INSTEAD.items():
            button = button.replace(once, instead)
        self.page(before)
        return super().shown(button, values, near)

    def submit(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """As ever. What was saved at first may be refused the second time, for that."""
        self._submits = True
        try:
            return super().submit(button, values, near)
        finally:
            self._submits = False

    def _send(self, button: str, values: Mapping[str, Value] | None, near: str) -> TestResponse:
        """As ever; what `submit` sent again and is refused now is sent from the page that says so, or looked up."""
        before = self.here.url
        response = super()._send(button, values, near)
        saved = self._submits and self.application.again
        if not saved or response.status_code in (200, *REDIRECTS):
            return response
        if response.status_code == 409 and self._read is not None and button in self._read.buttons:
            self.at = self._read
            return super()._send(button, values, near)
        return self.get(before)


class Front(Flask):
    """An app without pages of its own: its clients ask the machines.

    `asked` is called at each request; `later` lets the time of the story pass.
    """

    test_client_class = RemoteClient

    def __init__(self, balancer: Balancer, asked: Callable[[], object], later: Callable[[], object]) -> None:
        super().__init__(__name__, static_folder=None)
        self.later = later
        self._balancer, self._asked = balancer, asked
        #: Whether the last request was sent before, and got no answer.
        self.again = False

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on."""
        request = Request(environ)
        headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}
        self._asked()
        answer = self._balancer.ask(request.method, request.full_path.rstrip("?"), request.get_data() or None, headers)
        self.again = answer.again
        passed_on = [(name, value) for name, value in answer.headers.items() if name.lower() not in _BETWEEN]
        return Response(answer.body, answer.status, passed_on)(environ, start_response)
