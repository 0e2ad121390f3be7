"""The test client: uses the product as a person does, and checks every page on the way.

    client.page("/conferences")                         # a Page; fails unless the answer is 200
    client.follow("Circle")                             # clicks a link of the current page
    client.submit("Add", {"Name": "Oma Riet", "Relation": "grandmother"})
    client.submit("Remove", near="Oma Riet")            # the button beside these words
    client.refused("Add", {"Name": ""}).errors          # the page with the errors

Raw `get` and `post` stay as Flask has them; the HTML they return is checked as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.effort import LINK, Effort
from tests.form import Form, Value
from tests.page import Page, without_token
from tests.pagecheck import faults, header_faults
from tests.work import handed_out

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)


class PageClient(FlaskClient):
    """A Flask test client that parses pages, and fails on invalid ones."""

    at: Page | None = None
    effort = Effort()  # of all that was opened, followed and sent
    #: Set by tests of the page for unexpected errors.
    wants_faults = False
    _read: Page | None = None  # the page that the last answer was
    #: Hashes of pages without their tokens in which nothing was found: in the same page the same would be.
    _in_order: ClassVar[set[int]] = set()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A browser in English."""
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """As Flask's own, with every HTML page checked, and unexpected errors of the product raised.

        Each response is read to its end, as a browser does, so that what runs after it has run.
        """
        kwargs.setdefault("buffered", True)
        response = super().open(*args, **kwargs)
        fault = self.application.extensions.pop("fault", None)
        if fault is not None and not self.wants_faults:
            raise AssertionError(f"{response.request.method} {response.request.path} broke: {fault!r}") from fault
        self._read = None
        if response.mimetype == "text/html" and response.status_code not in REDIRECTS:
            self._read = Page(response.text, response.request.full_path.rstrip("?"), response.status_code)
            found = header_faults(response.headers)
            page = hash(without_token(response.text))
            if page not in self._in_order and response.data.lstrip()[:9].lower() == b"<!doctype":
                found += faults(self._read)
                if kept := self.application.extensions.get("kept_pages"):
                    kept.keep(self._read)
            if found:
                pytest.fail(f"{self._read!r} is not in order:\n  " + "\n  ".join(found), pytrace=False)
            self._in_order.add(page)
        return response

    def page(self, url: str, status: int = 200, **kwargs: Any) -> Page:
        """Open an address and follow redirects; fails unless the response has this status.

        It takes a click, as there is a link to it somewhere; none where the current page is opened again.
        """
        if self.at is None or self.at.url != url:
            self.effort += LINK
        return self._arrive(self.get(url, **kwargs), status)

    def read(self, url: str) -> Page:
        """The page at an address, whatever its status; it does not become the current page."""
        response = self.get(url)
        return self._read or Page(response.text, url, response.status_code)

    def paper(self, url: str) -> TestResponse:
        """What this address hands out, made by a worker if it has to be."""
        return self.handed_out(self.get(url))

    def handed_out(self, ordered: TestResponse) -> TestResponse:
        """What was ordered by this answer, after a worker has made it; or the answer, if it leads to no order."""
        return handed_out(self, ordered)

    def follow(self, link: str, near: str = "") -> Page:
        """Click the link with this name on the current page."""
        return self.page(self.here.link(link, near), headers={"Referer": f"http://localhost{self.here.url}"})

    def submit(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """Fill in the form of this button by its labels, send it, and follow the redirect.

        Fails with the messages of the page if the product refuses.
        """
        searching = self.form(button, near).element.get("role") == "search"
        response = self._send(button, values, near)
        asked = (searching or response.request.method == "GET") and response.status_code == 200
        if asked or response.status_code in REDIRECTS:
            return self._arrive(response, 200)
        answer = self._arrive(response, response.status_code)
        told = "\n  ".join(answer.errors or [answer.text[:1500]])
        pytest.fail(f"{button!r} was refused ({answer!r}):\n  {told}")

    def shown(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """As `submit`, for a form whose response is a page instead of a redirect; fails if the product refuses."""
        response = self._send(button, values, near)
        answer = self._arrive(response, 200)
        assert answer.errors == [], f"{button!r} was refused: {answer.errors}"
        return answer

    def refused(
        self, button: str, values: Mapping[str, Value] | None = None, near: str = "", status: int | None = None
    ) -> Page:
        """As `submit`, but the product must refuse; returns the page with its `errors`. Fails if it was accepted."""
        response = self._send(button, values, near)
        accepted = f"{button!r} was accepted"
        assert response.status_code not in REDIRECTS, f"{accepted} and led to {response.location}"
        answer = self._arrive(response, status or response.status_code)
        assert answer.errors or answer.status >= 400, f"{accepted}: {answer!r}"
        return answer

    @property
    def here(self) -> Page:
        """The current page."""
        assert self.at is not None, "open a page first"
        return self.at

    def form(self, button: str, near: str = "") -> Form:
        """The form of this button on the current page."""
        return Form(self.here, self.here.button(button, near))

    def _send(self, button: str, values: Mapping[str, Value] | None, near: str) -> TestResponse:
        sending = self.form(button, near).fill(values or {})
        self.effort += sending.effort
        if sending.method == "GET":
            return self.get(sending.url, query_string=sending.payload())
        return self.post(sending.url, data=sending.payload(), headers={"Referer": self.here.url})

    def _arrive(self, response: TestResponse, status: int) -> Page:
        for _ in range(MOST_REDIRECTS):
            if response.status_code not in REDIRECTS:
                break
            target = response.location
            assert target.startswith("/"), f"{response.request.path} sends people away to {target}"
            response = self.get(target)
        told = f"{response.request.path} answered {response.status_code} instead of {status}"
        if self._read is None:
            pytest.fail(f"{told}, as {response.mimetype}: {response.data[:500]!r}")
        self.at = self._read
        assert response.status_code == status, f"{told}: {self.at.errors or self.at.text[:1500]}"
        return self.at
